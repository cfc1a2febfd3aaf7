// A store that keeps the octets which are sent hands over what one does that keeps entries: what a
// sender does not read, it decides about by columns and lengths.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore, openSqliteStore } from '../store/sqlite-store.ts';
import type { Store, StoredPayload } from '../store/store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { decodeBatch } from '../wire/batch.ts';
import { ChangeType, Outcome, SelectionMode, WithheldReason } from '../wire/messages.ts';
import type { Request, SyncPayload } from '../wire/messages.ts';
import { SyncSender, type OutgoingBatch, type SyncSenderOptions } from './sync-sender.ts';
import { at, good } from './testing/devices.ts';
import { octets, replica } from './testing/entries.ts';

const { CURSOR, FULL, LAST_UPDATED } = SelectionMode;
const settings = { serverUrl: 'https://fhir.example/r4', displayName: 'device' };

let stores: [memory: Store, sqlite: Store];
let path: string;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  path = join(folder, 'store.db');
  stores = [
    createMemoryStore(settings, () => replica('a')),
    createSqliteStore(path, settings, () => replica('a')),
  ];
  for (const store of stores) await fill(store);
  return async () => {
    for (const store of stores) await store.close();
    rmSync(folder, { recursive: true });
  };
});

const resource = (type: string, id: string, rest = ''): Uint8Array =>
  octets(`{"resourceType":"${type}","id":"${id}"${rest}}`);

const version = (id: string, day: number): Uint8Array =>
  resource('Task', id, `,"meta":{"versionId":"1","lastUpdated":"2026-01-0${day}T00:00:00Z"}`);

async function fill(store: Store): Promise<void> {
  for (let n = 1; n <= 3; n += 1) {
    await store.create(resource('Patient', `p${n}`, `,"active":${n === 2}`), at);
    await store.importServerVersion(version(`t${n}`, n));
  }
  await store.update(resource('Patient', 'p1', ',"gender":"other"'), at);
  await store.delete('Task', 't1', at);
  await store.create(resource('Patient', 'long'.repeat(16), `,"x":"${'é'.repeat(9_000)}"`), at);
}

const one = (resourceType: string, more: object = {}): Request['params'] => ({
  types: [{ resourceType, parameters: [], lastUpdated: '', ...more }],
});

const since = (day: number): object => ({ lastUpdated: `2026-01-0${day}T00:00:00Z` });
const tasks = { types: ['Task'] };
const active = one('Patient', { parameters: [{ name: 'active', value: 'true' }] });

/** All that a sender hands over, and what it says of it. */
async function handedOver(
  store: Store,
  given: Partial<Request>,
  options: Partial<SyncSenderOptions> = {},
): Promise<unknown[]> {
  const common = { replicaId: replica('b'), displayName: 'B', serverUrl: '', window: undefined };
  const params = { types: [] };
  const request = { ...common, mode: FULL, params, cursor: new Uint8Array(), ...given };
  const out = good(await new SyncSender({ store, ...options }).prepare(request, undefined));
  const batches: unknown[] = [];
  for (let batch = await out.next(); batch !== undefined; batch = await out.next()) {
    batches.push(batch);
  }
  return [out.offer, ...batches, out.complete()];
}

function decodeOf(sent: readonly unknown[]): SyncPayload[] {
  return (sent.slice(1, -1) as OutgoingBatch[]).flatMap(({ encoded }) =>
    good(decodeBatch(encoded, 1_000)),
  );
}

/** Takes an entry of the peer as it is. */
async function receive(store: Store, entry: SyncPayload): Promise<void> {
  const batch = { peer: replica('b'), scope: '', entries: [entry], cursor: new Uint8Array() };
  await store.updateRemote(batch, (_, payload) => ({
    outcome: Outcome.STORED,
    write: { payload, baseResource: undefined, fromPeer: true },
  }));
}

/** An entry with so many changes, each as short as one can be. */
function busy(count: number): SyncPayload {
  const changes = Array.from({ length: count }, (_, index) => ({
    id: { replicaId: replica('c'), counter: BigInt(index + 1) },
    type: ChangeType.UPDATE,
    payload: new Uint8Array(),
    baseVersionId: '',
    recordedAt: '',
  }));
  const named = { resourceType: 'Basic', resourceId: 'busy', resource: octets('{}') };
  return { ...named, base: undefined, changes, absorbed: [] };
}

describe('a store of octets', () => {
  it.each<[string, Partial<Request>, Partial<SyncSenderOptions>]>([
    ['PSP-SEL-1: everything', {}, {}],
    ['PSP-SEL-2: from the start of a cursor', { mode: CURSOR }, {}],
    ['PSP-SEL-3: by instants', { mode: LAST_UPDATED, params: one('Task', since(2)) }, {}],
    ['PSP-SEL-25: what a search finds', { params: active }, {}],
    ['PSP-REQ-4: what a policy lets out', { params: one('Task') }, { exportPolicy: tasks }],
    ['PSP-PAY-11: in small batches', {}, { batch: { entriesMax: 2, octetsMax: 600 } }],
  ])('%s is the same octets as of a store of entries', async (_name, given, options) => {
    const [memory, sqlite] = stores;
    const sent = await handedOver(sqlite, given, options);
    expect(sent.length).toBeGreaterThan(2);
    expect(sent).toEqual(await handedOver(memory, given, options));
  });

  it('PSP-PAY-11: gives back what is in a batch, and not what waits for the next', async () => {
    const [, store] = stores;
    const read: StoredPayload[] = [];
    const payloadPage: Store['payloadPage'] = async (...from) => {
      const page = await store.payloadPage(...from);
      read.push(...page);
      return page;
    };
    const watched = new Proxy(store, {
      get: (of, name) => {
        if (name === 'payloadPage') return payloadPage;
        const value: unknown = Reflect.get(of, name);
        return typeof value === 'function' ? (value.bind(of) as unknown) : value;
      },
    });
    const common = { replicaId: replica('b'), displayName: 'B', serverUrl: '', window: undefined };
    const request = { ...common, mode: FULL, params: { types: [] }, cursor: new Uint8Array() };
    const small = { batch: { entriesMax: 2, octetsMax: 600 } };
    const sender = new SyncSender({ store: watched, ...small });
    const out = good(await sender.prepare(request, undefined));
    const batch = await out.next();
    expect(batch?.entries.length).toBeGreaterThan(0);
    const held = read.map(({ encoded }) => (encoded?.length ?? -1) > 0);
    const sent = batch?.entries.length ?? 0;
    expect(held).toEqual(read.map((_, index) => index >= sent));
    expect(held).toContain(true);
  });

  it('PSP-SEL-6: what came from the asking peer does not go back', async () => {
    const [entry] = decodeOf(await handedOver(stores[0], {}));
    if (entry === undefined) throw new Error('nothing is there');
    for (const store of stores) {
      await receive(store, { ...entry, resourceId: 'theirs', resource: octets('{}') });
    }
    const [memory, sqlite] = stores;
    const sent = await handedOver(sqlite, { mode: CURSOR });
    expect(sent).toEqual(await handedOver(memory, { mode: CURSOR }));
    expect(decodeOf(sent).map(({ resourceId }) => resourceId)).not.toContain('theirs');
    expect(decodeOf(await handedOver(sqlite, {})).length).toBe(decodeOf(sent).length + 1);
  });

  it('PSP-PAY-12: an entry with more changes than any receiver takes is withheld', async () => {
    const [, sqlite] = stores;
    await receive(sqlite, busy(1_000));
    const withheld = async (): Promise<unknown> =>
      ((await handedOver(sqlite, { params: one('Basic') })).at(-1) as { withheld: unknown })
        .withheld;
    expect(await withheld()).toEqual([]);
    await receive(sqlite, busy(1_001));
    const reason = WithheldReason.TOO_LARGE;
    expect(await withheld()).toEqual([{ resourceType: 'Basic', reason, entries: 1n }]);
  });

  it('PSP-DATA-1: is the same after it was closed and opened', async () => {
    const before = await handedOver(stores[1], {});
    await stores[1].close();
    stores[1] = openSqliteStore(path);
    expect(await handedOver(stores[1], {})).toEqual(before);
  });
});
