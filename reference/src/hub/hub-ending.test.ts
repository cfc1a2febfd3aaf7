// How a hub ends, and how its sessions take turns while they last.
import { describe, expect, it } from 'vitest';
import { contentOf, emptyStore, storeOf } from '../session/testing/pair.ts';
import { settle } from '../session/testing/settle.ts';
import type { Store } from '../store/store.ts';
import { SyncSender } from '../sync/index.ts';
import { HubScene, senderThatStops, storeWith } from './testing/hub-scene.ts';

describe('a hub that ends', () => {
  it('tells who waits CANCELLED and who comes BUSY, and lets sessions finish', async () => {
    const scene = new HubScene();
    const store = await storeOf(20);
    const { sync, go } = senderThatStops(store, 3);
    const running = await scene.device(store, { sync });
    await scene.arrived();
    await scene.hub.admit(running.typed());
    await settle(50);
    const waiting = await scene.device();
    await scene.arrived();
    const drained = scene.hub.drain(60_000);
    expect(await waiting.result).toMatchObject({ codeName: 'CANCELLED', by: 'peer' });
    const late = await scene.device();
    expect(await late.result).toMatchObject({ codeName: 'BUSY', by: 'peer' });
    expect(await scene.hub.admit(late.typed())).toMatchObject({ why: 'draining' });
    expect(await scene.hub.dial(late.typed(), 'h', 1)).toMatchObject({ why: 'draining' });
    scene.clock.advance(9_000);
    expect(scene.hub.counts.admitted).toBe(1);
    go();
    expect(await running.result).toMatchObject({ kind: 'complete' });
    await drained;
    scene.close();
    await scene.running;
    expect(await contentOf(scene.store)).toEqual(await contentOf(store));
    expect(scene.clock.pending).toBe(0);
  });

  it('PSP-ABORT-1: cancels what goes on after the grace; what was acknowledged stays', async () => {
    const scene = new HubScene();
    const store = await storeOf(20);
    const { sync, go } = senderThatStops(store, 3);
    const running = await scene.device(store, { sync });
    await scene.arrived();
    await scene.hub.admit(running.typed());
    await settle(100);
    const drained = scene.hub.drain(5_000);
    await settle(50);
    expect(scene.hub.counts.admitted).toBe(1);
    scene.clock.advance(5_000);
    await settle(50);
    go();
    expect(await running.result).toMatchObject({
      kind: 'cancelled',
      by: 'peer',
      codeName: 'CANCELLED',
    });
    await drained;
    expect(await contentOf(scene.store)).toHaveLength(6);
    // The same store under another hub: the session goes on where it was.
    const next = new HubScene({ store: scene.store });
    const again = await next.device(store);
    await next.arrived();
    await next.hub.admit(again.typed());
    expect(await again.result).toMatchObject({ kind: 'complete' });
    expect((await again.result).report?.types[0]?.transferred).toBe(14);
    expect(await contentOf(scene.store)).toEqual(await contentOf(store));
  });

  it('ends at once where nobody is there, and a second call changes nothing', async () => {
    const scene = new HubScene();
    await Promise.all([scene.hub.drain(60_000), scene.hub.drain(1)]);
    scene.close();
    await scene.running;
    expect(scene.log.filter(({ event }) => event === 'draining')).toHaveLength(1);
    expect(scene.clock.pending).toBe(0);
  });

  it('tells when no connection can come any more', async () => {
    const scene = new HubScene();
    scene.close();
    await expect(scene.running).rejects.toThrow('closed');
  });
});

describe('the turns of a hub', () => {
  it('one greedy device and 31 small ones: none waits for more than one turn of each', async () => {
    const order: string[] = [];
    const hubStore = emptyStore('Hub');
    // The commits in their order, by whose they are.
    let writing = 0;
    const updateRemote: Store['updateRemote'] = async (batch, decide) => {
      order.push(Buffer.from(batch.peer).toString('hex'));
      writing += 1;
      // One writer: also a store that waits for its disk has nobody else's write meanwhile.
      expect(writing).toBe(1);
      await settle(1);
      writing -= 1;
      return hubStore.updateRemote(batch, decide);
    };
    const watched = storeWith(hubStore, { updateRemote });
    const scene = new HubScene({ store: watched });
    const greedy = await storeOf(400);
    const stores = [greedy, ...(await Promise.all(Array.from({ length: 31 }, () => storeOf(6))))];
    const devices = await Promise.all(
      stores.map((store) =>
        scene.device(store, { sync: new SyncSender({ store, batch: { entriesMax: 1 } }) }),
      ),
    );
    await scene.arrived();
    await Promise.all(devices.map(({ typed, name }) => scene.hub.admit(typed(), name())));
    const results = await Promise.all(devices.map(({ result }) => result));
    expect(results.map(({ kind }) => kind)).toEqual(devices.map(() => 'complete'));
    const key = (store: Store): string => Buffer.from(store.replicaId).toString('hex');
    const big = key(greedy);
    for (const small of stores.slice(1).map(key)) {
      const own = order.flatMap((peer, at) => (peer === small ? [at] : []));
      const between = order.slice(own[0], own.at(-1)).filter((peer) => peer === big);
      // Its turns and the travel of an Ack in between; never a run of the greedy one's window.
      expect(between.length).toBeLessThanOrEqual(2 * own.length);
    }
    const runs = order.join(' ').match(new RegExp(`(?:${big} ?)+`, 'g')) ?? [];
    const whileOthers = runs.slice(0, -1).map((run) => run.trim().split(' ').length);
    expect(Math.max(0, ...whileOthers)).toBeLessThanOrEqual(2);
  });
});
