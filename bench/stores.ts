// Stores of generated entries, made through the store's own interface, and stores to receive into.
// Knows no session.
import { randomBytes } from 'node:crypto';
import {
  createSqliteStore,
  openSqliteStore,
  type SqliteStore,
} from '../reference/src/store/index.ts';
import type { Decide } from '../reference/src/store/store.ts';
import { Outcome, type SyncPayload } from '../reference/src/wire/messages.ts';
import { entries, type GeneratedEntry } from './entries.ts';

/** The one seed of all benchmarks; the figures are of this data. */
export const seed = 20_260_501;

const nobody = new Uint8Array(16);
const settings = { serverUrl: 'https://fhir.example.org/r4', displayName: 'Bench' };
const batchEntries = 1_000;

/** A new store to receive into. */
export function createStore(path: string): SqliteStore {
  return createSqliteStore(path, settings, randomBytes);
}

/** Makes a store with `count` entries, none of them from a peer. */
export async function seedStore(path: string, count: number, from = seed): Promise<void> {
  const store = createStore(path);
  await putAll(store, entries(from, count, store.replicaId));
  await store.close();
}

/** Makes one further change to every hundredth of the first `count` entries. */
export async function editSome(path: string, count: number): Promise<number> {
  const store = openSqliteStore(path);
  const all = entries(seed, count, store.replicaId, 1);
  const edited = await putAll(store, everyHundredth(all));
  await store.close();
  return edited;
}

function* everyHundredth(all: Iterable<GeneratedEntry>): Generator<GeneratedEntry, void> {
  let index = 0;
  for (const entry of all) if (index++ % 100 === 0) yield entry;
}

async function putAll(store: SqliteStore, all: Iterable<GeneratedEntry>): Promise<number> {
  let batch: GeneratedEntry[] = [];
  let total = 0;
  const put = async (): Promise<void> => {
    const given = new Map(batch.map((one) => [one.payload, one.baseResource]));
    const decide: Decide = (_current, payload) => ({
      outcome: Outcome.STORED,
      write: { payload, baseResource: given.get(payload), fromPeer: false },
    });
    const payloads = batch.map(({ payload }) => payload);
    const cursor = new Uint8Array(0);
    await store.updateRemote({ peer: nobody, scope: '', entries: payloads, cursor }, decide);
    total += batch.length;
    batch = [];
  };
  for (const entry of all) {
    batch.push(entry);
    if (batch.length === batchEntries) await put();
  }
  if (batch.length > 0) await put();
  return total;
}

/** Every entry of a store, page by page, as the senders of the other designs read them. */
export async function* payloadsOf(
  store: SqliteStore,
  pageEntries = 500,
): AsyncGenerator<readonly SyncPayload[], void> {
  const through = await store.lastSequence();
  let after = 0n;
  for (;;) {
    const page = await store.payloadPage(
      { after, through, types: undefined },
      pageEntries,
      4_194_304,
    );
    const last = page.at(-1);
    if (last === undefined) return;
    yield page.map(({ payload }) => payload);
    after = last.sequence;
  }
}
