import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareInstants, parseInstant } from './instant.ts';
import { propertySeed } from './testing/json-values.ts';

describe('compareInstants', () => {
  it.each([
    ['2024-05-01T12:00:00Z', '2024-05-01T14:00:00+02:00'],
    ['2024-05-01T12:00:00.5Z', '2024-05-01T12:00:00.500000Z'],
    ['2024-05-01T12:00:00Z', '2024-05-01T12:00:00.000Z'],
    ['2024-01-01T00:30:00+01:00', '2023-12-31T23:30:00Z'],
    ['2024-02-29T23:00:00-02:30', '2024-03-01T01:30:00-00:00'],
    ['2016-12-31T23:59:60Z', '2017-01-01T01:59:60+02:00'],
  ])('PSP-DATA-11 takes %s and %s for one moment', (a, b) => {
    expect(compareInstants(a, b)).toBe(0);
    expect(compareInstants(b, a)).toBe(0);
  });

  it.each([
    ['2024-05-01T12:00:00.123456Z', '2024-05-01T12:00:00.123457Z'],
    ['2024-05-01T12:00:00.9Z', '2024-05-01T12:00:01Z'],
    ['2024-05-01T12:00:00.49Z', '2024-05-01T12:00:00.5Z'],
    ['2024-05-01T12:00:00.5Z', '2024-05-01T12:00:00.51Z'],
    ['2024-05-01T23:00:00+02:00', '2024-05-01T22:00:00Z'],
    ['2024-05-01T09:00:00Z', '2024-05-01T10:00:00.0-14:00'],
    ['2016-12-31T23:59:59.999Z', '2016-12-31T23:59:60Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:60.1Z'],
    ['2016-12-31T23:59:60.999Z', '2017-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'],
    [`2024-05-01T12:00:00.${'0'.repeat(300)}1Z`, `2024-05-01T12:00:00.${'0'.repeat(299)}1Z`],
  ])('PSP-DATA-11 puts %s before %s', (a, b) => {
    expect(compareInstants(a, b)).toBe(-1);
    expect(compareInstants(b, a)).toBe(1);
  });

  it.each([
    '',
    '2024',
    '2024-05-01',
    '2024-05-01T12:00Z',
    '2024-05-01T12:00:00',
    '2024-05-01T12:00:00.Z',
    '2024-05-01t12:00:00z',
    '2024-05-01 12:00:00Z',
    '2024-05-01T12:00:00+0200',
    '2024-05-01T12:00:00+14:01',
    '2024-05-01T12:00:00+02:60',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '2024-05-01T12:00:61Z',
    '2024-00-01T12:00:00Z',
    '2024-13-01T12:00:00Z',
    '2024-04-31T12:00:00Z',
    '2023-02-29T12:00:00Z',
    '1900-02-29T12:00:00Z',
    '0000-01-01T12:00:00Z',
    '2024-05-01T12:00:00Z\n',
    ' 2024-05-01T12:00:00Z',
    '٢٠٢٤-05-01T12:00:00Z',
  ])('PSP-DATA-11 finds no order for %j', (text) => {
    expect(compareInstants(text, '2024-05-01T12:00:00Z')).toBeUndefined();
    expect(compareInstants('2024-05-01T12:00:00Z', text)).toBeUndefined();
  });

  it('PSP-DATA-11 knows the leap years and the days before 1970', () => {
    expect(parseInstant('1970-01-01T00:00:00Z')?.second).toBe(0);
    expect(parseInstant('1969-12-31T23:59:59Z')?.second).toBe(-1);
    expect(parseInstant('2000-02-29T00:00:00Z')?.second).toBe(951_782_400);
    expect(parseInstant('0001-01-01T00:00:00Z')?.second).toBe(-62_135_596_800);
  });

  it('PSP-DATA-11 agrees with whole nanoseconds computed in big integers', () => {
    // Few seconds around midnight and few fractions: equal and nearly equal moments are frequent.
    const moment = fc.record({
      year: fc.integer({ min: 1, max: 9_998 }),
      second: fc.integer({ min: -2, max: 2 }),
      nanos: fc.constantFrom(0, 1, 100, 500_000_000, 999_999_999),
      offset: fc.integer({ min: -840, max: 840 }),
      digits: fc.constantFrom(9, 12, 40),
    });
    const textOf = ({ year, second, nanos, offset, digits }: Moment): string => {
      const local = new Date(0);
      local.setUTCFullYear(year, 11, 31);
      local.setUTCHours(24, offset, second);
      const fraction = String(nanos).padStart(9, '0').padEnd(digits, '0');
      const [hours, minutes] = [Math.trunc(Math.abs(offset) / 60), Math.abs(offset) % 60];
      const zone = `${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
      // Four digits of year for all years of the range.
      const dateTime = local.toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss'.length);
      return `${dateTime}.${fraction}${zone}`;
    };
    const nanosOf = ({ year, second, nanos }: Moment): bigint => {
      const midnight = new Date(0);
      midnight.setUTCFullYear(year, 11, 31);
      midnight.setUTCHours(24, 0, 0);
      return BigInt(midnight.getTime() + second * 1_000) * 1_000_000n + BigInt(nanos);
    };
    const seen = { equal: 0, close: 0 };
    const property = fc.property(moment, moment, fc.boolean(), (a, other, sameYear) => {
      const b = sameYear ? { ...other, year: a.year } : other;
      const difference = nanosOf(a) - nanosOf(b);
      const expected = difference < 0n ? -1 : difference > 0n ? 1 : 0;
      expect(compareInstants(textOf(a), textOf(b))).toBe(expected);
      if (difference === 0n) seen.equal += 1;
      else if (difference < 1_000n && difference > -1_000n) seen.close += 1;
    });
    fc.assert(property, { ...propertySeed, numRuns: 3_000 });
    expect(seen.equal).toBeGreaterThan(30);
    expect(seen.close).toBeGreaterThan(30);
  });
});

interface Moment {
  readonly year: number;
  readonly second: number;
  readonly nanos: number;
  readonly offset: number;
  readonly digits: number;
}

const two = (number: number): string => String(number).padStart(2, '0');
