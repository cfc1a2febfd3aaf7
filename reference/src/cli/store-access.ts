// Opens the store that a command names, and closes it whatever happens. Knows where its path comes
// from, and says when a file was found to be a copy; nothing of what is done with the store.
import { openSqliteStore, type SqliteStore } from '../store/sqlite-store.ts';
import { misuse } from './failure.ts';
import type { Screen, SpeechOptions } from './screen.ts';

/** The options that every command has. */
export interface CommonOptions extends SpeechOptions {
  readonly store?: string;
}

/** The path of the store. @throws CommandFailure when none is named. */
export function storePath(options: CommonOptions, env: Screen['env']): string {
  const path = options.store ?? env['PEERSYNC_STORE'] ?? '';
  if (path !== '') return path;
  throw misuse(
    'Which store? Neither --store nor PEERSYNC_STORE names one.',
    'Add --store FILE, or set PEERSYNC_STORE once for all commands.',
  );
}

/** Opens the store of a command, does the work, and closes it. */
export async function withStore<T>(
  options: CommonOptions,
  screen: Screen,
  work: (store: SqliteStore) => Promise<T>,
): Promise<T> {
  const store = openSqliteStore(storePath(options, screen.env));
  try {
    sayRenewal(screen, store);
    return await work(store);
  } finally {
    await store.close();
  }
}

/** Octets as hexadecimal digits. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

function sayRenewal(screen: Screen, { renewal }: SqliteStore): void {
  if (renewal === undefined) return;
  const { reason } = renewal;
  const [before, after] = [hexOf(renewal.before), hexOf(renewal.after)];
  screen.emit({ event: 'replica-renewed', reason, before, after });
  screen.problem(
    `Note: this file is a copy of a store, so it took a new replica id (${before.slice(0, 8)} is ` +
      `${after.slice(0, 8)} now): two stores of one id would lose edits. Nothing in it is lost.`,
  );
}
