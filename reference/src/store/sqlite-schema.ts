// The form of the SQLite file: what marks it as ours, its tables and why they look so. Knows SQL
// and nothing of what the rows mean. Earlier forms are in sqlite-older-schema.ts.

/** `PRAGMA application_id` of a store: "FPS1" in ASCII. */
export const applicationId = 0x46505331;

/** `PRAGMA user_version` of the form below; a file with a higher one is refused. */
export const schemaVersion = 7;

/** How far `name` goes, and a checksum over that. */
export const settledName = `
CREATE TABLE settled_name (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  through INTEGER NOT NULL,
  checksum INTEGER NOT NULL
) STRICT;
`;

/**
 * The tables that hold entries.
 *
 * - `resource.payload`: the entry as it is sent, a Batch of it alone. A sender copies it; measured,
 *   a row for each change and columns for each field took a sender half as much work again.
 * - `resource_sequence` carries all that a count by type needs, so that counting reads no rows.
 * - `checksum` covers the columns before it: SQLite keeps no checksums, and would read damage
 *   inside a text as another text. `base_checksum` is apart, for a sender reads no `base_resource`.
 * - `name` finds an entry by its name, up to the key that `settled_name` has; without a row, none.
 *   Later ones are found in memory: see sqlite-names.ts.
 */
export const entryTables = `
CREATE TABLE resource (
  key INTEGER PRIMARY KEY,
  type INTEGER NOT NULL REFERENCES resource_type,
  id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  origin INTEGER REFERENCES replica,
  changes INTEGER NOT NULL,
  payload BLOB NOT NULL,
  checksum INTEGER NOT NULL,
  base_resource BLOB,
  base_checksum INTEGER
) STRICT;
CREATE INDEX resource_sequence ON resource (sequence, type, origin, changes);

CREATE TABLE name (
  id TEXT NOT NULL,
  type INTEGER NOT NULL,
  key INTEGER NOT NULL,
  PRIMARY KEY (id, type)
) STRICT, WITHOUT ROWID;
${settledName}`;

/**
 * The tables of the present version. All but those of names have integer row ids: measured, WITHOUT
 * ROWID on the resources costs a factor of 2 to 3.
 *
 * - `archive_name`: a payload begins with its type and id, which take at most 132 octets. It finds
 *   a state that is there already.
 * - counters are unsigned 64-bit numbers kept as two's complement.
 * - `checksum` covers the other columns of its row.
 */
export const schema = `
CREATE TABLE store (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  replica BLOB NOT NULL CHECK (length(replica) = 16),
  server_url TEXT NOT NULL,
  display_name TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  change_counter INTEGER NOT NULL,
  checksum INTEGER
) STRICT;

CREATE TABLE file (
  key INTEGER PRIMARY KEY CHECK (key = 1),
  inode TEXT NOT NULL,
  birth TEXT NOT NULL
) STRICT;

CREATE TABLE replica (
  key INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
) STRICT;

CREATE TABLE resource_type (
  key INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
${entryTables}
CREATE TABLE cursor (
  key INTEGER PRIMARY KEY,
  peer INTEGER NOT NULL REFERENCES replica,
  scope TEXT NOT NULL,
  cursor BLOB NOT NULL,
  checksum INTEGER,
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
  payload BLOB NOT NULL,
  checksum INTEGER
) STRICT;
CREATE INDEX archive_name ON archive (substr(payload, 1, 132));

CREATE TABLE report (
  key INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;
`;
