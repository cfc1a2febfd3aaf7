// Damage that SQLite itself does not notice, done to closed files column by column, as another
// program would write: with every index in order.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Outcome } from '../wire/messages.ts';
import { lived } from './replica-renewal.laws.ts';
import { checkSqliteStore } from './sqlite-check.ts';
import { entryChecksum } from './sqlite-checksum.ts';
import { rescueSqliteStore } from './sqlite-rescue.ts';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';
import {
  anyTime,
  at,
  collect,
  countingOctets,
  everything,
  fullEntry,
  noLimit,
  octets,
  peer,
  scope,
  settings,
  take,
} from './testing/samples.ts';

let [folder, path] = ['', ''];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checksum-'));
  path = join(folder, 'store.db');
  return () => {
    rmSync(folder, { recursive: true });
  };
});

const random = (count: number): Uint8Array => new Uint8Array(count).fill(0xee);

/** Makes the store with something of everything, and closes it. */
async function made(): Promise<void> {
  const store = createSqliteStore(path, settings, countingOctets());
  await lived(store);
  await store.close();
}

/** Makes it once more, where it was. */
async function remade(): Promise<void> {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
  await made();
}

function open(): Store {
  const store = openSqliteStore(path);
  onTestFinished(() => store.close());
  return store;
}

function tamper(sql: string): void {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
  db.close();
}

async function fault(work: Promise<unknown>): Promise<StoreError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
}

const flipped = (column: string): string =>
  `${column} = CAST(substr(${column}, 1, 8) || x'7f' || substr(${column}, 10) AS BLOB)`;

describe('PSP-ACK-1: a changed column is damage, told by every reading and by the check', () => {
  it.each([
    ['what is sent', flipped('payload')],
    ['what is sent to nothing', "payload = x''"],
    ['the place', 'sequence = 1000'],
    ['the origin', 'origin = NULL'],
    ['the number of changes', 'changes = 0'],
    ['the checksum', 'checksum = checksum + 1'],
  ])('%s', async (_what, set) => {
    await made();
    tamper(`UPDATE resource SET ${set} WHERE id = 'full'`);
    const store = open();
    const errors = [
      await fault(store.get('Patient', 'full')),
      await fault(store.page(anyTime, noLimit, noLimit)),
      await fault(store.payloadPage(anyTime, noLimit, noLimit)),
      await fault(store.delete('Patient', 'full', at)),
    ];
    for (const error of errors) {
      expect(error.fault).toBe('damaged');
      expect(error.message).toContain(`Patient/full in ${path} is damaged`);
      expect(`${error.message} ${error.advice}`).toMatch(/`peersync check`.*--rescue NEW/);
    }
    for (const id of ['ours', 'server', 'theirs', 'up']) {
      expect(await store.get('Patient', id)).toBeDefined();
    }
    const { findings, entries } = checkSqliteStore(path);
    expect(findings.map(({ resource }) => resource)).toContain('Patient/full');
    expect(entries).toBe(4);
  });

  it("the server's content under local changes, which a sender does not read", async () => {
    await made();
    tamper(`UPDATE resource SET ${flipped('base_resource')} WHERE id = 'server'`);
    const store = open();
    expect(await store.payloadPage(anyTime, noLimit, noLimit)).toHaveLength(5);
    expect((await fault(store.get('Patient', 'server'))).message).toContain('Patient/server');
    expect(checkSqliteStore(path)).toMatchObject({
      entries: 4,
      findings: [{ resource: 'Patient/server' }],
    });
    for (const set of ['base_resource = NULL', 'base_checksum = NULL']) {
      await remade();
      tamper(`UPDATE resource SET ${set} WHERE id = 'server'`);
      expect(checkSqliteStore(path).findings).toMatchObject([{ resource: 'Patient/server' }]);
    }
  });

  it('a rescue keeps all but the damaged entry, and the check has named it', async () => {
    await made();
    const before = (await everything(open())).filter(({ payload }) => payload.resourceId !== 'up');
    tamper(`UPDATE resource SET ${flipped('payload')} WHERE id = 'up'`);
    tamper(`UPDATE archive SET ${flipped('payload')} WHERE key = 1`);
    const to = join(folder, 'new.db');
    const { check, archived } = await rescueSqliteStore(path, to, random);
    expect(check.findings.map(({ resource }) => resource)).toEqual(['Patient/up', undefined]);
    expect(archived).toBe(0);
    path = to;
    const kept = await everything(open());
    expect(kept.map(({ payload }) => payload)).toEqual(before.map(({ payload }) => payload));
    expect(checkSqliteStore(to).findings).toEqual([]);
  });
});

describe('what is no resource', () => {
  it('PSP-CLS-21: a state that was put aside is not handed out damaged', async () => {
    const another = 'peer = (SELECT key FROM replica WHERE key <> archive.peer)';
    for (const set of [flipped('payload'), "reason = 'merged'", another, 'checksum = NULL']) {
      await remade();
      tamper(`UPDATE archive SET ${set}`);
      const error = await fault(collect(open().archived()));
      expect(error).toMatchObject({ fault: 'damaged' });
      expect(error.message).toMatch(/position 1 of the archive in .* is damaged/);
      await fault(open().settleDeferred(1, () => ({ outcome: Outcome.CONFLICT_MERGED })));
      const { findings, entries } = checkSqliteStore(path);
      expect(findings[0]?.detail).toMatch(/position 1 of the archive/);
      expect(entries).toBe(5);
    }
  });

  it('PSP-CLS-21: what was decided about it keeps its checksum right', async () => {
    await made();
    const store = open();
    await store.settleDeferred(1, () => ({ outcome: Outcome.CONFLICT_THEIRS }));
    expect(await collect(store.archived())).toMatchObject([{ reason: 'taken' }]);
    expect(checkSqliteStore(path).findings).toEqual([]);
  });

  it('PSP-RESUME-5: a damaged cursor is none, so that nothing is passed over', async () => {
    for (const set of ["cursor = x'01'", 'checksum = NULL', 'checksum = 1']) {
      await remade();
      tamper(`UPDATE cursor SET ${set} WHERE scope = '${scope}'`);
      const store = open();
      expect(await store.getCursor(peer, scope)).toBeUndefined();
      expect((await store.cursors()).map((one) => one.scope)).toEqual(['another']);
      expect(checkSqliteStore(path).findings[0]?.detail).toMatch(/a cursor is not what was/);
      await store.setCursor(peer, scope, octets('new'));
      expect(await store.getCursor(peer, scope)).toEqual(octets('new'));
      expect(checkSqliteStore(path).findings).toEqual([]);
    }
  });

  it("PSP-CHG-1: the store's own row, whose counter names changes", async () => {
    const sets = [
      'change_counter = 0',
      'sequence = sequence + 1',
      "server_url = 'https://other.example/r4'",
      "display_name = ''",
      "replica = x'00112233445566778899aabbccddeeff'",
      'checksum = NULL',
    ];
    for (const set of sets) {
      await remade();
      tamper(`UPDATE store SET ${set}`);
      expect(() => openSqliteStore(path)).toThrow(/the store's own row in .* is damaged/);
      expect(checkSqliteStore(path).findings.map(({ detail }) => detail)).toContainEqual(
        expect.stringMatching(/^the store's own row: /),
      );
    }
  });
});

describe('labels of every kind', () => {
  it('PSP-MSG-11: come back as they were, with whatever characters', async () => {
    await made();
    const store = open();
    const entry = fullEntry('odd');
    const [first, second] = entry.changes;
    const odd = {
      ...entry,
      base: { versionId: 'a\u0000b', lastUpdated: '' },
      changes: [
        { ...first!, baseVersionId: '\ufeff1\n2', recordedAt: '' },
        { ...second!, baseVersionId: '', recordedAt: '\u0000' },
      ],
    };
    await store.updateRemote({ peer, scope, entries: [odd], cursor: octets('2') }, take);
    expect((await store.get('Patient', 'odd'))?.payload).toMatchObject(odd);
    expect(checkSqliteStore(path).findings).toEqual([]);
  });
});

describe('the number over an entry', () => {
  it.each([
    '',
    'a',
    'x'.repeat(64),
    'x'.repeat(65),
    'é'.repeat(20),
    `${'x'.repeat(63)}é`,
    'a\u0000',
  ])('is that of its numbers, its id %j and its octets, one behind the other', (id) => {
    const payload = octets('what is sent');
    const numbers = [7, -1, 2, 3, payload.length, id.length];
    const written = Buffer.concat([
      Buffer.from(Float64Array.from(numbers).buffer),
      octets(id),
      payload,
    ]);
    expect(entryChecksum(3, 'of the one before', 1, 5, 0, payload)).not.toBe(0);
    expect(entryChecksum(3, id, 7n, null, 2, payload)).toBe(crc32(written));
  });
});
