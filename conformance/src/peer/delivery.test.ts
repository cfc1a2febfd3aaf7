// Every delivery carries the same octets.
import { describe, expect, it } from 'vitest';
import { concat } from '../wire/octets.ts';
import { deliveries, writesOf } from './delivery.ts';

const frames = [
  Uint8Array.of(0, 0, 0, 1, 9),
  Uint8Array.from({ length: 1_000 }, (_, index) => index % 251),
  Uint8Array.of(1),
  new Uint8Array(),
];

describe('the delivery of frames', () => {
  it.each(deliveries)('kit: PSP-FRAME-8 %s changes no octet and writes none of nothing', (how) => {
    const writes = writesOf(frames, how);
    expect(concat(...writes)).toEqual(concat(...frames));
    expect(writes.every((octets) => octets.length > 0)).toBe(true);
    expect(writesOf([new Uint8Array()], how)).toEqual([]);
  });

  it('kit: cuts as its name says', () => {
    expect(writesOf(frames, 'whole').map(({ length }) => length)).toEqual([5, 1_000, 1]);
    expect(writesOf(frames, 'coalesced').map(({ length }) => length)).toEqual([1_006]);
    expect(writesOf(frames, 'header-split').map(({ length }) => length)).toEqual([2, 3, 2, 998, 1]);
  });

  it('kit: PSP-FRAME-8 octet by octet at both ends of a long frame, and all of a short one', () => {
    const lengths = writesOf(frames, 'octet').map(({ length }) => length);
    expect(lengths.filter((length) => length > 1)).toEqual([1_000 - 2 * 192]);
    expect(lengths.slice(0, 5)).toEqual([1, 1, 1, 1, 1]);
  });
});
