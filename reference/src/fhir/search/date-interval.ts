// Dates of any precision as intervals of exact instants. Knows no clock and no time zone: a date is
// read on the line of time that its reader names.
import { parseInstant, orderOf, type Instant } from '../instant.ts';

/**
 * From the first moment up to, not including, the end. An open side is undefined. The second `:60`
 * is an interval of its own and also belongs to the second before it.
 */
export interface Interval {
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
}

/**
 * Which line of time dates are on. `local`: the date and time as written, whatever its offset;
 * `utc`: the moment, where a date without time and offset is one of UTC.
 */
export type TimeLine = 'local' | 'utc';

const dateForm = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$/;
const timeForm = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(?::(\d{2})(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** The interval of a FHIR date, dateTime or instant; undefined when the text is none of them. */
export function intervalOf(text: string, line: TimeLine): Interval | undefined {
  const date = dateForm.exec(text);
  if (date !== null) return dateInterval(date[1] ?? '', date[2], date[3]);
  const time = timeForm.exec(text);
  if (time === null) return undefined;
  const [, minute = '', second, fraction = '', offset = ''] = time;
  const from = parseInstant(`${minute}:${second ?? '00'}${fraction}${offset}`);
  if (from === undefined) return undefined;
  const zone = line === 'local' ? 'Z' : offset;
  const shown = parseInstant(`${minute}:${second ?? '00'}${fraction}${zone}`) ?? from;
  return {
    from: shown,
    to: second === undefined ? later(shown, 60) : afterFraction(shown, fraction),
  };
}

function dateInterval(year: string, month?: string, day?: string): Interval | undefined {
  const midnight = (m: string, d: string): Instant | undefined =>
    parseInstant(`${year}-${m}-${d}T00:00:00Z`);
  const from = midnight(month ?? '01', day ?? '01');
  const last =
    day === undefined
      ? ['31', '30', '29', '28'].map((each) => midnight(month ?? '12', each)).find(Boolean)
      : from;
  if (from === undefined || last === undefined) return undefined;
  return { from, to: later(last, 86_400) };
}

function later({ second }: Instant, seconds: number): Instant {
  return { second: second + seconds, leap: false, fraction: '' };
}

/** The end of what `digits`, a point and the digits as written, names. */
function afterFraction(from: Instant, digits: string): Instant {
  const written = digits.slice(1);
  const kept = written.replace(/9+$/, '');
  if (kept === '') return later(from, 1);
  const raised = kept.slice(0, -1) + String(Number(kept.slice(-1)) + 1);
  return { ...from, fraction: raised };
}

/** Orders the beginnings of two intervals: -1 when `a` begins earlier. */
export function orderOfStarts(a: Interval, b: Interval): -1 | 0 | 1 {
  if (a.from === undefined || b.from === undefined) {
    return a.from === b.from ? 0 : a.from === undefined ? -1 : 1;
  }
  return orderOf(a.from, b.from);
}

/** Orders the ends of two intervals: -1 when `a` ends earlier. */
export function orderOfEnds(a: Interval, b: Interval): -1 | 0 | 1 {
  if (a.to === undefined || b.to === undefined) {
    return a.to === b.to ? 0 : a.to === undefined ? 1 : -1;
  }
  return orderOf(a.to, b.to);
}

/** The smallest interval that covers all of them; undefined for none. */
export function hullOf(intervals: readonly Interval[]): Interval | undefined {
  const [first] = intervals;
  if (first === undefined) return undefined;
  return intervals.reduce((hull, each) => ({
    from: orderOfStarts(each, hull) < 0 ? each.from : hull.from,
    to: orderOfEnds(each, hull) > 0 ? each.to : hull.to,
  }));
}
