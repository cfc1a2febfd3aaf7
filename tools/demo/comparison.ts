// Compares two stores entry by entry after a one-way sync: resource octets, server version, every
// local change. Reads through the library; knows nothing of how the data got there.
import { openSqliteStore, type Store, type StoredEntry } from '../../reference/src/index.ts';

/** What a comparison found. */
export interface Comparison {
  readonly entries: number;
  readonly changes: number;
  readonly octets: number;
  /** What differs, in words; empty when nothing does. */
  readonly differences: readonly string[];
}

const pageEntries = 500;
const pageOctets = 8 * 1024 * 1024;

/** Compares every entry of one store file with the other's. */
export async function compareStores(pathA: string, pathB: string): Promise<Comparison> {
  const [a, b] = [openSqliteStore(pathA), openSqliteStore(pathB)];
  try {
    const found = { entries: 0, changes: 0, octets: 0, differences: [] as string[] };
    for await (const entry of entriesOf(a)) {
      const { resourceType, resourceId, resource, changes } = entry.payload;
      found.entries += 1;
      found.changes += changes.length;
      found.octets += resource.length;
      const difference = differenceOf(entry, await b.get(resourceType, resourceId));
      if (difference !== undefined) {
        found.differences.push(`${resourceType}/${resourceId}: ${difference}`);
      }
    }
    const [countA, countB] = [found.entries, await countOf(b)];
    if (countA !== countB) found.differences.push(`${countA} entries there, ${countB} here`);
    return found;
  } finally {
    await a.close();
    await b.close();
  }
}

/** Where a file's octets, white space around them aside, are not what a store holds. */
export async function compareWithFiles(
  path: string,
  files: readonly { readonly resource: string; readonly octets: Uint8Array }[],
): Promise<string[]> {
  const store = openSqliteStore(path);
  try {
    const differences: string[] = [];
    for (const { resource, octets } of files) {
      const [type = '', id = ''] = resource.split('/');
      const entry = await store.get(type, id);
      const isSame = entry !== undefined && isEqual(entry.payload.resource, inked(octets));
      if (!isSame) differences.push(`${resource} is not what its file holds`);
    }
    return differences;
  } finally {
    await store.close();
  }
}

async function* entriesOf(store: Store): AsyncGenerator<StoredEntry, void> {
  const through = await store.lastSequence();
  let after = 0n;
  for (;;) {
    const range = { after, through, types: undefined };
    const entries = await store.page(range, pageEntries, pageOctets);
    if (entries.length === 0) return;
    yield* entries;
    after = entries.at(-1)?.sequence ?? through;
  }
}

async function countOf(store: Store): Promise<number> {
  const range = { after: 0n, through: await store.lastSequence(), types: undefined };
  return [...(await store.count(range)).values()].reduce((sum, count) => sum + count, 0);
}

function differenceOf(there: StoredEntry, here: StoredEntry | undefined): string | undefined {
  if (here === undefined) return 'did not arrive';
  const [a, b] = [there.payload, here.payload];
  if (!isEqual(a.resource, b.resource)) return 'the resource differs';
  if (plain(a.base) !== plain(b.base)) return 'the server version differs';
  if (plain(a.changes) !== plain(b.changes)) return 'the local changes differ';
  return plain(a.absorbed) === plain(b.absorbed) ? undefined : 'the absorbed changes differ';
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

// A resource ends with its brace; editors end a file with a line end.
function inked(octets: Uint8Array): Uint8Array {
  return octets.subarray(
    octets.indexOf('{'.charCodeAt(0)),
    octets.lastIndexOf('}'.charCodeAt(0)) + 1,
  );
}

// Every octet counts, and counters are bigints: one text in which nothing is lost.
function plain(value: unknown): string {
  return JSON.stringify(value ?? null, (_, item: unknown) => {
    if (item instanceof Uint8Array) return Buffer.from(item).toString('base64');
    return typeof item === 'bigint' ? `${item}n` : item;
  });
}
