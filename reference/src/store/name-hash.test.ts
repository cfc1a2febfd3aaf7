// The numbers of a name: the same ones each time, others for other names, and for other starts.
import { expect, it } from 'vitest';
import { NameHash } from './name-hash.ts';

function numbers(hash: NameHash, type: number, id: string): readonly [number, number] {
  hash.take(type, id);
  return [hash.one, hash.other];
}

it('a name has the same two numbers each time, of 32 bits', () => {
  const [hash, same] = [new NameHash(7), new NameHash(7)];
  for (const id of ['', 'a', 'p1', 'x'.repeat(64)]) {
    const taken = numbers(hash, 1, id);
    numbers(hash, 2, 'another');
    expect(numbers(hash, 1, id)).toEqual(taken);
    expect(numbers(same, 1, id)).toEqual(taken);
    expect(taken.map((number) => number | 0)).toEqual(taken);
  }
});

it('type, id and each part of the start count in both numbers', () => {
  const [one, other] = numbers(new NameHash(0), 1, 'p1');
  const others = [
    numbers(new NameHash(0), 2, 'p1'),
    numbers(new NameHash(0), 1, 'p2'),
    numbers(new NameHash(2 ** 20), 1, 'p1'),
  ];
  for (const [first, second] of others)
    expect([first === one, second === other]).toEqual([false, false]);
  expect(numbers(new NameHash(1), 1, 'p1')[0]).not.toBe(one);
  expect(numbers(new NameHash(2 ** 47), 1, 'p1')[1]).not.toBe(other);
});

it('nobody outside knows which names look alike: each start is drawn', () => {
  const drawn = Array.from({ length: 8 }, () => numbers(new NameHash(), 1, 'p1').join());
  expect(new Set(drawn).size).toBe(8);
});
