// A store file of an earlier version: opened, checked and rescued; whole, damaged, half way, and
// while somebody else has it open.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { lived } from './replica-renewal.laws.ts';
import { checkSqliteStore } from './sqlite-check.ts';
import { rescueSqliteStore } from './sqlite-rescue.ts';
import { schemaVersion } from './sqlite-schema.ts';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { toVersion1, toVersion2, toVersion3 } from './testing/older-files.ts';
import { at, countingOctets, dump, octets, patient, settings } from './testing/samples.ts';

let [folder, path] = ['', ''];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migration-'));
  path = join(folder, 'store.db');
  return () => {
    rmSync(folder, { recursive: true });
  };
});

const open = (): Store => {
  const store = openSqliteStore(path, { lockWaitMs: 1 });
  onTestFinished(() => store.close());
  return store;
};

/** Makes a store and closes it; gives what it holds. */
async function made(resources = 0): Promise<unknown> {
  const store = createSqliteStore(path, settings, countingOctets());
  await lived(store);
  await store.createAll(
    Array.from({ length: resources }, (_, n) => octets(patient(`p${n}`))),
    at,
  );
  const state = await dump(store);
  await store.close();
  return state;
}

function sql(text: string): void {
  const db = new DatabaseSync(path);
  db.exec(text);
  db.close();
}

/** Every checksum of the file, and its version. */
function checksums(): unknown {
  const db = new DatabaseSync(path);
  const all = [
    'SELECT checksum, base_checksum FROM resource ORDER BY key',
    'SELECT checksum FROM archive ORDER BY key',
    'SELECT checksum FROM cursor ORDER BY key',
    'SELECT checksum FROM store',
    'PRAGMA user_version',
  ].map((query) => db.prepare(query).all());
  db.close();
  return all;
}

const older = [
  ['1', toVersion1],
  ['2', toVersion2],
  ['3', toVersion3],
] as const;
const damageUp =
  "UPDATE resource SET resource = CAST(substr(resource, 1, 9) || 'x' || substr(resource, 11)" +
  " AS BLOB) WHERE id = 'up'";

describe('PSP-ACK-1: a file of an older version', () => {
  it.each(older)(
    '%s gets the checksums that its rows would have been written with',
    async (...form) => {
      const before = await made();
      const written = checksums();
      sql(form[1]);
      const store = open();
      expect(await dump(store)).toEqual(before);
      await store.close();
      expect(checksums()).toEqual(written);
      expect(checkSqliteStore(path)).toMatchObject({ hasChecksums: true, findings: [] });
      sql(damageUp);
      expect(checkSqliteStore(path).findings).toMatchObject([{ resource: 'Patient/up' }]);
    },
  );

  it.each(older)('%s is checked and rescued as it is', async (...form) => {
    await made();
    sql(form[1]);
    expect(checkSqliteStore(path)).toMatchObject({ hasChecksums: false, entries: 5, findings: [] });
    sql("UPDATE resource SET resource = x'7b' WHERE id = 'up'");
    const { check, archived } = await rescueSqliteStore(path, join(folder, 'new.db'), (count) =>
      new Uint8Array(count).fill(0xee),
    );
    expect(check).toMatchObject({ entries: 4, findings: [{ resource: 'Patient/up' }] });
    expect(archived).toBe(1);
  });

  it('of more rows than fit in one transaction, ended half way, is gone on with', async () => {
    await made(2_100);
    sql(toVersion3);
    sql(
      "CREATE TRIGGER stop BEFORE UPDATE ON resource WHEN old.id = 'p2000'" +
        " BEGIN SELECT RAISE(ABORT, 'the power is gone'); END",
    );
    expect(open).toThrow('the power is gone');
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 2_105,
      hasChecksums: false,
      findings: [],
    });
    // What has its checksum already is held to it.
    sql("UPDATE resource SET base_version = '7' WHERE id = 'up'");
    expect(checkSqliteStore(path).findings).toMatchObject([{ resource: 'Patient/up' }]);
    sql("UPDATE resource SET base_version = '1' WHERE id = 'up'; DROP TRIGGER stop");
    await open().close();
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 2_105,
      hasChecksums: true,
      findings: [],
    });
  });

  it('is not given checksums while another process has it open', async () => {
    const before = await made();
    sql(toVersion2);
    // An older program that goes on writing would leave them as they were.
    const other = new DatabaseSync(path);
    other.prepare('SELECT count(*) FROM resource').get();
    const version = readFileSync(path)[63];
    expect(open).toThrow(/another process is writing/);
    expect([version, readFileSync(path)[63]]).toEqual([2, 2]);
    other.close();
    expect(await dump(open())).toEqual(before);
  });

  it('of which a row cannot be read is not opened, and is checked and rescued', async () => {
    await made();
    sql(toVersion2);
    sql("PRAGMA foreign_keys = OFF; UPDATE resource SET type = 99 WHERE id = 'up'");
    expect(open).toThrow(/up in row \d+ in .* is damaged/);
    expect(open).toThrow(/peersync check/);
    const { entries, findings } = checkSqliteStore(path);
    expect([entries, findings.length > 0]).toEqual([4, true]);
  });

  it('is brought forward once: its next opening writes nothing', async () => {
    await made();
    sql(toVersion2);
    await open().close();
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    await open().close();
    expect(readFileSync(path).equals(readFileSync(copy))).toBe(true);
    expect(checksums()).toContainEqual([{ user_version: schemaVersion }]);
  });
});
