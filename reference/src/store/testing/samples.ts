// What the store's tests are made of: resources, entries of peers, and randomness that repeats.
import type { ChangeId, LocalChange, SyncPayload } from '../../wire/messages.ts';
import { ChangeType, Outcome } from '../../wire/messages.ts';
import type { Decide, Decision, EntryRange, RandomOctets, Store, StoredEntry } from '../store.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export const octets = (text: string): Uint8Array => encoder.encode(text);
export const text = (bytes: Uint8Array): string => decoder.decode(bytes);

/** 16 equal octets: a replica id that is easy to see in a failure. */
export const replica = (octet: number): Uint8Array => new Uint8Array(16).fill(octet);

/** Draws 0, 1, 2 … : each replica id drawn differs from the one before. */
export function countingOctets(): RandomOctets {
  let next = 0;
  return (count) => Uint8Array.from({ length: count }, () => (next += 1) % 256);
}

export const settings = { serverUrl: 'https://fhir.example/r4', displayName: 'Tablet 7' };

export const at = '2024-05-01T12:00:00.123456+02:00';
export const anyTime: EntryRange = { after: 0n, through: 2n ** 63n - 1n, types: undefined };
export const noLimit = Number.MAX_SAFE_INTEGER;

/** A Patient as text; `rest` is further members, with a leading comma. */
export const patient = (id: string, rest = ''): string =>
  `{"resourceType":"Patient","id":"${id}"${rest}}`;
export const version = (id: string, versionId: string, rest = ''): string =>
  patient(
    id,
    `,"meta":{"versionId":"${versionId}","lastUpdated":"2024-01-0${versionId}T00:00:00Z"}${rest}`,
  );

export const changeId = (author: number, counter: bigint): ChangeId => ({
  replicaId: replica(author),
  counter,
});

export const insert = (author: number, counter: bigint, resource: string): LocalChange => ({
  id: changeId(author, counter),
  type: ChangeType.INSERT,
  payload: octets(resource),
  baseVersionId: '',
  recordedAt: at,
});

export const edit = (author: number, counter: bigint, patch: string): LocalChange => ({
  id: changeId(author, counter),
  type: ChangeType.UPDATE,
  payload: octets(patch),
  baseVersionId: '1',
  recordedAt: '',
});

/** An entry that a peer created. */
export const created = (id: string, counter = 1n, rest = ''): SyncPayload => ({
  resourceType: 'Patient',
  resourceId: id,
  resource: octets(patient(id, rest)),
  base: undefined,
  changes: [insert(0xb0, counter, patient(id, rest))],
  absorbed: [],
});

/** Everything an entry can have, fields of later versions on every level included. */
export function fullEntry(id: string): SyncPayload {
  const unknown = (octet: number): { [key: number]: Uint8Array[] } => ({
    // Field 99, length-delimited, twice; field 100, varint; field 4 as a varint, which is no base.
    794: [Uint8Array.of(2, octet, 0xff), Uint8Array.of(1, octet)],
    800: [Uint8Array.of(0x96, 0x01)],
    32: [Uint8Array.of(7)],
  });
  return {
    resourceType: 'Patient',
    resourceId: id,
    resource: octets(patient(id, ',"active":false')),
    base: { versionId: 'W/1', lastUpdated: '2024-01-01T00:00:00Z', _unknownFields: unknown(1) },
    changes: [
      {
        ...edit(0xb0, 2n ** 64n - 1n, '[{"op":"add","path":"/active","value":false}]'),
        id: { ...changeId(0xb0, 2n ** 64n - 1n), _unknownFields: unknown(2) },
        _unknownFields: unknown(3),
      },
      edit(0xc0, 7n, '[{"op":"test","path":"/active","value":false}]'),
    ],
    absorbed: [{ ...changeId(0xd0, 2n ** 63n), _unknownFields: unknown(4) }, changeId(0xb0, 1n)],
    _unknownFields: unknown(5),
  };
}

/** Takes every entry as the peer gave it. */
export const take: Decide = (current, received) => ({
  outcome: current === undefined ? Outcome.STORED : Outcome.FAST_FORWARDED,
  write: { payload: received, baseResource: undefined, fromPeer: true },
});

/** Writes nothing and answers one outcome. */
export const answer =
  (outcome: Outcome, more: Partial<Decision> = {}): Decide =>
  () => ({ outcome, ...more });

export const peer = replica(0xb0);
export const scope = 'Patient';
export const cursor = octets('cursor 1');

/** A batch of `peer`. */
export const batch = (
  ...entries: SyncPayload[]
): { peer: Uint8Array; scope: string; entries: SyncPayload[]; cursor: Uint8Array } => ({
  peer,
  scope,
  entries,
  cursor,
});

/** All of a loop; one that finds no end fails instead of filling the memory. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
    if (all.length > 10_000) throw new Error('the loop finds no end');
  }
  return all;
}

/** Every entry, oldest write first. */
export const everything = (store: Store): Promise<readonly StoredEntry[]> =>
  store.page(anyTime, noLimit, noLimit);

/** All that can be read from a store, for a comparison of before and after. */
export async function dump(store: Store): Promise<unknown> {
  return {
    replicaId: store.replicaId,
    settings: store.settings,
    entries: await everything(store),
    changed: await collect(store.getAllLocalChanges()),
    counts: await store.count(anyTime),
    sequence: await store.lastSequence(),
    cursor: await store.getCursor(peer, scope),
    archive: await collect(store.archived()),
    outcomes: await collect(store.outcomes()),
    reports: await store.reports(noLimit),
  };
}
