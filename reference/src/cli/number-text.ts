// Numbers, instants and durations as people read them. Knows no language but English.

// A no-break space: a number is one word.
const groupMark = '\u00a0';

/** A whole number in groups of three digits. */
export function formatNumber(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, groupMark);
}

/** A number with its noun, which takes an s for any number but 1. */
export function formatCount(value: number, noun: string): string {
  return `${formatNumber(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** Milliseconds as `1:05`, rounded up so that 0:00 means over. */
export function formatClock(ms: number): string {
  const seconds = Math.ceil(Math.max(0, ms) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Milliseconds as `4.2 s`. */
export function formatSeconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
