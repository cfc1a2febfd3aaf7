// A durable store in one SQLite file. Knows how to make and open one; its tables are in
// sqlite-tables.ts, its rules in table-store.ts.
import { randomBytes } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { renewIfCopied, type ReplicaRenewal } from './copied-file.ts';
import { drawReplicaId } from './replica-renewal.ts';
import { stateChecksum } from './sqlite-checksum.ts';
import { schema } from './sqlite-schema.ts';
import { createDatabase, openDatabase, type SqliteOptions } from './sqlite-database.ts';
import type { SqliteRow } from './sqlite-entry-reader.ts';
import { guarded } from './sqlite-faults.ts';
import { SqliteTables } from './sqlite-tables.ts';
import type { RandomOctets, Store, StoreSettings } from './store.ts';
import { checkSettings } from './store-settings.ts';
import { TableStore } from './table-store.ts';

/** A store in a file. */
export interface SqliteStore extends Store {
  /**
   * Set where the file turned out to be a copy when it was opened, so that the store took a new
   * replica id (PSP-ID-3). Nothing is lost by it; the next session with each peer starts over.
   */
  readonly renewal: ReplicaRenewal | undefined;
}

/**
 * Creates a store file, readable by its owner alone, and opens it. Beside it SQLite keeps two more
 * files while it is open (`-wal` and `-shm`).
 *
 * @throws UsageError when the settings are not valid.
 * @throws StoreError when something is at the path already, or it cannot be written.
 */
export function createSqliteStore(
  path: string,
  settings: StoreSettings,
  randomOctets: RandomOctets,
  options: SqliteOptions = {},
): SqliteStore {
  const checked = checkSettings(settings);
  const { serverUrl, displayName } = checked;
  const replicaId = drawReplicaId(randomOctets);
  const checksum = stateChecksum(replicaId, 0n, 0n, checked);
  const db = createDatabase(
    path,
    (created) => {
      created.exec(schema);
      created
        .prepare('INSERT INTO store VALUES (1, ?, ?, ?, 0, 0, ?)')
        .run(replicaId, serverUrl, displayName, checksum);
    },
    options,
  );
  return storeOver(path, db, randomOctets);
}

/**
 * Opens a store file that {@link createSqliteStore} made.
 *
 * A file that was copied, restored under its name or moved to another file system makes the store
 * another replica; {@link SqliteStore.renewal} tells. What cannot be told from the file needs
 * {@link Store.renewReplicaId} once: a backup that was written over the very file, an image of the
 * whole disk or machine.
 *
 * @throws StoreError when it is missing, not a store, of a newer version, locked or damaged.
 */
export function openSqliteStore(path: string, options: SqliteOptions = {}): SqliteStore {
  return storeOver(path, openDatabase(path, options), options.randomOctets ?? randomBytes);
}

class StoreInFile extends TableStore<SqliteRow> implements SqliteStore {
  readonly renewal: ReplicaRenewal | undefined;

  constructor(tables: SqliteTables, renewal: ReplicaRenewal | undefined) {
    super(tables);
    this.renewal = renewal;
  }
}

function storeOver(path: string, db: DatabaseSync, randomOctets: RandomOctets): SqliteStore {
  try {
    return guarded(path, () => {
      const tables = new SqliteTables(path, db);
      return new StoreInFile(tables, renewIfCopied(tables, path, randomOctets));
    });
  } catch (error) {
    db.close();
    throw error;
  }
}
