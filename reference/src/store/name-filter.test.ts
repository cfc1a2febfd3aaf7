// A filter that never denies a name that it was given, and seldom takes another one for it.
import { expect, it } from 'vitest';
import { NameFilter } from './name-filter.ts';
import { NameHash } from './name-hash.ts';

// A fixed start: how many names are taken for others depends on it.
const hash = new NameHash(0x5eed);

function hashed(type: number, id: string): NameHash {
  hash.take(type, id);
  return hash;
}

it('PSP-RESUME-7: has whatever was added', () => {
  const filter = new NameFilter();
  const ids = Array.from({ length: 50_000 }, (_, index) => `${index * 7_919}-${index}`);
  for (const [index, id] of ids.entries()) filter.add(hashed(1 + (index % 3), id));
  expect(ids.every((id, index) => filter.mayHave(hashed(1 + (index % 3), id)))).toBe(true);
  // Of the same ids with another type, and of other ids, it has next to none.
  const others = ids.filter((id, index) => filter.mayHave(hashed(4 + (index % 3), id)));
  const longer = ids.filter((id) => filter.mayHave(hashed(1, `${id}0`)));
  expect(others.length + longer.length).toBeLessThan(20);
});

it('has nothing at first, and takes any text for a name', () => {
  const filter = new NameFilter();
  const odd = ['', '.', 'a', 'b', '\u0000', '\ud800', 'é', 'x'.repeat(10_000)];
  expect(odd.some((id) => filter.mayHave(hashed(1, id)))).toBe(false);
  for (const id of odd) filter.add(hashed(1, id));
  expect(odd.every((id) => filter.mayHave(hashed(1, id)))).toBe(true);
  expect(odd.some((id) => filter.mayHave(hashed(2, id)))).toBe(false);
});

it('still tells most of a million names from those that it has', () => {
  const filter = new NameFilter();
  const id = (index: number): string => (Math.imul(index, 0x9e3779b1) >>> 0).toString(36);
  for (let index = 0; index < 1_000_000; index += 1) filter.add(hashed(1, id(index)));
  let confused = 0;
  for (let index = 1_000_000; index < 1_100_000; index += 1) {
    confused += Number(filter.mayHave(hashed(1, id(index))));
  }
  expect(confused).toBeLessThan(1_500);
});
