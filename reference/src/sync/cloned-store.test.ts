// S41: what becomes of edits made in copies of one store, with real files that are really copied.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createSqliteStore, openSqliteStore, type SqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { Outcome } from '../wire/messages.ts';
import { Defer } from './conflict-resolution.ts';
import { at, device, sync } from './testing/devices.ts';
import { octets, replica, text } from './testing/entries.ts';

let folder = '';
const opened: Store[] = [];
const file = (name: string): string => join(folder, `${name}.db`);
const settings = { serverUrl: 'https://fhir.example/r4', displayName: 'a' };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cloned-'));
  return async () => {
    for (const store of opened.splice(0)) await store.close();
    rmSync(folder, { recursive: true });
  };
});

function open(name: string, letter: string): SqliteStore {
  const store = openSqliteStore(file(name), { randomOctets: () => replica(letter) });
  opened.push(store);
  return store;
}

const patient = (id: string, rest: string): Uint8Array =>
  octets(`{"resourceType":"Patient","id":"${id}"${rest}}`);
const served = (rest: string): Uint8Array =>
  patient('old', `,"meta":{"versionId":"1","lastUpdated":"2024-01-01T00:00:00Z"}${rest}`);

/** Store `a` with a version of the server and a creation, both edited; closed. */
async function worked(): Promise<void> {
  const store = createSqliteStore(file('a'), settings, () => replica('a'));
  await store.importServerVersion(served(''));
  await store.update(served(',"gender":"other"'), at);
  await store.create(patient('new', ''), at);
  await store.close();
}

async function contentOf(store: Store, id: string): Promise<string> {
  const entry = await store.get('Patient', id);
  return entry === undefined ? 'nothing' : text(entry.payload.resource);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** Ids of what was deferred, and the outcome of all else that was not simply stored or known. */
async function toldBy(store: Store): Promise<(string | Outcome)[]> {
  const records = await all(store.outcomes());
  return records
    .map(({ resourceId, outcome }) =>
      outcome === Outcome.CONFLICT_DEFERRED ? resourceId : outcome,
    )
    .sort();
}

describe('PSP-ID-3, S41: a store that was copied, and both go on', () => {
  it('a third device takes one and defers the other: every edit is there', async () => {
    await worked();
    copyFileSync(file('a'), file('b'));
    const [a, b, c] = [open('a', '?'), open('b', 'b'), device('c')];
    expect([a.renewal, b.renewal?.after]).toEqual([undefined, replica('b')]);
    await a.update(served(',"gender":"male"'), at);
    await b.update(served(',"gender":"female"'), at);
    await a.update(patient('new', ',"active":true'), at);
    await b.update(patient('new', ',"active":false'), at);
    await b.create(patient('b', ''), at);
    await a.create(patient('a', ''), at);

    await sync(a, c);
    await sync(b, c, { strategy: Defer });
    expect(await toldBy(c)).toEqual(['new', 'old']);
    expect(await contentOf(c, 'old')).toContain('"male"');
    expect(await contentOf(c, 'new')).toContain('true');
    const waiting = (await all(c.archived())).map(({ payload }) => text(payload.resource)).sort();
    expect(waiting).toEqual([await contentOf(b, 'new'), await contentOf(b, 'old')].sort());
    // What one of them alone has is simply there: (b, 1) and (a, 4) are different names.
    for (const id of ['a', 'b']) expect(await contentOf(c, id)).toContain(`"id":"${id}"`);
  });

  it('the two meet: what both had is known, what differs is told, in both directions', async () => {
    await worked();
    copyFileSync(file('a'), file('b'));
    const [a, b] = [open('a', '?'), open('b', 'b')];
    const first = await sync(a, b);
    expect(first.sent).toHaveLength(2);
    expect(await toldBy(b)).toEqual([]);
    await a.update(patient('new', ',"active":true'), at);
    await b.update(served(',"gender":"female"'), at);
    expect((await sync(b, a)).sent).toHaveLength(2);
    expect(await contentOf(a, 'old')).toContain('"female"');
    expect((await sync(a, b)).sent).toEqual(['Patient/new']);
    expect(await contentOf(b, 'new')).toContain('true');
    await b.update(patient('new', ',"active":1'), at);
    await a.update(patient('new', ',"active":2'), at);
    await sync(a, b, { strategy: Defer });
    expect(await toldBy(b)).toContain('new');
  });

  it('PSP-RESUME-5: a peer goes on with each from where it was with that one', async () => {
    await worked();
    const [before, c] = [open('a', '?'), device('c')];
    await sync(before, c);
    await before.close();
    copyFileSync(file('a'), file('b'));
    const [a, b] = [open('a', '?'), open('b', 'b')];
    await a.create(patient('a', ''), at);
    await b.create(patient('b', ''), at);
    // Both creations stand at one position of two stores: neither hides the other.
    expect((await sync(a, c)).sent).toEqual(['Patient/a']);
    expect((await sync(b, c)).sent).toEqual(['Patient/old', 'Patient/new', 'Patient/b']);
    expect((await sync(b, c)).sent).toEqual([]);
    expect(await toldBy(c)).toEqual([]);
  });
});

describe('PSP-ID-3, S41: a backup written over the store, noticed by nobody', () => {
  it('renewed by hand, gets back what a peer thought it still had', async () => {
    await worked();
    copyFileSync(file('a'), file('backup'));
    const [before, c] = [open('a', '?'), device('c')];
    await before.create(patient('lost', ''), at);
    await sync(before, c);
    await before.close();
    copyFileSync(file('backup'), file('a'));
    const a = open('a', '?');
    expect([a.renewal, await contentOf(a, 'lost')]).toEqual([undefined, 'nothing']);
    // PSP-SEL-6: under its old id it is taken to have what came from it.
    await c.create(patient('c', ''), at);
    expect((await sync(c, a)).sent).toEqual(['Patient/c']);
    expect(await contentOf(a, 'lost')).toBe('nothing');

    await a.renewReplicaId(() => replica('z'));
    expect((await sync(c, a)).sent).toContain('Patient/lost');
    expect(await contentOf(a, 'lost')).toContain('"id":"lost"');
    expect(await toldBy(a)).toEqual([]);
    // The name that the lost creation had is not given again.
    const next = await a.create(patient('next', ''), at);
    expect(next.payload.changes[0]!.id).toEqual({ replicaId: replica('z'), counter: 1n });
    await sync(a, c);
    expect(await contentOf(c, 'next')).toContain('"id":"next"');
  });
});
