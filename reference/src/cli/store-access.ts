// Opens the store that a command names, a file or a database, and closes it whatever happens. Knows
// where its name comes from, and says when it was found to be a copy; nothing of what is done with
// the store.
import { openPostgresStore } from '../store/postgres-store.ts';
import { isPostgresUrl, readTarget } from '../store/postgres-target.ts';
import { openSqliteStore, type SqliteStore } from '../store/sqlite-store.ts';
import type { ReplicaRenewal } from '../store/copied-file.ts';
import { misuse } from './failure.ts';
import { MigrationDisplay } from './migration-display.ts';
import type { Screen, SpeechOptions } from './screen.ts';

/** The options that every command has. */
export interface CommonOptions extends SpeechOptions {
  readonly store?: string;
}

/** The store's path or URL; {@link shownStore} shows it. @throws CommandFailure without one. */
export function storePath(options: CommonOptions, env: Screen['env']): string {
  const path = options.store ?? env['PEERSYNC_STORE'] ?? '';
  if (path !== '') return path;
  throw misuse(
    'Which store? Neither --store nor PEERSYNC_STORE names one.',
    'Add --store FILE, or a URL of PostgreSQL, or set PEERSYNC_STORE once for all commands.',
  );
}

/** A store's name as it may be shown: without user and password. @throws UsageError */
export function shownStore(path: string): string {
  return isPostgresUrl(path) ? readTarget(path).shown : path;
}

/**
 * The path of a store in a file, for a command that works on the file itself.
 *
 * @throws CommandFailure where it is in PostgreSQL; `instead` says what there is for that.
 */
export function storeFile(options: CommonOptions, env: Screen['env'], instead: string): string {
  const path = storePath(options, env);
  if (!isPostgresUrl(path)) return path;
  throw misuse(`This command is for a store in a file, not for ${shownStore(path)}.`, instead);
}

/** An open store, of a kind that tells when it was found to be a copy. */
export type CommandStore = SqliteStore;

/** Opens the store of a command, does the work, and closes it. */
export async function withStore<T>(
  options: CommonOptions,
  screen: Screen,
  work: (store: CommandStore) => Promise<T>,
): Promise<T> {
  return inStore(screen, opened(storePath(options, screen.env), false, screen), work);
}

/** The same for a command that is to be the store's one writer from the beginning, or not begin. */
export async function withClaimedStore<T>(
  options: CommonOptions,
  screen: Screen,
  work: (store: CommandStore) => Promise<T>,
): Promise<T> {
  return inStore(screen, opened(storePath(options, screen.env), true, screen), work);
}

function opened(path: string, claims: boolean, screen: Screen): CommandStore {
  if (isPostgresUrl(path)) return openPostgresStore(path, { claims });
  const display = new MigrationDisplay(screen, path, () => performance.now());
  try {
    return openSqliteStore(path, {
      onMigration: (progress) => {
        display.update(progress);
      },
    });
  } finally {
    display.end();
  }
}

async function inStore<T>(
  screen: Screen,
  store: CommandStore,
  work: (store: CommandStore) => Promise<T>,
): Promise<T> {
  try {
    sayRenewal(screen, store);
    return await work(store);
  } finally {
    await store.close();
  }
}

const copies: Readonly<Record<ReplicaRenewal['reason'], string>> = {
  'file-copied': 'this file is a copy of a store',
  'database-moved':
    'this database was restored, copied, or taken over by another server since the store was ' +
    'last opened',
};

/** Octets as hexadecimal digits. */
export function hexOf(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

function sayRenewal(screen: Screen, { renewal }: CommandStore): void {
  if (renewal === undefined) return;
  const { reason } = renewal;
  const [before, after] = [hexOf(renewal.before), hexOf(renewal.after)];
  screen.emit({ event: 'replica-renewed', reason, before, after });
  screen.problem(
    `Note: ${copies[reason]}, so it took a new replica id (${before.slice(0, 8)} is ` +
      `${after.slice(0, 8)} now): two stores of one id would lose edits. Nothing in it is lost.`,
  );
}
