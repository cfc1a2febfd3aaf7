// A store file of a version with two indexes of names: opened, checked and rescued; whole, damaged,
// and with entries that are still being copied.
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { checkSqliteStore } from './sqlite-check.ts';
import { rescueSqliteStore } from './sqlite-rescue.ts';
import { schemaVersion } from './sqlite-schema.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { add, emptyStore, idOf, isThere, opened } from './testing/named-stores.ts';
import { makeOlder, makeTwoIndexes } from './testing/older-files.ts';
import { dump } from './testing/samples.ts';

/** Makes a store of some entries and closes it; gives its path and what it holds. */
async function made(entries: number): Promise<readonly [path: string, before: unknown]> {
  const path = emptyStore();
  const store = openSqliteStore(path);
  await add(store, 0, entries);
  const before = await dump(store);
  await store.close();
  return [path, before];
}

function open(path: string, told: unknown[] = []): Store {
  const store = openSqliteStore(path, { onMigration: (progress) => told.push(progress) });
  onTestFinished(() => store.close());
  return store;
}

function sql(path: string, text: string): void {
  const db = new DatabaseSync(path);
  db.exec(text);
  db.close();
}

/** The index of names, and the version. */
function index(path: string): unknown {
  const db = new DatabaseSync(path, { readOnly: true });
  const query =
    'SELECT (SELECT count(*) FROM name) AS names, coalesce(through, 0) AS through,' +
    ' user_version AS version FROM pragma_user_version LEFT JOIN settled_name';
  const found = { ...db.prepare(query).get() };
  db.close();
  return found;
}

it('PSP-RESUME-7: they become one index, in which all names are', async () => {
  const [path, before] = await made(100);
  makeOlder(path, 6);
  // One name is in both: then it is there once.
  sql(path, 'INSERT INTO name SELECT * FROM recent_name ORDER BY key LIMIT 1');
  expect(checkSqliteStore(path)).toMatchObject({ entries: 100, findings: [] });
  const told: unknown[] = [];
  const store = open(path, told);
  // No entry is copied.
  expect(told).toEqual([]);
  expect(await dump(store)).toEqual(before);
  expect(index(path)).toEqual({ names: 100, through: 100, version: schemaVersion });
  for (let entry = 0; entry < 100; entry += 1) expect(await isThere(store, entry)).toBe(true);
  await add(store, 100, 1);
  expect(checkSqliteStore(path)).toMatchObject({ entries: 101, findings: [] });
});

it('without an entry they become one as well', async () => {
  const [path] = await made(0);
  makeOlder(path, 6);
  const store = open(path);
  await add(store, 0, 1);
  expect(await isThere(store, 0)).toBe(true);
  expect(index(path)).toEqual({ names: 0, through: 0, version: schemaVersion });
});

it.each(['name', 'recent_name'])(
  'PSP-ACK-1: where %s lacks one the file stays as it is, and is rescued',
  async (table) => {
    const [path] = await made(100);
    makeOlder(path, 6);
    sql(path, `DELETE FROM ${table} WHERE key = (SELECT max(key) FROM ${table})`);
    for (let times = 0; times < 2; times += 1) {
      expect(() => open(path)).toThrow(/the index of names in .* is damaged/);
      expect(checkSqliteStore(path)).toMatchObject({
        entries: 100,
        findings: [{ detail: 'it is not found by its name' }],
      });
    }
    const rescued = join(dirname(path), 'rescued.db');
    const random = (count: number): Uint8Array => new Uint8Array(count).fill(0xee);
    expect((await rescueSqliteStore(path, rescued, random)).check.entries).toBe(100);
    expect(checkSqliteStore(rescued)).toMatchObject({ entries: 100, findings: [] });
  },
);

it('a copy of entries that began with two indexes goes on with one', async () => {
  const [path, before] = await made(1_100);
  makeOlder(path, 4);
  const damage = (by: string): string =>
    `SET checksum = checksum ${by} WHERE id = '${idOf(1_050)}'`;
  sql(path, `UPDATE resource ${damage('+ 1')}`);
  const stopped = /Patient\/\d+ in .* is damaged/;
  expect(() => open(path)).toThrow(stopped);
  makeTwoIndexes(path);
  expect(checkSqliteStore(path)).toMatchObject({ entries: 1_099, findings: [{}] });
  // The names are brought along, and it is a copy as before.
  expect(() => open(path)).toThrow(stopped);
  expect(index(path)).toEqual({ names: 1_000, through: 1_000, version: 5 });
  expect(checkSqliteStore(path)).toMatchObject({ entries: 1_099, findings: [{}] });
  sql(path, `UPDATE resource_older ${damage('- 1')}`);
  expect(await dump(open(path))).toEqual(before);
  expect(index(path)).toEqual({ names: 1_000, through: 1_000, version: schemaVersion });
  const store = opened(path, 128);
  for (const entry of [0, 999, 1_000, 1_099]) expect(await isThere(store, entry)).toBe(true);
  expect(checkSqliteStore(path)).toMatchObject({ entries: 1_100, findings: [] });
});
