// Brings a store file of an earlier version of this program to the present form, in place and in
// one transaction. Knows the differences between the forms and nothing else.
import type { DatabaseSync } from 'node:sqlite';
import { addedByVersion2, schemaVersion } from './sqlite-schema.ts';

/** Steps from each version to the next one, by the version they start from. */
const steps: ReadonlyMap<number, string> = new Map([
  // 1: nothing says which file the store lived in. It is remembered from its next opening on.
  [1, addedByVersion2],
]);

/** True for a version that {@link migrate} can bring to the present one. */
export function canMigrate(version: number): boolean {
  return steps.has(version);
}

/**
 * Does the steps that are left, if any; another process may have done them.
 *
 * @param readVersion - Reads the file's version, inside the transaction.
 */
export function migrate(db: DatabaseSync, readVersion: (db: DatabaseSync) => number): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    for (let version = readVersion(db); version < schemaVersion; version += 1) {
      db.exec(steps.get(version) ?? '');
    }
    db.exec(`PRAGMA user_version = ${schemaVersion}`);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
