// Brings a store file of an earlier version of this program to the present form, in place. Knows
// the differences between the forms and nothing else.
//
// Up to version 3 it takes one short transaction: tables, columns and indexes, no row. In version 4
// every row gets its checksum, once and for all: a NULL that stood for "not known, accepted" would
// be a hole for as long as nobody edits the row. What a row holds on that day is taken for what was
// written; no number can tell more. Then every entry is copied into the present tables. All of that
// happens before the store is used, some 80 µs a resource, in transactions of a thousand: neither
// memory nor the log grow with the store, and a process that is killed leaves the rest to the next
// one. Until all is copied the tables of before stay whole, so for a while the file is twice as
// large; what they took is used again by what comes later. A file that has two indexes of names
// gets one, in a short transaction.
import type { DatabaseSync } from 'node:sqlite';
import {
  archiveChecksum,
  cursorChecksum,
  settledChecksum,
  stateChecksum,
} from './sqlite-checksum.ts';
import { SqliteEntries } from './sqlite-entries.ts';
import { EntryReader, type DamagedEntry } from './sqlite-entry-reader.ts';
import { damagedPart } from './sqlite-faults.ts';
import { InternedValues } from './sqlite-interned.ts';
import { SqliteNames } from './sqlite-names.ts';
import { OlderRows } from './sqlite-older-rows.ts';
import {
  addedByVersion2,
  addedByVersion3,
  addedByVersion5,
  copyingVersion,
  joinedNames,
  removedAfterVersion5,
  summedVersion,
  twoIndexesVersion,
  unsummedVersion,
} from './sqlite-older-schema.ts';
import { schemaVersion } from './sqlite-schema.ts';
import {
  prepareCommon,
  prepareStatements,
  Query,
  type CommonStatements,
} from './sqlite-statements.ts';
import type { StoredEntry } from './store.ts';
import type { EntryState } from './tables.ts';

const togetherMax = 1_000;

/** Steps from each version to the next one, by the version they start from. */
const steps: ReadonlyMap<number, string> = new Map([
  // 1: nothing says which file the store lived in. It is remembered from its next opening on.
  [1, addedByVersion2],
  [2, addedByVersion3],
]);

/** True for a version that {@link migrate} can bring to the present one. */
export function canMigrate(version: number): boolean {
  return version >= 1 && version < schemaVersion;
}

/** How far a file is on its way to the present form. */
export interface MigrationProgress {
  /** Entries that are there already. */
  readonly entries: number;
  /** Entries that the file has. */
  readonly of: number;
}

/** Reads the version of a file, inside a transaction. */
type ReadVersion = (db: DatabaseSync) => number;

/**
 * Brings a file of an older form to {@link unsummedVersion}, all or nothing; another process may
 * have done it.
 */
export function addColumns(db: DatabaseSync, readVersion: ReadVersion): void {
  transaction(db, () => {
    const before = readVersion(db);
    for (let version = before; version < unsummedVersion; version += 1) {
      db.exec(steps.get(version) ?? '');
    }
    if (before < unsummedVersion) setVersion(db, unsummedVersion);
  });
}

/**
 * Does all the steps that are left, if any. Nobody else may have the file open: an older program
 * would go on writing rows, and leave the checksums of what it wrote over.
 *
 * @throws StoreError naming the first resource that can't be read. The entries stay as they are
 * then; a check and a rescue work on them.
 */
export function migrate(
  path: string,
  db: DatabaseSync,
  readVersion: ReadVersion,
  onProgress: (progress: MigrationProgress) => void = () => undefined,
): void {
  const damaged: DamagedEntry = (name, _detail, cause) => damagedPart(path, name, cause);
  addColumns(db, readVersion);
  if (readVersion(db) === unsummedVersion) addChecksums(db, damaged);
  if (readVersion(db) === summedVersion) {
    transaction(db, () => {
      if (!isCountedAlike(db)) throw damaged('the table of resources', '', undefined);
      db.exec(addedByVersion5);
      setVersion(db, copyingVersion);
    });
  }
  joinNames(db, damaged, readVersion);
  if (readVersion(db) === copyingVersion) copyEntries(db, damaged, onProgress);
}

/** Makes one index of names of two, where there are two; the version stays that of a copy. */
function joinNames(db: DatabaseSync, damaged: DamagedEntry, readVersion: ReadVersion): void {
  transaction(db, () => {
    if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'recent_name'").get() === undefined) {
      return;
    }
    db.exec(joinedNames);
    const [names, resources, last] = new Query<[number, number, number]>(
      db,
      'SELECT (SELECT count(*) FROM name), count(*), coalesce(max(key), 0) FROM resource',
    ).get() ?? [0, 0, 0];
    // An entry without a name would be hidden, and its copy a new one.
    if (names !== resources) throw damaged('the index of names', '', undefined);
    db.prepare('INSERT INTO settled_name VALUES (1, ?, ?)').run(last, settledChecksum(last));
    if (readVersion(db) === twoIndexesVersion) setVersion(db, schemaVersion);
  });
}

/** A damaged page may end a table before its end, and what is not copied would be gone. */
function isCountedAlike(db: DatabaseSync): boolean {
  const ways = [
    'NOT INDEXED',
    "INDEXED BY resource_identity WHERE id >= ''",
    'INDEXED BY resource_sequence WHERE sequence >= 0',
  ];
  const counts = ways.map((way) =>
    new Query<[rows: number]>(db, `SELECT count(*) FROM resource ${way}`).get()?.join(),
  );
  return new Set(counts).size === 1;
}

function addChecksums(db: DatabaseSync, damaged: DamagedEntry): void {
  const statements = prepareCommon(db);
  const interned = new InternedValues(statements);
  const rows = new OlderRows(db, interned, damaged, unsummedVersion);
  const put = db.prepare('UPDATE resource SET checksum = ?, base_checksum = ? WHERE key = ?');
  eachLacking(db, 'resource', (key) => {
    const checksums = rows.checksumsAt(key);
    if (checksums !== undefined) put.run(...checksums, key);
  });
  addArchiveChecksums(db, statements, interned);
  transaction(db, () => {
    addOtherChecksums(statements, interned);
    setVersion(db, summedVersion);
  });
}

function addArchiveChecksums(
  db: DatabaseSync,
  statements: CommonStatements,
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

function addOtherChecksums(statements: CommonStatements, interned: InternedValues): void {
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

/** Copies the entries that are not copied yet, in the order of their keys. */
function copyEntries(
  db: DatabaseSync,
  damaged: DamagedEntry,
  onProgress: (progress: MigrationProgress) => void,
): void {
  const statements = prepareStatements(db);
  const interned = new InternedValues(statements);
  const older = new OlderRows(db, interned, damaged, copyingVersion);
  const reader = new EntryReader(interned, damaged);
  const entries = new SqliteEntries(statements, interned, reader, new SqliteNames(db, damaged));
  const there = new Query<[key: number | null, entries: number]>(
    db,
    'SELECT max(key), count(*) FROM resource',
  );
  let [copied, entriesThere] = there.get() ?? [null, 0];
  copied ??= 0;
  const of = older.count();
  onProgress({ entries: entriesThere, of });
  for (let keys = older.keysAfter(copied, togetherMax); keys.length > 0;) {
    const page = keys;
    transaction(db, () => {
      for (const key of page) {
        const row = older.at(key);
        if (row !== undefined) entries.insert(stateOf(row.entry), row.entry.sequence, key);
      }
    });
    copied = page.at(-1) ?? copied;
    entriesThere += page.length;
    onProgress({ entries: entriesThere, of });
    keys = older.keysAfter(copied, togetherMax);
  }
  transaction(db, () => {
    db.exec(removedAfterVersion5);
    setVersion(db, schemaVersion);
  });
}

function stateOf({ payload, baseResource, origin }: StoredEntry): EntryState {
  return { payload, baseResource, origin, changesKept: 0 };
}

function setVersion(db: DatabaseSync, version: number): void {
  db.exec(`PRAGMA user_version = ${version}`);
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
