// What each fault of a SQLite file means, and what the user is told. Knows SQLite's codes; opens
// and reads nothing.
import { StoreError, type StoreFault } from './store-error.ts';

/** Runs work on a database; SQLite's faults become a {@link StoreError} that keeps the cause. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toStoreError(path, error);
  }
}

// Primary result codes of SQLite, https://www.sqlite.org/rescode.html.
const faults: ReadonlyMap<number, readonly [StoreFault, (path: string) => string]> = new Map([
  [5, ['locked', lockedText]],
  [6, ['locked', lockedText]],
  [8, ['read-only', (path) => `${path} may not be written; give this user the right to write it`]],
  [10, ['failed', (path) => `reading or writing ${path} failed; check the disk`]],
  [11, ['damaged', damagedText]],
  [13, ['full', (path) => `there is no space left to write ${path}; free some and try again`]],
  [14, ['failed', (path) => `${path} cannot be opened; check that it is a file you may write`]],
  [26, ['not-a-store', notAStoreText]],
] satisfies [number, readonly [StoreFault, (path: string) => string]][]);

function toStoreError(path: string, error: unknown): unknown {
  if (isBeyondNumbers(error)) return new StoreError('damaged', damagedText(path), { cause: error });
  if (!isSqliteError(error)) return error;
  // The low octet is the primary code, the rest says more about it.
  const known = faults.get(error.errcode & 0xff);
  if (known !== undefined) return new StoreError(known[0], known[1](path), { cause: error });
  return new StoreError('failed', `the database of ${path} failed: ${error.message}`, {
    cause: error,
  });
}

function lockedText(path: string): string {
  return `another process is writing ${path}; wait for it or end it, then try again`;
}

/** What to tell the user of another file. */
export function notAStoreText(path: string): string {
  return `${path} is not a store of this program; choose another path, or create a new store`;
}

/** What to tell the user of a damaged store. */
export function damagedText(path: string): string {
  return `${path} is damaged; restore it from a backup, then renew its replica id`;
}

/** What to tell the user of a part of a store that is damaged. */
export function damagedPart(path: string, part: string, cause: unknown): StoreError {
  const text =
    `${part} in ${path} is damaged: what is there is not what was written; ` +
    '`peersync check` lists all damage, and with `--rescue NEW` it keeps what is whole';
  const advice =
    'Rescue the store with `peersync check --rescue NEW`, and receive from the devices that have ' +
    'the rest; or restore it from a backup and run `peersync renew`.';
  return new StoreError('damaged', text, { cause, advice });
}

/** True where SQLite itself says that the file is damaged, and for numbers that no store writes. */
export function isDamage(error: unknown): boolean {
  return isSqliteError(error) ? (error.errcode & 0xff) === 11 : isBeyondNumbers(error);
}

// What the store writes as a number and reads as one is never that large.
function isBeyondNumbers(error: unknown): boolean {
  return (
    error instanceof RangeError && error.message.startsWith('Value is too large to be represented')
  );
}

/** True for an error of SQLite, whose `errcode` says more. */
export function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}
