// The key exchange where vectors do not reach: random scalars, and scalars drawn in both ways.
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { KitError } from '../fault.ts';
import { toHex, utf8 } from '../wire/octets.ts';
import {
  channelIdentifier,
  generatorOf,
  lv,
  prsOf,
  ready,
  scalarFrom,
  sharedValue,
  shareOf,
} from './cpace.ts';

beforeAll(ready);

const octets = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const sid = new Uint8Array(16).fill(7);

describe('CPace', () => {
  it('PSP-KEY-1 gives both sides one K, and another one for another secret', () => {
    fc.assert(
      fc.property(octets(64), octets(32), (wide, narrow) => {
        const [a, b] = [scalarFrom(wide), scalarFrom(narrow)];
        fc.pre(a !== undefined && b !== undefined);
        const right = generatorOf({ prs: prsOf('DIGITS', utf8('417204934')), sid });
        const wrong = generatorOf({ prs: prsOf('DIGITS', utf8('000000000')), sid });
        const k = sharedValue(a, shareOf(b, right));
        expect(k).toBeInstanceOf(Uint8Array);
        expect(k).toEqual(sharedValue(b, shareOf(a, right)));
        expect(sharedValue(a, shareOf(b, wrong))).not.toEqual(k);
      }),
      { seed: 9, numRuns: 20 },
    );
  });

  it('draws a scalar from 32 octets by clearing four bits, from 64 modulo L', () => {
    const ones = new Uint8Array(32).fill(255);
    expect(toHex(scalarFrom(ones) ?? new Uint8Array())).toBe(`${'ff'.repeat(31)}0f`);
    expect(scalarFrom(new Uint8Array(32))).toBeUndefined();
    expect(scalarFrom(new Uint8Array(64))).toBeUndefined();
    const top = new Uint8Array(32);
    top[31] = 0xf0;
    expect(scalarFrom(top)).toBeUndefined();
    expect(ones[31]).toBe(255);
    expect(() => scalarFrom(new Uint8Array(33))).toThrow(KitError);
  });

  it('PSP-HS-10 refuses a share of another length', () => {
    const scalar = scalarFrom(new Uint8Array(32).fill(1)) ?? new Uint8Array();
    for (const length of [0, 31, 33]) {
      const k = sharedValue(scalar, new Uint8Array(length));
      expect(k).toMatchObject({ code: 'AUTH_FAILED', requirement: 'PSP-HS-10' });
    }
  });

  it('PSP-KEY-1 writes lengths in the shortest LEB128', () => {
    expect(toHex(lv(new Uint8Array(300)).subarray(0, 2))).toBe('ac02');
    expect(toHex(lv(new Uint8Array(128)).subarray(0, 2))).toBe('8001');
    expect(toHex(lv(new Uint8Array()))).toBe('00');
    expect(channelIdentifier).toHaveLength(33);
  });
});
