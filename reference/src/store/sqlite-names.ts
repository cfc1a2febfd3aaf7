// Where in a SQLite file the entry of a name is: a small index that takes the new names, and a
// large one that gets them later, many at a time. Knows nothing of entries but their keys.
//
// A new name belongs anywhere in an index: of a million names, each of a thousand new ones is in
// another page, and each of these is written whole, to the log and to the file. So new names go to
// an index of a few pages. When that is full, a stretch of it, as many names as came in, from where
// the last stretch ended, is moved to the large one: names that are next to one another, in a few
// of its pages. Measured, a million rows take half the time; a hundred thousand, the same.
//
// And most names that a first session asks for are not there, which takes a look at a page that is
// not at hand. So where many were not there the names are read once, into a filter. It says of the
// next ones that they are not there, for as long as nobody else writes to the file. Names that
// nobody will look for need not be found yet: they go to the small index together, in its order.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { NameFilter } from './name-filter.ts';
import { Query } from './sqlite-statements.ts';

/** Names in the small index before any is moved. */
const recentMax = 16_384;
/** New names between two counts of the small index. */
const countedEvery = 1_024;

/** New names that wait for one another at most: they are sorted in memory. */
const pendingMax = 4_096;

/** Looks that found nothing, as a share of all names, after which reading all of them pays. */
const worthReading = 1 / 8;
/** No name comes after it. */
const lastName = '\u{10ffff}';

/** Takes new names; every method runs inside a transaction of its caller, a write for new names. */
export class SqliteNames {
  readonly #version: Query<[version: number]>;
  readonly #last: Query<[key: number | null]>;
  readonly #all: Query<[id: string | Uint8Array, type: number]>;
  readonly #insert: StatementSync;
  readonly #insertFrom: StatementSync;
  readonly #count: Query<[names: number]>;
  readonly #end: Query<[id: string]>;
  readonly #move: StatementSync;
  readonly #remove: StatementSync;
  /** Where the last stretch ended; forgotten with the process, which only moves one out of turn. */
  #movedTo = '';
  // A file that was just opened is counted by the first transaction with a new name.
  #uncounted = countedEvery;
  /** Has every name of the file as this connection sees it; undefined: not read. */
  #filter: NameFilter | undefined;
  #seenVersion: number | undefined;
  #missed = 0;
  #enough = 0;
  /** The first of this transaction's entries whose names are in no index yet. */
  #pendingFrom: number | undefined;

  constructor(db: DatabaseSync) {
    // It changes when another connection wrote, in this process or in another one.
    this.#version = new Query(db, 'PRAGMA data_version');
    this.#last = new Query(db, 'SELECT max(key) FROM resource');
    this.#all = new Query(
      db,
      'SELECT id, type FROM name UNION ALL SELECT id, type FROM recent_name',
    );
    this.#insert = db.prepare('INSERT INTO recent_name (id, type, key) VALUES (?, ?, ?)');
    this.#insertFrom = db.prepare(
      'INSERT INTO recent_name (id, type, key) SELECT id, type, key FROM resource' +
        ' WHERE key >= ? ORDER BY id, type',
    );
    this.#count = new Query(db, 'SELECT count(*) FROM recent_name');
    this.#end = new Query(
      db,
      'SELECT id FROM recent_name WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?',
    );
    const stretch = 'FROM recent_name WHERE id > ?1 AND id <= ?2';
    this.#move = db.prepare(`INSERT INTO name SELECT id, type, key ${stretch} ORDER BY id, type`);
    this.#remove = db.prepare(`DELETE ${stretch}`);
  }

  /** To be called at the beginning of each transaction. */
  begin(): void {
    this.#pendingFrom = undefined;
    const [version] = this.#version.get() ?? [];
    if (version === this.#seenVersion) return;
    this.#seenVersion = version;
    this.#filter = undefined;
    this.#missed = 0;
    this.#enough = 0;
  }

  /** True: no entry has that name. False: it can be looked for. */
  isAbsent(id: string, type: number): boolean {
    if (this.#filter?.mayHave(type, id) === false) return true;
    this.#insertPending();
    return false;
  }

  /** To be called when a name was looked for and is not there. */
  missed(): void {
    this.#missed += 1;
    if (this.#filter !== undefined || this.#seenVersion === undefined) return;
    if (this.#missed < this.#enough) return;
    // Keys are given in order and never again: the last one is how many there are.
    const [last] = this.#last.get() ?? [];
    this.#enough = (last ?? 0) * worthReading;
    if (this.#missed < this.#enough) return;
    const filter = new NameFilter();
    for (const [id, type] of this.#all.iterate()) {
      // Damage makes octets of text, and then nobody finds it by its name.
      if (typeof id === 'string') filter.add(type, id);
    }
    this.#filter = filter;
  }

  /** Adds the name of an entry that is there and had none; keys ascend. */
  add(id: string, type: number, key: number): void {
    this.#uncounted += 1;
    if (this.#filter === undefined) {
      this.#insert.run(id, type, key);
      return;
    }
    // A transaction that fails leaves it in the filter, which costs a look.
    this.#filter.add(type, id);
    this.#pendingFrom ??= key;
    if (key - this.#pendingFrom >= pendingMax) this.#insertPending();
  }

  /** To be called at the end of a transaction: moves names where the small index is full. */
  settle(): void {
    this.#insertPending();
    if (this.#uncounted < countedEvery) return;
    this.#uncounted = 0;
    const [names] = this.#count.get() ?? [0];
    if (names <= recentMax) return;
    // Where fewer are left than are to be moved, the next stretch begins at the first name.
    const [end] = this.#end.get(this.#movedTo, names - recentMax - 1) ?? [];
    this.#move.run(this.#movedTo, end ?? lastName);
    this.#remove.run(this.#movedTo, end ?? lastName);
    this.#movedTo = end ?? '';
  }

  #insertPending(): void {
    if (this.#pendingFrom === undefined) return;
    this.#insertFrom.run(this.#pendingFrom);
    this.#pendingFrom = undefined;
  }
}
