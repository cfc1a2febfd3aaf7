// Where in a SQLite file the entry of a name is: a small index that takes the new names, and a
// large one that gets them later, many at a time. Knows nothing of entries but their keys.
//
// A new name belongs anywhere in an index: of a million names, each of a thousand new ones is in
// another page, and each of these is written whole, to the log and to the file. So new names go to
// an index of a few pages. When that is full, a stretch of it, as many names as came in, from where
// the last stretch ended, is moved to the large one: names that are next to one another, in a few
// of its pages. Measured, a million rows take half the time; a hundred thousand, the same.
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Query } from './sqlite-statements.ts';

/** Names in the small index before any is moved. */
const recentMax = 16_384;
/** New names between two counts of the small index. */
const countedEvery = 1_024;

/** No name comes after it. */
const lastName = '\u{10ffff}';

/** Takes new names; every method runs inside a write transaction of its caller. */
export class SqliteNames {
  readonly #insert: StatementSync;
  readonly #count: Query<[names: number]>;
  readonly #end: Query<[id: string]>;
  readonly #move: StatementSync;
  readonly #remove: StatementSync;
  /** Where the last stretch ended; forgotten with the process, which only moves one out of turn. */
  #movedTo = '';
  // A file that was just opened is counted by the first transaction with a new name.
  #uncounted = countedEvery;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO recent_name (id, type, key) VALUES (?, ?, ?)');
    this.#count = new Query(db, 'SELECT count(*) FROM recent_name');
    this.#end = new Query(
      db,
      'SELECT id FROM recent_name WHERE id > ? ORDER BY id LIMIT 1 OFFSET ?',
    );
    const stretch = 'FROM recent_name WHERE id > ?1 AND id <= ?2';
    this.#move = db.prepare(`INSERT INTO name SELECT id, type, key ${stretch} ORDER BY id, type`);
    this.#remove = db.prepare(`DELETE ${stretch}`);
  }

  /** Adds the name of an entry that had none. */
  add(id: string, type: number, key: number): void {
    this.#insert.run(id, type, key);
    this.#uncounted += 1;
  }

  /** To be called at the end of a transaction: moves names where the small index is full. */
  settle(): void {
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
}
