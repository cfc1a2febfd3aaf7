// The form of a store in PostgreSQL: its tables, in a schema of their own, and why they look so.
// Knows SQL and nothing of what the rows mean.

/** `store.form` of the form below; a store with a higher one is refused. */
export const postgresForm = 1;

/** A schema's name before a table's; the name was checked when the URL was read. */
export function quoted(schema: string): string {
  return `"${schema}"`;
}

/**
 * The statements that make the tables in a schema that is there, for one transaction.
 *
 * - Octets are `bytea`, so that what comes out is what went in. So are texts that a peer is free to
 *   choose (version ids, instants, names of refused entries): `text` takes no U+0000.
 * - `rest`: the fields of a message that have no column, as protobuf (PSP-MSG-11).
 * - `resource.key` is the sequence of the entry's first write: known before it is written, so that
 *   a transaction is written without a question in between.
 * - `octets`: what a page is measured by, without reading what it counts.
 * - `resource_sequence` carries all that a count by type needs.
 * - Digests stand for what is too long for an index: scopes, archived states.
 * - COLLATE "C": no update of the system's collations can damage an index of names.
 * - Counters are unsigned 64-bit numbers kept as two's complement.
 * - `entry` is for people and reports; the program does not read it.
 */
export function schemaStatements(schema: string): string[] {
  const s = quoted(schema);
  return [...entryTables(s), ...sessionTables(s)];
}

function entryTables(s: string): string[] {
  return [
    `CREATE TABLE ${s}.store (
      key integer PRIMARY KEY CHECK (key = 1),
      form integer NOT NULL,
      replica bytea NOT NULL CHECK (octet_length(replica) = 16),
      server_url text NOT NULL,
      display_name text NOT NULL,
      place text NOT NULL,
      sequence bigint NOT NULL,
      change_counter bigint NOT NULL,
      archived bigint NOT NULL,
      outcomes bigint NOT NULL,
      reports bigint NOT NULL
    )`,
    `CREATE TABLE ${s}.resource_type (name text COLLATE "C" PRIMARY KEY)`,
    `CREATE TABLE ${s}.resource (
      key bigint PRIMARY KEY,
      type text COLLATE "C" NOT NULL,
      id text COLLATE "C" NOT NULL,
      sequence bigint NOT NULL,
      origin bytea,
      changes integer NOT NULL,
      octets bigint NOT NULL,
      base_version bytea,
      base_updated bytea,
      rest bytea,
      base_resource bytea,
      resource bytea NOT NULL
    )`,
    `CREATE UNIQUE INDEX resource_identity ON ${s}.resource (id, type)`,
    `CREATE INDEX resource_sequence ON ${s}.resource (sequence, type, origin, changes)`,
    `CREATE TABLE ${s}.change (
      resource bigint NOT NULL,
      position integer NOT NULL,
      replica bytea NOT NULL,
      counter bigint NOT NULL,
      type integer NOT NULL,
      base_version bytea NOT NULL,
      recorded_at bytea NOT NULL,
      rest bytea,
      payload bytea NOT NULL,
      PRIMARY KEY (resource, position)
    )`,
    `CREATE VIEW ${s}.entry AS
      SELECT type, id, sequence, changes AS local_changes,
        encode(base_version, 'escape') AS server_version,
        encode(base_updated, 'escape') AS server_updated,
        encode(origin, 'hex') AS origin,
        octet_length(resource) = 0 AS deleted,
        convert_from(resource, 'UTF8') AS resource
      FROM ${s}.resource`,
  ];
}

function sessionTables(s: string): string[] {
  return [
    `CREATE TABLE ${s}.cursor (
      peer bytea NOT NULL,
      scope_digest bytea NOT NULL,
      scope bytea NOT NULL,
      cursor bytea NOT NULL,
      PRIMARY KEY (peer, scope_digest)
    )`,
    `CREATE TABLE ${s}.outcome (
      position bigint PRIMARY KEY,
      peer bytea NOT NULL,
      type bytea NOT NULL,
      id bytea NOT NULL,
      outcome integer NOT NULL,
      code integer,
      UNIQUE (peer, type, id)
    )`,
    `CREATE TABLE ${s}.archive (
      position bigint PRIMARY KEY,
      peer bytea NOT NULL,
      reason text NOT NULL,
      state_digest bytea NOT NULL,
      payload bytea NOT NULL
    )`,
    `CREATE INDEX archive_state ON ${s}.archive (state_digest)`,
    `CREATE TABLE ${s}.report (position bigint PRIMARY KEY, text bytea NOT NULL)`,
  ];
}
