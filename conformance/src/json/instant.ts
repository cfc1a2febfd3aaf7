// FHIR instants: which texts are some, and which of two is earlier, exactly (PSP-DATA-11). It reads
// no clock.

/** A moment in UTC without loss. */
export interface Instant {
  /** Minutes since 0000-03-01T00:00Z. */
  readonly minute: number;
  /** 0 to 60. */
  readonly second: number;
  /** Digits after the point, without zeros at their end. */
  readonly fraction: string;
}

const day = '([0-9]{4})-([0-9]{2})-([0-9]{2})';
const time = '([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\\.([0-9]+))?';
const form = new RegExp(`^${day}T${time}(?:Z|([+-])([0-9]{2}):([0-9]{2}))$`);

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days since 1 March of year 0; counting from March puts 29 February at the end of a year. */
function dayNumber(year: number, month: number, date: number): number {
  const early = month < 3;
  const y = early ? year - 1 : year;
  const m = early ? month + 9 : month - 3;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return y * 365 + leaps + Math.floor((m * 153 + 2) / 5) + date - 1;
}

/** The moment that a text names, or undefined where it is no instant. */
export function parseInstant(text: string): Instant | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const part = (index: number): number => Number(match[index] ?? '0');
  const [year, month, date] = [part(1), part(2), part(3)];
  if (year < 1 || month < 1 || month > 12) return undefined;
  if (date < 1 || date > daysIn(year, month)) return undefined;
  const [hour, minute, second] = [part(4), part(5), part(6)];
  if (hour > 23 || minute > 59 || second > 60 || part(10) > 59) return undefined;
  const offset = part(9) * 60 + part(10);
  if (offset > 14 * 60) return undefined;
  const local = (dayNumber(year, month, date) * 24 + hour) * 60 + minute;
  return {
    minute: match[8] === '-' ? local + offset : local - offset,
    second,
    fraction: (match[7] ?? '').replace(/0+$/, ''),
  };
}

/** -1, 0 or 1: whether the left moment is earlier, the same or later. */
export function compareInstants(left: Instant, right: Instant): -1 | 0 | 1 {
  if (left.minute !== right.minute) return left.minute < right.minute ? -1 : 1;
  if (left.second !== right.second) return left.second < right.second ? -1 : 1;
  if (left.fraction === right.fraction) return 0;
  // Digits after a point compare like text.
  return left.fraction < right.fraction ? -1 : 1;
}
