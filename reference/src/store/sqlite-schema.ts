// The form of the SQLite file: what marks it as ours, its tables and why they look so. Knows SQL
// and nothing of what the rows mean.

/** `PRAGMA application_id` of a store: "FPS1" in ASCII. */
export const applicationId = 0x46505331;

/** `PRAGMA user_version` of the form below; a file with a higher one is refused. */
export const schemaVersion = 4;

/**
 * The same form with rows whose checksums are not known yet, NULL: what an older file is between
 * two steps of its migration. Only a check reads it as it is; in the present version NULL is
 * damage.
 */
export const unsummedVersion = 3;

/**
 * A change's key is its resource's key times this plus its position: the changes of one resource
 * lie side by side, new ones at the end of the tree, and no further index is needed.
 */
export const changesPerEntry = 2 ** 20;

/** What version 2 has beyond version 1: the file that the store lives in, and an index. */
export const addedByVersion2 = `
CREATE TABLE file (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  inode TEXT NOT NULL,
  birth TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS archive_name ON archive (substr(payload, 1, 132));
`;

/** What version 3 has beyond version 2: room for checksums. See sqlite-checksum.ts. */
export const addedByVersion3 = `
ALTER TABLE store ADD COLUMN checksum INTEGER;
ALTER TABLE resource ADD COLUMN checksum INTEGER;
ALTER TABLE resource ADD COLUMN base_checksum INTEGER;
ALTER TABLE cursor ADD COLUMN checksum INTEGER;
ALTER TABLE archive ADD COLUMN checksum INTEGER;
`;

/**
 * The tables of the present version. All have integer row ids: measured, WITHOUT ROWID on the
 * resources costs a factor of 2 to 3, and 16-octet replica ids in every row 12 %.
 *
 * - `rest`: the fields of a message that have no column, as protobuf: absorbed ids and all fields
 *   unknown to this version (PSP-MSG-11); NULL where there are none.
 * - `resource.base_version`: NULL where the entry has no base.
 * - `resource_sequence` carries all that a count by type needs, so that counting reads no rows.
 * - `archive_name`: a payload begins with its type and id, which take at most 132 octets. It finds
 *   a state that is there already.
 * - counters are unsigned 64-bit numbers kept as two's complement.
 * - `checksum`, the last column wherever it is, covers the other columns, and `resource.checksum`
 *   its changes as well: SQLite keeps no checksums, and would read damage inside a text as another
 *   text. `base_checksum` is apart, for a sender reads no `base_resource`.
 */
export const schema = `
CREATE TABLE store (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  replica BLOB NOT NULL CHECK (length(replica) = 16),
  server_url TEXT NOT NULL,
  display_name TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  change_counter INTEGER NOT NULL
) STRICT;

CREATE TABLE replica (
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
) STRICT;

CREATE TABLE resource_type (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE resource (
  key INTEGER PRIMARY KEY,
  type INTEGER NOT NULL REFERENCES resource_type,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  origin INTEGER REFERENCES replica,
  changes INTEGER NOT NULL,
  base_version TEXT,
  base_updated TEXT,
  rest BLOB,
  base_resource BLOB,
  resource BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX resource_identity ON resource (id, type);
CREATE INDEX resource_sequence ON resource (sequence, type, origin, changes);

CREATE TABLE change (
  key INTEGER PRIMARY KEY,
  replica INTEGER NOT NULL REFERENCES replica,
  counter INTEGER NOT NULL,
  type INTEGER NOT NULL,
  base_version TEXT NOT NULL,
  recorded_at TEXT NOT NULL,
  rest BLOB,
  payload BLOB NOT NULL
) STRICT;

CREATE TABLE cursor (
  key INTEGER PRIMARY KEY,
  peer INTEGER NOT NULL REFERENCES replica,
  scope TEXT NOT NULL,
  cursor BLOB NOT NULL,
  UNIQUE (peer, scope)
) STRICT;

CREATE TABLE outcome (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  peer INTEGER NOT NULL REFERENCES replica,
  type TEXT NOT NULL,
  id TEXT NOT NULL,
  outcome INTEGER NOT NULL,
  code INTEGER,
  UNIQUE (peer, type, id)
) STRICT;

CREATE TABLE archive (
  key INTEGER PRIMARY KEY,
  peer INTEGER NOT NULL REFERENCES replica,
  reason TEXT NOT NULL,
  payload BLOB NOT NULL
) STRICT;

CREATE TABLE report (
  key INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;
${addedByVersion2}${addedByVersion3}`;
