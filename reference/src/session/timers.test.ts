// Every timer of the protocol, on a clock that the test moves.
import { describe, expect, it } from 'vitest';
import { memoryPair } from '../transport/memory.ts';
import { CLOSE_OCTETS, ErrorCode } from '../wire/index.ts';
import { Deadline } from './clock.ts';
import { SyncSenderSession } from './sender-session.ts';
import { senderOptions, storeOf } from './testing/pair.ts';
import { against, receiving } from './testing/receiver-scene.ts';
import { complete, offer, payload, ScriptedPeer } from './testing/scripted-peer.ts';
import { against as againstSender, sending } from './testing/sender-scene.ts';
import { settle } from './testing/settle.ts';
import { VirtualClock } from './virtual-clock.ts';

const forever = (): Promise<never> => new Promise(() => undefined);

describe('the receiver gives up', () => {
  it('PSP-TIME-2 10 seconds without a first frame; an ignorable one does not count', async () => {
    const clock = new VirtualClock();
    const { peer, result } = against({ clock });
    peer.sendBody(Uint8Array.of(0x8b));
    await settle();
    clock.advance(9_999);
    await settle();
    expect(peer.waiting).toBe(0);
    clock.advance(1);
    expect(await peer.expect('Reject')).toMatchObject({ code: ErrorCode.TIMEOUT, retry: 1 });
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'rejected', by: 'us', codeName: 'TIMEOUT' });
    expect(clock.pending).toBe(0);
  });

  it('PSP-TIME-7 120 seconds without a code, and the question is withdrawn', async () => {
    const clock = new VirtualClock();
    let withdrawn = false;
    const { peer, result } = against({
      clock,
      askSecret: async (_, signal) => {
        signal.addEventListener('abort', () => (withdrawn = true));
        return forever();
      },
    });
    peer.initiate();
    await settle();
    clock.advance(119_999);
    await settle();
    expect(peer.waiting).toBe(0);
    expect(withdrawn).toBe(false);
    clock.advance(1);
    expect(await peer.expect('Reject')).toMatchObject({ code: ErrorCode.TIMEOUT });
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'rejected' });
    expect(withdrawn).toBe(true);
  });

  it('PSP-TIME-4 10 seconds without Ta', async () => {
    const clock = new VirtualClock();
    const { peer, result } = against({ clock });
    peer.initiate();
    await peer.expect('Accept');
    await peer.expect('Confirm');
    clock.advance(10_000);
    expect(await peer.expect('Reject')).toMatchObject({ code: ErrorCode.TIMEOUT });
    await peer.finish();
    await result;
  });

  it('PSP-TIME-5 30 seconds without a frame after keys; any frame starts anew', async () => {
    const clock = new VirtualClock();
    const { peer, result } = await receiving({ clock });
    for (let i = 0; i < 3; i++) {
      clock.advance(29_999);
      await settle();
      peer.sendBody(Uint8Array.of(0x9b, i));
      await settle();
    }
    clock.advance(30_000);
    let arrived = await peer.next();
    while (arrived.kind === 'message' && arrived.message.type === 'KeepAlive') {
      arrived = await peer.next();
    }
    expect(arrived).toMatchObject({
      message: { type: 'Abort', value: { code: ErrorCode.TIMEOUT, throughSequence: 0n } },
    });
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'failed', by: 'us', codeName: 'TIMEOUT' });
  });
});

describe('PSP-TIME-5 the idle timer', () => {
  it('counts from the last frame, whatever happens on this side meanwhile', async () => {
    const clock = new VirtualClock();
    const answer = Promise.withResolvers<boolean>();
    const { peer, result } = against({ clock, agree: () => answer.promise });
    await peer.authenticateAsSender();
    await peer.expect('Request');
    peer.send(offer(1n));
    await settle();
    clock.advance(20_000);
    answer.resolve(true);
    await settle();
    clock.advance(9_999);
    await settle();
    while (peer.waiting > 0) {
      const arrived = await peer.next();
      expect(arrived.kind === 'message' && arrived.message.type).not.toBe('Abort');
    }
    clock.advance(1);
    expect(await peer.expect('Abort')).toMatchObject({ code: ErrorCode.TIMEOUT });
    await peer.finish();
    await result;
  });
});

describe('PSP-TIME-6 KeepAlive', () => {
  it('comes when a receiver has sent nothing for 10 seconds, while its user decides', async () => {
    const clock = new VirtualClock();
    const { peer, result } = against({ clock, agree: forever });
    await peer.authenticateAsSender();
    await peer.expect('Request');
    peer.send(offer(1n));
    await settle();
    for (let i = 0; i < 4; i++) {
      clock.advance(9_999);
      await settle();
      expect(peer.waiting).toBe(0);
      clock.advance(1);
      await peer.expect('KeepAlive');
      peer.send({ type: 'KeepAlive', value: {} });
      await settle();
    }
    peer.close();
    expect(await result).toMatchObject({ kind: 'interrupted' });
    expect(clock.pending).toBe(0);
  });

  it('comes from a sender that is held, and keeps a long session alive', async () => {
    const clock = new VirtualClock();
    const none = { maxUnackedPayloads: 0, maxUnackedOctets: 0n };
    const { peer } = await sending({ window: none }, { clock });
    for (let i = 0; i < 10; i++) {
      clock.advance(10_000);
      await peer.expect('KeepAlive');
      peer.send({ type: 'KeepAlive', value: {} });
      await settle();
    }
    peer.close();
  });

  it('does not come before keys', async () => {
    const clock = new VirtualClock();
    const { peer } = against({ clock, askSecret: forever });
    peer.initiate();
    await settle();
    clock.advance(60_000);
    await settle();
    expect(peer.waiting).toBe(0);
    peer.close();
  });
});

describe('the sender gives up', () => {
  it('PSP-TIME-3 when the code expires, counted from when it was first shown', async () => {
    const clock = new VirtualClock();
    clock.advance(50_000);
    const { peer, result } = await againstSender({ clock, secretsShownAtMs: 20_000 });
    await peer.expect('Initiate');
    clock.advance(89_999);
    await settle();
    expect(peer.waiting).toBe(0);
    clock.advance(1);
    expect(await peer.expect('Reject')).toMatchObject({ code: ErrorCode.CODE_EXPIRED });
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'rejected', by: 'us', codeName: 'CODE_EXPIRED' });
  });

  it('PSP-TIME-4 10 seconds without Tb', async () => {
    const clock = new VirtualClock();
    const { peer, result } = await againstSender({ clock });
    await peer.accept();
    await settle();
    clock.advance(10_000);
    expect(await peer.expect('Reject')).toMatchObject({ code: ErrorCode.TIMEOUT });
    await peer.finish();
    await result;
  });

  it('PSP-TIME-5 30 seconds of silence after keys', async () => {
    const clock = new VirtualClock();
    const { peer, result } = await againstSender({ clock });
    await peer.authenticateAsReceiver();
    await settle();
    clock.advance(29_999);
    await settle();
    await peer.expect('KeepAlive');
    await peer.expect('KeepAlive');
    expect(peer.waiting).toBe(0);
    clock.advance(1);
    expect(await peer.expect('Abort')).toMatchObject({ code: ErrorCode.TIMEOUT });
    await peer.finish();
    expect(await result).toMatchObject({ kind: 'failed', by: 'us', codeName: 'TIMEOUT' });
  });
});

describe('PSP-CLOSE-1 the close', () => {
  it('waits 2 seconds for the peer to end, no longer', async () => {
    const clock = new VirtualClock();
    const { peer, result } = await receiving({ clock });
    peer.send(complete(0n));
    await peer.expect('Receipt');
    expect((await peer.next()).kind).toBe('end');
    let isOver = false;
    void result.then(() => (isOver = true));
    await settle();
    clock.advance(1_999);
    await settle();
    expect(isOver).toBe(false);
    clock.advance(1);
    expect(await result).toMatchObject({ kind: 'complete' });
    expect(clock.pending).toBe(0);
  });

  it('PSP-STATE-1 counts from its beginning where the Abort can not leave', async () => {
    const [a, b] = memoryPair({ capacityOctets: 64 });
    const peer = new ScriptedPeer(b);
    const clock = new VirtualClock();
    const user = new AbortController();
    const options = { ...senderOptions(await storeOf(6)), clock, signal: user.signal };
    const session = new SyncSenderSession(options);
    const initiated = session.initiate(a);
    await peer.authenticateAsReceiver();
    expect(await initiated).toBeUndefined();
    const result = session.send();
    let isOver = false;
    void result.then(() => (isOver = true));
    peer.send(peer.request());
    await peer.expect('Offer');
    peer.pause();
    await settle();
    user.abort();
    await settle();
    clock.advance(1_999);
    await settle();
    expect(isOver).toBe(false);
    clock.advance(1);
    expect(await result).toMatchObject({ kind: 'cancelled', by: 'us' });
    expect(clock.pending).toBe(0);
  });

  it('reads no more than 16 MiB', async () => {
    const clock = new VirtualClock();
    const { peer, result } = await receiving({ clock });
    peer.send(complete(0n));
    await peer.expect('Receipt');
    const flood = peer.sendOctets(new Uint8Array(CLOSE_OCTETS + 200_000)).catch(() => 'broken');
    expect(await result).toMatchObject({ kind: 'complete' });
    expect(await flood).toBe('broken');
  });

  it('PSP-DONE-8 a Receipt that could not be written is no completion', async () => {
    const clock = new VirtualClock();
    const { peer, result } = await receiving({ clock, window: { payloads: 1, octets: 1n } });
    peer.send(payload(1n));
    await peer.expect('Ack');
    peer.close();
    expect(await result).toMatchObject({ kind: 'interrupted', by: 'transport' });
  });
});

describe('Deadline', () => {
  it('PSP-TIME-1 fires once, at the last restart, earlier or later than the one before', () => {
    const clock = new VirtualClock();
    const fired: number[] = [];
    const deadline = new Deadline(clock, () => fired.push(clock.nowMs()));
    deadline.restart(100);
    clock.advance(50);
    deadline.restart(100);
    clock.advance(60);
    expect(fired).toEqual([]);
    deadline.restart(10);
    clock.advance(500);
    expect(fired).toEqual([120]);
    deadline.restart(10);
    deadline.stop();
    clock.advance(500);
    expect(fired).toEqual([120]);
    expect(clock.pending).toBe(0);
  });
});
