// The two indexes of names: what is moved from the one to the other, when, and that every entry is
// found and found once wherever its name is.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { checkSqliteStore } from './sqlite-check.ts';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { anyTime, at, batch, countingOctets, created, octets, take } from './testing/samples.ts';
import { patient, settings, version } from './testing/samples.ts';

const recentMax = 16_384;

function made(): string {
  const folder = mkdtempSync(join(tmpdir(), 'names-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'store.db');
  void createSqliteStore(path, settings, countingOctets()).close();
  return path;
}

function opened(path: string): Store {
  const store = openSqliteStore(path);
  onTestFinished(() => store.close());
  return store;
}

/** Ids that lie anywhere: the digits of a number backwards. */
const idOf = (index: number): string => `${[...`${1_000_000 + index}`].reverse().join('')}`;
const ids = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => idOf(first + index));
const add = (store: Store, first: number, count: number): Promise<void> =>
  store.createAll(
    ids(first, count).map((id) => octets(patient(id))),
    at,
  );

function names(path: string): { readonly settled: number; readonly recent: number } {
  const db = new DatabaseSync(path, { readOnly: true });
  const counts = db
    .prepare('SELECT (SELECT count(*) FROM name) settled, count(*) recent FROM recent_name')
    .get();
  db.close();
  return counts as { settled: number; recent: number };
}

it('PSP-RESUME-7: names are moved in stretches, and every entry stays one', async () => {
  const path = made();
  const store = opened(path);
  await add(store, 0, recentMax);
  expect(names(path)).toEqual({ settled: 0, recent: recentMax });
  // As many as come in go on, until the last name, and then from the first one again.
  let total = recentMax;
  for (; total < 4.5 * recentMax; total += 1_500) await add(store, total, 1_500);
  const { settled, recent } = names(path);
  expect(settled + recent).toBe(total);
  expect(settled).toBeGreaterThan(3 * recentMax);
  expect(recent).toBeLessThan(1.2 * recentMax);

  for (const index of [0, 1, 77, recentMax - 1, recentMax, total - 1]) {
    expect((await store.get('Patient', idOf(index)))?.payload.resourceId).toBe(idOf(index));
  }
  await expect(store.create(octets(patient(idOf(5))), at)).rejects.toThrow(/exists/);
  const again = ids(0, total).map((id) => created(id));
  await store.updateRemote(batch(...again), take);
  expect(names(path)).toEqual({ settled, recent });
  expect(await store.count(anyTime)).toEqual(new Map([['Patient', total]]));
  expect(checkSqliteStore(path)).toMatchObject({ entries: total, findings: [] });
});

it('many in one transaction are moved at its end', async () => {
  const path = made();
  await add(opened(path), 0, 3 * recentMax);
  expect(names(path)).toEqual({ settled: 2 * recentMax, recent: recentMax });
  expect(checkSqliteStore(path)).toMatchObject({ entries: 3 * recentMax, findings: [] });
});

it('those of a transaction that fails are not there', async () => {
  const path = made();
  const store = opened(path);
  await add(store, 0, recentMax);
  const twice = [...ids(recentMax, 3_000), idOf(recentMax)];
  await expect(
    store.createAll(
      twice.map((id) => octets(patient(id))),
      at,
    ),
  ).rejects.toThrow(/exists/);
  expect(names(path)).toEqual({ settled: 0, recent: recentMax });
  await add(store, recentMax, 3_000);
  expect(checkSqliteStore(path)).toMatchObject({ entries: recentMax + 3_000, findings: [] });
  // It fails with some names in the index, because they were looked for, and some in none.
  const some = ids(100_000, 10).map((id) => created(id));
  const late = [...some, some[0]!, ...ids(100_010, 10).map((id) => created(id)), created('last')];
  const failing = store.updateRemote(batch(...late), (current, received) => {
    if (received.resourceId === 'last') throw new Error('no more');
    return take(current, received);
  });
  await expect(failing).rejects.toThrow('no more');
  await add(store, 100_000, 5);
  expect(checkSqliteStore(path)).toMatchObject({ entries: recentMax + 3_005, findings: [] });
});

it('a name that was looked for in vain is found as soon as it is there', async () => {
  const path = made();
  const [one, two] = [opened(path), opened(path)];
  await add(one, 0, 400);
  const isThere = async (store: Store, index: number): Promise<boolean> =>
    (await store.get('Patient', idOf(index))) !== undefined;
  // Each reads all names after a while, and says from then on without a look what is not there.
  for (const store of [one, two]) {
    for (let index = 0; index < 900; index += 1) {
      expect(await isThere(store, index)).toBe(index < 400);
    }
  }
  await add(one, 400, 1);
  expect([await isThere(one, 400), await isThere(two, 400)]).toEqual([true, true]);
  await add(two, 401, 1);
  expect([await isThere(one, 401), await isThere(two, 401)]).toEqual([true, true]);
  // In one transaction as well: the second is the first one changed.
  const [first, second] = [created(idOf(500)), created(idOf(500), 2n)];
  await one.updateRemote(batch(first, second), (current, received) => {
    expect(current === undefined).toBe(received === first);
    return take(current, received);
  });
  expect(checkSqliteStore(path)).toMatchObject({ entries: 403, findings: [] });
});

it('two programs on one file see the names of each other', async () => {
  const path = made();
  const [one, two] = [opened(path), opened(path)];
  for (let first = 0; first < 1.5 * recentMax; first += 2_000) {
    await add(one, first, 1_000);
    await add(two, first + 1_000, 1_000);
    await expect(two.create(octets(patient(idOf(first))), at)).rejects.toThrow(/exists/);
    expect(await one.importServerVersion(octets(version(idOf(first + 1_000), '1')))).toBe(
      'kept-local-changes',
    );
  }
  expect(names(path).settled).toBeGreaterThan(0);
  expect(checkSqliteStore(path).findings).toEqual([]);
});
