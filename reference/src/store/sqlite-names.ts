// Where in a SQLite file the entry of a name is: an index that gets new names many at a time, and
// in memory those that it has not got yet. Knows nothing of entries but their keys and names.
//
// A new name belongs anywhere in an index: of a million names, each of a thousand new ones is in
// another page, and each of these is written whole, to the log and to the file. So the names of the
// newest entries are in no index. They are found in memory, and read from the rows themselves when
// a file is opened or somebody else wrote to it. When there are many they go to the index together,
// in its order. Measured with a million, a receiver takes a sixteenth less than with an index of
// the newest names that it writes with each group.
//
// And most names that a first session asks for are not there, which takes a look at a page that is
// not at hand. So where many were not there all names are read once, into a filter.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { NameFilter } from './name-filter.ts';
import { NameHash } from './name-hash.ts';
import { RecentNames } from './recent-names.ts';
import { settledChecksum } from './sqlite-checksum.ts';
import type { DamagedEntry } from './sqlite-entry-reader.ts';
import { isSqliteError } from './sqlite-faults.ts';
import { Query } from './sqlite-statements.ts';

/**
 * Names that are in no index, at most. Measured with a million, twice and four times as many bring
 * nothing, and are more to read when a file is opened. Those that had to be read settle no sooner:
 * it costs as much for few of them as for many, and kept the first entry of a session waiting.
 */
const recentMaxDefault = 32_768;
/** Looks that found nothing, as a share of all names, after which reading all of them pays. */
const worthReading = 1 / 8;

type NameColumns = readonly [id: string, type: number, key: number];

/** Reads how far the index of names goes. */
export type SettledQuery = Query<[through: number, checksum: number]>;

/** Prepares that query. */
export function settledQuery(db: DatabaseSync): SettledQuery {
  return new Query(db, 'SELECT through, checksum FROM settled_name');
}

/** The last key whose name is in the index; undefined: what is there is not what was written. */
export function settledThrough(query: SettledQuery): number | undefined {
  const [through, checksum] = query.get() ?? [0, settledChecksum(0)];
  return settledChecksum(through) === checksum ? through : undefined;
}

/** Finds and takes names; inside a transaction of its caller, which may write for new names. */
export class SqliteNames {
  readonly #damaged: DamagedEntry;
  readonly #version: Query<[version: number]>;
  readonly #settledThrough: SettledQuery;
  readonly #putSettled: StatementSync;
  readonly #rest: Query<NameColumns>;
  readonly #settled: Query<NameColumns>;
  readonly #keyOf: Query<[key: number]>;
  readonly #isNamed: Query<[found: number]>;
  readonly #settle: StatementSync;

  readonly #hash = new NameHash();
  readonly #recent: RecentNames;
  /** Names of entries up to this key are in the index. */
  #through = 0;
  /** Names of entries up to this key are known here or in the index. */
  #known = 0;
  /** Has every name of the file up to `#known`; undefined: not read. */
  #filter: NameFilter | undefined;
  #missed = 0;
  #seenVersion: number | undefined;
  /** The file may have names that are not known here. */
  #isBehind = true;
  /** This transaction wrote what is known here, and may be taken back. */
  #hasWritten = false;

  /** @param recentMax - Names that are in no index, at most; a power of two. */
  constructor(db: DatabaseSync, damaged: DamagedEntry, recentMax = recentMaxDefault) {
    this.#damaged = damaged;
    this.#recent = new RecentNames(recentMax);
    // It changes when another connection wrote, in this process or in another one.
    this.#version = new Query(db, 'PRAGMA data_version');
    this.#settledThrough = settledQuery(db);
    this.#putSettled = db.prepare('INSERT OR REPLACE INTO settled_name VALUES (1, ?, ?)');
    // Damage makes octets of text, and then nobody finds the entry by its name.
    const rest =
      "SELECT id, type, key FROM resource WHERE key > ? AND typeof(id) = 'text' ORDER BY";
    this.#rest = new Query(db, `${rest} key`);
    this.#settled = new Query(db, "SELECT id, type, key FROM name WHERE typeof(id) = 'text'");
    this.#keyOf = new Query(db, 'SELECT key FROM name WHERE id = ? AND type = ?');
    this.#isNamed = new Query(db, 'SELECT 1 FROM resource WHERE key = ? AND id = ? AND type = ?');
    this.#settle = db.prepare(`INSERT INTO name (id, type, key) ${rest} id, type`);
  }

  /** To be called at the beginning of each transaction. */
  begin(): void {
    this.#hasWritten = false;
    const [version] = this.#version.get() ?? [];
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#isBehind = true;
  }

  /** To be called when a transaction was taken back: names that it added are not there. */
  forget(): void {
    if (this.#hasWritten) this.#forgetAll();
  }

  /**
   * The key of the entry of a name; undefined: there is none.
   *
   * @throws what {@link DamagedEntry} makes, where it is not known which names the index has.
   */
  keyOf(id: string, type: number): number | undefined {
    if (this.#isBehind) this.#catchUp();
    this.#hash.take(type, id);
    if (this.#filter?.mayHave(this.#hash) === false) return undefined;
    for (const key of this.#recent.keysOf(this.#hash)) {
      if (this.#isNamed.get(key, id, type) !== undefined) return key;
    }
    const [key] = this.#keyOf.get(id, type) ?? [];
    if (key === undefined) this.#readAllAfterMany();
    return key;
  }

  /**
   * Adds the name of an entry that is there and had none; keys ascend.
   *
   * @throws as {@link SqliteNames.keyOf} does.
   */
  add(id: string, type: number, key: number): void {
    this.#hasWritten = true;
    // It reads the row of the entry as well.
    if (this.#isBehind) this.#catchUp();
    else {
      this.#hash.take(type, id);
      this.#take(key);
    }
    // Rows are gone from the end of the table and their keys come again: no index would have them.
    if (key <= this.#through) throw this.#damagedIndex(undefined);
    if (this.#recent.isFull) this.#settleAll();
  }

  #take(key: number): void {
    this.#filter?.add(this.#hash);
    this.#recent.add(this.#hash, key);
    this.#known = key;
  }

  #catchUp(): void {
    try {
      const through = settledThrough(this.#settledThrough);
      // A number that became larger would hide entries, and their copies would be new ones.
      if (through === undefined) throw this.#damagedIndex(undefined);
      this.#readOn(through);
      this.#isBehind = false;
    } catch (error) {
      // A part of the names is worse than none.
      this.#forgetAll();
      throw error;
    }
  }

  #readOn(through: number): void {
    let from = this.#known;
    if (through !== this.#through) {
      this.#clearRecent(through);
      // What the index got meanwhile is of no interest but to the filter.
      from = this.#filter === undefined ? through : Math.min(from, through);
    }
    this.#known = Math.max(this.#known, through);
    for (const [id, type, key] of this.#rest.iterate(from)) {
      this.#hash.take(type, id);
      if (key <= through) this.#filter?.add(this.#hash);
      else if (!this.#recent.isFull) this.#take(key);
      else throw this.#damagedIndex(undefined);
    }
  }

  #forgetAll(): void {
    this.#clearRecent(0);
    this.#known = 0;
    this.#filter = undefined;
    this.#missed = 0;
    this.#isBehind = true;
  }

  /** None is recent: the index goes as far as this key. */
  #clearRecent(through: number): void {
    this.#recent.clear();
    this.#through = through;
  }

  #settleAll(): void {
    this.#hasWritten = true;
    try {
      this.#settle.run(this.#through);
    } catch (error) {
      // Two entries of one name: one was not found when the other came.
      throw isDoubled(error) ? this.#damagedIndex(error) : error;
    }
    this.#putSettled.run(this.#known, settledChecksum(this.#known));
    this.#clearRecent(this.#known);
  }

  #readAllAfterMany(): void {
    this.#missed += 1;
    // Keys are given in order and never again: the last one is how many there are.
    if (this.#filter !== undefined || this.#missed < this.#known * worthReading) return;
    const filter = new NameFilter();
    for (const names of [this.#settled.iterate(), this.#rest.iterate(this.#through)]) {
      for (const [id, type] of names) {
        this.#hash.take(type, id);
        filter.add(this.#hash);
      }
    }
    this.#filter = filter;
  }

  #damagedIndex(cause: unknown): Error {
    const detail = 'it is not known which names are in the index';
    return this.#damaged('the index of names', detail, cause);
  }
}

function isDoubled(error: unknown): boolean {
  // SQLITE_CONSTRAINT, https://www.sqlite.org/rescode.html.
  return isSqliteError(error) && (error.errcode & 0xff) === 19;
}
