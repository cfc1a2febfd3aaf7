// Makes a file whose index has names, of a present one that nobody has open and that has few: a
// store puts them there when there are many.
import { DatabaseSync } from 'node:sqlite';
import { settledChecksum } from '../sqlite-checksum.ts';

/** Puts the names of all entries but the last ones into the index; gives the last key it has. */
export function settleNames(path: string, butLast = 0): number {
  const db = new DatabaseSync(path);
  try {
    const { last } = db.prepare('SELECT max(key) AS last FROM resource').get() as { last: number };
    const through = last - butLast;
    db.exec('BEGIN; DELETE FROM name');
    db.prepare('INSERT INTO name SELECT id, type, key FROM resource WHERE key <= ?').run(through);
    putSettled(db, through);
    db.exec('COMMIT');
    return through;
  } finally {
    db.close();
  }
}

/** Writes how far the index goes, true or not. */
export function putSettled(db: DatabaseSync, through: number): void {
  db.prepare('INSERT OR REPLACE INTO settled_name VALUES (1, ?, ?)').run(
    through,
    settledChecksum(through),
  );
}
