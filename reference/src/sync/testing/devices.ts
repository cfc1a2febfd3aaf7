// Devices for tests: a store in memory, and a sync of two of them that drives sender and receiver
// directly, through real encoded batches and without a session.
import { createMemoryStore } from '../../store/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { decodeBatch, encodeBatch } from '../../wire/batch.ts';
import {
  Outcome,
  type ChangeId,
  type Limits,
  type Request,
  type ResourceSyncParams,
  type SelectionMode,
  type SyncPayload,
} from '../../wire/messages.ts';
import { isViolation, type Violation } from '../../wire/violation.ts';
import type { ConflictResolutionStrategy } from '../conflict-resolution.ts';
import { Theirs } from '../conflict-resolution.ts';
import { compareReports } from '../report-comparison.ts';
import type { SyncReport } from '../report.ts';
import { SyncReceiver } from '../sync-receiver.ts';
import { SyncSender, type BatchOptions, type SyncExport } from '../sync-sender.ts';
import type { ExportPolicy } from '../selection.ts';
import { changeNames, octets, replica, text } from './entries.ts';

export const at = '2024-05-01T12:00:00Z';

/** A new store whose replica id is the letter's. */
export function device(letter: string): Store {
  const settings = { serverUrl: 'https://fhir.example/r4', displayName: `device ${letter}` };
  return createMemoryStore(settings, () => replica(letter));
}

/** How to sync; the defaults are those of the parts. */
export interface SyncOptions {
  readonly mode?: SelectionMode;
  readonly params?: ResourceSyncParams;
  readonly strategy?: ConflictResolutionStrategy;
  readonly batch?: BatchOptions;
  readonly exportPolicy?: ExportPolicy;
  readonly limits?: Limits;
  /** Stops without Complete after so many Payloads, as a cut does. */
  readonly cutAfter?: number;
  /** Runs after the Offer, and after each Payload. */
  readonly meanwhile?: (payloads: number) => Promise<void>;
}

/** What a sync did. */
export interface SyncDone {
  /** `Type/id` of each entry sent, in order. */
  readonly sent: readonly string[];
  readonly sender: SyncReport;
  readonly receiver: SyncReport;
}

/** The Request that a receiver would send. */
export async function requestOf(from: Store, to: Store, receiver: SyncReceiver): Promise<Request> {
  const { replicaId, settings } = to;
  const data = await receiver.request(identityOf(from));
  const { displayName, serverUrl } = settings;
  return { replicaId, displayName, serverUrl, ...data, window: undefined };
}

export function identityOf(store: Store): {
  replicaId: Uint8Array;
  displayName: string;
  serverUrl: string;
} {
  return { replicaId: store.replicaId, ...store.settings };
}

/** Opens both ends, or gives why the sender refuses. */
export async function openSync(
  from: Store,
  to: Store,
  options: SyncOptions = {},
): Promise<{ out: SyncExport; into: ReturnType<SyncReceiver['open']> } | Violation> {
  const { batch, exportPolicy, mode, params, strategy = Theirs } = options;
  const sender = new SyncSender({
    store: from,
    ...(batch === undefined ? {} : { batch }),
    ...(exportPolicy === undefined ? {} : { exportPolicy }),
  });
  const receiver = new SyncReceiver({
    store: to,
    strategy,
    ...(mode === undefined ? {} : { mode }),
    ...(params === undefined ? {} : { params }),
  });
  const out = await sender.prepare(await requestOf(from, to, receiver), options.limits);
  if (isViolation(out)) return out;
  return { out, into: receiver.open(identityOf(from), out.offer) };
}

/** Runs a sync to its end, or to its cut. */
export async function sync(from: Store, to: Store, options: SyncOptions = {}): Promise<SyncDone> {
  const { out, into } = good(await openSync(from, to, options));
  const sent: string[] = [];
  await options.meanwhile?.(0);
  for (let sequence = 1n; Number(sequence) <= (options.cutAfter ?? Infinity); sequence += 1n) {
    const batch = await out.next();
    if (batch === undefined) {
      const complete = out.complete();
      good(await into.complete(complete));
      good(out.receipt(into.receipt()));
      const differences = compareReports(out.report, into.report);
      if (differences.length > 0) throw new Error(differences.join('; '));
      break;
    }
    const entries = good(decodeBatch(batch.encoded, 1_000));
    const outcomes = await into.receive({ entries, cursor: batch.cursor, payloads: 1 });
    good(
      out.acknowledged(
        sequence,
        outcomes.map((outcome) => ({ ...outcome, sequence })),
      ),
    );
    sent.push(
      ...batch.entries.map(({ resourceType, resourceId }) => `${resourceType}/${resourceId}`),
    );
    await options.meanwhile?.(Number(sequence));
  }
  return { sent, sender: out.report, receiver: into.report };
}

/** The value, where it is no violation. */
export function good<T>(value: T | Violation): T {
  if (isViolation(value)) throw new Error(`${value.requirement}: ${value.detail}`);
  return value;
}

/** Stores a state as if a peer had sent it and nothing of it were judged. */
export async function put(store: Store, payload: SyncPayload, peer = replica('?')): Promise<void> {
  const batch = { peer, scope: 'test', entries: [payload], cursor: new Uint8Array() };
  await store.updateRemote(batch, (_current, received) => ({
    outcome: Outcome.STORED,
    write: { payload: received, baseResource: undefined, fromPeer: false },
  }));
}

/** What an upload leaves behind: the changes are inside a server version and are remembered. */
export async function upload(
  store: Store,
  name: string,
  versionId: string,
  lastUpdated: string,
): Promise<void> {
  const { payload } = await entryOf(store, name);
  const ids = payload.changes.flatMap(({ id }): ChangeId[] => (id === undefined ? [] : [id]));
  const base = { versionId, lastUpdated };
  await put(store, {
    ...payload,
    base,
    changes: [],
    absorbed: [...payload.absorbed, ...ids],
    resource: payload.resource.length === 0 ? payload.resource : stamped(payload.resource, base),
  });
}

function stamped(
  resource: Uint8Array,
  meta: { versionId: string; lastUpdated: string },
): Uint8Array {
  const value = JSON.parse(text(resource)) as Record<string, unknown>;
  return octets(JSON.stringify({ ...value, meta }));
}

/** The stored entry `Type/id`. */
export async function entryOf(
  store: Store,
  name: string,
): Promise<NonNullable<Awaited<ReturnType<Store['get']>>>> {
  const [type = '', id = ''] = name.split('/');
  const found = await store.get(type, id);
  if (found === undefined) throw new Error(`${name} is not in the store`);
  return found;
}

/** Everything in a store that a peer could see, as comparable text, in order of name. */
export async function dump(store: Store): Promise<string[]> {
  const range = { after: 0n, through: await store.lastSequence(), types: undefined };
  const entries = await store.page(range, 100_000, Number.MAX_SAFE_INTEGER);
  return entries.map(({ payload }) => Buffer.from(encodeBatch([payload])).toString('hex')).sort();
}

/** Changes and family name of `Patient/p1`, for short expectations. */
export async function patientIn(store: Store): Promise<string> {
  const { payload } = await entryOf(store, 'Patient/p1');
  const shown = payload.resource.length === 0 ? 'deleted' : familyOf(payload.resource);
  return `${payload.base?.versionId ?? '-'} [${changeNames(payload)}] ${shown}`;
}

function familyOf(resource: Uint8Array): string {
  const { name } = JSON.parse(text(resource)) as { name?: { family?: string }[] };
  return name?.[0]?.family ?? '?';
}
