// The table of the newest names: every key of a name is among those that it gives, whatever looks
// alike, up to the last place.
import { expect, it } from 'vitest';
import { NameHash } from './name-hash.ts';
import { RecentNames } from './recent-names.ts';

function hashOf(one: number, other: number): NameHash {
  return Object.assign(new NameHash(), { one, other });
}

it('PSP-RESUME-7: gives the keys of a name, and nothing for another one', () => {
  const names = new RecentNames(4_096);
  const hash = new NameHash(1);
  for (let key = 1; key <= 4_096; key += 1) {
    hash.take(key % 3, `p${key}`);
    names.add(hash, key);
  }
  for (let key = 1; key <= 4_096; key += 1) {
    hash.take(key % 3, `p${key}`);
    expect(names.keysOf(hash)).toEqual([key]);
  }
  hash.take(1, 'p0');
  expect(names.keysOf(hash)).toEqual([]);
});

it('gives every key of names that look alike, and none of those that only lie next to them', () => {
  const names = new RecentNames(8);
  names.add(hashOf(3, 70), 1);
  names.add(hashOf(3, 71), 2);
  names.add(hashOf(4, 70), 3);
  names.add(hashOf(3, 70), 4);
  expect(names.keysOf(hashOf(3, 71))).toEqual([2]);
  expect(names.keysOf(hashOf(5, 71))).toEqual([]);
  // What lies after its place and has its other number may be it: whoever asks looks at the row.
  expect(names.keysOf(hashOf(3, 70))).toEqual([1, 3, 4]);
});

it('begins again at its first place after the last one', () => {
  const names = new RecentNames(4);
  for (let key = 1; key <= 4; key += 1) names.add(hashOf(-1, key), 2 ** 40 + key);
  for (let key = 1; key <= 4; key += 1) {
    expect(names.keysOf(hashOf(-1, key))).toEqual([2 ** 40 + key]);
  }
});

it('is full, takes no more, and is empty again', () => {
  const names = new RecentNames(4);
  for (let key = 1; key <= 4; key += 1) {
    expect([names.size, names.isFull]).toEqual([key - 1, false]);
    names.add(hashOf(9, 9), key);
  }
  expect([names.size, names.isFull]).toEqual([4, true]);
  expect(() => {
    names.add(hashOf(0, 0), 5);
  }).toThrow('a name more');
  names.clear();
  expect([names.size, names.isFull]).toEqual([0, false]);
  expect(names.keysOf(hashOf(9, 9))).toEqual([]);
  names.add(hashOf(9, 9), 6);
  expect(names.keysOf(hashOf(9, 9))).toEqual([6]);
});
