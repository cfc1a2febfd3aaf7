// S41 with real files: which of them a store takes for its own, and what it does in a copy.
import {
  copyFileSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { renewIfCopied } from './copied-file.ts';
import { compareFiles, identityOf } from './file-identity.ts';
import { lived } from './replica-renewal.laws.ts';
import { openDatabase } from './sqlite-database.ts';
import { schemaVersion } from './sqlite-schema.ts';
import { createSqliteStore, openSqliteStore, type SqliteStore } from './sqlite-store.ts';
import { SqliteTables } from './sqlite-tables.ts';
import { StoreError } from './store-error.ts';
import { makeOlder } from './testing/older-files.ts';
import { at, countingOctets, dump, octets, patient, replica, settings } from './testing/samples.ts';

let [folder, path, copy] = ['', '', ''];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'copied-'));
  [path, copy] = [join(folder, 'store.db'), join(folder, 'copy.db')];
  return () => {
    rmSync(folder, { recursive: true });
  };
});

function closing(store: SqliteStore): SqliteStore {
  onTestFinished(() => store.close());
  return store;
}

const drawn = replica(0xee);
const open = (file = path): SqliteStore =>
  closing(openSqliteStore(file, { lockWaitMs: 1, randomOctets: () => drawn }));

/** Makes the store, lets it live and closes it; gives what it holds. */
async function madeStore(): Promise<object & { replicaId: Uint8Array }> {
  const store = createSqliteStore(path, settings, countingOctets());
  await lived(store);
  const state = (await dump(store)) as object & { replicaId: Uint8Array };
  await store.close();
  return state;
}

/** Opens the store once and closes it. */
async function opened(file = path): Promise<SqliteStore['renewal']> {
  const store = open(file);
  await store.close();
  return store.renewal;
}

function sql(file: string, text: string): void {
  const db = new DatabaseSync(file);
  db.exec(text);
  db.close();
}

describe('S41: a store knows its file', () => {
  it('opened again, written, renamed, moved, touched, and through links', async () => {
    const before = await madeStore();
    expect(await opened()).toBeUndefined();
    const moved = join(folder, 'moved.db');
    renameSync(path, moved);
    expect(await opened(moved)).toBeUndefined();
    utimesSync(moved, 1, 1);
    expect(await opened(moved)).toBeUndefined();
    linkSync(moved, path);
    expect(await opened()).toBeUndefined();
    symlinkSync(moved, copy);
    expect(await opened(copy)).toBeUndefined();
    const store = open();
    expect(await dump(store)).toEqual(before);
    await store.create(octets(patient('more')), at);
    await store.close();
    expect(await opened()).toBeUndefined();
  });

  it('while a backup is made of it, whose replacement it never sees', async () => {
    const before = await madeStore();
    copyFileSync(path, copy);
    expect(await dump(open())).toEqual(before);
    expect(open().renewal).toBeUndefined();
  });

  it('a new store is not renewed when it is first opened', async () => {
    const store = createSqliteStore(path, settings, countingOctets());
    expect(store.renewal).toBeUndefined();
    await store.close();
    expect(await opened()).toBeUndefined();
  });
});

describe('PSP-ID-3, S41: a store in another file becomes another replica', () => {
  it('copied: once, told as a value, with all that it held but cursors', async () => {
    const before = await madeStore();
    copyFileSync(path, copy);
    const store = open(copy);
    expect(store.renewal).toEqual({
      reason: 'file-copied',
      before: before.replicaId,
      after: drawn,
    });
    expect(await dump(store)).toEqual({ ...before, replicaId: drawn, cursor: undefined });
    const next = await store.create(octets(patient('next')), at);
    expect(next.payload.changes[0]!.id).toEqual({ replicaId: drawn, counter: 1n });
    await store.close();
    expect(await opened(copy)).toBeUndefined();
    expect(await dump(open())).toEqual(before);
  });

  it('restored in place of the file, which may give it the same inode number', async () => {
    const before = await madeStore();
    copyFileSync(path, copy);
    rmSync(path);
    copyFileSync(copy, path);
    expect(await opened()).toMatchObject({ before: before.replicaId, after: drawn });
    expect(await opened()).toBeUndefined();
  });

  it('copied, and the copy moved over the original', async () => {
    const before = await madeStore();
    copyFileSync(path, copy);
    renameSync(copy, path);
    expect(await opened()).toMatchObject({ before: before.replicaId });
  });

  it('a copy of a copy, and the system draws ids unless told otherwise', async () => {
    await madeStore();
    copyFileSync(path, copy);
    const first = closing(openSqliteStore(copy));
    const after = first.renewal!.after;
    expect(after).toHaveLength(16);
    await first.close();
    const second = join(folder, 'second.db');
    copyFileSync(copy, second);
    const store = closing(openSqliteStore(second));
    expect(store.renewal!.before).toEqual(after);
    expect(store.replicaId).toEqual(store.renewal!.after);
    expect(store.replicaId).not.toEqual(after);
  });

  it('two that open the copy agree on one id', async () => {
    await madeStore();
    copyFileSync(path, copy);
    const [a, b] = [open(copy), open(copy)];
    expect([a.renewal?.after, b.renewal]).toEqual([drawn, undefined]);
    expect(b.replicaId).toEqual(drawn);
  });

  it('two that open the copy at one moment agree on one id too', async () => {
    await madeStore();
    copyFileSync(path, copy);
    const tables = new SqliteTables(copy, openDatabase(copy));
    onTestFinished(() => {
      tables.close();
    });
    const read = tables.read.bind(tables);
    // The other one is done between this one's first look and its transaction.
    tables.read = (work) => {
      const result = read(work);
      open(copy);
      return result;
    };
    expect(renewIfCopied(tables, copy, () => replica(1))).toBeUndefined();
    expect(tables.replicaId()).toEqual(drawn);
  });

  it('a copy that cannot be renewed now is not opened as it is', async () => {
    await madeStore();
    copyFileSync(path, copy);
    const other = new DatabaseSync(copy);
    other.exec('BEGIN IMMEDIATE');
    expect(() => open(copy)).toThrow(StoreError);
    other.exec('ROLLBACK');
    other.close();
    expect(await opened(copy)).toMatchObject({ after: drawn });
  });

  it('a backup written over the very file is not noticed: that is for the user', async () => {
    const before = await madeStore();
    copyFileSync(path, copy);
    copyFileSync(copy, path);
    const store = open();
    expect([store.renewal, store.replicaId]).toEqual([undefined, before.replicaId]);
    await store.renewReplicaId(() => drawn);
    expect(await dump(store)).toEqual({ ...before, replicaId: drawn, cursor: undefined });
  });
});

describe('S41: a store of version 1, which remembers no file', () => {
  it('opens as it is, remembers its file, and knows a copy from then on', async () => {
    const before = await madeStore();
    makeOlder(path, 1);
    const store = open();
    expect([store.renewal, await dump(store)]).toEqual([undefined, before]);
    await store.close();
    copyFileSync(path, copy);
    expect(await opened(copy)).toMatchObject({ before: before.replicaId });
    expect(await opened()).toBeUndefined();
  });

  it('is brought to the present form once, and all or nothing', async () => {
    const before = await madeStore();
    makeOlder(path, 1);
    // The step fails: nothing of it stays, and it can be done later.
    sql(path, 'CREATE TABLE file (key)');
    expect(() => open()).toThrow(StoreError);
    sql(path, 'DROP TABLE file');
    expect(await dump(open())).toEqual(before);
    const db = new DatabaseSync(path);
    onTestFinished(() => {
      db.close();
    });
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: schemaVersion });
  });

  it('waits for nobody to learn more of its file', async () => {
    const before = await madeStore();
    sql(path, "UPDATE file SET birth = ''");
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    const store = open();
    expect([store.renewal, store.replicaId]).toEqual([undefined, before.replicaId]);
    other.exec('ROLLBACK');
    other.close();
  });
});

describe('what two looks at a file tell', () => {
  const seen = { inode: '7', birth: '100', isBirthCertain: true };

  it.each([
    ['the same', identityOf(seen), seen, 'same'],
    ['another inode', identityOf(seen), { ...seen, inode: '8' }, 'other'],
    ['a number given again', identityOf(seen), { ...seen, birth: '101' }, 'other'],
    [
      'the same, made this moment',
      identityOf(seen),
      { ...seen, birth: '101', isBirthCertain: false },
      'other',
    ],
    ['a system that keeps no birth any more', identityOf(seen), { ...seen, birth: '' }, 'same'],
    ['a birth that shows now', { inode: '7', birth: '' }, seen, 'same-and-more'],
    ['another inode, no birth', { inode: '8', birth: '' }, seen, 'other'],
    [
      'a system that shows the last change as birth',
      identityOf({ ...seen, isBirthCertain: false }),
      { ...seen, birth: '200', isBirthCertain: false },
      'same',
    ],
  ] as const)('%s', (_title, remembered, now, expected) => {
    expect(compareFiles(remembered, now)).toBe(expected);
  });
});
