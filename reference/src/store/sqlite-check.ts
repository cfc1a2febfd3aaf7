// Looks at every row of a store file without writing to it: whether SQLite finds the file whole,
// and whether what the rows say can be true. Knows the schema and what an entry must be; repairs
// nothing.
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { prepareForCheck } from './sqlite-database.ts';
import { guarded } from './sqlite-faults.ts';
import { checkStoredEntry } from './stored-entry-check.ts';
import { olderEntries, presentEntries, type CheckedEntries } from './sqlite-checked-entries.ts';
import { InternedValues } from './sqlite-interned.ts';
import { copyingVersion, unsummedVersion } from './sqlite-older-schema.ts';
import { applicationId, schemaVersion } from './sqlite-schema.ts';
import { checkSessionRows } from './sqlite-session-check.ts';
import { prepareCommon } from './sqlite-statements.ts';
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
  /** Entries that are whole; that one is not found by its name is a finding and no fault of it. */
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
      const isReadable = version >= unsummedVersion && version <= schemaVersion;
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
    const version = mark(db, 'user_version');
    const hasChecksums = version > unsummedVersion;
    findings.guard('the file', () => checkFile(db, findings));
    let counts = { entries: 0, changes: 0 };
    findings.guard('the tables', () => {
      const common = prepareCommon(db);
      common.beginRead.run();
      const interned = new InternedValues(common);
      const entries =
        version > copyingVersion
          ? presentEntries(db, interned, version)
          : olderEntries(db, interned, version);
      const [, last = 0n] = common.state.get() ?? [];
      counts = checkEntries(entries, last, findings, listener);
      checkSessionRows(db, common, interned, findings, !hasChecksums);
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

function checkEntries(
  rows: CheckedEntries,
  last: bigint,
  findings: Findings,
  { onEntry }: CheckListener,
): { entries: number; changes: number } {
  const seen = new Set<bigint>();
  const counts = { entries: 0, changes: 0 };
  for (const key of keysOf(rows, findings)) {
    let resource: string | undefined;
    try {
      const named = rows.labelsAt(key);
      resource = `${named.resourceType}/${named.resourceId}`;
      const { entry } = rows.at(key);
      const { resourceType, resourceId, changes } = entry.payload;
      if (`${resourceType}/${resourceId}` !== resource) throw new Error('it is called otherwise');
      if (changes.length !== named.changes) {
        throw new Error(`${changes.length} of ${named.changes} changes are there`);
      }
      if (entry.sequence > last) throw new Error('it is newer than the store');
      if (seen.has(entry.sequence)) throw new Error('two resources have one place in the order');
      seen.add(entry.sequence);
      const fault = checkStoredEntry(entry);
      if (fault !== undefined) throw new Error(fault);
      counts.entries += 1;
      counts.changes += changes.length;
      onEntry?.(entry);
      const nameFault = rows.nameFaultAt(key);
      if (nameFault !== undefined) findings.add(resource, nameFault);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      findings.add(resource, resource === undefined ? `the resource in row ${key}: ${text}` : text);
    }
  }
  findings.guard('the tables', () => {
    for (const detail of rows.faults()) findings.add(undefined, detail);
  });
  return counts;
}

/**
 * Every key that anything names: the table and its indexes, each from its beginning and from its
 * end, so that what a damaged page cuts off on one way is found on another.
 */
function keysOf(rows: CheckedEntries, findings: Findings): Iterable<number> {
  const keys = new Set<number>();
  for (const way of rows.ways()) {
    findings.guard('the resources', () => {
      for (const key of way()) keys.add(key);
    });
  }
  return [...keys].sort((a, b) => a - b);
}
