// Entries as the control protocol writes them, and as the store holds them. Pure.
import type { ArchivedEntry, StoredEntry } from '../store/index.ts';
import { ChangeType } from '../wire/index.ts';
import type { ChangeId, LocalChange, SyncPayload } from '../wire/index.ts';
import { invalid, Members } from './refusal.ts';

type Json = Record<string, unknown>;

const changeNames = ['INSERT', 'UPDATE', 'DELETE'] as const;

/** The octets of an exact text. */
export function octetsOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The exact text of octets. */
export function textOf(octets: Uint8Array): string {
  // A byte order mark is content here.
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
}

/** Hex of octets. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

/** A counter: a number where that is exact, else decimal text. */
export function counterOf(value: bigint): number | string {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);
}

/** An entry of a seed, with the server's content at its base where the seed knows it. */
export interface SeedEntry {
  readonly payload: SyncPayload;
  readonly baseResource: Uint8Array | undefined;
}

/** Reads one entry of a seed. @throws Refusal */
export function readEntry(value: unknown, path: string): SeedEntry {
  const members = new Members(value, path);
  const base = members.has('base') ? members.object('base') : undefined;
  return {
    payload: {
      resourceType: members.text('type'),
      resourceId: members.text('id'),
      resource: octetsOf(members.text('resource', '')),
      base:
        base === undefined
          ? undefined
          : { versionId: base.text('versionId'), lastUpdated: base.text('lastUpdated', '') },
      changes: members.list('changes', readChange),
      absorbed: members.list('absorbed', (item, at) => readChangeId(new Members(item, at))),
    },
    baseResource: members.has('baseResource') ? octetsOf(members.text('baseResource')) : undefined,
  };
}

function readChangeId(members: Members): ChangeId {
  return { replicaId: members.octets('replica', 16), counter: members.counter('counter') };
}

function readChange(value: unknown, path: string): LocalChange {
  const members = new Members(value, path);
  const type = changeNames.find((name) => name === members.value('type'));
  if (type === undefined) throw invalid(`${path}.type has to be ${changeNames.join(', ')}`, path);
  return {
    id: readChangeId(members),
    type: ChangeType[type],
    payload: octetsOf(members.text('payload', '')),
    baseVersionId: members.text('baseVersionId', ''),
    recordedAt: members.text('recordedAt', ''),
  };
}

/** An entry of a dump. */
export function entryForm({ payload, baseResource }: Omit<StoredEntry, 'sequence'>): Json {
  return {
    ...payloadForm(payload),
    ...(baseResource === undefined ? {} : { baseResource: textOf(baseResource) }),
  };
}

/** A state that was put aside. */
export function archivedForm({ payload, peer, reason }: ArchivedEntry): Json {
  return { reason, peer: hexOf(peer), entry: payloadForm(payload) };
}

function payloadForm(payload: SyncPayload): Json {
  const { resourceType, resourceId, resource, base, changes, absorbed } = payload;
  return {
    type: resourceType,
    id: resourceId,
    resource: resource.length === 0 ? null : textOf(resource),
    base: base === undefined ? null : { versionId: base.versionId, lastUpdated: base.lastUpdated },
    changes: changes.map(changeForm),
    absorbed: absorbed.map(idForm).sort(byReplicaAndCounter),
  };
}

function changeForm(change: LocalChange): Json {
  const type = changeNames.find((name) => ChangeType[name] === change.type);
  return {
    ...idForm(change.id ?? { replicaId: new Uint8Array(0), counter: 0n }),
    type,
    ...(type === 'DELETE' ? {} : { payload: textOf(change.payload) }),
    baseVersionId: change.baseVersionId,
    recordedAt: change.recordedAt,
  };
}

interface IdForm {
  readonly replica: string;
  readonly counter: number | string;
}

function idForm({ replicaId, counter }: ChangeId): IdForm {
  return { replica: hexOf(replicaId), counter: counterOf(counter) };
}

function byReplicaAndCounter(a: IdForm, b: IdForm): number {
  if (a.replica !== b.replica) return a.replica < b.replica ? -1 : 1;
  const [left, right] = [BigInt(a.counter), BigInt(b.counter)];
  return left < right ? -1 : left > right ? 1 : 0;
}
