// A durable store in a schema of a PostgreSQL database. Knows how to make and open one; its tables
// are in postgres-tables.ts, its rules in table-store.ts.
import { randomBytes } from 'node:crypto';
import type { ReplicaRenewal } from './copied-file.ts';
import { PostgresDatabase, type Answers, type PostgresOptions } from './postgres-database.ts';
import type { Statement } from './postgres-messages.ts';
import { isElsewhere, seePlace } from './postgres-place.ts';
import type { PostgresRow } from './postgres-rows.ts';
import { postgresForm, quoted, schemaStatements } from './postgres-schema.ts';
import { statementsFor, type PostgresStatements } from './postgres-statements.ts';
import { PostgresTables } from './postgres-tables.ts';
import { readTarget } from './postgres-target.ts';
import { drawReplicaId, takeReplicaId } from './replica-renewal.ts';
import { StoreError } from './store-error.ts';
import { checkSettings } from './store-settings.ts';
import type { RandomOctets, Store, StoreSettings } from './store.ts';
import { TableStore } from './table-store.ts';

/** A store in PostgreSQL. */
export interface PostgresStore extends Store {
  /**
   * Set where the database turned out to be a copy, or to have gone back in time, when it was
   * opened, so that the store took a new replica id (PSP-ID-3).
   */
  readonly renewal: ReplicaRenewal | undefined;
}

/** How a store that exists is opened. */
export interface PostgresOpening extends PostgresOptions {
  /**
   * True: this process is the one that writes from now on. Otherwise it becomes it with its first
   * write, and reads beside another one until then.
   */
  readonly claims?: boolean;
  /** Draws the new replica id of a copy; the system's own source unless given. */
  readonly randomOctets?: RandomOctets;
}

interface Owner {
  readonly settings: StoreSettings;
  readonly place: string;
}

/**
 * Creates a store in a schema of its own, which it makes unless it is there, and opens it.
 *
 * @param url - `postgres://[user@]host[:port]/database[?schema=name]`; PGPASSWORD and ~/.pgpass are
 * heeded, and so is everything else that the URL tells the client.
 * @throws UsageError when the URL or the settings are not valid.
 * @throws StoreError when the schema has a store, or the server is not to be had or refuses.
 */
export function createPostgresStore(
  url: string,
  settings: StoreSettings,
  randomOctets: RandomOctets,
  options: PostgresOptions = {},
): PostgresStore {
  const target = readTarget(url);
  const { serverUrl, displayName } = checkSettings(settings);
  const replicaId = drawReplicaId(randomOctets);
  const database = new PostgresDatabase(target, options);
  const texts = statementsFor(target.schema);
  try {
    database.claim();
    checkEncoding(database);
    const owner = [postgresForm, replicaId, serverUrl, displayName, ''];
    makeTables(database, { text: texts.insertStore, values: owner });
    return storeOver(database, texts, { randomOctets, claims: true });
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Opens a store that {@link createPostgresStore} made.
 *
 * A database that was restored from a dump or to a point in time, or a replica that became the
 * primary, makes the store another replica; {@link PostgresStore.renewal} tells. What cannot be
 * told from the database, an image of the whole machine, needs {@link Store.renewReplicaId}.
 *
 * @throws UsageError when the URL is not valid.
 * @throws StoreError when there is no store, it is of a newer version, another process writes it
 * and it is to be claimed, or the server is not to be had or refuses.
 */
export function openPostgresStore(url: string, options: PostgresOpening = {}): PostgresStore {
  const target = readTarget(url);
  const database = new PostgresDatabase(target, options);
  try {
    database.connect();
    if (options.claims === true) database.claim();
    return storeOver(database, statementsFor(target.schema), options);
  } catch (error) {
    database.close();
    throw error;
  }
}

class StoreInPostgres extends TableStore<PostgresRow> implements PostgresStore {
  readonly renewal: ReplicaRenewal | undefined;

  constructor(tables: PostgresTables, renewal: ReplicaRenewal | undefined) {
    super(tables);
    this.renewal = renewal;
  }
}

function makeTables(database: PostgresDatabase, insertStore: Statement): void {
  const { schema, shown } = database.target;
  const values = [`${quoted(schema)}.store`, quoted(schema)];
  const found = { text: 'SELECT to_regclass($1), to_regnamespace($2)', values };
  const statements: Statement[] = [];
  const told = (answers: Answers): void => {
    const [table = null, namespace = null] = answers[0]?.[0] ?? [];
    if (table !== null) {
      const text = `${shown} has a store already; open it, or choose another schema`;
      throw new StoreError('exists', text);
    }
    // Whoever was given the schema need not have the right to make one.
    if (namespace === null) statements.push({ text: `CREATE SCHEMA ${quoted(schema)}` });
  };
  const tables = schemaStatements(schema).map((text) => ({ text }));
  const work = (): void => {
    database.begin();
  };
  const end = (): Statement[] => [...statements, ...tables, insertStore];
  database.transaction('write', { statements: [found], told }, work, end);
}

// What is not UTF-8 would refuse names of users and devices that every other store takes.
function checkEncoding(database: PostgresDatabase): void {
  const [[row] = []] = database.ask({ text: 'SHOW server_encoding' });
  const encoding = String(row?.[0]);
  if (encoding === 'UTF8') return;
  throw new StoreError('failed', `${database.target.shown} is kept in ${encoding}`, {
    advice: "Create a database with ENCODING 'UTF8' for the store.",
  });
}

function storeOver(
  database: PostgresDatabase,
  texts: PostgresStatements,
  { randomOctets = randomBytes, claims = false }: PostgresOpening,
): PostgresStore {
  const { settings, place } = readOwner(database, texts);
  const tables = new PostgresTables(database, texts, settings);
  const seen = seePlace(database);
  let renewal: ReplicaRenewal | undefined;
  if (isElsewhere(place, seen)) renewal = renew(tables, seen, randomOctets);
  else if (claims && place !== seen) tables.write(() => tables.putPlace(seen));
  database.onConnected = () => {
    checkSamePlace(database, seen);
  };
  return new StoreInPostgres(tables, renewal);
}

function readOwner(database: PostgresDatabase, texts: PostgresStatements): Owner {
  const { shown } = database.target;
  const [[row] = []] = database.ask({ text: texts.owner });
  if (row === undefined) throw new StoreError('damaged', `${shown} lacks the store's own row`);
  const [form = '', serverUrl = '', displayName = '', place = ''] = row.map(String);
  if (Number(form) > postgresForm) {
    const text = `${shown} was written by a newer version of this program`;
    throw new StoreError('newer-version', `${text} (its form is ${form})`);
  }
  return { settings: { serverUrl, displayName }, place };
}

function renew(
  tables: PostgresTables,
  place: string,
  randomOctets: RandomOctets,
): ReplicaRenewal | undefined {
  try {
    return tables.write(() => {
      const before = tables.replicaId();
      const after = drawReplicaId(randomOctets);
      takeReplicaId(tables, after);
      tables.putPlace(place);
      return { reason: 'database-moved', before, after };
    });
  } catch (error) {
    // Whoever may only read gives no names to changes; who writes has renewed it before.
    const { fault } = error instanceof StoreError ? error : {};
    if (fault === 'read-only' || fault === 'locked') return undefined;
    throw error;
  }
}

// Sessions under way were promised what the server before had; this one may not have it.
function checkSamePlace(database: PostgresDatabase, before: string): void {
  if (!isElsewhere(before, seePlace(database))) return;
  throw new StoreError(
    'failed',
    `${database.target.shown} is served by another server, or from another point in time, than` +
      ' when it was opened',
    { advice: 'End this process and start it again: the store then takes a new replica id.' },
  );
}
