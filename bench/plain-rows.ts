// The rows of the reference's store, written by node:sqlite and nothing else: no look-up, no check,
// no rule. What no receiver into SQLite can beat, and the store of the designs that keep no rules.
import { DatabaseSync } from 'node:sqlite';
import { changesPerEntry, schema } from '../reference/src/store/sqlite-schema.ts';

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

/** A database with the reference's tables and its durability. */
export class PlainRows {
  readonly #db: DatabaseSync;
  readonly #insertEntry;
  readonly #insertChange;
  readonly #types = new Map<string, number>();
  #sequence = 0;

  constructor(path: string) {
    const db = new DatabaseSync(path);
    db.exec('PRAGMA page_size = 8192');
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA cache_size = -65536');
    db.exec('PRAGMA wal_autocheckpoint = 5000');
    db.exec(schema);
    db.exec('INSERT INTO replica VALUES (1, zeroblob(16))');
    this.#db = db;
    this.#insertEntry = db.prepare(
      'INSERT INTO resource (type, id, sequence, origin, changes, base_version, base_updated,' +
        ' rest, base_resource, resource, checksum)' +
        ' VALUES (?, ?, ?, 1, ?, ?, ?, NULL, NULL, ?, 4294967295)',
    );
    this.#insertChange = db.prepare('INSERT INTO change VALUES (?, 1, ?, ?, ?, ?, NULL, ?)');
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
