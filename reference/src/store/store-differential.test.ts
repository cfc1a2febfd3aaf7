// The stores against each other: any sequence of operations leaves them all the same.
import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Outcome, type SyncPayload } from '../wire/messages.ts';
import { createMemoryStore } from './memory-store.ts';
import { createPostgresStore, openPostgresStore } from './postgres-store.ts';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import type { Decide, Decision, Store } from './store.ts';
import { clusterForFile, noPostgres, postgresBinaries } from './testing/postgres-cluster.ts';
import {
  at,
  countingOctets,
  created,
  dump,
  edit,
  fullEntry,
  octets,
  patient,
  replica,
  scope,
  settings,
  version,
} from './testing/samples.ts';

if (postgresBinaries === undefined) process.stderr.write(`${noPostgres}\n`);

type Operation = (store: Store) => Promise<unknown>;

const id = fc.constantFrom('a', 'b', 'c', 'd');
const member = fc.constantFrom(
  '',
  ',"x":1.10',
  ',"x":1.1',
  ',"y":[1,2]',
  ',"y":[2],"x":{"z":null}',
);
const peers = fc.constantFrom(replica(1), replica(2), replica(3));
const outcomes = fc.constantFrom(
  Outcome.STORED,
  Outcome.DUPLICATE,
  Outcome.STALE,
  Outcome.CONFLICT_THEIRS,
);

const entry: fc.Arbitrary<SyncPayload> = fc.oneof(
  fc.tuple(id, fc.bigInt(1n, 9n), member).map((parts) => created(...parts)),
  id.map(fullEntry),
  fc.tuple(id, fc.integer({ min: 0, max: 3 })).map(([name, edits]) => ({
    ...fullEntry(name),
    changes: Array.from({ length: edits }, (_, n) => edit(n, BigInt(n + 1), '[]')),
  })),
);

const decision = fc.record({
  outcome: outcomes,
  writes: fc.boolean(),
  fromPeer: fc.boolean(),
  withBase: fc.boolean(),
  archives: fc.boolean(),
  fails: fc.nat(9).map((n) => n === 0),
});

const updateRemote: fc.Arbitrary<Operation> = fc
  .tuple(peers, fc.array(fc.tuple(entry, decision), { maxLength: 5 }), fc.nat(3))
  .map(([peer, deliveries, mark]) => (store) => {
    let next = 0;
    const decide: Decide = (current, received): Decision => {
      const { outcome, writes, fromPeer, withBase, archives, fails } = deliveries[next]![1];
      next += 1;
      if (fails) throw new Error('decide failed');
      const baseResource = withBase ? received.resource : undefined;
      return {
        outcome,
        ...(writes ? { write: { payload: received, baseResource, fromPeer } } : {}),
        ...(archives && current !== undefined
          ? { archive: { payload: current.payload, reason: 'displaced' as const } }
          : {}),
      };
    };
    const entries = deliveries.map(([received]) => received);
    const cursor = new Uint8Array(mark).fill(mark);
    return store.updateRemote({ peer, scope, entries, cursor }, decide);
  });

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.tuple(id, member).map(([name, rest]) => (store: Store) => {
    return store.create(octets(patient(name, rest)), at);
  }),
  fc.tuple(id, member).map(([name, rest]) => (store: Store) => {
    return store.update(octets(patient(name, rest)), at);
  }),
  id.map((name) => (store: Store) => store.delete('Patient', name, '')),
  fc.tuple(id, fc.constantFrom('1', '2'), member).map((parts) => (store: Store) => {
    return store.importServerVersion(octets(version(...parts)));
  }),
  fc.array(id, { maxLength: 3 }).map((names) => (store: Store) => {
    return store.createAll(
      names.map((name) => octets(patient(name))),
      at,
    );
  }),
  fc.integer({ min: 50, max: 60 }).map((octet) => (store: Store) => {
    return store.renewReplicaId(() => replica(octet));
  }),
  updateRemote,
  updateRemote,
  fc.tuple(id, fc.nat(3), member, fc.boolean()).map((parts) => (store: Store) => {
    return uploadOf(store, ...parts);
  }),
);

/** Records that the server holds so many of the changes, with what it may have made of them. */
async function uploadOf(
  store: Store,
  name: string,
  length: number,
  rest: string,
  gone: boolean,
): Promise<unknown> {
  const entry = await store.get('Patient', name);
  const changes = entry?.payload.changes.slice(0, length) ?? [];
  const uploaded = {
    resourceType: 'Patient',
    resourceId: name,
    baseVersionId: entry?.payload.base?.versionId,
    contained: changes,
    version: { versionId: '3', lastUpdated: '2024-01-03T00:00:00Z' },
    resource: gone ? new Uint8Array(0) : octets(version(name, '3', rest)),
    baseResource: undefined,
  };
  return store.recordUploaded([uploaded, uploaded]);
}

/** What an operation gave, or the text of what it threw. */
const result = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error: (error as Error).message }),
  );

async function observe(store: Store): Promise<unknown> {
  const counts = await Promise.all(
    [1, 2, 3].map(async (octet) =>
      store.count({ after: 2n, through: 9n, types: ['Patient'] }, replica(octet)),
    ),
  );
  const cursors = await Promise.all(
    [1, 2, 3].map((octet) => store.getCursor(replica(octet), scope)),
  );
  return { state: await dump(store), counts, cursors };
}

/** Makes a store that keeps what it has, for one run, and opens it again. */
type MakeKept = (run: number) => { readonly store: Store; readonly reopen: () => Store };

async function agreesWithMemory(make: MakeKept, numRuns: number): Promise<void> {
  let runs = 0;
  const reached = { written: 0, refused: 0 };
  const property = fc.asyncProperty(
    fc.array(operation, { minLength: 5, maxLength: 25 }),
    async (operations) => {
      runs += 1;
      const memory = createMemoryStore(settings, countingOctets());
      const { store, reopen } = make(runs);
      for (const operate of operations) {
        const expected = await result(operate(memory));
        expect(await result(operate(store))).toEqual(expected);
        reached['error' in (expected as object) ? 'refused' : 'written'] += 1;
      }
      const expected = await observe(memory);
      expect(await observe(store)).toEqual(expected);
      await store.close();
      const reopened = reopen();
      expect(await observe(reopened)).toEqual(expected);
      await reopened.close();
    },
  );
  await fc.assert(property, { numRuns, seed: 20_240_501 });
  expect(reached.written).toBeGreaterThan(numRuns * 3);
  expect(reached.refused).toBeGreaterThan(numRuns * 1.6);
}

it('memory and SQLite agree on every result and every state', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const make: MakeKept = (run) => {
    const path = join(folder, `${run}.db`);
    const store = createSqliteStore(path, settings, countingOctets());
    return { store, reopen: () => openSqliteStore(path) };
  };
  try {
    await agreesWithMemory(make, 60);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const cluster = clusterForFile();

it.skipIf(postgresBinaries === undefined)('memory and PostgreSQL agree on all of it', async () => {
  const server = await cluster();
  const make: MakeKept = (run) => {
    const place = server.url('postgres', `schema=run${run}`);
    const store = createPostgresStore(place, settings, countingOctets());
    return { store, reopen: () => openPostgresStore(place) };
  };
  await agreesWithMemory(make, 12);
});
