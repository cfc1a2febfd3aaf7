// FHIR instants compared exactly: any offset, any number of fraction digits, leap seconds. Knows no
// clock and no time zone names; `Date` is not used because it drops microseconds and refuses `:60`.

/** A moment in time, exact. Order is by `second`, then `leap`, then `fraction`. */
export interface Instant {
  /** Seconds since 1970-01-01T00:00:00Z without leap seconds; a leap second has that of `:59`. */
  readonly second: number;
  /** True for the second written `:60`, which lies after `:59` and before the next minute. */
  readonly leap: boolean;
  /** Digits after the decimal point without trailing zeros; empty for a whole second. */
  readonly fraction: string;
}

// FHIR R4 datatypes, instant; the year 0000 is excluded below, and days that do not exist.
const form =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

const daysInMonth = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isLeapYear(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function isDate(year: number, month: number, day: number): boolean {
  const days = month === 2 && isLeapYear(year) ? 29 : daysInMonth[month - 1];
  return year >= 1 && days !== undefined && day >= 1 && day <= days;
}

/** Days from 1970-01-01 to a date of the proleptic Gregorian calendar. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  // Years that begin in March put the leap day last, so that month lengths follow one formula.
  const marchYear = month > 2 ? year : year - 1;
  const monthFromMarch = (month + 9) % 12;
  const dayOfYear = Math.floor((153 * monthFromMarch + 2) / 5) + day - 1;
  const leapDays =
    Math.floor(marchYear / 4) - Math.floor(marchYear / 100) + Math.floor(marchYear / 400);
  // 719 468 days lie between 0000-03-01 and 1970-01-01.
  return marchYear * 365 + leapDays + dayOfYear - 719_468;
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits.charCodeAt(end - 1) === 0x30) end -= 1;
  return digits.slice(0, end);
}

/**
 * Reads a FHIR instant, or a dateTime of full precision; undefined for anything else: a date, a
 * missing offset, an hour 24, an offset beyond 14:00, a day that does not exist.
 */
export function parseInstant(text: string): Instant | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map(Number);
  const [fraction = '', sign = '+', offsetHour = '0', offsetMinute = '0'] = match.slice(7);
  const offset = Number(offsetHour) * 60 + Number(offsetMinute);
  if (!isDate(year, month, day) || hour > 23 || minute > 59 || second > 60) return undefined;
  if (Number(offsetMinute) > 59 || offset > 14 * 60) return undefined;
  const leap = second === 60;
  const minutes = hour * 60 + minute - (sign === '-' ? -offset : offset);
  return {
    second: daysSinceEpoch(year, month, day) * 86_400 + minutes * 60 + (leap ? 59 : second),
    leap,
    fraction: withoutTrailingZeros(fraction),
  };
}

/** Orders two instants exactly. */
export function orderOf(a: Instant, b: Instant): -1 | 0 | 1 {
  if (a.second !== b.second) return a.second < b.second ? -1 : 1;
  if (a.leap !== b.leap) return a.leap ? 1 : -1;
  if (a.fraction === b.fraction) return 0;
  // Without trailing zeros the digits of two fractions order as text does: "5" is before "51".
  return a.fraction < b.fraction ? -1 : 1;
}

/**
 * Compares two FHIR instants at full fraction and offset (PSP-DATA-11): -1 when `a` is earlier, 1
 * when it is later, undefined when either is not a full instant and the order is unknowable.
 */
export function compareInstants(a: string, b: string): -1 | 0 | 1 | undefined {
  const first = parseInstant(a);
  const second = parseInstant(b);
  if (first === undefined || second === undefined) return undefined;
  return orderOf(first, second);
}
