// Fills an empty store with what a command says, and shows what a store holds. Through the store's
// public interface only.
import { checkEntry } from '../fhir/index.ts';
import type { Store, StoredEntry } from '../store/index.ts';
import { Outcome } from '../wire/index.ts';
import { archivedForm, entryForm, hexOf, readEntry, type SeedEntry } from './entry-form.ts';
import { cursorForms, keepCursor, paramsOf } from './kept-cursors.ts';
import { invalid, Members } from './refusal.ts';

type Json = Record<string, unknown>;

/** What a seed says. */
export interface Seed {
  readonly entries: readonly SeedEntry[];
  readonly cursors: readonly {
    readonly peer: Uint8Array;
    readonly cursor: Uint8Array;
    readonly params: ReturnType<typeof paramsOf>;
  }[];
}

/** Reads the member `seed` of a reset. @throws Refusal */
export function readSeed(members: Members): Seed {
  const seed = members.object('seed');
  if (!seed.has('entries')) throw invalid('seed.entries has to be a list', 'seed.entries');
  const entries = seed.list('entries', (item, path) => {
    const entry = readEntry(item, path);
    const fault = checkEntry(entry.payload);
    if (fault !== undefined) throw invalid(`${path}: ${fault.detail}`, path);
    return entry;
  });
  const cursors = seed.list('cursors', (item, path) => {
    const cursor = new Members(item, path);
    const params = paramsOf(cursor.list('types', readType));
    return { peer: cursor.octets('replica', 16), cursor: cursor.octets('cursor'), params };
  });
  return { entries, cursors };
}

/** Reads one requested type. @throws Refusal */
export function readType(
  item: unknown,
  path: string,
): { type: string; parameters: { name: string; value: string }[] } {
  const members = new Members(item, path);
  const parameters = members.list('parameters', (parameter, at) => {
    const pair = new Members(parameter, at);
    return { name: pair.text('name'), value: pair.text('value') };
  });
  return { type: members.text('type'), parameters };
}

/** Writes a seed into a store that was just begun. */
export async function plant(store: Store, seed: Seed): Promise<void> {
  // PSP-CHG-18: the names that the seed uses are taken with it.
  for (const entry of seed.entries) await put(store, entry);
  for (const { peer, cursor, params } of seed.cursors) {
    await keepCursor(store, peer, params, cursor);
  }
}

async function put(store: Store, { payload, baseResource }: SeedEntry): Promise<void> {
  const peer = new Uint8Array(16);
  const batch = { peer, scope: '', entries: [payload], cursor: new Uint8Array(0) };
  // Not from the peer: a seed counts as written here (PSP-SEL-6).
  const write = { payload, baseResource, fromPeer: false };
  await store.updateRemote(batch, () => ({ outcome: Outcome.STORED, write }));
}

/** What a store holds, in canonical order. */
export async function dump(store: Store): Promise<Json> {
  const entries: StoredEntry[] = [];
  const through = await store.lastSequence();
  for (let after = 0n; ;) {
    const page = await store.page({ after, through, types: undefined }, 1_000, 16_777_216);
    entries.push(...page);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.sequence;
  }
  const archive: Json[] = [];
  for await (const archived of store.archived()) {
    // `taken`: it waited once and is settled; nothing is aside.
    if (archived.reason !== 'taken') archive.push(archivedForm(archived));
  }
  const keyOf = ({ payload }: StoredEntry): string =>
    `${payload.resourceType}\0${payload.resourceId}`;
  entries.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return {
    replica: hexOf(store.replicaId),
    entries: entries.map(entryForm),
    cursors: await cursorForms(store),
    archive,
  };
}
