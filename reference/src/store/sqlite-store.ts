// A durable store in one SQLite file. Knows how to make and open one; its tables are in
// sqlite-tables.ts, its rules in table-store.ts.
import type { DatabaseSync } from 'node:sqlite';
import { schema } from './sqlite-schema.ts';
import { createDatabase, guarded, openDatabase, type SqliteOptions } from './sqlite-database.ts';
import { SqliteTables } from './sqlite-tables.ts';
import type { RandomOctets, Store, StoreSettings } from './store.ts';
import { checkSettings } from './store-settings.ts';
import { drawReplicaId, TableStore } from './table-store.ts';

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
): Store {
  const { serverUrl, displayName } = checkSettings(settings);
  const replicaId = drawReplicaId(randomOctets);
  const db = createDatabase(
    path,
    (created) => {
      created.exec(schema);
      created
        .prepare('INSERT INTO store VALUES (1, ?, ?, ?, 0, 0)')
        .run(replicaId, serverUrl, displayName);
    },
    options,
  );
  return storeOver(path, db);
}

/**
 * Opens a store file that {@link createSqliteStore} made.
 *
 * A file that was restored from a backup or copied needs {@link Store.renewReplicaId} once.
 *
 * @throws StoreError when it is missing, not a store, of a newer version, locked or damaged.
 */
export function openSqliteStore(path: string, options: SqliteOptions = {}): Store {
  return storeOver(path, openDatabase(path, options));
}

function storeOver(path: string, db: DatabaseSync): Store {
  try {
    return guarded(path, () => new TableStore(new SqliteTables(path, db)));
  } catch (error) {
    db.close();
    throw error;
  }
}
