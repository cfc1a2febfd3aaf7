// A store file of an earlier version: opened, checked and rescued; whole, damaged, half way, and
// while somebody else has it open.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
import { makeOlder } from './testing/older-files.ts';
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

const older = [1, 2, 3, 4, 6];
const unsummed = older.filter((version) => version < 4);
const damageUp = "UPDATE resource SET payload = CAST(payload || 'x' AS BLOB) WHERE id = 'up'";

describe('PSP-ACK-1: a file of an older version', () => {
  it.each(older)(
    '%s gets the checksums that its rows would have been written with',
    async (version) => {
      const before = await made();
      const written = checksums();
      makeOlder(path, version);
      const store = open();
      expect(await dump(store)).toEqual(before);
      await store.close();
      expect(checksums()).toEqual(written);
      expect(checkSqliteStore(path)).toMatchObject({ hasChecksums: true, findings: [] });
      sql(damageUp);
      expect(checkSqliteStore(path).findings).toMatchObject([{ resource: 'Patient/up' }]);
    },
  );

  it.each(older)('%s is checked and rescued as it is', async (version) => {
    await made();
    makeOlder(path, version);
    const hasChecksums = !unsummed.includes(version);
    expect(checkSqliteStore(path)).toMatchObject({ hasChecksums, entries: 5, findings: [] });
    const content = version === 6 ? 'payload' : 'resource';
    sql(`UPDATE resource SET ${content} = x'7b' WHERE id = 'up'`);
    const { check, archived } = await rescueSqliteStore(path, join(folder, 'new.db'), (count) =>
      new Uint8Array(count).fill(0xee),
    );
    expect(check).toMatchObject({ entries: 4, findings: [{ resource: 'Patient/up' }] });
    expect(archived).toBe(1);
  });

  it('of more rows than fit in one transaction, ended half way, is gone on with', async () => {
    await made(2_100);
    makeOlder(path, 3);
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

  it('whose entries are copied half way is checked, rescued and gone on with', async () => {
    const before = await made(2_100);
    makeOlder(path, 4);
    sql("UPDATE resource SET checksum = checksum + 1 WHERE id = 'p2000'");
    expect(open).toThrow(/Patient\/p2000 in .* is damaged/);
    const copied = (): unknown => {
      const db = new DatabaseSync(path);
      const counts = db.prepare(
        'SELECT (SELECT count(*) FROM resource) AS copied, count(*) AS older FROM resource_older',
      );
      const result = [counts.get(), db.prepare('PRAGMA user_version').get()];
      db.close();
      return result;
    };
    expect(copied()).toEqual([{ copied: 2_000, older: 2_105 }, { user_version: 5 }]);
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 2_104,
      hasChecksums: true,
      findings: [{ resource: 'Patient/p2000', detail: 'what is there is not what was written' }],
    });
    const random = (count: number): Uint8Array => new Uint8Array(count).fill(0xee);
    const rescued = join(folder, 'rescued.db');
    expect((await rescueSqliteStore(path, rescued, random)).check.entries).toBe(2_104);
    expect(checkSqliteStore(rescued)).toMatchObject({ entries: 2_104, findings: [] });
    sql("UPDATE resource_older SET checksum = checksum - 1 WHERE id = 'p2000'");
    const told: unknown[] = [];
    const store = openSqliteStore(path, { onMigration: (progress) => told.push(progress) });
    onTestFinished(() => store.close());
    // It counts from where the last process ended.
    expect(told).toEqual([2_000, 2_105].map((entries) => ({ entries, of: 2_105 })));
    expect(await dump(store)).toEqual(before);
    expect(checkSqliteStore(path)).toMatchObject({ entries: 2_105, findings: [] });
  });

  it('that has all its checksums may lack none', async () => {
    await made();
    makeOlder(path, 4);
    sql("UPDATE resource SET checksum = NULL WHERE id = 'up'");
    expect(open).toThrow(/Patient\/up in .* is damaged/);
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 4,
      findings: [{ resource: 'Patient/up' }],
    });
  });

  it('whose table ends before its end is not brought forward, so that none is lost', async () => {
    await made(2_100);
    makeOlder(path, 4);
    const db = new DatabaseSync(path);
    const root = db.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'resource'").get();
    const pageSize = Number(db.prepare('PRAGMA page_size').get()?.['page_size']);
    db.close();
    // The page that leads to the others is one cell shorter: SQLite reads it without complaint.
    const file = readFileSync(path);
    const page = (Number(root?.['rootpage']) - 1) * pageSize;
    file.writeUInt16BE(file.readUInt16BE(page + 3) - 1, page + 3);
    writeFileSync(path, file);
    expect(open).toThrow(/the table of resources in .* is damaged/);
    const { entries, findings } = checkSqliteStore(path);
    expect([entries < 2_105, findings.length > 1]).toEqual([true, true]);
  });

  it('has no change that belongs to no resource, or the check tells', async () => {
    await made();
    makeOlder(path, 4);
    sql('UPDATE change SET key = key + (1000 << 20) WHERE key & 1048575 = 0');
    const { findings } = checkSqliteStore(path);
    expect(findings.at(-1)!.detail).toMatch(/^\d changes belong to no resource$/);
    expect(findings.map(({ detail }) => detail)).toContain('0 of 1 changes are there');
  });

  it('is not given checksums while another process has it open', async () => {
    const before = await made();
    makeOlder(path, 2);
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
    makeOlder(path, 2);
    sql("PRAGMA foreign_keys = OFF; UPDATE resource SET type = 99 WHERE id = 'up'");
    expect(open).toThrow(/up in row \d+ in .* is damaged/);
    expect(open).toThrow(/peersync check/);
    const { entries, findings } = checkSqliteStore(path);
    expect([entries, findings.length > 0]).toEqual([4, true]);
  });

  it('is brought forward once: its next opening writes nothing', async () => {
    await made();
    makeOlder(path, 2);
    await open().close();
    const copy = join(folder, 'copy.db');
    copyFileSync(path, copy);
    await open().close();
    expect(readFileSync(path).equals(readFileSync(copy))).toBe(true);
    expect(checksums()).toContainEqual([{ user_version: schemaVersion }]);
  });
});
