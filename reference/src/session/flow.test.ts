// Windows, back-pressure, order of storing and acknowledging, negotiation of compression.
import { describe, expect, it } from 'vitest';
import { Theirs } from '../sync/conflict-resolution.ts';
import { SyncReceiver } from '../sync/sync-receiver.ts';
import { SyncSender } from '../sync/sync-sender.ts';
import { memoryPair } from '../transport/memory.ts';
import type { Store } from '../store/store.ts';
import { ErrorCode, PayloadEncoding } from '../wire/index.ts';
import type { ReceiverSessionOptions } from './options.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import { SyncSenderSession } from './sender-session.ts';
import { contentOf, emptyStore, receiverOptions, runPair, senderOptions } from './testing/pair.ts';
import { storeOf } from './testing/pair.ts';
import { against, receiving } from './testing/receiver-scene.ts';
import { ack, complete, entriesIn, offer, payload, ScriptedPeer } from './testing/scripted-peer.ts';
import { against as againstSender, receipt, sending } from './testing/sender-scene.ts';
import { settle } from './testing/settle.ts';

/** A receiver's engine whose commits wait until they are let go. */
function heldSync(store: Store) {
  const gates: (() => void)[] = [];
  const log: string[] = [];
  const real = new SyncReceiver({ store, strategy: Theirs });
  const sync: ReceiverSessionOptions['sync'] = {
    request: (sender) => real.request(sender),
    open: (sender, offered) => {
      const open = real.open(sender, offered);
      return {
        receive: async (group) => {
          log.push('begins');
          await new Promise<void>((resolve) => gates.push(resolve));
          log.push('stores');
          return open.receive(group);
        },
        complete: (message) => open.complete(message),
        receipt: () => open.receipt(),
        get report() {
          return open.report;
        },
      };
    },
  };
  return { sync, log, release: () => gates.shift()?.() };
}

describe('the sender keeps to the window', () => {
  const window = { maxUnackedPayloads: 2, maxUnackedOctets: 1_000_000n };

  it('PSP-FLOW-1 sends two Payloads and waits for an Ack before the third', async () => {
    const { peer, result } = await sending({ window });
    expect(entriesIn(await peer.expect('Payload'))).toBe(2);
    expect(await peer.expect('Payload')).toMatchObject({ sequence: 2n });
    await settle();
    expect(peer.waiting).toBe(0);
    peer.send(ack(1n));
    expect(await peer.expect('Payload')).toMatchObject({ sequence: 3n });
    // PSP-FLOW-4: Complete is outside of the window.
    expect(await peer.expect('Complete')).toMatchObject({ payloads: 3n });
    peer.send(ack(3n));
    peer.send(receipt(6n));
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'complete' });
  });

  it('PSP-FLOW-2 counts octets, but lets one Payload go alone', async () => {
    const { peer } = await sending({ window: { ...window, maxUnackedOctets: 1n } });
    await peer.expect('Payload');
    await settle();
    expect(peer.waiting).toBe(0);
    peer.send(ack(1n));
    expect(await peer.expect('Payload')).toMatchObject({ sequence: 2n });
    peer.close();
  });

  it('PSP-REQ-8 a window of zero holds everything until an Ack opens it', async () => {
    const none = { maxUnackedPayloads: 0, maxUnackedOctets: 0n };
    const { peer } = await sending({ window: none });
    await settle();
    expect(peer.waiting).toBe(0);
    peer.send(ack(0n, { window }));
    expect(await peer.expect('Payload')).toMatchObject({ sequence: 1n });
    peer.close();
  });

  /** An engine that counts the batches taken from it. */
  async function countingSync() {
    const real = new SyncSender({ store: await storeOf(40), batch: { entriesMax: 2 } });
    const counter = { taken: 0 };
    const prepare: typeof real.prepare = async (request, limits) => {
      const prepared = await real.prepare(request, limits);
      if ('kind' in prepared) return prepared;
      const next = prepared.next.bind(prepared);
      prepared.next = async () => {
        counter.taken += 1;
        return next();
      };
      return prepared;
    };
    return { counter, sync: { prepare } };
  }

  it('takes no more batches from the store than the window and one', async () => {
    const { counter, sync } = await countingSync();
    const { peer } = await sending({ window }, { sync });
    await settle();
    expect(counter.taken).toBe(3);
    peer.close();
  });

  it('takes no more batches than the connection has room for, whatever the window', async () => {
    const { counter, sync } = await countingSync();
    const { peer } = await againstSender({ sync }, 0, { capacityOctets: 300 });
    await peer.authenticateAsReceiver();
    const wide = { maxUnackedPayloads: 1_000, maxUnackedOctets: 1_000_000_000n };
    peer.send(peer.request({ window: wide }));
    await peer.expect('Offer');
    peer.pause();
    await settle();
    expect(counter.taken).toBeLessThan(8);
    peer.close();
  });
});

describe('PSP-STATE-3 while blocked on writing', () => {
  const memory = { capacityOctets: 64 };

  it('a sender still reads Abort', async () => {
    const [a, b] = memoryPair(memory);
    const peer = new ScriptedPeer(b);
    const session = new SyncSenderSession(senderOptions(await storeOf(6)));
    const initiated = session.initiate(a);
    await peer.authenticateAsReceiver();
    expect(await initiated).toBeUndefined();
    const result = session.send();
    peer.send(peer.request());
    await peer.expect('Offer');
    peer.pause();
    await settle();
    peer.send({
      type: 'Abort',
      value: { code: ErrorCode.CANCELLED, retry: 1, detail: '', throughSequence: 0n },
    });
    await settle();
    peer.resume();
    peer.close();
    expect(await result).toMatchObject({ kind: 'cancelled', by: 'peer' });
  });

  it('two real sides over channels of 64 octets finish', async () => {
    const [from, to] = [await storeOf(40), emptyStore()];
    const { sent, received } = await runPair(senderOptions(from), receiverOptions(to), memory);
    expect([sent.kind, received.kind]).toEqual(['complete', 'complete']);
    expect(await contentOf(to)).toHaveLength(40);
  });
});

describe('the receiver stores in order and says so only then', () => {
  it('PSP-ACK-1 one Payload at a time, each acknowledged after it is durable', async () => {
    const { sync, log, release } = heldSync(emptyStore());
    const { peer, result } = await receiving({ sync });
    peer.send(payload(1n));
    await settle();
    peer.send(payload(2n));
    peer.send(complete(2n));
    await settle();
    expect(log).toEqual(['begins']);
    expect(peer.waiting).toBe(0);
    release();
    expect(await peer.expect('Ack')).toMatchObject({ throughSequence: 1n });
    await settle();
    expect(log).toEqual(['begins', 'stores', 'begins']);
    release();
    expect(await peer.expect('Ack')).toMatchObject({ throughSequence: 2n });
    await peer.expect('Receipt');
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'complete' });
  });

  it('PSP-ACK-3 reports duplicates with their Payload and place', async () => {
    const scene = await receiving();
    scene.peer.send(payload(1n));
    expect(await scene.peer.expect('Ack')).toMatchObject({ outcomes: [] });
    const again = payload(1n).value as { batch: Uint8Array; uncompressedOctets: number };
    const { batch, uncompressedOctets } = again;
    scene.peer.send(payload(2n, { batch, uncompressedOctets }));
    expect(await scene.peer.expect('Ack')).toMatchObject({
      outcomes: [{ sequence: 2n, entryIndex: 0, outcome: 2 }],
    });
    scene.peer.close();
    await scene.result;
  });

  it('PSP-FLOW-3 stores no faster than the sender reads its Acks', async () => {
    const [a, b] = memoryPair({ capacityOctets: 1_024 });
    const store = emptyStore();
    const window = { payloads: 200, octets: 10_000_000n };
    const session = new SyncReceiverSession(receiverOptions(store, { window }));
    const result = session.receive(b);
    const peer = new ScriptedPeer(a);
    await peer.authenticateAsSender();
    await peer.expect('Request');
    peer.send(offer(200n));
    peer.pause();
    for (let n = 1n; n <= 200n; n++) peer.send(payload(n));
    await settle(200);
    const whileUnread = (await contentOf(store)).length;
    expect(whileUnread).toBeGreaterThan(0);
    expect(whileUnread).toBeLessThan(200);
    peer.resume();
    for (let n = 1n; n <= 200n; n++) await peer.expect('Ack');
    peer.close();
    await result;
    expect(await contentOf(store)).toHaveLength(200);
  });

  it('STORAGE_FAILED reaches the sender, the cause stays here', async () => {
    const cause = new Error('disk full at /home/someone');
    const real = new SyncReceiver({ store: emptyStore(), strategy: Theirs });
    const sync: ReceiverSessionOptions['sync'] = {
      request: (sender) => real.request(sender),
      open: (sender, offered) => {
        const open = real.open(sender, offered);
        open.receive = () => Promise.reject(cause);
        return open;
      },
    };
    const { sent, received } = await runPair(
      senderOptions(await storeOf(3)),
      receiverOptions(emptyStore(), { sync }),
    );
    expect(received).toMatchObject({ kind: 'failed', by: 'us', codeName: 'STORAGE_FAILED', cause });
    expect(sent).toMatchObject({ kind: 'failed', by: 'peer', codeName: 'STORAGE_FAILED' });
    expect(JSON.stringify(sent, (_, v: unknown) => (typeof v === 'bigint' ? '' : v))).not.toContain(
      'someone',
    );
  });
});

describe('deflate', () => {
  it.each([
    [true, PayloadEncoding.DEFLATE],
    [false, PayloadEncoding.IDENTITY],
  ])('PSP-PAY-9 PSP-CAP-6 taken: %s', async (takes, encoding) => {
    const sync = new SyncSender({ store: await storeOf(40), batch: { entriesMax: 40 } });
    const scene = await againstSender({ sync });
    const deflate = { id: 1, critical: false, value: new Uint8Array(0) };
    const handshake = await scene.peer.accept({ capabilities: takes ? [deflate] : [] });
    await scene.peer.confirm(handshake);
    scene.peer.send(scene.peer.request());
    await scene.peer.expect('Offer');
    expect(await scene.peer.expect('Payload')).toMatchObject({ encoding });
    scene.peer.close();
    await scene.result;
  });

  it('PSP-CAP-4 either side may switch it off', async () => {
    const from = await storeOf(40);
    for (const [offers, takes] of [
      [true, false],
      [false, true],
      [false, false],
    ] as const) {
      const to = emptyStore();
      const { sent } = await runPair(
        senderOptions(from, { deflate: offers }),
        receiverOptions(to, { deflate: takes }),
      );
      expect(sent.kind).toBe('complete');
      expect(await contentOf(to)).toEqual(await contentOf(from));
    }
  });
});

describe('the user decides', () => {
  it('PSP-OFFER-5 a declined Offer ends both sides and stores nothing', async () => {
    const to = emptyStore();
    const { sent, received } = await runPair(
      senderOptions(await storeOf(3)),
      receiverOptions(to, { agree: async () => false }),
    );
    expect(sent).toMatchObject({ kind: 'rejected', by: 'peer', codeName: 'DECLINED' });
    expect(received).toMatchObject({ kind: 'rejected', by: 'us', codeName: 'DECLINED' });
    expect(await contentOf(to)).toEqual([]);
  });

  it('PSP-FLOW-3 Payloads within an open window wait for the decision', async () => {
    const { peer, result } = against({
      agree: async () => true,
      window: { payloads: 8, octets: 9n },
    });
    await peer.authenticateAsSender();
    await peer.expect('Request');
    peer.send(offer(0n));
    peer.send(complete(0n));
    expect(await peer.expect('Ack')).toMatchObject({ window: { maxUnackedPayloads: 8 } });
    await peer.expect('Receipt');
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'complete' });
  });
});
