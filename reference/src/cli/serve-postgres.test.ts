// The program with its store in PostgreSQL: a hub as a process, devices over TCP, and the server
// gone or the hub killed in the middle.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { senderThatStops } from '../hub/testing/hub-scene.ts';
import { readPrometheus } from '../hub/testing/prometheus-text.ts';
import { createPostgresStore, openPostgresStore } from '../store/postgres-store.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { startCluster } from '../store/testing/postgres-cluster.ts';
import { database, isHere } from '../store/testing/postgres-database.ts';
import { RetryClass } from '../wire/messages.ts';
import { deviceFor, enter, hubProcess, type HubProcess } from './testing/hub-process.ts';
import { peersync, testFolder } from './testing/program-process.ts';
import { makeStore, patient, withStoreAt } from './testing/stores.ts';

const secret = 's3cret-of-the-hub';
const withSecret = `password=${secret}`;

/** A store in a new database. */
async function hubStore(url: string): Promise<string> {
  await createPostgresStore(url, { serverUrl: '', displayName: 'hub' }, randomBytes).close();
  return url;
}

/** A device's store that stays open; its patients are nobody else's. */
async function deviceStore(folder: string, name: string, patients: number): Promise<Store> {
  const settings = { serverUrl: '', displayName: name };
  const store = createSqliteStore(join(folder, `${name}.db`), settings, randomBytes);
  onTestFinished(() => store.close());
  const resources = Array.from({ length: patients }, (_, n) => patient(`${name}-${n}`));
  await store.createAll(resources, '2024-05-01T12:00:00Z');
  return store;
}

/** Everything that is sent on of each resource, and from whom it came. */
async function contentOf(store: Store): Promise<Map<string, unknown>> {
  const range = { after: 0n, through: await store.lastSequence(), types: undefined };
  const entries = await store.page(range, 100_000, Number.MAX_SAFE_INTEGER);
  return new Map(
    entries.map(({ payload, origin, baseResource }) => [
      `${payload.resourceType}/${payload.resourceId}`,
      { payload, origin, baseResource },
    ]),
  );
}

async function contentAt(url: string): Promise<Map<string, unknown>> {
  const store = openPostgresStore(url);
  try {
    return await contentOf(store);
  } finally {
    await store.close();
  }
}

async function session(hub: HubProcess, store: Store): Promise<unknown> {
  const device = await deviceFor(hub, store);
  await enter(hub, device);
  return device.result;
}

async function ended(hub: HubProcess): Promise<string> {
  hub.process.signal('SIGTERM');
  const { status, stdout, stderr } = await hub.process.ended();
  expect(status).toBe(0);
  expect(stdout + stderr).not.toContain(secret);
  return stdout + stderr;
}

describe.runIf(isHere)('peersync serve on PostgreSQL', () => {
  it('holds what a hub on SQLite holds of the same two devices, octet for octet', async () => {
    const folder = testFolder();
    const { url } = await database();
    const postgres = await hubStore(url(withSecret));
    const sqlite = await makeStore(folder, 'hub');
    const stores = [await deviceStore(folder, 'a', 30), await deviceStore(folder, 'b', 20)];
    await stores[0]?.update(patient('a-1', { active: true }), '');
    await stores[1]?.delete('Patient', 'b-1', '');
    const hubs = [await hubProcess(postgres), await hubProcess(sqlite)];
    for (const hub of hubs) {
      const results = await Promise.all(stores.map((store) => session(hub, store)));
      expect(results).toMatchObject([{ kind: 'complete' }, { kind: 'complete' }]);
    }
    const reader = openPostgresStore(postgres);
    expect(await reader.reports(9)).toHaveLength(2);
    await reader.close();
    await Promise.all(hubs.map(ended));
    const held = await contentAt(postgres);
    expect(held.size).toBe(50);
    expect(held).toEqual(await withStoreAt(sqlite, contentOf));
  });

  it('is the only one on its store, and says what to do', async () => {
    const { url } = await database();
    const hub = await hubProcess(await hubStore(url(`${withSecret}&lock_timeout=100`)));
    const { stderr, status } = await peersync([
      ...['serve', '--listen', '127.0.0.1:0', '--admin', '0'],
      ...['--store', url(`${withSecret}&lock_timeout=100`)],
    ]);
    expect(status).toBe(4);
    expect(stderr).toMatch(/written by another process[^]*\?schema=NAME/);
    expect(stderr).not.toContain(secret);
    await ended(hub);
  });

  it('PSP-ACK-1: killed in the middle of sessions, it has what was acknowledged', async () => {
    const cluster = await startCluster(['fsync=on', 'full_page_writes=on']);
    onTestFinished(() => cluster.stop());
    const place = await hubStore(cluster.url('postgres'));
    const folder = testFolder();
    const hub = await hubProcess(place);
    const stores = await Promise.all(['a', 'b', 'c'].map((n) => deviceStore(folder, n, 300)));
    const devices = await Promise.all(
      stores.map((store) => deviceFor(hub, store, senderThatStops(store, 1_000).sync)),
    );
    await Promise.all(devices.map((device) => enter(hub, device)));
    for (let committed = 0; committed < 60;) {
      const samples = readPrometheus(await (await fetch(`${hub.url}/metrics`)).text());
      committed = Number(samples.get('peersync_entries_committed_total'));
    }
    hub.process.signal('SIGKILL');
    const results = await Promise.all(devices.map(({ result }) => result));
    expect(results.map(({ kind }) => kind)).toEqual(Array(3).fill('interrupted'));
    // The power goes as well.
    await cluster.halt();
    await cluster.resume();
    const held = await contentAt(place);
    let acknowledged = 0;
    for (const [at, result] of results.entries()) {
      const count = result.report?.types[0]?.acknowledged ?? 0;
      acknowledged += count;
      const sent = [...(await contentOf(stores[at]!))].slice(0, count);
      for (const [name, content] of sent) {
        expect(held.get(name)).toMatchObject({ payload: (content as { payload: object }).payload });
      }
    }
    expect(acknowledged).toBeGreaterThan(20);
    expect(acknowledged).toBeLessThan(900);
    const next = await hubProcess(place);
    for (const store of stores)
      expect(await session(next, store)).toMatchObject({ kind: 'complete' });
    await ended(next);
    expect((await contentAt(place)).size).toBe(900);
  });

  it('tells devices to come later while the server is gone, and goes on after that', async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.stop());
    const place = await hubStore(cluster.url('postgres', withSecret));
    const folder = testFolder();
    const hub = await hubProcess(place);
    const store = await deviceStore(folder, 'a', 40);
    const { sync, go } = senderThatStops(store, 3);
    const device = await deviceFor(hub, store, sync);
    await enter(hub, device);
    for (let committed = 0; committed < 6;) {
      const samples = readPrometheus(await (await fetch(`${hub.url}/metrics`)).text());
      committed = Number(samples.get('peersync_entries_committed_total'));
    }
    await cluster.halt();
    go();
    const result = await device.result;
    expect(result).toMatchObject({ kind: 'failed', by: 'peer', codeName: 'STORAGE_FAILED' });
    expect((await fetch(`${hub.url}/health`)).status).toBe(503);
    await hub.process.seen(/(PostgreSQL|postgres:[^ ]*) (cannot be reached|is not connected)/);
    // Who comes now is turned away as well, and the hub stays.
    const late = await session(hub, await deviceStore(folder, 'b', 1));
    expect(late).toMatchObject({ kind: 'failed', by: 'peer', retry: RetryClass.LATER });
    await cluster.resume();
    expect(await session(hub, store)).toMatchObject({
      kind: 'complete',
      report: { types: [{ transferred: 34 }] },
    });
    expect((await fetch(`${hub.url}/health`)).status).toBe(200);
    await ended(hub);
    expect((await contentAt(place)).size).toBe(40);
  });
});

describe.runIf(isHere)('the other commands on a store in PostgreSQL', () => {
  it('work as on a file, but for those that are about the file', async () => {
    const { url, sql } = await database();
    const store = url(withSecret);
    const folder = testFolder();
    const run = async (...args: string[]) => {
      const done = await peersync([...args, '--store', store]);
      expect(done.stdout + done.stderr).not.toContain(secret);
      return done;
    };
    const made = await run('init', '--name', 'Hub', '--json');
    expect(made.stdout).toMatch(/"store":"postgres:\/\/\/d\d+\?host=[^"&]+&schema=peersync"/);
    const file = join(folder, 'p2.json');
    writeFileSync(file, patient('p2'));
    expect(await run('import', '--as', 'local', file)).toMatchObject({ status: 0 });
    expect((await run('show', 'Patient/p2', '--json')).stdout).toContain('p2');
    expect(await run('renew')).toMatchObject({ status: 0 });
    const { status, stderr } = await run('check', '--rescue', join(folder, 'new.db'));
    expect([status, stderr]).toEqual([2, expect.stringContaining('pg_amcheck')]);
    await sql('DROP SCHEMA peersync CASCADE');
    expect((await run('show')).stderr).toMatch(/has no store[^]*peersync init/);
  });
});
