// The index of names of a store file as its check goes through it: whether it leads to each entry
// that it should lead to, and to nothing else. Knows the tables; judges no entry.
import type { DatabaseSync } from 'node:sqlite';
import { detailOf } from './sqlite-entry-reader.ts';
import { settledQuery, settledThrough } from './sqlite-names.ts';
import { twoIndexesVersion } from './sqlite-older-schema.ts';
import { Query } from './sqlite-statements.ts';

/** Names of a file of the present form, or of one with two indexes of them. */
export class CheckedNames {
  /** What a query finds all names in. */
  readonly table: string;
  readonly #db: DatabaseSync;
  readonly #isFound: Query<[isFound: number]>;
  /** The last key that the index has; a sentence where that is not known. */
  readonly #through: number | string;

  constructor(db: DatabaseSync, version: number) {
    const hasTwo = version === twoIndexesVersion;
    this.table = hasTwo ? '(SELECT * FROM name UNION ALL SELECT * FROM recent_name)' : 'name';
    this.#db = db;
    this.#isFound = new Query(
      db,
      `SELECT EXISTS (SELECT 1 FROM ${this.table} WHERE id = r.id AND type = r.type` +
        ' AND key = r.key) FROM resource AS r WHERE r.key = ?',
    );
    this.#through = hasTwo ? Number.MAX_SAFE_INTEGER : throughIn(db);
  }

  /** What is wrong with the name of an entry; undefined: nothing, or nobody knows. */
  faultAt(key: number): string | undefined {
    // A later entry is found by its row.
    if (typeof this.#through === 'string' || key > this.#through) return undefined;
    return this.#isFound.get(key)?.[0] === 0 ? 'it is not found by its name' : undefined;
  }

  /** What is wrong with the index. */
  *faults(): Generator<string> {
    if (typeof this.#through === 'string') yield this.#through;
    else
      yield* this.#some('are in the index too early', `${this.table} WHERE key > ${this.#through}`);
    yield* this.#some(
      'lead to other resources, or to none',
      `${this.table} AS n LEFT JOIN resource AS r ON r.key = n.key` +
        ' WHERE r.key IS NULL OR r.id <> n.id OR r.type <> n.type',
    );
    yield* this.#some(
      'are there twice',
      '(SELECT 1 FROM resource GROUP BY id, type HAVING count(*) > 1)',
    );
  }

  *#some(fault: string, rows: string): Generator<string> {
    const [names] = new Query<[names: number]>(this.#db, `SELECT count(*) FROM ${rows}`).get() ?? [
      0,
    ];
    if (names > 0) yield `${names} names ${fault}`;
  }
}

function throughIn(db: DatabaseSync): number | string {
  try {
    const through = settledThrough(settledQuery(db));
    const [last] = new Query<[key: number | null]>(db, 'SELECT max(key) FROM resource').get() ?? [];
    if (through === undefined) return 'how far the index of names goes is not what was written';
    return through <= (last ?? 0) ? through : 'the index of names goes beyond the last resource';
  } catch (error) {
    return `how far the index of names goes: ${detailOf(error)}`;
  }
}
