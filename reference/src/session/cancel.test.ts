// The user of either side gives up, at any moment: the other side is told (S31).
import { describe, expect, it } from 'vitest';
import { memoryPair } from '../transport/memory.ts';
import type { SessionEvent } from './options.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import { SyncSenderSession } from './sender-session.ts';
import {
  contentOf,
  emptyStore,
  receiverOptions,
  runPair,
  senderOptions,
  storeOf,
} from './testing/pair.ts';
import { UsageError } from '../wire/index.ts';

/** A signal that is given when the session comes to this phase. */
function cancelAt(phase: string) {
  const controller = new AbortController();
  const onEvent = (event: SessionEvent): void => {
    if (event.kind === 'phase' && event.phase === phase) queueMicrotask(() => controller.abort());
  };
  return { signal: controller.signal, onEvent };
}

const byUs = { kind: 'cancelled', by: 'us', codeName: 'CANCELLED' };
const byPeer = { kind: 'cancelled', by: 'peer', codeName: 'CANCELLED' };

describe('S31 a cancelled session', () => {
  it.each(['AWAIT_ACCEPT', 'AWAIT_REQUEST', 'PREPARING', 'SENDING'])(
    'the sender cancels in %s',
    async (phase) => {
      const { sent, received } = await runPair(
        senderOptions(await storeOf(9), cancelAt(phase)),
        receiverOptions(emptyStore()),
      );
      expect(sent).toMatchObject(byUs);
      expect(received).toMatchObject(byPeer);
    },
  );

  it.each(['AWAIT_INITIATE', 'AWAIT_CODE', 'AWAIT_OFFER', 'DECIDING', 'RECEIVING'])(
    'the receiver cancels in %s',
    async (phase) => {
      const to = emptyStore();
      const agree = async (): Promise<boolean> => {
        for (let i = 0; i < 20; i++) await Promise.resolve();
        return true;
      };
      const { sent, received } = await runPair(
        senderOptions(await storeOf(9)),
        receiverOptions(to, { ...cancelAt(phase), agree }),
      );
      expect(received).toMatchObject(byUs);
      expect(sent).toMatchObject(byPeer);
      // PSP-ATOM-2: whatever came over came whole, two to a Payload.
      expect([0, 2, 4, 6, 8, 9]).toContain((await contentOf(to)).length);
    },
  );

  it('a sender that cancels after Complete may have been too late', async () => {
    const to = emptyStore();
    const { sent, received } = await runPair(
      senderOptions(await storeOf(3), cancelAt('AWAIT_RECEIPT')),
      receiverOptions(to),
    );
    expect(sent).toMatchObject(byUs);
    if (received.kind === 'complete') expect(await contentOf(to)).toHaveLength(3);
    else expect(received).toMatchObject(byPeer);
  });

  it('the receiver gives up typing', async () => {
    const { sent, received } = await runPair(
      senderOptions(await storeOf(1)),
      receiverOptions(emptyStore(), { askSecret: async () => undefined }),
    );
    expect([sent, received]).toMatchObject([byPeer, byUs]);
  });

  it('a signal given before the start ends it at once', async () => {
    const { sent, received } = await runPair(
      senderOptions(await storeOf(1), { signal: AbortSignal.abort() }),
      receiverOptions(emptyStore()),
    );
    expect([sent, received]).toMatchObject([byUs, byPeer]);
  });
});

describe('misuse', () => {
  it('a session has one connection, and send comes after initiate', async () => {
    const [a, b] = memoryPair();
    const sender = new SyncSenderSession(senderOptions(await storeOf(1)));
    await expect(sender.send()).rejects.toThrow(UsageError);
    const initiated = sender.initiate(a);
    await expect(sender.initiate(a)).rejects.toThrow(UsageError);
    const receiver = new SyncReceiverSession(receiverOptions(emptyStore()));
    const received = receiver.receive(b);
    await expect(receiver.receive(b)).rejects.toThrow(UsageError);
    expect(await initiated).toBeUndefined();
    expect((await sender.send()).kind).toBe('complete');
    expect((await received).kind).toBe('complete');
  });

  it('PSP-CODE-4 a code that no parser accepted is misuse and costs no attempt', async () => {
    const [a, b] = memoryPair();
    const sender = new SyncSenderSession(senderOptions(await storeOf(1)));
    const initiated = sender.initiate(a);
    const secret = { kind: 1, secret: new TextEncoder().encode('123456789') } as const;
    const receiver = new SyncReceiverSession(
      receiverOptions(emptyStore(), { askSecret: async () => secret }),
    );
    await expect(receiver.receive(b)).rejects.toThrow(UsageError);
    expect(await initiated).toMatchObject({ kind: 'rejected', codeName: 'INTERNAL' });
    expect(sender.secretRun).toBe('unused');
  });

  it('refuses an identity, limits, secrets or a window that a peer would refuse', async () => {
    const store = await storeOf(1);
    const base = senderOptions(store);
    const { identity } = base;
    for (const wrong of [
      { identity: { ...identity, replicaId: new Uint8Array(3) } },
      { identity: { ...identity, displayName: 'ä'.repeat(65) } },
      { identity: { ...identity, serverUrl: 'HTTPS://FHIR.example/r4/' } },
      { limits: { maxFrameOctets: 5 } },
    ]) {
      expect(() => new SyncSenderSession({ ...base, ...wrong })).toThrow(UsageError);
    }
    const session = new SyncSenderSession({ ...base, secrets: [] });
    await expect(session.initiate(memoryPair()[0])).rejects.toThrow(UsageError);
    const window = { payloads: 0, octets: 0n };
    expect(() => new SyncReceiverSession(receiverOptions(store, { window }))).toThrow(UsageError);
  });

  it("a caller's callback that throws ends the session, and the error comes back", async () => {
    const cause = new Error('bug in the progress bar');
    const onEvent = (event: SessionEvent): void => {
      if (event.kind === 'progress') throw cause;
    };
    const { sent, received } = await runPair(
      senderOptions(await storeOf(1)),
      receiverOptions(emptyStore(), { onEvent }),
    );
    expect(received).toMatchObject({ kind: 'failed', by: 'us', codeName: 'INTERNAL', cause });
    expect(sent).toMatchObject({ kind: 'failed', by: 'peer', codeName: 'INTERNAL' });
  });
});
