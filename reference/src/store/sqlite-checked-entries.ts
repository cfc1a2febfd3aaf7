// The entries of a store file as its check goes through them, in the present form and in older
// ones: every way to a row, and the row whatever else is wrong. Knows the tables; judges no entry.
import type { DatabaseSync } from 'node:sqlite';
import { CheckedNames } from './sqlite-checked-names.ts';
import { EntryReader, type DamagedEntry, type SqliteRow } from './sqlite-entry-reader.ts';
import type { InternedValues } from './sqlite-interned.ts';
import { OlderRows } from './sqlite-older-rows.ts';
import { copyingVersion } from './sqlite-older-schema.ts';
import { prepareStatements, Query } from './sqlite-statements.ts';

/** What the columns of an entry say of it, beside what it says itself. */
interface EntryLabels {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly changes: number;
}

/** Entries of a file, one by one. */
export interface CheckedEntries {
  /** Ways to the keys of all entries. */
  ways(): Iterable<() => Iterable<number>>;
  /** @throws Error where there is no such row. */
  labelsAt(key: number): EntryLabels;
  /** @throws Error where there is no such row, or it is not what was written. */
  at(key: number): SqliteRow;
  /** Why an entry that is whole is not found by its name; undefined: it is. */
  nameFaultAt(key: number): string | undefined;
  /** What is wrong between the tables. */
  faults(): Iterable<string>;
}

// Who it is, a finding says by itself.
const asDetail: DamagedEntry = (_name, detail, cause) => new Error(detail, { cause });

/** Entries of the present form, or of the one before it, which has two indexes of names. */
export function presentEntries(
  db: DatabaseSync,
  interned: InternedValues,
  version: number,
): CheckedEntries {
  const reader = new EntryReader(interned, asDetail);
  const { entry } = prepareStatements(db);
  const names = new CheckedNames(db, version);
  return {
    ways: () =>
      waysOf(db, [
        'resource NOT INDEXED ORDER BY key',
        'resource INDEXED BY resource_sequence WHERE sequence > 0 ORDER BY sequence',
        `${names.table} ORDER BY id`,
      ]),
    labelsAt: labelsOf(db, interned, 'resource'),
    at: (key) => {
      const columns = entry.get(key);
      if (columns === undefined) throw inNoTable();
      return reader.row(columns);
    },
    nameFaultAt: (key) => names.faultAt(key),
    faults: () => names.faults(),
  };
}

/** Entries of an older form: a row for each resource and for each change. */
export function olderEntries(
  db: DatabaseSync,
  interned: InternedValues,
  version: number,
): CheckedEntries {
  const rows = new OlderRows(db, interned, asDetail, version);
  const { resources, changes } = rows;
  const ways = [
    `${resources} NOT INDEXED ORDER BY key`,
    // Tables that are being copied have lost their indexes.
    `${resources} INDEXED BY resource_sequence WHERE sequence > 0 ORDER BY sequence`,
    `${resources} INDEXED BY resource_identity WHERE id > '' ORDER BY id`,
  ].slice(0, version === copyingVersion ? 1 : 3);
  const orphans =
    `SELECT count(*) FROM ${changes} WHERE NOT EXISTS` +
    ` (SELECT 1 FROM ${resources} WHERE ${resources}.key = ${changes}.key >> 20)`;
  return {
    ways: () => waysOf(db, ways),
    labelsAt: labelsOf(db, interned, resources),
    at: (key) => {
      const row = rows.at(key);
      if (row === undefined) throw inNoTable();
      return row;
    },
    // Its index of names is one of SQLite's own, which an integrity check looks at.
    nameFaultAt: () => undefined,
    faults: () => {
      const [count] = new Query<[changes: number]>(db, orphans).get() ?? [0];
      return count > 0 ? [`${count} changes belong to no resource`] : [];
    },
  };
}

function* waysOf(db: DatabaseSync, ways: readonly string[]): Generator<() => Iterable<number>> {
  for (const way of ways.flatMap((one) => [one, `${one} DESC`])) yield () => keysIn(db, way);
}

function* keysIn(db: DatabaseSync, way: string): Generator<number> {
  for (const [key] of new Query<[key: number]>(db, `SELECT key FROM ${way}`).iterate()) yield key;
}

function labelsOf(
  db: DatabaseSync,
  interned: InternedValues,
  table: string,
): (key: number) => EntryLabels {
  const labels = new Query<[type: number, id: string, changes: number]>(
    db,
    `SELECT type, id, changes FROM ${table} WHERE key = ?`,
  );
  return (key) => {
    const row = labels.get(key);
    if (row === undefined) throw inNoTable();
    const [type, id, changes] = row;
    return { resourceType: interned.typeName(type), resourceId: String(id), changes };
  };
}

function inNoTable(): Error {
  return new Error('it is in an index and not in the table');
}
