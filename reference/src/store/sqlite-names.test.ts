// The index of names and the names that are in none yet: when they go there, and that every entry
// is found, and found once, wherever its name is and whoever wrote it. What a damaged index does is
// in sqlite-names-damage.test.ts.
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, expect, it, vi } from 'vitest';
import { NameFilter } from './name-filter.ts';
import { NameHash } from './name-hash.ts';
import { checkSqliteStore } from './sqlite-check.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { add, emptyStore, idOf, ids, isThere, max, names, opened } from './testing/named-stores.ts';
import { anyTime, at, batch, created, octets, take } from './testing/samples.ts';
import { patient, version } from './testing/samples.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** What the next write fails with, after all that it did. */
const failing =
  "CREATE TRIGGER stop BEFORE UPDATE ON store BEGIN SELECT RAISE(ABORT, 'the power is gone'); END";

function sql(path: string, text: string): void {
  const db = new DatabaseSync(path);
  db.exec(text);
  db.close();
}

async function expectFound(store: Store, first: number, count: number): Promise<void> {
  for (const id of ids(first, count)) {
    expect((await store.get('Patient', id))?.payload.resourceId).toBe(id);
  }
}

it('PSP-RESUME-7: many names settle together, and every entry stays one', async () => {
  const path = emptyStore();
  const store = opened(path);
  await add(store, 0, max - 1);
  expect(names(path)).toEqual({ settled: 0, through: 0 });
  await add(store, max - 1, 1);
  expect(names(path)).toEqual({ settled: max, through: max });
  await add(store, max, 1.5 * max);
  const total = 2.5 * max;
  expect(names(path)).toEqual({ settled: 2 * max, through: 2 * max });

  await expectFound(store, 0, total);
  for (const index of [5, 2 * max - 1, 2 * max, total - 1]) {
    await expect(store.create(octets(patient(idOf(index))), at)).rejects.toThrow(/exists/);
  }
  await store.updateRemote(batch(...ids(0, total).map((id) => created(id))), take);
  expect(names(path)).toEqual({ settled: 2 * max, through: 2 * max });
  expect(await store.count(anyTime)).toEqual(new Map([['Patient', total]]));
  expect(checkSqliteStore(path)).toMatchObject({ entries: total, findings: [] });
});

it('PSP-RESUME-7: 32 768 names that no index has are found; one more and they settle', async () => {
  const path = emptyStore();
  const store = openSqliteStore(path);
  await add(store, 0, 32_767);
  expect(names(path)).toEqual({ settled: 0, through: 0 });
  await expectFound(store, 32_200, 567);
  await add(store, 32_767, 2);
  expect(names(path)).toEqual({ settled: 32_768, through: 32_768 });
  for (const first of [0, 20_000, 32_762]) await expectFound(store, first, 7);
  await store.close();
});

it('many in one transaction settle before its end, each time there are enough', async () => {
  const path = emptyStore();
  const store = opened(path);
  await add(store, 0, 3 * max + 5);
  expect(names(path)).toEqual({ settled: 3 * max, through: 3 * max });
  await expectFound(store, 0, 3 * max + 5);
  expect(checkSqliteStore(path)).toMatchObject({ entries: 3 * max + 5, findings: [] });
});

it('types are told apart, before their names settle and afterwards', async () => {
  const path = emptyStore();
  const store = opened(path);
  await add(store, 0, 10);
  const group = octets(`{"resourceType":"Group","id":"${idOf(3)}","type":"person","actual":true}`);
  for (let count = 10; count < 3 * max; count += max) {
    expect(await store.get('Group', idOf(3))).toBeUndefined();
    await add(store, count, max);
  }
  await store.create(group, at);
  for (const type of ['Patient', 'Group']) {
    expect((await store.get(type, idOf(3)))?.payload.resourceType).toBe(type);
  }
});

it('names that were read from their rows settle with the others, and no sooner', async () => {
  const path = emptyStore();
  await add(opened(path), 0, max - 2);
  const store = opened(path);
  await add(opened(path), 200, 1);
  await expectFound(store, 0, max - 2);
  await expectFound(store, 200, 1);
  await store.delete('Patient', idOf(1), at);
  expect(names(path)).toEqual({ settled: 0, through: 0 });
  await add(store, 300, 2);
  expect(names(path)).toEqual({ settled: max, through: max });
  expect(checkSqliteStore(path)).toMatchObject({ entries: max + 1, findings: [] });
});

it('names of a transaction that fails are not there', async () => {
  const path = emptyStore();
  const store = opened(path);
  await add(store, 0, 10);
  for (const many of [10, 2 * max]) {
    const twice = [...ids(1_000, many), idOf(0)].map((id) => octets(patient(id)));
    await expect(store.createAll(twice, at)).rejects.toThrow(/exists/);
    expect(names(path)).toEqual({ settled: 0, through: 0 });
    await expectFound(store, 0, 10);
    expect(await isThere(store, 1_000)).toBe(false);
  }
  // Keys come again, for other names, and of other programs.
  await add(opened(path), 500, 10);
  await expectFound(store, 500, 10);
  await add(store, 1_000, 10);
  for (const first of [0, 500, 1_000]) await expectFound(store, first, 10);
  expect(checkSqliteStore(path)).toMatchObject({ entries: 30, findings: [] });
});

it('names that settled in a transaction that fails are found as before', async () => {
  const path = emptyStore();
  await add(opened(path), 0, max / 2);
  const store = opened(path);
  sql(path, failing);
  await expect(add(store, 100, max)).rejects.toThrow(/the power is gone/);
  await expectFound(store, 0, max / 2);
  expect(await isThere(store, 100)).toBe(false);
  sql(path, 'DROP TRIGGER stop');
  await add(store, 200, max);
  expect(names(path)).toEqual({ settled: max, through: max });
  await expectFound(store, 0, max / 2);
  await expectFound(store, 200, max);
});

it('no more rows are read than have names that are not known', async () => {
  const path = emptyStore();
  await add(opened(path), 0, max);
  const store = opened(path);
  const taken = vi.spyOn(NameHash.prototype, 'take');
  const looks = async (): Promise<number> => {
    taken.mockClear();
    await expectFound(store, 0, 1);
    // One is of the name that is looked for.
    return taken.mock.calls.length - 1;
  };
  expect(await looks()).toBe(0);
  await add(opened(path), max, 1);
  expect(await looks()).toBe(1);
  for (let index = 500; index < 520; index += 1) expect(await isThere(store, index)).toBe(false);
  await add(opened(path), max + 1, 2);
  expect(await looks()).toBe(2);
  // Nothing was added: nothing is read again.
  await expect(store.create(octets(patient(idOf(0))), at)).rejects.toThrow(/exists/);
  expect(await looks()).toBe(0);
  await expect(
    store.createAll(
      [500, 0].map((n) => octets(patient(idOf(n)))),
      at,
    ),
  ).rejects.toThrow();
  expect(await looks()).toBe(3);
});

it('a name that was looked for in vain is found as soon as it is there', async () => {
  const path = emptyStore();
  const [one, two] = [opened(path), opened(path)];
  await add(one, 0, 400);
  // Each reads all names after a while, the first one when there were none, and says from then on
  // without a look what is not there.
  const filter = vi.spyOn(NameFilter.prototype, 'add');
  for (const store of [one, two]) {
    for (let index = 0; index < 900; index += 1) {
      expect(await isThere(store, index)).toBe(index < 400);
    }
  }
  expect(filter).toHaveBeenCalledTimes(400);
  await add(one, 400, 1);
  expect([await isThere(one, 400), await isThere(two, 400)]).toEqual([true, true]);
  await add(two, 401, 1);
  expect([await isThere(one, 401), await isThere(two, 401)]).toEqual([true, true]);
  // The other one settles what this one has not seen yet, and what it has seen.
  await add(two, 402, 2.5 * max);
  await expectFound(one, 0, 402 + 2.5 * max);
  await expect(one.create(octets(patient(idOf(402))), at)).rejects.toThrow(/exists/);
  // In one transaction as well: the second is the first one changed.
  const [first, second] = [created(idOf(900)), created(idOf(900), 2n)];
  await one.updateRemote(batch(first, second), (current, received) => {
    expect(current === undefined).toBe(received === first);
    return take(current, received);
  });
  expect(checkSqliteStore(path)).toMatchObject({ entries: 403 + 2.5 * max, findings: [] });
});

it('a reading of names that ends half way is done again from the beginning', async () => {
  const path = emptyStore();
  const [one, two] = [opened(path), opened(path)];
  await add(one, 0, 10);
  for (let index = 500; index < 520; index += 1) expect(await isThere(one, index)).toBe(false);
  await add(two, 10, 1.5 * max);
  // Of the names that it has not seen yet, the second one.
  vi.spyOn(NameHash.prototype, 'take')
    .mockImplementationOnce(() => undefined)
    .mockImplementationOnce(() => {
      throw new Error('the disk is gone');
    });
  await expect(isThere(one, 0)).rejects.toThrow('the disk is gone');
  await expectFound(one, 0, 10 + 1.5 * max);
});

it('two programs on one file see the names of each other', async () => {
  const path = emptyStore();
  const [one, two] = [opened(path), opened(path)];
  for (let first = 0; first < 4 * max; first += 20) {
    await add(one, first, 10);
    await add(two, first + 10, 10);
    await expect(two.create(octets(patient(idOf(first))), at)).rejects.toThrow(/exists/);
    expect(await one.importServerVersion(octets(version(idOf(first + 10), '1')))).toBe(
      'kept-local-changes',
    );
  }
  expect(names(path).settled).toBeGreaterThan(2 * max);
  expect(checkSqliteStore(path).findings).toEqual([]);
});

it('PSP-RESUME-7: whatever programs do in turn, each finds what is there and no more', async () => {
  const few = 16;
  const step = fc.record({
    who: fc.nat(2),
    what: fc.constantFrom('add', 'add', 'fail', 'open', 'look', 'look'),
    first: fc.nat(80),
    count: fc.integer({ min: 1, max: 2 * few }),
  });
  const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
    const path = emptyStore();
    const programs = [opened(path, few), opened(path, few), opened(path, few)];
    const there = new Set<number>();
    for (const { who, what, first, count } of steps) {
      const some = Array.from({ length: count }, (_, index) => first + index);
      const entries = some.map((index) => created(idOf(index)));
      if (what === 'open') {
        await programs[who]!.close();
        programs[who] = opened(path, few);
      } else if (what === 'look') {
        for (const index of some)
          expect(await isThere(programs[who]!, index)).toBe(there.has(index));
      } else {
        const last = what === 'fail' ? entries.at(-1) : undefined;
        const writing = programs[who]!.updateRemote(batch(...entries), (current, received) => {
          if (received === last) throw new Error('no more');
          return take(current, received);
        });
        if (what === 'fail') await expect(writing).rejects.toThrow('no more');
        else for (const index of (await writing, some)) there.add(index);
      }
    }
    expect(checkSqliteStore(path)).toMatchObject({ entries: there.size, findings: [] });
    for (const program of programs) await program.close();
  });
  await fc.assert(property, { numRuns: 40, seed: 20_241_123 });
});

it('names that look alike are told apart by their rows', async () => {
  vi.spyOn(NameHash.prototype, 'take').mockImplementation(function (this: NameHash) {
    Object.assign(this, { one: 5, other: 5 });
  });
  const path = emptyStore();
  const store = opened(path);
  await add(store, 0, 20);
  await store.create(octets(`{"resourceType":"Observation","id":"${idOf(3)}"}`), at);
  await expectFound(store, 0, 20);
  expect(await isThere(store, 20)).toBe(false);
  expect(await store.get('Observation', idOf(4))).toBeUndefined();
  expect(await store.count(anyTime)).toEqual(
    new Map([
      ['Patient', 20],
      ['Observation', 1],
    ]),
  );
});
