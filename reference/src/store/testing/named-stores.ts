// Stores for the tests of names: with few of them that are in no index, and entries called so that
// their names lie anywhere in one.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../sqlite-database.ts';
import { createSqliteStore } from '../sqlite-store.ts';
import { SqliteTables } from '../sqlite-tables.ts';
import type { Store } from '../store.ts';
import { TableStore } from '../table-store.ts';
import { at, countingOctets, octets, patient, settings } from './samples.ts';

/** Names that are in no index, at most, in the stores below. */
export const max = 64;

/** The path of a store without entries that nobody has open. */
export function emptyStore(): string {
  const folder = mkdtempSync(join(tmpdir(), 'names-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'store.db');
  void createSqliteStore(path, settings, countingOctets()).close();
  return path;
}

/** The store in a file, opened once more. */
export function opened(path: string, recentMax = max): Store {
  const store = new TableStore(new SqliteTables(path, openDatabase(path), recentMax));
  onTestFinished(() => store.close());
  return store;
}

/** Ids that lie anywhere: the digits of a number backwards. */
export const idOf = (index: number): string => [...`${1_000_000 + index}`].reverse().join('');

/** The ids of some entries. */
export const ids = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => idOf(first + index));

/** Creates entries in one transaction. */
export const add = (store: Store, first: number, count: number): Promise<void> =>
  store.createAll(
    ids(first, count).map((id) => octets(patient(id))),
    at,
  );

export const isThere = async (store: Store, index: number): Promise<boolean> =>
  (await store.get('Patient', idOf(index))) !== undefined;

/** How many names the index has, and how far it says that it goes. */
export function names(path: string): { readonly settled: number; readonly through: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  const counts = db
    .prepare('SELECT count(*) AS settled, (SELECT through FROM settled_name) AS through FROM name')
    .get() as { settled: number; through: number | null };
  db.close();
  return { settled: counts.settled, through: counts.through ?? 0 };
}
