import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderOf } from '../instant.ts';
import { jsonFrom } from '../json-value.ts';
import { hullOf, intervalOf, orderOfEnds, orderOfStarts, type Interval } from './date-interval.ts';
import { dateTest } from './date-match.ts';

const utc = (text: string): Interval => intervalOf(text, 'utc')!;

describe('intervals', () => {
  it.each([
    ['2024', '2024-01-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-02', '2024-02-01T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2023-02', '2023-02-01T00:00:00Z', '2023-03-01T00:00:00Z'],
    ['2024-12', '2024-12-01T00:00:00Z', '2025-01-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z', '2024-03-01T00:00:00Z'],
    ['2024-05-01T08:59+03:00', '2024-05-01T05:59:00Z', '2024-05-01T06:00:00Z'],
    ['2024-05-01T23:59:59Z', '2024-05-01T23:59:59Z', '2024-05-02T00:00:00Z'],
    ['2024-05-01T08:00:00.5Z', '2024-05-01T08:00:00.5Z', '2024-05-01T08:00:00.6Z'],
    ['2024-05-01T08:00:00.50Z', '2024-05-01T08:00:00.5Z', '2024-05-01T08:00:00.51Z'],
    ['2024-05-01T08:00:00.199Z', '2024-05-01T08:00:00.199Z', '2024-05-01T08:00:00.2Z'],
    ['2024-05-01T08:00:59.99Z', '2024-05-01T08:00:59.99Z', '2024-05-01T08:01:00Z'],
    ['2016-12-31T23:59:60Z', '2016-12-31T23:59:60Z', '2017-01-01T00:00:00Z'],
  ])('PSP-SEL-22: %s goes from %s to %s', (text, from, to) => {
    expect(utc(text)).toEqual({ from: utc(from).from, to: utc(to).from });
  });

  it('PSP-SEL-22: the last year there is has an end', () => {
    expect(utc('9999').to).toEqual(utc('9999-12-31').to);
  });

  it.each([
    '',
    '24',
    '0000',
    '2024-00',
    '2024-1',
    '2023-02-29',
    '2024-05-01T08',
    '2024-05-01T08:00',
  ])('PSP-SEL-22: %j is no date', (text) => {
    expect(intervalOf(text, 'utc')).toBeUndefined();
    expect(intervalOf(text, 'local')).toBeUndefined();
  });

  it('PSP-SEL-21: the local line takes what is written', () => {
    const written = intervalOf('2024-05-01T01:30:00+03:00', 'local');
    expect(written).toEqual(utc('2024-05-01T01:30:00Z'));
    expect(intervalOf('2024-05-01', 'local')).toEqual(utc('2024-05-01'));
  });

  it('PSP-SEL-22: a hull covers open sides', () => {
    const open = { from: undefined, to: utc('2024').to };
    expect(hullOf([utc('2025-03'), open])).toEqual({ from: undefined, to: utc('2025-03').to });
    expect(hullOf([])).toBeUndefined();
  });
});

const pad = (value: number): string => String(value).padStart(2, '0');
const anyDate = fc
  .record({
    day: fc.integer({ min: 1, max: 3 }),
    second: fc.integer({ min: 0, max: 2 }),
    fraction: fc.constantFrom('', '.0', '.9', '.95'),
    length: fc.constantFrom(4, 7, 10, 16, 99),
  })
  .map(({ day, second, fraction, length }) => {
    const text = `2024-01-${pad(day)}T00:00:${pad(second)}${fraction}`.slice(0, length);
    return length > 10 ? `${text}Z` : text;
  });
const period = fc
  .record({ start: fc.option(anyDate), end: fc.option(anyDate) })
  .map(({ start, end }) => jsonFrom({ start, end }));
const element = fc.oneof(
  anyDate.map((value) => ({ value, type: 'dateTime', system: undefined })),
  period.map((value) => ({ value, type: 'Period', system: undefined })),
);

describe('the laws of the prefixes', () => {
  const seeded = { seed: 21, numRuns: 1_000 };
  const all = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const;
  // One line of time, so that the laws speak of one element.
  const timed = anyDate.filter((text) => text.includes('T'));

  it('PSP-SEL-22: ne is the complement of eq; le and ge are lt and gt with eq', () => {
    const law = fc.property(element, timed, (found, text) => {
      const [eq, ne, lt, le, gt, ge] = all.map((prefix) => dateTest(prefix + text)!(found));
      const nothing =
        found.type === 'Period' &&
        !/2024/.test(String([...(found.value as Map<string, unknown>).values()]));
      if (nothing) expect([eq, ne, lt, le, gt, ge]).not.toContain(true);
      else {
        expect(ne).toBe(!eq);
        expect(le).toBe(lt! || eq!);
        expect(ge).toBe(gt! || eq!);
        expect(eq! || lt! || gt!).toBe(true);
        expect(dateTest(text)!(found)).toBe(eq);
      }
    });
    fc.assert(law, seeded);
  });

  it('PSP-SEL-22: a text is within itself and within every shorter form of itself', () => {
    const law = fc.property(timed, fc.constantFrom(4, 7, 10), (text, length) => {
      const found = { value: text, type: 'dateTime', system: undefined };
      expect(dateTest(text)!(found)).toBe(true);
      expect(dateTest(text.slice(0, length))!(found)).toBe(true);
    });
    fc.assert(law, seeded);
  });

  it('PSP-SEL-22: an interval begins before it ends', () => {
    const law = fc.property(anyDate, anyDate, (a, b) => {
      const [one, other] = [utc(a), utc(b)];
      expect(orderOf(one.from!, one.to!)).toBe(-1);
      const flip = (order: -1 | 0 | 1): number => 0 - order;
      expect(orderOfStarts(one, other) + 0).toBe(flip(orderOfStarts(other, one)) + 0);
      expect(orderOfEnds(one, other) + 0).toBe(flip(orderOfEnds(other, one)) + 0);
    });
    fc.assert(law, seeded);
  });
});
