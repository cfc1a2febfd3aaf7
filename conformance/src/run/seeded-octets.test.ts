// What the kit draws follows from seed and label, however it is taken.
import { expect, it } from 'vitest';
import { seededOctets } from './seeded-octets.ts';

const hex = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');

it('kit: the same seed and label give the same octets, in any portions', () => {
  const whole = seededOctets('a', 'x')(200);
  const next = seededOctets('a', 'x');
  const pieces = [1, 63, 65, 0, 71].map((count) => hex(next(count)));
  expect(pieces.join('')).toBe(hex(whole));
});

it.each([
  ['b', 'x'],
  ['a', 'y'],
])('kit: seed %s, label %s gives others', (seed, label) => {
  expect(hex(seededOctets(seed, label)(64))).not.toBe(hex(seededOctets('a', 'x')(64)));
});

it('kit: blocks differ', () => {
  const octets = seededOctets('a', 'x')(128);
  expect(hex(octets.subarray(0, 64))).not.toBe(hex(octets.subarray(64)));
});
