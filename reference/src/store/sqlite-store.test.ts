import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import { storeLaws } from './store.laws.ts';
import { countingOctets, settings } from './testing/samples.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => {
    rmSync(path, { recursive: true });
  });
  return path;
}

storeLaws('SQLite store', () => {
  const path = join(folder(), 'store.db');
  const store = createSqliteStore(path, settings, countingOctets());
  const reopen = async (): Promise<typeof store> => {
    await store.close();
    const reopened = openSqliteStore(path);
    onTestFinished(() => reopened.close());
    return reopened;
  };
  onTestFinished(() => store.close());
  return Promise.resolve({ store, reopen });
});
