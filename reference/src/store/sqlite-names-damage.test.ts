// Damage to the index of names that SQLite itself does not notice: what would hide entries ends
// their store in words, the check tells of all of it, and a rescue keeps every entry.
import { join, dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { checkSqliteStore, type StoreFinding } from './sqlite-check.ts';
import { rescueSqliteStore } from './sqlite-rescue.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { add, emptyStore, idOf, ids, isThere, max, opened } from './testing/named-stores.ts';
import { at, collect, everything, octets, patient } from './testing/samples.ts';
import { putSettled, settleNames } from './testing/settled-names.ts';

/** A store of ten entries, the names of the last three in no index. */
async function made(): Promise<string> {
  const path = emptyStore();
  const store = opened(path);
  await add(store, 0, 10);
  await store.close();
  expect(settleNames(path, 3)).toBe(7);
  return path;
}

function tamper(path: string, change: string | ((db: DatabaseSync) => void)): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA foreign_keys = OFF');
  if (typeof change === 'string') db.exec(change);
  else change(db);
  db.close();
}

const refusal = /the index of names in .* is damaged.*--rescue NEW/;
const resource = (index: number): string => `Patient/${idOf(index)}`;
const lost = (index: number): StoreFinding => ({
  resource: resource(index),
  detail: 'it is not found by its name',
});
const between = (detail: string): StoreFinding => ({ resource: undefined, detail });

async function expectRefused(path: string): Promise<void> {
  const store = opened(path);
  await expect(store.get('Patient', idOf(0))).rejects.toThrow(refusal);
  await expect(add(store, 20, 1)).rejects.toThrow(refusal);
  // What needs no name is there.
  expect(await everything(store)).toHaveLength(10);
  await store.addReport('{"n":1}');
}

/** Rescues a store; gives the ids of what the new one has. */
async function rescued(path: string): Promise<{ readonly store: Store; readonly ids: string[] }> {
  const to = join(dirname(path), `rescued${Math.random()}.db`);
  await rescueSqliteStore(path, to, (count) => new Uint8Array(count).fill(0xee));
  expect(checkSqliteStore(to).findings).toEqual([]);
  const store = opened(to);
  return { store, ids: (await everything(store)).map(({ payload }) => payload.resourceId) };
}

const notKnown = 'how far the index of names goes is not what was written';
const misled = '1 names lead to other resources, or to none';

describe('PSP-ACK-1: the check names it, counts every entry, and a rescue keeps all', () => {
  it.each<[string, string | ((db: DatabaseSync) => void), StoreFinding[]]>([
    ['a name that is gone', `DELETE FROM name WHERE id = '${idOf(2)}'`, [lost(2)]],
    [
      'a name that leads to another resource',
      `UPDATE name SET key = 5 WHERE id = '${idOf(2)}'`,
      [lost(2), between(misled)],
    ],
    [
      'a name that became another one',
      `UPDATE name SET id = 'lost' WHERE id = '${idOf(2)}'`,
      [lost(2), between(misled)],
    ],
    [
      'a name of nothing',
      "INSERT INTO name VALUES ('lost', 1, 6000)",
      [
        between('the resource in row 6000: it is in an index and not in the table'),
        between('1 names are in the index too early'),
        between(misled),
      ],
    ],
    [
      'names that are there too early',
      'INSERT INTO name SELECT id, type, key FROM resource WHERE key > 8',
      [between('2 names are in the index too early')],
    ],
    [
      'how far the index goes, with names gone as well',
      'UPDATE settled_name SET through = 9; DELETE FROM name WHERE key = 3',
      [between(notKnown)],
    ],
    ['a checksum', 'UPDATE settled_name SET checksum = checksum + 1', [between(notKnown)]],
    [
      'a number too large',
      `UPDATE settled_name SET through = ${2n ** 60n}`,
      [between(expect.stringMatching(/^how far the index of names goes: /) as string)],
    ],
    [
      'an index that goes beyond the last resource',
      (db) => {
        putSettled(db, 11);
      },
      [between('the index of names goes beyond the last resource')],
    ],
    [
      'that it goes anywhere',
      'DELETE FROM settled_name',
      [between('7 names are in the index too early')],
    ],
  ])('%s', async (_what, change, findings) => {
    const path = await made();
    tamper(path, change);
    expect(checkSqliteStore(path)).toMatchObject({ entries: 10, changes: 10, findings });
    expect((await rescued(path)).ids).toEqual(ids(0, 10));
  });

  it('an entry that is damaged beside it is not counted, and only that one', async () => {
    const path = await made();
    tamper(path, `UPDATE resource SET sequence = 99 WHERE key = 2; DELETE FROM name WHERE key < 4`);
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 9,
      findings: [lost(0), { resource: resource(1) }, lost(2)],
    });
    expect((await rescued(path)).ids).toEqual([idOf(0), ...ids(2, 8)]);
  });

  it('a name that two resources have: a rescue puts the first one aside', async () => {
    const path = await made();
    tamper(path, 'DELETE FROM name WHERE key = 2');
    const store = opened(path);
    await store.create(octets(patient(idOf(1), ',"active":true')), at);
    await store.close();
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 11,
      findings: [lost(1), between('1 names are there twice')],
    });
    const { store: kept, ids: there } = await rescued(path);
    expect(there.sort()).toEqual(ids(0, 10).sort());
    const { payload } = (await kept.get('Patient', idOf(1)))!;
    expect(payload.resource).toEqual(octets(patient(idOf(1), ',"active":true')));
    const [aside, ...others] = await collect(kept.archived());
    expect(aside).toMatchObject({ reason: 'displaced', payload: { resourceId: idOf(1) } });
    expect(aside!.payload.resource).toEqual(octets(patient(idOf(1))));
    expect([aside!.payload.changes.length, others]).toEqual([1, []]);
  });
});

describe('what would hide entries: the store goes on with nothing that needs a name', () => {
  it.each<[string, string]>([
    ['how far the index goes', 'UPDATE settled_name SET through = 9'],
    ['a checksum', 'UPDATE settled_name SET checksum = checksum + 1'],
    ['a lower number', 'UPDATE settled_name SET through = 1'],
  ])('%s', async (_what, change) => {
    const path = await made();
    tamper(path, change);
    await expectRefused(path);
  });

  it('a number too large', async () => {
    const path = await made();
    tamper(path, `UPDATE settled_name SET through = ${2n ** 60n}`);
    await expect(isThere(opened(path), 0)).rejects.toThrow(/is damaged/);
  });

  it('repaired meanwhile: the store goes on', async () => {
    const path = await made();
    const store = opened(path);
    expect(await isThere(store, 0)).toBe(true);
    tamper(path, 'UPDATE settled_name SET through = 9');
    await expect(isThere(store, 0)).rejects.toThrow(refusal);
    tamper(path, 'UPDATE settled_name SET through = 7');
    for (let index = 0; index < 10; index += 1) expect(await isThere(store, index)).toBe(true);
  });

  it('that it goes anywhere: names are found by their rows, and do not settle twice', async () => {
    const path = await made();
    tamper(path, 'DELETE FROM settled_name');
    const store = opened(path);
    for (let index = 0; index < 10; index += 1) expect(await isThere(store, index)).toBe(true);
    await expect(add(store, 20, max)).rejects.toThrow(refusal);
    expect(await isThere(store, 20)).toBe(false);
    // And there may be more than are ever in no index.
    await expect(isThere(opened(path, 8), 0)).rejects.toThrow(refusal);
    expect(await isThere(opened(path, 16), 0)).toBe(true);
  });

  it('a table that ends too early, whose keys come again', async () => {
    const path = await made();
    tamper(path, 'DELETE FROM resource WHERE key > 5');
    const store = opened(path);
    await expect(store.get('Patient', idOf(6))).rejects.toThrow(/its name|Patient\/.* is damaged/);
    await expect(add(store, 20, 1)).rejects.toThrow(refusal);
    expect(await isThere(store, 20)).toBe(false);
    expect(await isThere(store, 4)).toBe(true);
    expect(checkSqliteStore(path)).toMatchObject({ entries: 5 });
    expect((await rescued(path)).ids).toEqual(ids(0, 5));
  });

  it('a name that leads to another resource, for that name alone', async () => {
    const path = await made();
    tamper(path, `UPDATE name SET key = 5 WHERE id = '${idOf(2)}'`);
    const store = opened(path);
    await expect(isThere(store, 2)).rejects.toThrow(`${resource(2)} in ${path} is damaged`);
    expect(await isThere(store, 4)).toBe(true);
  });

  it('two resources of one name do not settle', async () => {
    const path = emptyStore();
    await add(opened(path), 0, 10);
    tamper(path, `UPDATE resource SET id = '${idOf(1)}' WHERE key = 3`);
    const store = opened(path);
    await expect(add(store, 20, max)).rejects.toThrow(refusal);
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 9,
      findings: [{ resource: resource(1) }, between('1 names are there twice')],
    });
  });
});

it('a store with names of an index is whole, for the program as for its check', async () => {
  const path = await made();
  expect(checkSqliteStore(path)).toMatchObject({ entries: 10, changes: 10, findings: [] });
  const store = openSqliteStore(path);
  for (let index = 0; index < 10; index += 1) expect(await isThere(store, index)).toBe(true);
  await store.close();
});
