// The entries of a store file as its check goes through them, in the present form and in older
// ones: every way to a row, and the row whatever else is wrong. Knows the tables; judges no entry.
import type { DatabaseSync } from 'node:sqlite';
import { EntryReader, type DamagedEntry, type SqliteRow } from './sqlite-entry-reader.ts';
import { SqliteEntries } from './sqlite-entries.ts';
import type { InternedValues } from './sqlite-interned.ts';
import { SqliteNames } from './sqlite-names.ts';
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
  /** @throws Error where it is not what was written, or not found by its name. */
  at(key: number): SqliteRow;
  /** What is wrong between the tables. */
  faults(): string[];
}

// Who it is, a finding says by itself.
const asDetail: DamagedEntry = (_name, detail, cause) => new Error(detail, { cause });

/** Entries of the present form. */
export function presentEntries(db: DatabaseSync, interned: InternedValues): CheckedEntries {
  const reader = new EntryReader(interned, asDetail);
  const rows = new SqliteEntries(prepareStatements(db), interned, reader, new SqliteNames(db));
  const labelsAt = labelsOf(db, interned, 'resource');
  return {
    ways: () =>
      waysOf(db, [
        'resource NOT INDEXED ORDER BY key',
        'resource INDEXED BY resource_sequence WHERE sequence > 0 ORDER BY sequence',
        'name ORDER BY id',
        'recent_name ORDER BY id',
      ]),
    labelsAt,
    at: (key) => {
      const { resourceType, resourceId } = labelsAt(key);
      const row = rows.get(resourceType, resourceId);
      if (row?.key !== key) throw new Error('it is not found by its name');
      return row;
    },
    faults: () => [
      ...some(db, misleadingNames, (names) => `${names} names lead to other resources, or to none`),
      ...some(db, doubleNames, (names) => `${names} names are there twice`),
    ],
  };
}

const misleadingNames = ['name', 'recent_name']
  .map(
    (table) =>
      `SELECT 1 FROM ${table} AS n LEFT JOIN resource AS r ON r.key = n.key` +
      ' WHERE r.key IS NULL OR r.id <> n.id OR r.type <> n.type',
  )
  .join(' UNION ALL ');
const doubleNames = 'SELECT 1 FROM recent_name JOIN name USING (id, type)';

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
    `SELECT 1 FROM ${changes} WHERE NOT EXISTS` +
    ` (SELECT 1 FROM ${resources} WHERE ${resources}.key = ${changes}.key >> 20)`;
  return {
    ways: () => waysOf(db, ways),
    labelsAt: labelsOf(db, interned, resources),
    at: (key) => {
      const row = rows.at(key);
      if (row === undefined) throw new Error('it is in an index and not in the table');
      return row;
    },
    faults: () => some(db, orphans, (count) => `${count} changes belong to no resource`),
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
    if (row === undefined) throw new Error('it is in an index and not in the table');
    const [type, id, changes] = row;
    return { resourceType: interned.typeName(type), resourceId: String(id), changes };
  };
}

/** A sentence about the rows that a query finds, where it finds any. */
function some(db: DatabaseSync, query: string, sentence: (rows: number) => string): string[] {
  const [rows] = new Query<[rows: number]>(db, `SELECT count(*) FROM (${query})`).get() ?? [0];
  return rows > 0 ? [sentence(rows)] : [];
}
