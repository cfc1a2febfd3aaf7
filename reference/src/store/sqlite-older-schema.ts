// Forms that a SQLite file had: what each had beyond the one before it. Knows SQL and nothing of
// what the rows mean.
import { entryTables, settledName } from './sqlite-schema.ts';

/** Rows whose checksums are not known yet, NULL: what a file of version 2 becomes first. */
export const unsummedVersion = 3;

/** A row for each resource and each change, with checksums. */
export const summedVersion = 4;

/**
 * A file of version 4 on its way to the present form: its tables of entries are still whole under
 * other names, `resource_older` and `change_older`, and the beginning of them is in the new ones.
 */
export const copyingVersion = 5;

/**
 * The present form but for its names: `recent_name` has the new ones and `name` got them later. A
 * file of version 5 that a program of version 6 began has both as well.
 */
export const twoIndexesVersion = 6;

/** What version 2 has beyond version 1: the file that the store lives in, and an index. */
export const addedByVersion2 = `
CREATE TABLE file (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  inode TEXT NOT NULL,
  birth TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS archive_name ON archive (substr(payload, 1, 132));
`;

/** What version 3 has beyond version 2: room for checksums. See sqlite-older-checksum.ts. */
export const addedByVersion3 = `
ALTER TABLE store ADD COLUMN checksum INTEGER;
ALTER TABLE resource ADD COLUMN checksum INTEGER;
ALTER TABLE resource ADD COLUMN base_checksum INTEGER;
ALTER TABLE cursor ADD COLUMN checksum INTEGER;
ALTER TABLE archive ADD COLUMN checksum INTEGER;
`;

/** What version 5 has beyond version 4. */
export const addedByVersion5 = `
DROP INDEX resource_identity;
DROP INDEX resource_sequence;
ALTER TABLE resource RENAME TO resource_older;
ALTER TABLE change RENAME TO change_older;
${entryTables}`;

/** What makes one index of names of two: all are in it then. A name may be in both already. */
export const joinedNames = `
INSERT OR IGNORE INTO name SELECT id, type, key FROM recent_name ORDER BY id, type;
DROP TABLE recent_name;
${settledName}`;

/** What version 5 has beyond the present one, when all of it is copied. */
export const removedAfterVersion5 = `
DROP TABLE change_older;
DROP TABLE resource_older;
`;
