// Where a store in PostgreSQL is: what its URL says, and how it is named to people. What is shown
// is put together from the parts that may be seen; nothing of a user or a password is among them.
import { UsageError } from '../wire/violation.ts';

/** A store in PostgreSQL, as its URL names it. */
export interface PostgresTarget {
  /** As it was given, for the client alone: it may hold a password. */
  readonly url: string;
  readonly schema: string;
  /** May be printed and logged. */
  readonly shown: string;
  /** True: the URL says itself how long to wait for a lock (`lock_timeout`, milliseconds). */
  readonly setsLockWait: boolean;
}

const defaultSchema = 'peersync';
const schemaForm = /^[a-z_][a-z0-9_]{0,62}$/;

/** True where a store's name is the URL of a PostgreSQL database. */
export function isPostgresUrl(name: string): boolean {
  return /^postgres(ql)?:/i.test(name);
}

/**
 * Reads `postgres://[user[:password]@]host[:port]/database[?schema=name&…]`. Everything but
 * `schema` is for the client: `host=/run/postgresql` is a folder of sockets, `sslmode` is TLS.
 *
 * @throws UsageError when it is none; the text of it is in no message.
 */
export function readTarget(url: string): PostgresTarget {
  const parsed = URL.parse(url);
  if (parsed === null || !isPostgresUrl(url)) {
    throw new UsageError(
      'this is no URL of PostgreSQL: postgres://user@host:5432/database?schema=peersync',
    );
  }
  const schema = parsed.searchParams.get('schema') ?? defaultSchema;
  if (!schemaForm.test(schema) || schema.startsWith('pg_')) {
    throw new UsageError(
      'the schema of the URL has up to 63 of a-z, 0-9 and _, and does not begin with pg_',
    );
  }
  const { searchParams, pathname } = parsed;
  const host = searchParams.get('host') ?? parsed.host;
  const isFolder = host.startsWith('/');
  const port = searchParams.get('port') ?? '';
  const query = [
    ...(isFolder ? [`host=${host}`] : []),
    ...(port === '' ? [] : [`port=${port}`]),
    `schema=${schema}`,
  ].join('&');
  const shown = `postgres://${isFolder ? '' : host}${pathname}?${query}`;
  return { url, schema, shown, setsLockWait: searchParams.has('lock_timeout') };
}
