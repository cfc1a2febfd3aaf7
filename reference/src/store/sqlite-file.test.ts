// What may go wrong with the file of a SQLite store, and what the user is told.
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createDatabase, openDatabase } from './sqlite-database.ts';
import { schemaVersion } from './sqlite-schema.ts';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import { SqliteTables } from './sqlite-tables.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import { TableStore } from './table-store.ts';
import {
  anyTime,
  at,
  batch,
  countingOctets,
  created,
  dump,
  fullEntry,
  noLimit,
  octets,
  patient,
  peer,
  replica,
  scope,
  settings,
  take,
} from './testing/samples.ts';

let path = '';

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  path = join(folder, 'store.db');
  return () => {
    rmSync(folder, { recursive: true });
  };
});

function closing(store: Store): Store {
  onTestFinished(() => store.close());
  return store;
}

const create = (): Store => closing(createSqliteStore(path, settings, countingOctets()));
const open = (): Store => closing(openSqliteStore(path, { lockWaitMs: 1 }));

function faultOf(work: () => unknown): StoreError {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('it went well');
}

async function rejection(work: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

/** Runs SQL on the file as another program would. */
function tamper(sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
}

describe('opening a SQLite store', () => {
  it('a missing file is not created', () => {
    expect(faultOf(open)).toMatchObject({ fault: 'missing' });
    expect(faultOf(open).message).toContain(`${path}; create one first`);
    expect(existsSync(path)).toBe(false);
  });

  it('a file that is there is not written over', async () => {
    const store = create();
    await store.create(octets(patient('a')), at);
    const before = await dump(store);
    expect(faultOf(create)).toMatchObject({ fault: 'exists' });
    expect(await dump(store)).toEqual(before);
  });

  it('a folder that is not there is said so, with the cause', () => {
    path = join(path, 'deeper', 'store.db');
    const error = faultOf(create);
    expect(error.fault).toBe('failed');
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
  });

  it('a creation that fails leaves no file', () => {
    const failing = (): unknown =>
      createDatabase(path, (db) => {
        db.exec('CREATE TABLE half (key)');
        throw new RangeError('half way');
      });
    expect(failing).toThrow('half way');
    expect(readdirSync(dirname(path))).toEqual([]);
  });

  it('other files are refused and left as they are', () => {
    const contents = ['', 'not a database, but long enough to have a header'.repeat(30)];
    for (const content of contents) {
      writeFileSync(path, content);
      const error = faultOf(open);
      expect(error.fault).toBe('not-a-store');
      expect(error.message).toMatch(/choose another path/);
      expect(statSync(path).size).toBe(content.length);
    }
    rmSync(path);
    tamper('CREATE TABLE resource (id); PRAGMA user_version = 2');
    expect(faultOf(open).fault).toBe('not-a-store');
  });

  it('a store of a newer version is refused with what to do', async () => {
    await create().close();
    tamper(`PRAGMA user_version = ${schemaVersion + 1}`);
    const error = faultOf(open);
    expect(error.fault).toBe('newer-version');
    expect(error.message).toMatch(/form is 8, this program knows 7\); update this program/);
    tamper(`PRAGMA user_version = ${schemaVersion}`);
    expect(open().settings).toEqual(settings);
  });

  it('a row that names what is not there is said to be damage', async () => {
    const store = create();
    await store.create(octets(patient('a')), at);
    await store.close();
    tamper('PRAGMA foreign_keys = OFF; UPDATE resource SET type = 99');
    expect((await rejection(open().page(anyTime, 1, noLimit))).fault).toBe('damaged');
  });

  it('a damaged store is said to be so', async () => {
    const store = create();
    await store.createAll(
      Array.from({ length: 300 }, (_, n) => octets(patient(`p${n}`))),
      at,
    );
    await store.close();
    tamper('PRAGMA user_version = 0');
    expect(faultOf(open).fault).toBe('damaged');
    tamper(`PRAGMA user_version = ${schemaVersion}`);
    // Everything behind the first page, which holds the header and the schema.
    const [file, from] = [openSync(path, 'r+'), 32_768];
    writeSync(file, new Uint8Array(statSync(path).size - from).fill(0xff), 0, null, from);
    closeSync(file);
    const error = faultOf(open);
    expect(error).toMatchObject({ fault: 'damaged', cause: { errcode: 11 } });
    expect(error.message).toMatch(/restore it from a backup/);
  });

  it('the files of a store are for their owner alone', async () => {
    const store = create();
    await store.create(octets(patient('a')), at);
    // Windows knows no such rights; there the folder has to keep others out.
    const mode = process.platform === 'win32' ? 0o666 : 0o600;
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      expect(statSync(file).mode & 0o777).toBe(mode);
    }
  });
});

describe('a SQLite store in use', () => {
  it('another process that writes is waited for, then named; nothing is written', async () => {
    await create().close();
    const store = open();
    const other = new DatabaseSync(path);
    onTestFinished(() => {
      other.close();
    });
    other.exec('BEGIN IMMEDIATE');
    const error = await rejection(store.create(octets(patient('a')), at));
    expect(error.fault).toBe('locked');
    expect(error.message).toMatch(/another process/);
    expect(error.cause).toMatchObject({ errcode: 5 });
    expect(await store.count(anyTime)).toEqual(new Map());
    other.exec('ROLLBACK');
    await store.create(octets(patient('a')), at);
    expect(await store.lastSequence()).toBe(1n);
  });

  it('two openers see each other, and give no change id twice', async () => {
    const [a, b] = [create(), open()];
    await a.create(octets(patient('a')), at);
    await b.create(octets(patient('b')), at);
    await a.updateRemote(batch(fullEntry('r')), take);
    await b.updateRemote({ ...batch(fullEntry('s')), peer: replica(0x31) }, take);
    const renewed = await b.renewReplicaId((count) => new Uint8Array(count).fill(5));
    expect(a.replicaId).toEqual(renewed);
    const { payload } = await a.update(octets(patient('b', ',"active":true')), at);
    expect(payload.changes.map((change) => change.id!.counter)).toEqual([2n, 1n]);
    expect(payload.changes[1]!.id!.replicaId).toEqual(renewed);
    expect(await dump(a)).toEqual(await dump(b));
  });

  it('PSP-ATOM-1: a full disk takes nothing of the batch, and the store goes on', async () => {
    await create().close();
    const db = openDatabase(path);
    const store = closing(new TableStore(new SqliteTables(path, db)));
    await store.create(octets(patient('a')), at);
    const before = await dump(store);
    const pages = Number(db.prepare('PRAGMA page_count').get()?.['page_count']);
    db.exec(`PRAGMA max_page_count = ${pages + 20}`);
    const entries = Array.from({ length: 200 }, (_, n) =>
      created(`e${n}`, BigInt(n), `,"x":"${'x'.repeat(2000)}"`),
    );
    const error = await rejection(store.updateRemote(batch(...entries), take));
    expect(error.fault).toBe('full');
    expect(error.cause).toMatchObject({ errcode: 13 });
    expect(await dump(store)).toEqual(before);
    await store.updateRemote(batch(created('e')), take);
    expect(await store.getCursor(peer, scope)).toEqual(batch().cursor);
  });

  it('a store that may not be written can be read, and a write says so', async () => {
    await create().close();
    const db = openDatabase(path);
    const store = closing(new TableStore(new SqliteTables(path, db)));
    await store.create(octets(patient('a')), at);
    db.exec('PRAGMA query_only = 1');
    expect((await rejection(store.delete('Patient', 'a', at))).fault).toBe('read-only');
    expect((await store.get('Patient', 'a'))!.payload.resource).toEqual(octets(patient('a')));
  });

  it('PSP-ACK-1: commits are flushed and the log is a write-ahead log', async () => {
    await create().close();
    const db = openDatabase(path);
    onTestFinished(() => {
      db.close();
    });
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    // What the damage that `npm run faults` does to files goes by.
    expect(db.prepare('PRAGMA page_size').get()).toEqual({ page_size: 32_768 });
  });

  it('a store that is read page by page keeps no transaction open', async () => {
    const store = create();
    await store.createAll(
      Array.from({ length: 150 }, (_, n) => octets(patient(`p${n}`))),
      at,
    );
    const loop = store.getAllLocalChanges()[Symbol.asyncIterator]();
    await loop.next();
    await store.page(anyTime, noLimit, 1);
    const other = new DatabaseSync(path);
    onTestFinished(() => {
      other.close();
    });
    // A reader of an older state would keep the log from being reset: busy would be 1.
    await store.create(octets(patient('x')), at);
    expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0 });
  });
});
