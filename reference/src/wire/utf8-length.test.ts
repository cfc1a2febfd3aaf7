// PSP-MSG-23: how long a text gets, against the encoder of the system.
import { describe, expect, it } from 'vitest';
import { utf8Octets } from './utf8-length.ts';

/** Last and first characters of each length in UTF-8, and both halves of pairs. */
const units = [0x00, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xd800, 0xdbff, 0xdc00, 0xdfff, 0xe000];
const ends = [...units, 0xffff];

describe('the octets of a text in UTF-8', () => {
  it.each(ends.map((unit) => [unit.toString(16), unit] as const))('of U+%s', (_name, unit) => {
    const text = String.fromCharCode(unit);
    expect(utf8Octets(text)).toBe(Buffer.byteLength(text));
  });

  it('of any two and three of them: pairs count once, halves alone as U+FFFD', () => {
    for (const one of ends) {
      for (const other of ends) {
        const two = String.fromCharCode(one, other);
        expect([one, other, utf8Octets(two)]).toEqual([one, other, Buffer.byteLength(two)]);
        for (const last of ends) {
          const text = two + String.fromCharCode(last);
          expect(utf8Octets(text)).toBe(Buffer.byteLength(text));
        }
      }
    }
  });
});
