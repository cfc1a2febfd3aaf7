// Instants against a calendar that the kit did not write.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareInstants, parseInstant } from './instant.ts';

const moment = fc.record({
  date: fc.date({
    min: new Date('0002-01-01T00:00:00Z'),
    max: new Date('9998-12-31T23:59:59Z'),
    noInvalidDate: true,
  }),
  offset: fc.integer({ min: -14 * 60, max: 14 * 60 }),
});

function written({ date, offset }: { date: Date; offset: number }): string {
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${local}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}

describe('instants', () => {
  it('PSP-DATA-11 are ordered like the platform’s calendar, at any offset', () => {
    fc.assert(
      fc.property(moment, moment, fc.boolean(), (left, other, same) => {
        const right = same ? { ...other, date: left.date } : other;
        const [a, b] = [parseInstant(written(left)), parseInstant(written(right))];
        if (a === undefined || b === undefined) throw new Error('no instant');
        expect(compareInstants(a, b)).toBe(Math.sign(left.date.getTime() - right.date.getTime()));
      }),
      { seed: 13, numRuns: 500 },
    );
  });

  it.each([
    '0000-01-01T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T00:00:00+14:01',
    '2026-01-01T00:00:00+00:60',
    '2026-01-01T00:00:00Z\n',
    '+2026-01-01T00:00:00Z',
    '2026-01-01t00:00:00Z',
  ])('PSP-DATA-11 %j is none', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });

  it.each(['2000-02-29T00:00:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:60-14:00'])(
    'PSP-DATA-11 %s is one',
    (text) => {
      expect(parseInstant(text)).toBeDefined();
    },
  );
});
