// Entries as rows, one for the resource and one for each change, written by node:sqlite and nothing
// else: no look-up, no check, no rule. The limit that a receiver into SQLite is compared with, and
// the store of the designs that keep no rules.
import { DatabaseSync } from 'node:sqlite';

// The changes of one resource lie side by side, and need no further index.
const changesPerEntry = 2 ** 20;

const schema = `
CREATE TABLE resource_type (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE resource (
  key INTEGER PRIMARY KEY,
  type INTEGER NOT NULL REFERENCES resource_type,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  origin INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  base_version TEXT,
  base_updated TEXT,
  resource BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX resource_identity ON resource (id, type);
CREATE INDEX resource_sequence ON resource (sequence, type, origin, changes);
CREATE TABLE change (
  key INTEGER PRIMARY KEY,
  replica INTEGER NOT NULL,
  counter INTEGER NOT NULL,
  type INTEGER NOT NULL,
  base_version TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  payload BLOB NOT NULL
) STRICT;
`;

/** One resource with its changes. */
export interface PlainEntry {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly resource: Uint8Array;
  readonly versionId: string | null;
  readonly lastUpdated: string | null;
  readonly changes: readonly PlainChange[];
}

/** One change. */
export interface PlainChange {
  readonly counter: bigint;
  readonly type: number;
  readonly payload: Uint8Array;
  readonly baseVersionId: string;
  readonly recordedAt: string;
}

/** A database with the durability, the pages and the log of the reference's store. */
export class PlainRows {
  readonly #db: DatabaseSync;
  readonly #insertEntry;
  readonly #insertChange;
  readonly #types = new Map<string, number>();
  #sequence = 0;

  /**
   * @param pageOctets - Large ones, as the reference's store has, are what many rows in one
   * transaction want; a transaction for each row writes every page that it touches, and wants small
   * ones.
   */
  constructor(path: string, pageOctets = 32_768) {
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA page_size = ${pageOctets}`);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA cache_size = -65536');
    db.exec(`PRAGMA wal_autocheckpoint = ${(40 * 1024 * 1024) / pageOctets}`);
    db.exec(schema);
    this.#db = db;
    this.#insertEntry = db.prepare(
      'INSERT INTO resource (type, id, sequence, origin, changes, base_version, base_updated,' +
        ' resource) VALUES (?, ?, ?, 1, ?, ?, ?, ?)',
    );
    this.#insertChange = db.prepare('INSERT INTO change VALUES (?, 1, ?, ?, ?, ?, ?)');
  }

  /** Entries that are there. */
  get count(): number {
    return this.#sequence;
  }

  /** Inserts entries in one durable transaction. */
  insert(entries: readonly PlainEntry[]): void {
    this.#db.exec('BEGIN IMMEDIATE');
    for (const entry of entries) this.#insert(entry);
    this.#db.exec('COMMIT');
  }

  close(): void {
    this.#db.close();
  }

  #insert(entry: PlainEntry): void {
    const { versionId, lastUpdated, changes } = entry;
    this.#sequence += 1;
    const type = this.#typeKey(entry.resourceType);
    const { lastInsertRowid } = this.#insertEntry.run(
      type,
      entry.resourceId,
      this.#sequence,
      changes.length,
      versionId,
      lastUpdated,
      entry.resource,
    );
    let key = Number(lastInsertRowid) * changesPerEntry;
    for (const { counter, type: kind, baseVersionId, recordedAt, payload } of changes) {
      this.#insertChange.run(key, counter, kind, baseVersionId, recordedAt, payload);
      key += 1;
    }
  }

  #typeKey(name: string): number {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const run = this.#db.prepare('INSERT INTO resource_type (name) VALUES (?)').run(name);
    this.#types.set(name, Number(run.lastInsertRowid));
    return Number(run.lastInsertRowid);
  }
}
