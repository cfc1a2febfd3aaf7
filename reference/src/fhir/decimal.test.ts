import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equalDecimals } from './decimal.ts';
import { propertySeed } from './testing/json-values.ts';

describe('equalDecimals', () => {
  it.each([
    ['1.10', '1.1'],
    ['100', '1e2'],
    ['100', '1E+2'],
    ['-0', '0'],
    ['0.000', '0e999999999999999999999'],
    ['12345678901234567890', '12345678901234567890.0'],
    ['0.1', '1e-1'],
    ['10e99999999999999999999', '1e100000000000000000000'],
    ['-1.50', '-15e-1'],
  ])('PSP-CHG-10 takes %s for %s', (a, b) => {
    expect(equalDecimals(a, b)).toBe(true);
    expect(equalDecimals(b, a)).toBe(true);
  });

  it.each([
    ['1', '-1'],
    ['1.1', '1.11'],
    ['12345678901234567890', '12345678901234567891'],
    ['0.1', '0.10000000000000000001'],
    ['1e400', '1e401'],
    ['10', '1'],
    ['0', '1e-999'],
  ])('PSP-CHG-10 tells %s from %s', (a, b) => {
    expect(equalDecimals(a, b)).toBe(false);
  });

  it('PSP-CHG-10 agrees with integer arithmetic at a common scale', () => {
    const number = fc.record({
      digits: fc.bigInt({ min: -1_200n, max: 1_200n }),
      point: fc.nat(3),
      power: fc.integer({ min: -3, max: 3 }),
      zeros: fc.nat(2),
    });
    const lexeme = ({ digits, point, power, zeros }: Parts): string => {
      const sign = digits < 0n ? '-' : '';
      const text = String(digits < 0n ? -digits : digits).padStart(point + 1, '0');
      const whole = text.slice(0, text.length - point);
      const fraction = text.slice(text.length - point) + '0'.repeat(zeros);
      return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}e${power}`;
    };
    const scaled = ({ digits, point, power }: Parts): bigint =>
      digits * 10n ** BigInt(12 + power - point);
    let equal = 0;
    const property = fc.property(number, number, fc.boolean(), (a, other, same) => {
      // Half of the pairs denote one number in two forms.
      const b = same
        ? { ...other, digits: a.digits * 10n, point: a.point + 1, power: a.power }
        : other;
      const expected = scaled(a) === scaled(b);
      if (expected) equal += 1;
      expect(equalDecimals(lexeme(a), lexeme(b))).toBe(expected);
    });
    fc.assert(property, { ...propertySeed, numRuns: 1_000 });
    expect(equal).toBeGreaterThan(300);
  });

  it('PSP-CHG-10 needs time in proportion to the digits', () => {
    const zeros = '0'.repeat(2_000_000);
    expect(equalDecimals(`1${zeros}1`, `1${zeros}1.0`)).toBe(true);
    expect(equalDecimals(`1e-${'9'.repeat(20_000)}`, `1.0e-${'9'.repeat(20_000)}`)).toBe(true);
  });
});

interface Parts {
  readonly digits: bigint;
  readonly point: number;
  readonly power: number;
  readonly zeros: number;
}
