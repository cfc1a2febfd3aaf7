// Looks at every row of a store file without writing to it: whether SQLite finds the file whole,
// and whether what the rows say can be true. Knows the schema and what an entry must be; repairs
// nothing.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { prepareForCheck } from './sqlite-database.ts';
import { SqliteEntries } from './sqlite-entries.ts';
import { EntryReader } from './sqlite-entry-reader.ts';
import { guarded } from './sqlite-faults.ts';
import { checkStoredEntry } from './stored-entry-check.ts';
import { InternedValues } from './sqlite-interned.ts';
import { applicationId, changesPerEntry, schemaVersion, unsummedVersion } from './sqlite-schema.ts';
import { checkSessionRows } from './sqlite-session-check.ts';
import { prepareStatements, type Statements } from './sqlite-statements.ts';
import type { StoredEntry } from './store.ts';

/** One thing that is wrong with a store. */
export interface StoreFinding {
  /** `TYPE/ID` where it concerns one resource; undefined: the file, or no resource. */
  readonly resource: string | undefined;
  /** One sentence for people. */
  readonly detail: string;
}

/** What a check found. */
export interface StoreCheck {
  /** Entries that are whole. */
  readonly entries: number;
  readonly changes: number;
  /** False for a file of an older version, which has none yet. */
  readonly hasChecksums: boolean;
  /** At most `findingsMax`. */
  readonly findings: readonly StoreFinding[];
  /** Findings beyond those. */
  readonly more: number;
}

/** Findings that are listed. */
export const findingsMax = 200;

/** Takes what a check comes across. */
export interface CheckListener {
  /** An entry that is whole. */
  readonly onEntry?: (entry: StoredEntry) => void;
}

/** Findings, the first ones kept. */
export class Findings {
  readonly items: StoreFinding[] = [];
  more = 0;

  add(resource: string | undefined, detail: string): void {
    if (this.items.length < findingsMax) this.items.push({ resource, detail });
    else this.more += 1;
  }

  /** Does some work; its failure is a finding. */
  guard(what: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.add(undefined, `${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/**
 * Opens a store file for reading alone, as it is.
 *
 * @throws StoreError when it is missing, foreign, newer than this program, locked, or so damaged
 * that it can't be opened.
 */
export function openForCheck(path: string): DatabaseSync {
  // What is missing is said by whoever knows how; SQLite would say less.
  if (!existsSync(path)) prepareForCheck(path);
  const connect = (): DatabaseSync => new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  return guarded(path, () => {
    const db = connect();
    try {
      const version = mark(db, 'user_version');
      const isReadable = version === schemaVersion || version === unsummedVersion;
      if (isReadable && mark(db, 'application_id') === applicationId) return db;
    } catch (error) {
      db.close();
      throw error;
    }
    db.close();
    // It throws what is wrong with the file, or makes it one that can be checked.
    prepareForCheck(path);
    return connect();
  });
}

function mark(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

/**
 * Checks a store file: SQLite's own integrity check, then the checksum and the meaning of every
 * entry, change, cursor and archived state, and every outcome and report. Reads one state of the
 * store and writes nothing; a session may go on.
 *
 * A file of an older version has no checksums until it is opened for the first time: then an octet
 * that changed inside a text is a text like any other. {@link StoreCheck.hasChecksums} tells.
 *
 * @throws StoreError as `openForCheck` does.
 */
export function checkSqliteStore(path: string, listener: CheckListener = {}): StoreCheck {
  const db = openForCheck(path);
  try {
    const findings = new Findings();
    const hasChecksums = mark(db, 'user_version') === schemaVersion;
    findings.guard('the file', () => checkFile(db, findings));
    let counts = { entries: 0, changes: 0 };
    findings.guard('the tables', () => {
      const statements = prepareStatements(db);
      statements.beginRead.run();
      const interned = new InternedValues(statements);
      const reader = new EntryReader(statements, interned, asDetail, !hasChecksums);
      const rows = new SqliteEntries(statements, interned, reader);
      counts = checkEntries({ db, statements, interned, rows }, findings, listener);
      checkSessionRows(db, statements, interned, findings, !hasChecksums);
    });
    return { ...counts, hasChecksums, findings: findings.items, more: findings.more };
  } finally {
    db.close();
  }
}

function checkFile(db: DatabaseSync, findings: Findings): void {
  for (const { integrity_check: text } of db.prepare('PRAGMA integrity_check').all()) {
    if (text !== 'ok') findings.add(undefined, `the file: ${String(text)}`);
  }
  for (const { table } of db.prepare('PRAGMA foreign_key_check').all()) {
    findings.add(undefined, `a row of the table ${String(table)} refers to one that is not there`);
  }
}

// Who it is, a finding says by itself.
const asDetail = (_name: string, detail: string, cause: unknown): Error =>
  new Error(detail, { cause });

/** An open file with what reads it. */
interface Opened {
  readonly db: DatabaseSync;
  readonly statements: Statements;
  readonly interned: InternedValues;
  readonly rows: SqliteEntries;
}

function checkEntries(
  { db, statements, interned, rows }: Opened,
  findings: Findings,
  { onEntry }: CheckListener,
): { entries: number; changes: number } {
  const [, last = 0n] = statements.state.get() ?? [];
  const seen = new Set<bigint>();
  const counts = { entries: 0, changes: 0 };
  for (const key of keysOf(db, findings)) {
    let resource: string | undefined;
    try {
      const named = nameAt(db, interned, key);
      if (named === undefined) continue;
      resource = `${named.type}/${named.id}`;
      const row = rows.get(named.type, named.id);
      if (row?.key !== key) throw new Error('it is not found by its name');
      const { entry } = row;
      const { length } = entry.payload.changes;
      if (length !== named.changes) {
        throw new Error(`${length} of ${named.changes} changes are there`);
      }
      if (entry.sequence > last) throw new Error('it is newer than the store');
      if (seen.has(entry.sequence)) throw new Error('two resources have one place in the order');
      seen.add(entry.sequence);
      const fault = checkStoredEntry(entry);
      if (fault !== undefined) throw new Error(fault);
      counts.entries += 1;
      counts.changes += length;
      onEntry?.(entry);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      findings.add(resource, resource === undefined ? `the resource in row ${key}: ${text}` : text);
    }
  }
  findings.guard('the changes', () => checkOrphans(db, findings));
  return counts;
}

function checkOrphans(db: DatabaseSync, findings: Findings): void {
  const { orphans } = db
    .prepare(
      'SELECT count(*) AS orphans FROM change WHERE NOT EXISTS' +
        ` (SELECT 1 FROM resource WHERE resource.key = change.key / ${changesPerEntry})`,
    )
    .get() as { orphans: number };
  if (orphans > 0) findings.add(undefined, `${orphans} changes belong to no resource`);
}

function nameAt(
  db: DatabaseSync,
  interned: InternedValues,
  key: number,
): { type: string; id: string; changes: number } | undefined {
  const row = db.prepare('SELECT type, id, changes FROM resource WHERE key = ?').get(key);
  if (row === undefined) throw new Error('it is in an index and not in the table');
  const { type, id, changes } = row;
  return { type: interned.typeName(Number(type)), id: String(id), changes: Number(changes) };
}

/**
 * Every key that anything names: the table and both indexes, each from its beginning and from its
 * end, so that what a damaged page cuts off on one way is found on another.
 */
function keysOf(db: DatabaseSync, findings: Findings): Iterable<number> {
  const keys = new Set<number>();
  const ways = [
    'NOT INDEXED ORDER BY key',
    'INDEXED BY resource_sequence WHERE sequence > 0 ORDER BY sequence',
    "INDEXED BY resource_identity WHERE id > '' ORDER BY id",
  ];
  for (const way of ways.flatMap((one) => [one, `${one} DESC`])) {
    findings.guard('the resources', () => {
      for (const { key } of db.prepare(`SELECT key FROM resource ${way}`).iterate()) {
        keys.add(Number(key));
      }
    });
  }
  return [...keys].sort((a, b) => a - b);
}
