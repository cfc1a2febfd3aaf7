// Opens the store that a command names, and closes it whatever happens. Knows where its path comes
// from; nothing of what is done with the store.
import type { Store } from '../store/store.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
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
  env: Screen['env'],
  work: (store: Store) => Promise<T>,
): Promise<T> {
  const store = openSqliteStore(storePath(options, env));
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
