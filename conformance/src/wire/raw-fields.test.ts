// Fields without a schema: what is written is found again, at the right place.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KitError } from '../fault.ts';
import { fromHex, toHex } from './octets.ts';
import { encodeField, encodeFields, parseFields, varint } from './raw-fields.ts';
import type { StyledField } from './raw-fields.ts';

const number = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 0x1fff_ffff }));
const octets = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const field: fc.Arbitrary<StyledField> = fc.oneof(
  fc.record({
    number,
    wire: fc.constant(0 as const),
    value: fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
    tagOctets: fc.integer({ min: 1, max: 5 }),
    varintOctets: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({ number, wire: fc.constant(1 as const), value: octets(8) }),
  fc.record({
    number,
    wire: fc.constant(2 as const),
    value: fc.uint8Array(),
    varintOctets: fc.integer({ min: 1, max: 10 }),
  }),
  fc.record({ number, wire: fc.constant(5 as const), value: octets(4) }),
);

describe('raw fields', () => {
  it('PSP-MSG-4 finds again what it wrote, minimal or not', () => {
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const written = encodeFields(fields);
        const found = parseFields(written);
        if (!Array.isArray(found)) throw new KitError(found.detail);
        expect(found.map(({ number: n, wire, value }) => ({ n, wire, value }))).toEqual(
          fields.map(({ number: n, wire, value }) => ({ n, wire, value })),
        );
        expect(found.at(-1)?.end ?? 0).toBe(written.length);
      }),
      { seed: 7, numRuns: 200 },
    );
  });

  it('PSP-MSG-4 writes as many octets as asked for', () => {
    expect(toHex(varint(0n, 2))).toBe('8000');
    expect(toHex(varint(300n))).toBe('ac02');
    const long = encodeField({ number: 1, wire: 0, value: 1n, tagOctets: 5, varintOctets: 3 });
    expect(toHex(long)).toBe('8880808000818000');
  });

  it('says where a field stands', () => {
    const found = parseFields(fromHex('0801 1a03616263'));
    expect(found).toMatchObject([
      { start: 0, valueStart: 1, end: 2 },
      { start: 2, valueStart: 4 },
    ]);
  });

  it.each([
    [{ number: 0, wire: 0, value: 1n }],
    [{ number: 536_870_912, wire: 0, value: 1n }],
    [{ number: 1, wire: 0, value: -1n }],
    [{ number: 1, wire: 0, value: new Uint8Array(1) }],
    [{ number: 1, wire: 1, value: new Uint8Array(7) }],
    [{ number: 1, wire: 2, value: 1n }],
    [{ number: 1, wire: 0, value: 1n, varintOctets: 11 }],
    [{ number: 1, wire: 0, value: 1n, tagOctets: 6 }],
  ] as [StyledField][])('does not write %o', (wrong) => {
    expect(() => encodeField(wrong)).toThrow(KitError);
  });
});
