// A database of a test's own on the server of its file, and words for what a store refuses.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Store } from '../store.ts';
import { StoreError } from '../store-error.ts';
import { clusterForFile, noPostgres, postgresBinaries } from './postgres-cluster.ts';
import { everything } from './samples.ts';

const cluster = clusterForFile();
let databases = 0;

/** True where there is a server to try it on; it is said where there is none. */
export const isHere = postgresBinaries !== undefined;
if (!isHere) process.stderr.write(`${noPostgres}\n`);

/** A database of a test's own. */
export interface TestDatabase {
  readonly name: string;
  readonly url: (more?: string) => string;
  readonly sql: (...statements: string[]) => Promise<unknown[][]>;
  /** In the server's own database. */
  readonly sqlElsewhere: (...statements: string[]) => Promise<unknown[][]>;
  /** Ends every other connection to the database, before it returns. */
  readonly cut: () => void;
}

/** Makes a database. */
export async function database(): Promise<TestDatabase> {
  databases += 1;
  const name = `d${databases}`;
  const server = await cluster();
  await server.sql('postgres', `CREATE DATABASE ${name}`);
  return {
    name,
    url: (more?: string) => server.url(name, more),
    sql: async (...statements: string[]) => server.sql(name, ...statements),
    sqlElsewhere: async (...statements: string[]) => server.sql('postgres', ...statements),
    cut: () => {
      const text = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = '${name}' AND pid <> pg_backend_pid()`;
      const psql = join(postgresBinaries ?? '', 'psql');
      execFileSync(psql, ['-qAt', '-d', server.url(name), '-c', text], { stdio: 'ignore' });
    },
  };
}

/** Closes a store when the test is over. */
export function closing<S extends Store>(store: S): S {
  onTestFinished(() => store.close());
  return store;
}

/** The fault of what is refused, and what it says, its advice included. */
export function faultOf(work: () => unknown): { fault: string; text: string } {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) {
      return { fault: error.fault, text: `${error.message} ${error.advice ?? ''}` };
    }
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The same of what is refused later. */
export const faultIn = async (work: Promise<unknown>): Promise<{ fault: string; text: string }> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return faultOf(() => {
    throw error;
  });
};

/** The ids of all entries, oldest write first. */
export const ids = async (store: Store): Promise<string[]> =>
  (await everything(store)).map(({ payload }) => payload.resourceId);
