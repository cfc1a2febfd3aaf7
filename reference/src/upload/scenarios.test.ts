// The numbered scenarios that end at a server: what the devices hold, what the reports say, and
// what the server was asked.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { replica } from '../sync/testing/entries.ts';
import { sync } from '../sync/testing/devices.ts';
import {
  at,
  bare,
  held,
  inMemory,
  openField,
  outcomes,
  patient,
  write,
  type Field,
  type MakeStore,
} from './testing/field.ts';

let field: Field;
let [a, b, c]: Store[] = [];
const opened: Store[] = [];

const folder = mkdtempSync(join(tmpdir(), 'upload-'));
let files = 0;
const inFile: MakeStore = (letter, serverUrl) => {
  files += 1;
  const settings = { serverUrl, displayName: letter };
  const store = createSqliteStore(join(folder, `${files}.db`), settings, () => replica(letter));
  opened.push(store);
  return store;
};

describe.each([
  ['memory', inMemory],
  ['SQLite', inFile],
])('with stores in %s', (_name, makeStore) => {
  beforeEach(async () => {
    field = await openField({}, makeStore);
    [a, b, c] = ['a', 'b', 'c'].map((letter) => field.device(letter));
  });

  afterEach(async () => {
    await field.server.close();
    for (const store of opened.splice(0)) await store.close();
  });

  it('S1: A→B, both upload: the second finds it there, and the server has it once', async () => {
    await write(a!, 'a', ',"x":1.10');
    await write(a!, 'a', ',"x":1.10,"active":true');
    await sync(a!, b!);
    expect(outcomes(await field.upload(a!))).toEqual(['a uploaded']);
    expect(field.asked()).toEqual(['GET Patient/a 404', 'PUT Patient/a 201']);
    expect(outcomes(await field.upload(b!))).toEqual(['a already-there']);
    expect(field.asked()).toEqual(['GET Patient/a 200']);
    expect(field.server.history('Patient', 'a')).toHaveLength(1);
    expect(field.server.current('Patient', 'a')).toContain('"x":1.10');
    expect((await b!.get('Patient', 'a'))!.payload).toEqual(
      (await a!.get('Patient', 'a'))!.payload,
    );
    expect((await sync(a!, b!)).receiver.types[0]?.outcomes).toEqual({ DUPLICATE: 1 });
    expect((await field.upload(a!)).outcomes).toEqual({});
    expect(field.asked()).toEqual([]);
  });

  it('S2: A→B, B edits more, both upload: the rest of B goes on top', async () => {
    await write(a!, 'a', ',"x":1');
    await sync(a!, b!);
    await write(b!, 'a', ',"x":1,"y":2');
    await field.upload(a!);
    field.asked();
    const report = await field.upload(b!);
    expect(report.resources.items).toMatchObject([
      { outcome: 'uploaded', alreadyThere: 1, uploaded: 1, versionId: '2', recorded: 'settled' },
    ]);
    expect(report.changes).toEqual({ uploaded: 1, alreadyThere: 1, displaced: 0, left: 0 });
    expect(field.asked()).toEqual(['GET Patient/a 200', 'PATCH Patient/a 200']);
    expect(await held(b!)).toBe('2 [] {"x":1,"y":2}');
    // And the other way round: B first, then A finds its change inside what B brought.
    expect((await sync(b!, a!)).receiver.types[0]?.outcomes).toEqual({ FAST_FORWARDED: 1 });
    expect(await held(a!)).toBe('2 [] {"x":1,"y":2}');
  });

  it('S2: B uploads first, as one creation: A is told, an exchange settles it', async () => {
    await write(a!, 'a', ',"x":1');
    await sync(a!, b!);
    await write(b!, 'a', ',"x":1,"y":2');
    await field.upload(b!);
    expect(await field.upload(a!)).toMatchObject({
      problems: { items: [{ outcome: 'conflict', conflict: 'exists', alreadyThere: 0 }] },
    });
    // B knows that A's change is inside.
    expect((await sync(b!, a!)).receiver.types[0]?.outcomes).toEqual({ FAST_FORWARDED: 1 });
    expect((await field.upload(a!)).outcomes).toEqual({});
    expect(field.server.history('Patient', 'a')).toHaveLength(1);
  });

  it('S4: A→B, A uploads, A→B: nothing is left for B to upload', async () => {
    await write(a!, 'a', ',"x":1');
    await sync(a!, b!);
    await field.upload(a!);
    await sync(a!, b!);
    field.asked();
    expect((await field.upload(b!)).outcomes).toEqual({});
    expect(field.asked()).toEqual([]);
    expect((await b!.get('Patient', 'a'))!.payload.absorbed).toHaveLength(1);
  });

  it('S11: deleted here, edited there, and the other way round', async () => {
    for (const id of ['a', 'b']) field.server.put(patient(id));
    await field.download(a!);
    await a!.delete('Patient', 'a', at);
    await write(a!, 'b', ',"x":1');
    field.server.put(patient('a', ',"y":1'));
    field.server.delete('Patient', 'b');
    expect(outcomes(await field.upload(a!, { bundleEntriesMax: 1 }))).toEqual([
      'b conflict deleted-on-server',
      'a conflict delete-against-edit',
    ]);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"y":1}');
    expect(field.server.current('Patient', 'b')).toBeUndefined();
    expect(await held(a!)).toBe('1 [a1] deleted');
    expect(await held(a!, 'b')).toBe('1 [a2] {"x":1}');
  });

  it('S12: deleted after the insert was shared: whoever comes first, it ends deleted', async () => {
    await write(a!, 'a', ',"x":1');
    await sync(a!, b!);
    await a!.delete('Patient', 'a', at);
    // A alone: the server never had it, and a peer still has to hear of the deletion.
    expect(outcomes(await field.upload(a!))).toEqual(['a never-there']);
    expect(await held(a!)).toBe('- [a1 a2] deleted');
    expect(outcomes(await field.upload(b!))).toEqual(['a uploaded']);
    field.asked();
    expect((await field.upload(a!)).resources.items).toMatchObject([
      { outcome: 'uploaded', alreadyThere: 1, uploaded: 1 },
    ]);
    expect(field.asked()).toEqual([
      'GET Patient/a 200',
      'DELETE Patient/a 204',
      'GET Patient/a/_history?_count=2 200',
    ]);
    expect(await held(a!)).toBe('2 [] deleted');
    await sync(a!, b!);
    expect(await held(b!)).toBe('2 [] deleted');
  });

  it('S13: the tombstone of an uploaded resource goes with If-Match, and comes back', async () => {
    field.server.put(patient('a'));
    for (const store of [a!, b!]) await field.download(store);
    await a!.delete('Patient', 'a', at);
    await sync(a!, b!);
    field.asked();
    expect(outcomes(await field.upload(a!))).toEqual(['a uploaded']);
    expect(await held(a!)).toBe('2 [] deleted');
    expect((await a!.get('Patient', 'a'))!.payload.base!.lastUpdated).toBe(
      '2024-01-01T00:00:02.000Z',
    );
    const sent = field.server.requests.find(({ method }) => method === 'DELETE');
    expect(sent!.headers['if-match']).toBe('W/"1"');
    // The carrier of the same deletion comes later.
    expect(outcomes(await field.upload(b!))).toEqual(['a already-there']);
    expect((await b!.get('Patient', 'a'))!.payload).toEqual(
      (await a!.get('Patient', 'a'))!.payload,
    );
    expect(field.server.history('Patient', 'a')).toHaveLength(2);
  });

  it('S14: deleted, uploaded, and created again by the server', async () => {
    field.server.put(patient('a'));
    await field.download(a!);
    await a!.delete('Patient', 'a', at);
    await field.upload(a!);
    await expect(write(a!, 'a')).rejects.toThrow(/deleted/);
    field.server.put(patient('a', ',"again":true'));
    expect(await field.download(a!)).toMatchObject({ results: { imported: 1 } });
    await write(a!, 'a', ',"again":false');
    expect(outcomes(await field.upload(a!))).toEqual(['a uploaded']);
    expect(field.server.history('Patient', 'a').map((text) => bare(text))).toEqual([
      '{}',
      'deleted',
      '{"again":true}',
      '{"again":false}',
    ]);
  });

  it('S16: the server has moved on: nothing of ours goes over it', async () => {
    field.server.put(patient('a'));
    await field.download(a!);
    await write(a!, 'a', ',"x":1');
    field.server.put(patient('a', ',"y":1'));
    field.asked();
    expect(outcomes(await field.upload(a!))).toEqual(['a conflict server-moved']);
    expect(field.asked()).toEqual([
      'PATCH Patient/a 412',
      'GET Patient/a 200',
      'GET Patient/a/_history?_count=100 200',
    ]);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"y":1}');
    expect(await held(a!)).toBe('1 [a1] {"x":1}');
  });

  it('S16: the server has moved on without a difference: ours goes on top', async () => {
    field.server.put(patient('a'));
    await field.download(a!);
    await write(a!, 'a', ',"x":1');
    field.server.put(patient('a'));
    expect(outcomes(await field.upload(a!))).toEqual(['a uploaded']);
    expect(await held(a!)).toBe('3 [] {"x":1}');
  });

  it('S42: a stale carrier uploads after a server delete: nothing comes back to life', async () => {
    await write(a!, 'a', ',"x":1');
    await write(a!, 'b', ',"x":1');
    await sync(a!, b!);
    await field.upload(a!);
    await write(b!, 'b', ',"x":1,"y":2');
    for (const id of ['a', 'b']) field.server.delete('Patient', id);
    field.server.requests.length = 0;
    const report = await field.upload(b!);
    expect(report.resources.items).toMatchObject([
      { resourceId: 'a', outcome: 'already-there', alreadyThere: 1, versionId: '2' },
      { resourceId: 'b', outcome: 'conflict', conflict: 'deleted-on-server', alreadyThere: 1 },
    ]);
    expect(await held(b!)).toBe('2 [] deleted');
    expect(await held(b!, 'b')).toBe('- [a2 b1] {"x":1,"y":2}');
    for (const id of ['a', 'b']) expect(field.server.current('Patient', id)).toBeUndefined();
    expect(field.server.requests.filter(({ method }) => method === 'PUT')).toEqual([]);
  });

  it('S43: a relay uploads what others wrote, and names them', async () => {
    field.server.put(patient('a'));
    await field.download(a!);
    await write(a!, 'a', ',"x":1');
    await sync(a!, b!);
    await write(b!, 'a', ',"x":1,"y":2');
    await sync(b!, c!);
    field.asked();
    const report = await field.upload(c!);
    expect(report.resources.items).toMatchObject([
      {
        outcome: 'uploaded',
        changes: [
          { replicaId: '61'.repeat(16), counter: '1', type: 'UPDATE', recordedAt: at },
          { replicaId: '62'.repeat(16), counter: '1', type: 'UPDATE', recordedAt: at },
        ],
      },
    ]);
    expect(field.asked()).toEqual(['PATCH Patient/a 200']);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":1,"y":2}');
    // All three learn of it by the names of the changes.
    await sync(c!, a!);
    expect(await held(a!)).toBe('2 [] {"x":1,"y":2}');
    expect((await field.upload(b!)).resources.items).toMatchObject([
      { outcome: 'already-there', alreadyThere: 2 },
    ]);
  });
});

describe('S39: the server', () => {
  it('is the one that the store belongs to, or nothing is asked of any', async () => {
    field = await openField();
    const store = field.device('a');
    await write(store, 'a');
    const elsewhere = field.server.url.replace('127.0.0.1', 'localhost');
    await expect(field.upload(store, { server: elsewhere })).rejects.toThrow(/belongs to/);
    await expect(field.upload(store, { server: 'ftp://x' })).rejects.toThrow(/server/);
    await expect(field.upload(inMemory('b', ''))).rejects.toThrow(/no server/);
    await expect(field.download(inMemory('b', ''))).rejects.toThrow(/no server/);
    expect(field.asked()).toEqual([]);
    const same = `${field.server.url}/`;
    expect(outcomes(await field.upload(store, { server: same }))).toEqual(['a uploaded']);
    await field.server.close();
  });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});
