// Opens, creates and speaks to a SQLite file: what makes it durable, who may use it, and what each
// fault of SQLite means for the user. Knows no table but the marks that say the file is ours.
import { closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { damagedText, guarded, notAStoreText } from './sqlite-faults.ts';
import { addColumns, canMigrate, migrate, type MigrationProgress } from './sqlite-migration.ts';
import { unsummedVersion } from './sqlite-older-schema.ts';
import { applicationId, schemaVersion } from './sqlite-schema.ts';
import type { RandomOctets } from './store.ts';
import { StoreError } from './store-error.ts';

const lockWaitMs = 5000;
// Enough for the inner pages of the indexes of a million resources; the system's own cache has the
// rest. Measured: 64 MiB save no work worth it, and are a third of what a hand-over takes.
const pageCacheKiB = 8 * 1024;
// Entries of 2 to 4 KB waste much of a small page, and the log has a header and two writes for
// each: measured, with pages of 8 192 a hand-over stores a tenth less a second. A single edit
// writes each page that it touches, and takes 0.5 ms instead of 0.3: nobody makes many a second.
const pageOctets = 32_768;
// 40 MB of log between checkpoints: measured, the default of 1 000 pages of 4 KiB costs throughput.
const checkpointPages = 1_250;

/** How a SQLite store is opened. */
export interface SqliteOptions {
  /**
   * How long to wait for another process that holds the store, in milliseconds; 5 000 unless given.
   * The whole process stands still meanwhile.
   */
  readonly lockWaitMs?: number;
  /**
   * Draws the new replica id of a file that turns out to be a copy; the system's own source unless
   * given.
   */
  readonly randomOctets?: RandomOctets;
  /**
   * Called every thousand entries while those of an older form are brought to the present one,
   * which keeps the whole process for some 80 µs an entry; once at least.
   */
  readonly onMigration?: (progress: MigrationProgress) => void;
}

/**
 * Opens an existing store file.
 *
 * @throws StoreError when it is missing, foreign, newer than this program, locked or damaged.
 */
export function openDatabase(path: string, options: SqliteOptions = {}): DatabaseSync {
  if (!existsSync(path)) throw missing(path);
  return guarded(path, () => {
    const db = connect(path, options);
    try {
      const version = checkMarks(path, db);
      if (version === schemaVersion) {
        setPragmas(db);
        return db;
      }
    } catch (error) {
      db.close();
      throw error;
    }
    db.close();
    migrateFile(path, options);
    return openDatabase(path, options);
  });
}

/**
 * Brings an older file to where a check can read it, and no row of it further.
 *
 * @throws StoreError as {@link openDatabase} does.
 */
export function prepareForCheck(path: string): void {
  if (!existsSync(path)) throw missing(path);
  guarded(path, () => {
    const db = connect(path, {});
    try {
      if (checkMarks(path, db) < unsummedVersion) addColumns(db, versionOf);
    } finally {
      db.close();
    }
  });
}

/**
 * Creates a store file and fills it in one transaction.
 *
 * @param fill - Makes the tables and the first rows.
 * @throws StoreError when something is at that path already, or it cannot be written.
 */
export function createDatabase(
  path: string,
  fill: (db: DatabaseSync) => void,
  options: SqliteOptions = {},
): DatabaseSync {
  reserve(path);
  try {
    return guarded(path, () => {
      const db = connect(path, options);
      try {
        db.exec(`PRAGMA page_size = ${pageOctets}`);
        setPragmas(db);
        db.exec('BEGIN IMMEDIATE');
        fill(db);
        db.exec(`PRAGMA application_id = ${applicationId}`);
        db.exec(`PRAGMA user_version = ${schemaVersion}`);
        db.exec('COMMIT');
        return db;
      } catch (error) {
        db.close();
        throw error;
      }
    });
  } catch (error) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    throw error;
  }
}

// Patients' data: readable by its owner alone. SQLite gives its side files the same mode.
function reserve(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') {
      const text = `something is at ${path} already; open it, or choose another path`;
      throw new StoreError('exists', text, { cause: error });
    }
    throw new StoreError('failed', `cannot create a store at ${path}: ${textOf(error)}`, {
      cause: error,
    });
  }
}

function connect(path: string, options: SqliteOptions): DatabaseSync {
  return new DatabaseSync(path, { timeout: options.lockWaitMs ?? lockWaitMs });
}

function missing(path: string): StoreError {
  return new StoreError('missing', `there is no store at ${path}; create one first`);
}

// Alone with the file: exclusive locking is refused while any other process has it open.
function migrateFile(path: string, options: SqliteOptions): void {
  const db = connect(path, options);
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    setPragmas(db);
    migrate(path, db, versionOf, options.onMigration);
  } finally {
    db.close();
  }
}

function setPragmas(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = WAL');
  // PSP-ACK-1: what is acknowledged must survive a power cut, so every commit is flushed.
  db.exec('PRAGMA synchronous = FULL');
  db.exec(`PRAGMA cache_size = -${pageCacheKiB}`);
  db.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}`);
}

/** The version of a file that is ours and can be read, or be brought to where it can be. */
function checkMarks(path: string, db: DatabaseSync): number {
  if (pragma(db, 'application_id') !== applicationId) {
    throw new StoreError('not-a-store', notAStoreText(path));
  }
  const version = versionOf(db);
  if (version > schemaVersion) {
    throw new StoreError(
      'newer-version',
      `${path} was written by a newer version of this program (its form is ${version}, ` +
        `this program knows ${schemaVersion}); update this program`,
    );
  }
  if (version < schemaVersion && !canMigrate(version)) {
    throw new StoreError('damaged', damagedText(path));
  }
  return version;
}

function versionOf(db: DatabaseSync): number {
  return pragma(db, 'user_version');
}

function pragma(db: DatabaseSync, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get();
  return Number(row?.[name]);
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
