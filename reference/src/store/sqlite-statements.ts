// Every statement of the SQLite store, prepared once, and the columns it gives. Knows SQL and the
// order of columns; what they become is in sqlite-tables.ts.
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';

/** Columns of an entry as a sender reads it, in that order. */
export type PayloadColumns = readonly [
  key: number,
  type: number,
  id: string,
  sequence: number,
  origin: number | null,
  changes: number,
  payload: Uint8Array,
  checksum: number | null,
];

/** Columns of {@link resourceColumns}, in that order. */
export type ResourceColumns = readonly [
  ...PayloadColumns,
  baseResource: Uint8Array | null,
  baseChecksum: number | null,
];

/** Columns of a cursor. */
export type CursorColumns = readonly [
  peer: number,
  scope: string,
  cursor: Uint8Array,
  checksum: number | null,
];

/** Columns of a state that was put aside. */
export type ArchiveColumns = readonly [
  key: number,
  peer: number,
  reason: string,
  payload: Uint8Array,
  checksum: number | null,
];

const payloadColumns = 'key, type, id, sequence, origin, changes, payload, checksum';
const resourceColumns = `${payloadColumns}, base_resource, base_checksum`;

// Without INDEXED BY the planner may choose the other index and sort the whole table for each page.
const inRange = 'FROM resource INDEXED BY resource_sequence WHERE sequence > ?1 AND sequence <= ?2';
const ofTypes = 'AND type IN (SELECT value FROM json_each(?3))';

/** A prepared query whose rows are arrays of the given columns. */
export class Query<C extends readonly unknown[]> {
  readonly #statement: StatementSync;

  constructor(db: DatabaseSync, sql: string, bigints = false) {
    this.#statement = db.prepare(sql);
    this.#statement.setReturnArrays(true);
    this.#statement.setReadBigInts(bigints);
  }

  /** The first row. */
  get(...parameters: SQLInputValue[]): C | undefined {
    return this.#statement.get(...parameters) as unknown as C | undefined;
  }

  /** Every row. */
  all(...parameters: SQLInputValue[]): C[] {
    return this.#statement.all(...parameters) as unknown as C[];
  }

  /** Row by row; to be left or run to its end before anything else happens. */
  iterate(...parameters: SQLInputValue[]): Iterable<C> {
    return this.#statement.iterate(...parameters) as unknown as Iterable<C>;
  }
}

/** Prepares all statements of a store. */
// The types of what each gives are inferred: naming them would repeat the whole table.
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function prepareStatements(db: DatabaseSync) {
  return { ...prepareCommon(db), ...entryStatements(db), ...pageStatements(db) };
}

/** What {@link prepareStatements} gives. */
export type Statements = ReturnType<typeof prepareStatements>;

/** Prepares those of tables that older forms have as well. */
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function prepareCommon(db: DatabaseSync) {
  return { ...storeStatements(db), ...sessionStatements(db) };
}

/** What {@link prepareCommon} gives. */
export type CommonStatements = ReturnType<typeof prepareCommon>;

function storeStatements(db: DatabaseSync) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    beginRead: db.prepare('BEGIN'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    settings: new Query<[serverUrl: string, displayName: string]>(
      db,
      'SELECT server_url, display_name FROM store',
    ),
    state: new Query<
      [replica: Uint8Array, sequence: bigint, changeCounter: bigint, checksum: bigint | null]
    >(db, 'SELECT replica, sequence, change_counter, checksum FROM store', true),
    putState: db.prepare(
      'UPDATE store SET replica = ?, sequence = ?, change_counter = ?, checksum = ?',
    ),
    file: new Query<[inode: string, birth: string]>(db, 'SELECT inode, birth FROM file'),
    putFile: db.prepare('INSERT OR REPLACE INTO file VALUES (1, ?, ?)'),
    replicaKey: new Query<[key: number]>(db, 'SELECT key FROM replica WHERE id = ?'),
    replicaId: new Query<[id: Uint8Array]>(db, 'SELECT id FROM replica WHERE key = ?'),
    putReplica: db.prepare('INSERT INTO replica (id) VALUES (?)'),
    typeKey: new Query<[key: number]>(db, 'SELECT key FROM resource_type WHERE name = ?'),
    typeCount: new Query<[types: number]>(db, 'SELECT count(*) FROM resource_type'),
    typeName: new Query<[name: string]>(db, 'SELECT name FROM resource_type WHERE key = ?'),
    putType: db.prepare('INSERT INTO resource_type (name) VALUES (?)'),
  };
}

function entryStatements(db: DatabaseSync) {
  return {
    entry: new Query<ResourceColumns>(db, `SELECT ${resourceColumns} FROM resource WHERE key = ?`),
    insertEntry: db.prepare(
      'INSERT INTO resource (key, type, id, sequence, origin, changes, payload, checksum,' +
        ' base_resource, base_checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ),
    updateEntry: db.prepare(
      'UPDATE resource SET sequence = ?, origin = ?, changes = ?, payload = ?, checksum = ?,' +
        ' base_resource = ?, base_checksum = ? WHERE key = ?',
    ),
  };
}

function pageStatements(db: DatabaseSync) {
  const pageSql = (columns: string, filter: string, limit: string): string =>
    `SELECT ${columns} ${inRange} ${filter} ORDER BY sequence LIMIT ${limit}`;
  const page = (filter: string, limit: string): Query<ResourceColumns> =>
    new Query(db, pageSql(resourceColumns, filter, limit));
  const payloadPage = (filter: string, limit: string): Query<PayloadColumns> =>
    new Query(db, pageSql(payloadColumns, filter, limit));
  const count = (filter: string, origin: string): Query<[type: number, entries: number]> =>
    new Query(
      db,
      `SELECT type, count(*) ${inRange} ${filter} AND coalesce(origin, 0) <> ${origin}` +
        ' GROUP BY type',
    );
  return {
    page: page('', '?3'),
    pageOfTypes: page(ofTypes, '?4'),
    payloadPage: payloadPage('', '?3'),
    payloadPageOfTypes: payloadPage(ofTypes, '?4'),
    changedPage: page('AND changes > 0', '?3'),
    changedPageOfTypes: page(`AND changes > 0 ${ofTypes}`, '?4'),
    count: count('', '?3'),
    countOfTypes: count(ofTypes, '?4'),
  };
}

function sessionStatements(db: DatabaseSync) {
  return {
    cursor: new Query<CursorColumns>(
      db,
      'SELECT peer, scope, cursor, checksum FROM cursor WHERE peer = ? AND scope = ?',
    ),
    cursors: new Query<CursorColumns>(db, 'SELECT peer, scope, cursor, checksum FROM cursor'),
    putCursor: db.prepare(
      'INSERT INTO cursor (peer, scope, cursor, checksum) VALUES (?, ?, ?, ?)' +
        ' ON CONFLICT (peer, scope)' +
        ' DO UPDATE SET cursor = excluded.cursor, checksum = excluded.checksum',
    ),
    deleteCursors: db.prepare('DELETE FROM cursor'),
    archive: db.prepare(
      'INSERT INTO archive (peer, reason, payload, checksum) VALUES (?, ?, ?, ?)',
    ),
    archivedState: new Query<[key: number]>(
      db,
      'SELECT key FROM archive WHERE substr(payload, 1, 132) = substr(?1, 1, 132)' +
        ' AND payload = ?1 AND peer = ?2 AND reason = ?3 LIMIT 1',
    ),
    setArchiveReason: db.prepare('UPDATE archive SET reason = ?, checksum = ? WHERE key = ?'),
    archived: new Query<ArchiveColumns>(
      db,
      'SELECT key, peer, reason, payload, checksum FROM archive WHERE key > ?' +
        ' ORDER BY key LIMIT ?',
    ),
    anyOutcome: new Query<[found: number]>(db, 'SELECT EXISTS (SELECT 1 FROM outcome)'),
    // REPLACE gives a new key: the newest outcome stands last.
    putOutcome: db.prepare(
      'INSERT OR REPLACE INTO outcome (peer, type, id, outcome, code) VALUES (?, ?, ?, ?, ?)',
    ),
    deleteOutcome: db.prepare('DELETE FROM outcome WHERE peer = ? AND type = ? AND id = ?'),
    outcomes: new Query<
      [key: number, peer: number, type: string, id: string, outcome: number, code: number | null]
    >(
      db,
      'SELECT key, peer, type, id, outcome, code FROM outcome WHERE key > ? ORDER BY key LIMIT ?',
    ),
    putReport: db.prepare('INSERT INTO report (text) VALUES (?)'),
    reports: new Query<[text: string]>(db, 'SELECT text FROM report ORDER BY key DESC LIMIT ?'),
  };
}
