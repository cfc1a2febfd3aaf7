// Brings a store file of an earlier version of this program to the present form, in place. Knows
// the differences between the forms and nothing else.
//
// Up to version 3 it takes one short transaction: tables, columns and indexes, no row. From there
// to the present one every row gets its checksum, once and for all, before the store is used: a
// NULL that stood for "not known, accepted" would be a hole for as long as nobody edits the row.
// What a row holds on that day is taken for what was written; no number can tell more. Some 15 µs a
// row, in transactions of a thousand: neither memory nor the log grow with the store, and a process
// that is killed leaves the rest to the next one.
import type { DatabaseSync } from 'node:sqlite';
import { archiveChecksum, cursorChecksum, stateChecksum } from './sqlite-checksum.ts';
import { EntryReader } from './sqlite-entry-reader.ts';
import { damagedPart } from './sqlite-faults.ts';
import { InternedValues } from './sqlite-interned.ts';
import {
  addedByVersion2,
  addedByVersion3,
  schemaVersion,
  unsummedVersion,
} from './sqlite-schema.ts';
import { prepareStatements, Query, type Statements } from './sqlite-statements.ts';

const togetherMax = 1_000;

/** Steps from each version to the next one, by the version they start from. */
const steps: ReadonlyMap<number, string> = new Map([
  // 1: nothing says which file the store lived in. It is remembered from its next opening on.
  [1, addedByVersion2],
  [2, addedByVersion3],
]);

/** True for a version that {@link migrate} can bring to the present one. */
export function canMigrate(version: number): boolean {
  return steps.has(version) || version === unsummedVersion;
}

/**
 * Brings a file of an older form to {@link unsummedVersion}, all or nothing; another process may
 * have done it.
 *
 * @param readVersion - Reads the file's version, inside the transaction.
 */
export function addColumns(db: DatabaseSync, readVersion: (db: DatabaseSync) => number): void {
  transaction(db, () => {
    const before = readVersion(db);
    for (let version = before; version < unsummedVersion; version += 1) {
      db.exec(steps.get(version) ?? '');
    }
    if (before < unsummedVersion) db.exec(`PRAGMA user_version = ${unsummedVersion}`);
  });
}

/**
 * Does all the steps that are left, if any. Nobody else may have the file open: an older program
 * would go on writing rows, and leave the checksums of what it wrote over.
 *
 * @param readVersion - Reads the file's version.
 * @throws StoreError naming the first resource that can't be read. The file stays as it is then,
 * but for the new columns; a check and a rescue work on it.
 */
export function migrate(
  path: string,
  db: DatabaseSync,
  readVersion: (db: DatabaseSync) => number,
): void {
  addColumns(db, readVersion);
  if (readVersion(db) !== unsummedVersion) return;
  const statements = prepareStatements(db);
  const interned = new InternedValues(statements);
  addEntryChecksums(path, db, statements, interned);
  addArchiveChecksums(db, statements, interned);
  transaction(db, () => {
    addOtherChecksums(statements, interned);
    db.exec(`PRAGMA user_version = ${schemaVersion}`);
  });
}

function addEntryChecksums(
  path: string,
  db: DatabaseSync,
  statements: Statements,
  interned: InternedValues,
): void {
  const damaged = (name: string, _detail: string, cause: unknown): Error =>
    damagedPart(path, name, cause);
  const reader = new EntryReader(statements, interned, damaged, true);
  const put = db.prepare('UPDATE resource SET checksum = ?, base_checksum = ? WHERE key = ?');
  eachLacking(db, 'resource', (key) => {
    const columns = statements.entryAt.get(key);
    if (columns !== undefined) put.run(...reader.checksums(columns), key);
  });
}

function addArchiveChecksums(
  db: DatabaseSync,
  statements: Statements,
  interned: InternedValues,
): void {
  const put = db.prepare('UPDATE archive SET checksum = ? WHERE key = ?');
  eachLacking(db, 'archive', (key) => {
    const [row] = statements.archived.all(key - 1, 1);
    if (row === undefined) return;
    const [, peer, reason, payload] = row;
    put.run(archiveChecksum(interned.replicaId(peer), reason, payload), key);
  });
}

function addOtherChecksums(statements: Statements, interned: InternedValues): void {
  for (const [peer, scope, cursor] of statements.cursors.all()) {
    const checksum = cursorChecksum(interned.replicaId(peer), scope, cursor);
    statements.putCursor.run(peer, scope, cursor, checksum);
  }
  const state = statements.state.get();
  const settings = statements.settings.get();
  // Whoever opens the store says that its own row is missing.
  if (state === undefined || settings === undefined) return;
  const [replicaId, sequence, counter] = state;
  const [serverUrl, displayName] = settings;
  const checksum = stateChecksum(replicaId, sequence, counter, { serverUrl, displayName });
  statements.putState.run(replicaId, sequence, counter, checksum);
}

/** Does some work for every row without a checksum, many to a transaction. */
function eachLacking(db: DatabaseSync, table: string, work: (key: number) => void): void {
  const lacking = new Query<[key: number]>(
    db,
    `SELECT key FROM ${table} WHERE key > ? AND checksum IS NULL ORDER BY key LIMIT ${togetherMax}`,
  );
  for (let keys = lacking.all(0); keys.length > 0;) {
    const page = keys;
    transaction(db, () => {
      for (const [key] of page) work(key);
    });
    keys = lacking.all(page.at(-1)?.[0] ?? 0);
  }
}

function transaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
