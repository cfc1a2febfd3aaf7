// A hub as a process with a store in SQLite, and devices over TCP: what its operator can rely on.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { senderThatStops } from '../hub/testing/hub-scene.ts';
import { readPrometheus } from '../hub/testing/prometheus-text.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { deviceFor, enter, hubProcess } from './testing/hub-process.ts';
import { eventsOf, peersync, ProgramProcess, testFolder } from './testing/program-process.ts';
import { otherCode } from './testing/sessions.ts';
import { entriesIn, makeStore, patient, withStoreAt } from './testing/stores.ts';

/** A device's store that stays open; its patients are nobody else's. */
async function deviceStore(folder: string, name: string, patients: number): Promise<Store> {
  const path = join(folder, `${name}.db`);
  const store = createSqliteStore(path, { serverUrl: '', displayName: name }, randomBytes);
  onTestFinished(() => store.close());
  const resources = Array.from({ length: patients }, (_, n) => patient(`${name}-${n}`));
  await store.createAll(resources, '');
  return store;
}

/** Every resource of a store, by its name. */
async function contentOf(store: Store): Promise<Map<string, string>> {
  const range = { after: 0n, through: await store.lastSequence(), types: undefined };
  const entries = await store.page(range, 100_000, Number.MAX_SAFE_INTEGER);
  return new Map(
    entries.map(({ payload }) => [
      payload.resourceId,
      Buffer.from(payload.resource).toString('utf8') + String(payload.changes.length),
    ]),
  );
}

describe('peersync serve', () => {
  it('32 devices at once end complete, and the stores agree', async () => {
    const folder = testFolder();
    const hubPath = await makeStore(folder, 'hub');
    const hub = await hubProcess(hubPath);
    const stores = await Promise.all(
      Array.from({ length: 32 }, (_, n) => deviceStore(folder, `d${n}`, 10 + n)),
    );
    const devices = await Promise.all(stores.map((store) => deviceFor(hub, store)));
    const statuses = await Promise.all(devices.map((device) => enter(hub, device)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const results = await Promise.all(devices.map(({ result }) => result));
    expect(new Set(results.map(({ kind }) => kind))).toEqual(new Set(['complete']));
    const samples = readPrometheus(await (await fetch(`${hub.url}/metrics`)).text());
    const total = stores.reduce((sum, _, n) => sum + 10 + n, 0);
    expect(samples.get('peersync_entries_committed_total')).toBe(total);
    hub.process.signal('SIGTERM');
    const { status, stdout } = await hub.process.ended();
    expect(status).toBe(0);
    expect(eventsOf(stdout).at(-1)).toMatchObject({ event: 'drained' });
    await withStoreAt(hubPath, async (received) => {
      const all = new Map<string, string>();
      for (const store of stores)
        for (const [id, text] of await contentOf(store)) all.set(id, text);
      expect(await contentOf(received)).toEqual(all);
      expect(await received.cursors()).toHaveLength(32);
      expect(await received.reports(100)).toHaveLength(32);
    });
  });

  it('the program sends to it, and `admit` enters the code; the log holds no code', async () => {
    const folder = testFolder();
    const hub = await hubProcess(await makeStore(folder, 'hub'));
    const fill = (store: Store): Promise<unknown> => store.create(patient('p1'), '');
    const path = await makeStore(folder, 'a', fill);
    const address = ['--hub', String(hub.adminPort)];
    expect((await peersync(['admit', '--list', ...address])).stdout).toBe('Nobody is there.\n');
    const sender = new ProgramProcess(['send', '--store', path, '--dial', `127.0.0.1:${hub.port}`]);
    const name = await sender.seen(/Session: ([0-9a-f]{8})/);
    const code = (await sender.seen(/Code: ([0-9 ]+) \(/)).replaceAll(' ', '');
    await hub.process.seen(/"event":"waiting"/);
    expect((await peersync(['admit', '--list', ...address])).stdout).toContain(`${name}  waiting`);
    const slip = await peersync(['admit', name, ...address, '--code', `${code.slice(1)}x`]);
    expect(slip.status).toBe(2);
    // A wrong one costs the attempt; the sender dials again with another.
    const wrong = await peersync(['admit', name, ...address, '--code', otherCode(code)]);
    expect(wrong.status).toBe(3);
    const next = await sender.seen(/wrong[^]*Session: ([0-9a-f]{8})/);
    const nextCode = await sender.seen(/A new code:\s+Code: ([0-9 ]+) \(/);
    await hub.process.seen(new RegExp(`"waiting","session":"${next}"`));
    const right = await peersync(['admit', ...address, '--code', '-'], `${nextCode}\n`);
    expect([right.status, right.stdout]).toEqual([0, expect.stringContaining(next)]);
    expect((await sender.ended()).status).toBe(0);
    hub.process.signal('SIGTERM');
    const { stdout, stderr } = await hub.process.ended();
    for (const secret of [code, nextCode, nextCode.replaceAll(' ', '')]) {
      expect(stdout + stderr).not.toContain(secret);
    }
    for (const line of eventsOf(stdout).slice(2)) expect(line['at']).toMatch(/^20.*Z$/);
  });

  it('dials a device that listens', async () => {
    const folder = testFolder();
    const hub = await hubProcess(await makeStore(folder, 'hub'));
    const path = await makeStore(folder, 'a', (store) => store.create(patient('p1'), ''));
    const sender = new ProgramProcess(['send', '--store', path, '--listen', '127.0.0.1:0']);
    const at = await sender.seen(/Listening on (\S+)/);
    const code = await sender.seen(/Code: ([0-9 ]+) \(/);
    const admit = ['admit', '--hub', String(hub.adminPort), '--dial', at, '--code', code];
    expect((await peersync(admit)).status).toBe(0);
    expect((await sender.ended()).status).toBe(0);
    expect((await peersync(admit)).stderr).toContain('Nothing listens');
  });

  it('SIGTERM: who comes is told BUSY, and who sends may finish', async () => {
    const folder = testFolder();
    const hubPath = await makeStore(folder, 'hub');
    const hub = await hubProcess(hubPath);
    const store = await deviceStore(folder, 'a', 40);
    const { sync, go } = senderThatStops(store, 3);
    const device = await deviceFor(hub, store, sync);
    expect(await enter(hub, device)).toBe(200);
    hub.process.signal('SIGTERM');
    await hub.process.seen(/"event":"draining","sessions":1/);
    const late = await deviceFor(hub, await deviceStore(folder, 'b', 1));
    expect(await late.result).toMatchObject({ kind: 'rejected', codeName: 'BUSY' });
    expect((await fetch(`${hub.url}/health`)).status).toBe(503);
    go();
    expect(await device.result).toMatchObject({ kind: 'complete' });
    expect((await hub.process.ended()).status).toBe(0);
    expect(await entriesIn(hubPath)).toBe(40);
  });

  it('after the grace a session is cancelled; the next hub goes on where it was', async () => {
    const folder = testFolder();
    const hubPath = await makeStore(folder, 'hub');
    const hub = await hubProcess(hubPath, '--grace', '1');
    const store = await deviceStore(folder, 'a', 40);
    const { sync, go } = senderThatStops(store, 3);
    const device = await deviceFor(hub, store, sync);
    await enter(hub, device);
    hub.process.signal('SIGTERM');
    await hub.process.seen(/"code":"CANCELLED"/);
    go();
    expect(await device.result).toMatchObject({ kind: 'cancelled', codeName: 'CANCELLED' });
    expect((await hub.process.ended()).status).toBe(0);
    const stored = await entriesIn(hubPath);
    expect(stored).toBe(6);
    const next = await hubProcess(hubPath);
    const again = await deviceFor(next, store);
    await enter(next, again);
    const result = await again.result;
    expect(result).toMatchObject({ kind: 'complete' });
    expect(result.report?.types[0]?.transferred).toBe(34);
    expect(await entriesIn(hubPath)).toBe(40);
  });

  it('a second SIGTERM ends it at once', async () => {
    const folder = testFolder();
    const hub = await hubProcess(await makeStore(folder, 'hub'));
    const store = await deviceStore(folder, 'a', 40);
    const { sync, go } = senderThatStops(store, 3);
    const device = await deviceFor(hub, store, sync);
    await enter(hub, device);
    // Two in the same moment are one key that reached the process twice.
    const again = setInterval(() => hub.process.signal('SIGTERM'), 100);
    expect((await hub.process.ended()).status).toBe(130);
    clearInterval(again);
    go();
    expect(await device.result).toMatchObject({ kind: 'interrupted' });
  });

  it('says what is wrong with its ports and its limits', async () => {
    const store = await makeStore(testFolder(), 'hub');
    const taken = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void taken.close());
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as { port: number };
    const serve = ['serve', '--store', store, '--listen'];
    const noAdmin = await peersync([...serve, '127.0.0.1:0', '--admin', String(port)]);
    expect([noAdmin.status, noAdmin.stderr]).toEqual([1, expect.stringContaining(String(port))]);
    expect((await peersync([...serve, `127.0.0.1:${port}`])).stderr).toContain('in use');
    expect((await peersync([...serve, '0', '--sessions', '0'])).status).toBe(2);
    expect((await peersync(['admit', '--hub', String(port), '--code', '1'])).status).toBe(2);
    const nobody = ['admit', '--hub', '127.0.0.1:9', '--list'];
    expect((await peersync(nobody)).stderr).toContain('No hub answers');
  });
});
