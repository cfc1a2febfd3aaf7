// Makes store files with content for tests of the program, through the library: only what a test is
// about is done by the program itself.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createSqliteStore, openSqliteStore } from '../../store/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { testFolder } from './program-process.ts';

const text = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A patient as octets. */
export function patient(id: string, members: Readonly<Record<string, unknown>> = {}): Uint8Array {
  return text({ resourceType: 'Patient', id, ...members });
}

/** Makes a store; gives its path. */
export async function makeStore(
  folder: string,
  name: string,
  fill: (store: Store) => Promise<unknown> = async () => undefined,
  serverUrl = '',
): Promise<string> {
  const path = join(folder, `${name}.db`);
  const store = createSqliteStore(path, { serverUrl, displayName: name }, randomBytes);
  await fill(store);
  await store.close();
  return path;
}

/** Two stores, the first with patients p0, p1, …; none of them on a server. */
export async function makePair(patients: number): Promise<{ a: string; b: string }> {
  const folder = testFolder();
  const resources = Array.from({ length: patients }, (_, index) =>
    // Nothing to compress: the octets on the wire are known well enough.
    patient(`p${index}`, { text: { status: 'generated', div: randomBytes(300).toString('hex') } }),
  );
  const fill = (store: Store): Promise<void> => store.createAll(resources, '');
  const a = await makeStore(folder, 'a', fill);
  return { a, b: await makeStore(folder, 'b') };
}

/** Reads a store. */
export async function withStoreAt<T>(path: string, work: (store: Store) => Promise<T>): Promise<T> {
  const store = openSqliteStore(path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** How many entries a store holds. */
export async function entriesIn(path: string): Promise<number> {
  return withStoreAt(path, async (store) => {
    const range = { after: 0n, through: await store.lastSequence(), types: undefined };
    return [...(await store.count(range)).values()].reduce((sum, count) => sum + count, 0);
  });
}
