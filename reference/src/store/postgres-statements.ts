// Every statement of a store in PostgreSQL, and the columns that each gives. Knows SQL and the
// order of columns; what they become is in postgres-rows.ts. Writes take many rows, as arrays.
import type { ElementType } from './postgres-arrays.ts';
import { quoted } from './postgres-schema.ts';

const resourceColumns =
  'key, type, id, sequence, origin, changes, base_version, base_updated, rest, base_resource,' +
  ' resource';
const payloadColumns = resourceColumns.replace(' base_resource', ' NULL::bytea');

/** The types of `putResources`, `putChanges`, … in order of their parameters. */
export const written = {
  resources: [
    'long',
    'text',
    'text',
    'long',
    'octets',
    'integer',
    'long',
    'octets',
    'octets',
    'octets',
    'octets',
    'octets',
  ],
  changes: ['long', 'integer', 'octets', 'long', 'integer', 'octets', 'octets', 'octets', 'octets'],
  changesKept: ['long', 'integer'],
  types: ['text'],
  cursors: ['octets', 'octets', 'octets', 'octets'],
  outcomes: ['long', 'octets', 'octets', 'octets', 'integer', 'integer'],
  outcomeNames: ['octets', 'octets', 'octets'],
  archive: ['long', 'octets', 'text', 'octets', 'octets'],
  archiveReasons: ['long', 'text'],
  reports: ['long', 'octets'],
} as const satisfies Readonly<Record<string, readonly ElementType[]>>;

const sqlTypes = { octets: 'bytea', long: 'bigint', integer: 'integer', text: 'text' } as const;

/** `unnest($1::bigint[], …)`: rows out of columns. */
function rowsOf(types: readonly ElementType[]): string {
  return `unnest(${types.map((type, at) => `$${at + 1}::${sqlTypes[type]}[]`).join(', ')})`;
}

function writes(s: string) {
  const { changesKept, outcomeNames, archiveReasons } = written;
  const insert = (table: string, types: readonly ElementType[]): string =>
    `INSERT INTO ${s}.${table} SELECT * FROM ${rowsOf(types)}`;
  const updated = resourceColumns.split(', ').slice(3).concat('octets');
  return {
    putState:
      `UPDATE ${s}.store SET replica = $1, sequence = $2, change_counter = $3, archived = $4,` +
      ' outcomes = $5, reports = $6',
    putPlace: `UPDATE ${s}.store SET place = $1`,
    types: `${insert('resource_type', written.types)} ON CONFLICT DO NOTHING`,
    resources:
      `${insert('resource', written.resources)} ON CONFLICT (key) DO UPDATE SET ` +
      updated.map((name) => `${name.trim()} = excluded.${name.trim()}`).join(', '),
    changesKept:
      `DELETE FROM ${s}.change USING ${rowsOf(changesKept)} AS kept (resource, changes)` +
      ' WHERE change.resource = kept.resource AND change.position >= kept.changes',
    changes: insert('change', written.changes),
    deleteCursors: `DELETE FROM ${s}.cursor`,
    cursors:
      `${insert('cursor', written.cursors)} ON CONFLICT (peer, scope_digest)` +
      ' DO UPDATE SET cursor = excluded.cursor',
    outcomeNames:
      `DELETE FROM ${s}.outcome USING ${rowsOf(outcomeNames)} AS gone (peer, type, id)` +
      ' WHERE outcome.peer = gone.peer AND outcome.type = gone.type AND outcome.id = gone.id',
    outcomes: insert('outcome', written.outcomes),
    archive: insert('archive', written.archive),
    archiveReasons:
      `UPDATE ${s}.archive SET reason = told.reason` +
      ` FROM ${rowsOf(archiveReasons)} AS told (position, reason)` +
      ' WHERE archive.position = told.position',
    reports: insert('report', written.reports),
  };
}

function pages(s: string) {
  // The sum runs over the rows in order and stops with the limit, so no more is read than is given.
  const page = (filter: string, columns: string): string =>
    `SELECT ${columns} FROM (SELECT *, sum(octets) OVER ordered AS total,` +
    ` row_number() OVER ordered AS place FROM ${s}.resource` +
    ` WHERE sequence > $1 AND sequence <= $2 AND ($5::text[] IS NULL OR type = ANY ($5::text[]))` +
    ` ${filter} WINDOW ordered AS (ORDER BY sequence ROWS UNBOUNDED PRECEDING)` +
    ' ORDER BY sequence LIMIT $3) AS page WHERE total <= $4 OR place = 1 ORDER BY sequence';
  return {
    page: page('', resourceColumns),
    payloadPage: page('', payloadColumns),
    changedPage: page('AND changes > 0', resourceColumns),
    count:
      `SELECT type, count(*) FROM ${s}.resource WHERE sequence > $1 AND sequence <= $2` +
      ' AND ($3::text[] IS NULL OR type = ANY ($3::text[]))' +
      ' AND ($4::bytea IS NULL OR origin IS DISTINCT FROM $4::bytea) GROUP BY type',
    /** Of names in order: those whose contents together are not too much; the first anyway. */
    entries:
      `SELECT place, ${resourceColumns} FROM (SELECT named.place, resource.*,` +
      ' sum(coalesce(octets, 0) + coalesce(octet_length(base_resource), 0))' +
      ' OVER (ORDER BY named.place ROWS UNBOUNDED PRECEDING) AS total' +
      ' FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS named (a_type, an_id, place)' +
      ` LEFT JOIN ${s}.resource ON resource.id = an_id AND resource.type = a_type` +
      ') AS found WHERE total <= $3 OR place = 1 ORDER BY place',
    changesOf:
      'SELECT resource, replica, counter, type, base_version, recorded_at, rest, payload' +
      ` FROM ${s}.change WHERE resource = ANY ($1::bigint[]) ORDER BY resource, position`,
  };
}

/** All statements of a store. */
// The types of what each gives are inferred: naming them would repeat the whole table.
// eslint-disable-next-line @typescript-eslint/explicit-module-boundary-types
export function statementsFor(schema: string) {
  const s = quoted(schema);
  return {
    owner: `SELECT form, server_url, display_name, place FROM ${s}.store`,
    insertStore: `INSERT INTO ${s}.store VALUES (1, $1, $2, $3, $4, $5, 0, 0, 0, 0, 0)`,
    state:
      'SELECT replica, sequence, change_counter, archived, outcomes, reports' + ` FROM ${s}.store`,
    anyOutcome: `SELECT 1 FROM ${s}.outcome LIMIT 1`,
    typeNames: `SELECT name FROM ${s}.resource_type`,
    cursor: `SELECT cursor FROM ${s}.cursor WHERE peer = $1 AND scope_digest = $2`,
    allCursors: `SELECT peer, scope, cursor FROM ${s}.cursor`,
    archivedState:
      `SELECT 1 FROM ${s}.archive` +
      ' WHERE state_digest = $1 AND payload = $2 AND peer = $3 AND reason = $4 LIMIT 1',
    archived:
      `SELECT position, peer, reason, payload FROM ${s}.archive` +
      ' WHERE position > $1 ORDER BY position LIMIT $2',
    outcomesAfter:
      `SELECT position, peer, type, id, outcome, code FROM ${s}.outcome` +
      ' WHERE position > $1 ORDER BY position LIMIT $2',
    reportsBack: `SELECT text FROM ${s}.report ORDER BY position DESC LIMIT $1`,
    ...pages(s),
    ...writes(s),
  };
}

/** What {@link statementsFor} gives. */
export type PostgresStatements = ReturnType<typeof statementsFor>;
