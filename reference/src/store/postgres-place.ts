// Tells whether a store in PostgreSQL is where it was, or is a copy or went back in time. Knows
// what PostgreSQL tells of itself; not what is done about it.
import type { PostgresDatabase } from './postgres-database.ts';
import { quoted } from './postgres-schema.ts';

/**
 * What a store's place is remembered by, and what no copy of it has: the cluster's identifier, the
 * timeline, which grows with each restoration to a point in time and each promotion of a replica,
 * and the object ids of database and schema, which a restored dump has anew.
 *
 * Parts that an engine or a role has not are empty; a replica tells no timeline.
 */
export function seePlace(database: PostgresDatabase): string {
  const { schema } = database.target;
  const cluster = database.askIfAble({
    text: 'SELECT system_identifier::text FROM pg_control_system()',
  });
  const timeline = database.askIfAble({
    text:
      'SELECT CASE WHEN pg_is_in_recovery() THEN NULL' +
      ' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END',
  });
  const ids = database.askIfAble({
    text:
      'SELECT (SELECT oid FROM pg_database WHERE datname = current_database())::text,' +
      ' to_regnamespace($1)::oid::text',
    values: [quoted(schema)],
  });
  const parts = [cluster?.[0]?.[0], timeline?.[0]?.[0], ids?.[0]?.[0], ids?.[0]?.[1]];
  return parts.map((part) => (typeof part === 'string' ? part : '')).join('/');
}

/** True where two places differ in something that both of them tell. */
export function isElsewhere(remembered: string, seen: string): boolean {
  const [before, now] = [remembered.split('/'), seen.split('/')];
  return before.some((part, index) => {
    const other = now[index] ?? '';
    return part !== '' && other !== '' && part !== other;
  });
}
