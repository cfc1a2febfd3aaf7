// The laws of every store, over a real PostgreSQL.
import { describe, onTestFinished } from 'vitest';
import { createPostgresStore, openPostgresStore } from './postgres-store.ts';
import { storeLaws } from './store.laws.ts';
import { clusterForFile, noPostgres, postgresBinaries } from './testing/postgres-cluster.ts';
import { countingOctets, settings } from './testing/samples.ts';

if (postgresBinaries === undefined) process.stderr.write(`${noPostgres}\n`);

const cluster = clusterForFile();
let stores = 0;

describe.skipIf(postgresBinaries === undefined)('in PostgreSQL', () => {
  storeLaws('PostgreSQL store', async () => {
    stores += 1;
    const url = (await cluster()).url('postgres', `schema=s${stores}`);
    const store = createPostgresStore(url, settings, countingOctets());
    let opened = store;
    onTestFinished(() => opened.close());
    const reopen = async (): Promise<typeof store> => {
      await opened.close();
      opened = openPostgresStore(url);
      return opened;
    };
    return { store, reopen };
  });
});
