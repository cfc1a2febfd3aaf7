// A hub and its devices: whose code is whose, who finds a place, what one session may bring.
import { describe, expect, it } from 'vitest';
import { SecretKind } from '../wire/index.ts';
import { contentOf, emptyStore, storeOf, wrongSecret } from '../session/testing/pair.ts';
import { settle } from '../session/testing/settle.ts';
import { decodeMessage, FrameReader, isViolation, nameOf, UsageError } from '../wire/index.ts';
import { SyncSender } from '../sync/index.ts';
import { memoryPair } from '../transport/memory.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { Store } from '../store/store.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { HubScene, senderThatStops, storeWith } from './testing/hub-scene.ts';
import { readPrometheus } from './testing/prometheus-text.ts';

const random = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

/** A store with patients whose ids no other store has. */
async function ownStore(prefix: string, patients: number) {
  const settings = emptyStore().settings;
  const store = createMemoryStore(settings, random);
  const resource = (n: number) => Buffer.from(`{"resourceType":"Patient","id":"${prefix}-${n}"}`);
  await store.createAll(
    Array.from({ length: patients }, (_, n) => resource(n)),
    '',
  );
  return store;
}

/** The code of the Reject that a connection gets, or what else there is. */
async function refusalOn(stream: ByteStream): Promise<string> {
  const reader = new FrameReader(8_192);
  for (let chunk = await stream.read(); chunk; chunk = await stream.read()) reader.push(chunk);
  const body = reader.next();
  if (body === undefined) return 'nothing';
  if (isViolation(body)) return 'no frame';
  const message = decodeMessage(body);
  return !isViolation(message) && message.type === 'Reject' ? nameOf(message.value.code) : 'other';
}

describe('devices and their codes', () => {
  it('each device has its own code, cursor and session; all end in one store', async () => {
    const scene = new HubScene();
    const stores = await Promise.all(['a', 'b', 'c'].map((prefix) => ownStore(prefix, 5)));
    const devices = await Promise.all(stores.map((store) => scene.device(store)));
    await scene.arrived();
    expect(scene.hub.counts).toEqual({ silent: 0, waiting: 3, admitted: 0 });
    // Last come, first served: the codes find their devices by name.
    for (const device of [...devices].reverse()) {
      const verdict = await scene.hub.admit(device.typed(), device.name());
      expect(verdict).toEqual({ kind: 'authenticated', session: device.name() });
    }
    for (const { result } of devices) expect(await result).toMatchObject({ kind: 'complete' });
    const all = await Promise.all(stores.map(contentOf));
    expect(await contentOf(scene.store)).toEqual(all.flat().sort());
    expect((await scene.store.cursors()).map(({ peer }) => Buffer.from(peer))).toEqual(
      stores.map(({ replicaId }) => Buffer.from(replicaId)).sort((a, b) => a.compare(b)),
    );
    await settle();
    expect(scene.ended).toHaveLength(3);
    expect(scene.hub.counts).toEqual({ silent: 0, waiting: 0, admitted: 0 });
  });

  it('a code without a name is of the only device; of several it is tried on none', async () => {
    const scene = new HubScene();
    const first = await scene.device();
    await scene.arrived();
    expect(await scene.hub.admit(wrongSecret(), 'ffffffff')).toMatchObject({ why: 'nobody' });
    const second = await scene.device();
    await scene.arrived();
    expect(await scene.hub.admit(first.typed())).toMatchObject({ why: 'ambiguous' });
    await scene.hub.admit(second.typed(), second.name());
    expect(await scene.hub.admit(first.typed())).toMatchObject({ kind: 'authenticated' });
    expect(await first.result).toMatchObject({ kind: 'complete' });
    expect(await scene.hub.admit(first.typed())).toMatchObject({ why: 'nobody' });
  });

  it('PSP-HS-15: a wrong code ends the session that it was given for and no other', async () => {
    const scene = new HubScene();
    const [one, other] = [await scene.device(), await scene.device()];
    await scene.arrived();
    const verdict = await scene.hub.admit(wrongSecret(), one.name());
    expect(verdict).toMatchObject({ kind: 'failed', code: 'AUTH_FAILED' });
    expect(await one.result).toMatchObject({ kind: 'rejected', codeName: 'AUTH_FAILED' });
    expect(await scene.hub.admit(other.typed())).toMatchObject({ kind: 'authenticated' });
    expect(await other.result).toMatchObject({ kind: 'complete' });
    const samples = readPrometheus(scene.hub.metrics.text());
    expect(samples.get('peersync_codes_total{result="failed"}')).toBe(1);
    expect(samples.get('peersync_codes_total{result="authenticated"}')).toBe(1);
  });

  it('PSP-CODE-4: a code of a kind that is not on show is not tried', async () => {
    const scene = new HubScene();
    const device = await scene.device();
    await scene.arrived();
    const qr = { kind: SecretKind.QR, secret: new Uint8Array(32) } as const;
    expect(await scene.hub.admit(qr)).toMatchObject({ why: 'no-such-kind' });
    expect(await scene.hub.admit(device.typed())).toMatchObject({ kind: 'authenticated' });
  });

  it('dials a device that listens, with the code that it shows', async () => {
    const scene = new HubScene();
    expect(await scene.hub.dial(wrongSecret(), 'h', 1)).toMatchObject({ why: 'not-reached' });
    const [far, near] = memoryPair();
    const device = scene.sends(far, await storeOf(2));
    scene.onDial = async () => ({ stream: near, from: '192.0.2.9:7340' });
    expect(await scene.hub.dial(device.typed(), '192.0.2.9', 7340)).toMatchObject({
      kind: 'authenticated',
    });
    expect(await device.result).toMatchObject({ kind: 'complete' });
  });

  it('two nonces that begin alike have two names', async () => {
    const scene = new HubScene();
    const randomOctets = (count: number) => new Uint8Array(count).fill(7);
    const same = { randomOctets: (n: number) => (n === 16 ? randomOctets(n) : random(n)) };
    const devices = [await scene.device(3, same), await scene.device(3, same)];
    await scene.arrived();
    expect(scene.hub.sessions.map(({ name }) => name)).toEqual(['07070707', '07070707-2']);
    await scene.hub.admit(devices[1]!.typed(), '07070707-2');
    expect(await devices[1]!.result).toMatchObject({ kind: 'complete' });
  });

  it('a device that is back before its old session noticed ends the old one', async () => {
    const scene = new HubScene();
    const store = await storeOf(40);
    const { sync: stuck, go } = senderThatStops(store, 3);
    const before = await scene.device(store, { sync: stuck });
    await scene.arrived();
    await scene.hub.admit(before.typed());
    await settle(100);
    const again = await scene.device(store);
    await scene.arrived();
    await scene.hub.admit(again.typed());
    expect(await again.result).toMatchObject({ kind: 'complete' });
    go();
    expect(await before.result).toMatchObject({ kind: 'cancelled', by: 'peer' });
    expect(scene.log).toContainEqual({
      event: 'superseded',
      session: before.name(),
      by: again.name(),
    });
    // What the first one brought was not sent again.
    const report = scene.ended.at(-1)!.result.report!;
    expect(report.types[0]!.transferred).toBe(34);
    expect(await contentOf(scene.store)).toEqual(await contentOf(store));
  });
});

describe('two sessions of one device', () => {
  it('PSP-RESUME-1: the newer one asks from where the last write of the older ended', async () => {
    const hubStore = emptyStore('Hub');
    const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let commits = 0;
    const updateRemote: Store['updateRemote'] = async (batch, decide) => {
      commits += 1;
      if (commits === 2) {
        reached.resolve();
        await gate.promise;
      }
      return hubStore.updateRemote(batch, decide);
    };
    const scene = new HubScene({ store: storeWith(hubStore, { updateRemote }) });
    const store = await storeOf(40);
    const before = await scene.device(store);
    await scene.arrived();
    await scene.hub.admit(before.typed());
    await reached.promise;
    const again = await scene.device(store);
    await scene.arrived();
    const admitted = scene.hub.admit(again.typed());
    await settle(50);
    gate.resolve();
    await admitted;
    expect(await again.result).toMatchObject({ kind: 'complete' });
    await settle(50);
    const brought = scene.ended.map(({ result }) => result.report?.types[0]?.transferred ?? 0);
    expect(brought).toHaveLength(2);
    expect(brought[0]).toBeGreaterThan(0);
    expect(brought[0]! + brought[1]!).toBe(40);
    expect(await contentOf(scene.store)).toEqual(await contentOf(store));
  });
});

describe('the limits of a hub', () => {
  it('who comes when all places to wait are taken is told BUSY', async () => {
    const scene = new HubScene({ limits: { waitingMax: 2 } });
    const [first] = [await scene.device(), await scene.device()];
    await scene.arrived();
    const third = await scene.device();
    expect(await third.result).toMatchObject({ kind: 'rejected', by: 'peer', codeName: 'BUSY' });
    await scene.hub.admit(first.typed(), first.name());
    await first.result;
    const fourth = await scene.device();
    await scene.arrived();
    expect(await scene.hub.admit(fourth.typed(), fourth.name())).toMatchObject({
      kind: 'authenticated',
    });
  });

  it('PSP-CODE-5: a code for which no session may run is not tried and stays good', async () => {
    const scene = new HubScene({ limits: { sessionsMax: 1 } });
    const gate = Promise.withResolvers<void>();
    const store = await storeOf(1);
    const sync = new SyncSender({ store });
    const slow = {
      prepare: async (...args: Parameters<SyncSender['prepare']>) => {
        await gate.promise;
        return sync.prepare(...args);
      },
    };
    const [one, two] = [await scene.device(store, { sync: slow }), await scene.device()];
    await scene.arrived();
    await scene.hub.admit(one.typed(), one.name());
    expect(await scene.hub.admit(two.typed(), two.name())).toMatchObject({ why: 'full' });
    gate.resolve();
    expect(await one.result).toMatchObject({ kind: 'complete' });
    await settle(50);
    expect(await scene.hub.admit(two.typed(), two.name())).toMatchObject({
      kind: 'authenticated',
    });
    expect(await two.result).toMatchObject({ kind: 'complete' });
  });

  it('PSP-TIME-2: a thousand who say nothing take no place and no line', async () => {
    const scene = new HubScene({ limits: { waitingMax: 8 } });
    const silent = Array.from({ length: 1_000 }, () => scene.connect());
    await scene.arrived();
    expect(scene.hub.counts).toEqual({ silent: 8, waiting: 0, admitted: 0 });
    const device = await scene.device();
    await scene.arrived();
    expect(await scene.hub.admit(device.typed())).toMatchObject({ kind: 'authenticated' });
    expect(await device.result).toMatchObject({ kind: 'complete' });
    expect(
      scene.log.filter(({ event }) => event === 'phase' || event === 'ended'),
    ).not.toContainEqual(expect.objectContaining({ session: '' }));
    const last = refusalOn(silent.at(-1)!);
    scene.clock.advance(10_000);
    expect(await last).toBe('TIMEOUT');
    scene.clock.advance(2_000);
    await settle(50);
    expect(scene.hub.counts).toEqual({ silent: 0, waiting: 0, admitted: 0 });
    expect(scene.clock.pending).toBe(0);
  });

  it('PSP-ACK-5: the window of a session is its share of what all may have under way', async () => {
    const scene = new HubScene({ limits: { sessionsMax: 4, windowOctets: 400_000 } });
    const store = await storeOf(1);
    const sync = new SyncSender({ store });
    const windows: unknown[] = [];
    const watched = {
      prepare: (...args: Parameters<SyncSender['prepare']>) => {
        windows.push(args[0].window);
        return sync.prepare(...args);
      },
    };
    const device = await scene.device(store, { sync: watched });
    await scene.arrived();
    await scene.hub.admit(device.typed());
    await device.result;
    expect(windows).toMatchObject([{ maxUnackedPayloads: 8, maxUnackedOctets: 100_000n }]);
  });

  it('PSP-ATOM-1: a session that used up its octets is told so; the next goes on', async () => {
    const scene = new HubScene({ limits: { sessionOctetsMax: 1_000 } });
    const store = await ownStore('quota', 40);
    const kinds: string[] = [];
    for (let sessions = 0; kinds.at(-1) !== 'complete' && sessions < 20; sessions += 1) {
      const device = await scene.device(store, {
        sync: new SyncSender({ store, batch: { entriesMax: 1 } }),
      });
      await scene.arrived();
      await scene.hub.admit(device.typed());
      const result = await device.result;
      kinds.push('codeName' in result ? result.codeName : result.kind);
      await settle(50);
    }
    expect(kinds.slice(0, -1).every((kind) => kind === 'STORAGE_FAILED')).toBe(true);
    expect(kinds.length).toBeGreaterThan(3);
    expect(kinds.at(-1)).toBe('complete');
    expect(await contentOf(scene.store)).toEqual(await contentOf(store));
    // The store is well all the time.
    expect(scene.hub.metrics.lastWriteFailed).toBe(false);
  });

  it('refuses limits that mean nothing', () => {
    for (const limits of [{ sessionsMax: 0 }, { waitingMax: 1.5 }, { windowOctets: 3 }]) {
      expect(() => new HubScene({ limits })).toThrow(UsageError);
    }
  });
});
