// A sender that listens: who gets the secrets, how often, how long.
import { describe, expect, it } from 'vitest';
import type { Secret } from '../security/index.ts';
import { memoryPair } from '../transport/memory.ts';
import type { ByteStream } from '../transport/transport.ts';
import { ErrorCode, SecretKind, UsageError } from '../wire/index.ts';
import type { ReceiverSessionOptions } from './options.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import type { SyncResult } from './result.ts';
import { SenderListener } from './sender-listener.ts';
import type { SenderListenerOptions } from './sender-listener.ts';
import { contentOf, emptyStore, receiverOptions, senderOptions, storeOf } from './testing/pair.ts';
import { wrongSecret } from './testing/pair.ts';
import { ScriptedPeer } from './testing/scripted-peer.ts';
import { settle } from './testing/settle.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A listener with its screen and a door to connect through. */
async function listening(more: Partial<SenderListenerOptions> = {}) {
  const clock = new VirtualClock();
  const shown: { secrets: readonly Secret[]; lifeMs: number }[] = [];
  const refused: SyncResult[] = [];
  const arrivals: ByteStream[] = [];
  let door = Promise.withResolvers<void>();
  const session = senderOptions(await storeOf(3), { clock });
  const listener = new SenderListener({
    session,
    accept: async () => {
      while (arrivals.length === 0) await door.promise;
      return arrivals.shift()!;
    },
    show: (secrets, lifeMs) => {
      // What a person keeps in mind.
      const copies = secrets.map(({ kind, secret }) => ({ kind, secret: secret.slice() }));
      shown.push({ secrets: copies, lifeMs });
    },
    onRefused: (result) => refused.push(result),
    ...more,
  });
  const connect = (): ByteStream => {
    const [a, b] = memoryPair();
    arrivals.push(a);
    door.resolve();
    door = Promise.withResolvers<void>();
    return b;
  };
  const typed = (): Secret => {
    const { kind, secret } = shown.at(-1)!.secrets[0]!;
    return { kind, secret: secret.slice() };
  };
  return { listener, clock, shown, refused, connect, typed };
}

const receive = (stream: ByteStream, more: Partial<ReceiverSessionOptions>) => {
  const store = emptyStore();
  const options = receiverOptions(store, more);
  return { store, result: new SyncReceiverSession(options).receive(stream) };
};

describe('a listening sender', () => {
  it('shows a code for 120 seconds and serves who knows it', async () => {
    const { listener, shown, connect, typed } = await listening();
    const listened = listener.listen();
    await settle(3);
    expect(shown).toMatchObject([{ lifeMs: 120_000, secrets: [{ kind: SecretKind.DIGITS }] }]);
    const { store, result } = receive(connect(), { askSecret: async () => typed() });
    const outcome = await listened;
    if (outcome.kind !== 'authenticated') throw new Error(outcome.kind);
    expect(await outcome.session.send()).toMatchObject({ kind: 'complete' });
    expect(await result).toMatchObject({ kind: 'complete' });
    expect(await contentOf(store)).toHaveLength(3);
    listener.close();
  });

  it('PSP-CODE-10 offers a QR code beside the digits, and either will do', async () => {
    const kinds = [SecretKind.DIGITS, SecretKind.QR] as const;
    const { listener, shown, connect } = await listening({ kinds });
    const listened = listener.listen();
    await settle(3);
    const qr = shown[0]!.secrets.find(({ kind }) => kind === SecretKind.QR)!;
    const { result } = receive(connect(), {
      askSecret: async (offered) => {
        expect(offered).toEqual(kinds);
        return { ...qr };
      },
    });
    const outcome = await listened;
    if (outcome.kind !== 'authenticated') throw new Error(outcome.kind);
    await outcome.session.send();
    expect(await result).toMatchObject({ kind: 'complete' });
    listener.close();
  });

  it('PSP-CODE-5 PSP-CODE-8 burns a code at each failure, stops after three', async () => {
    const { listener, shown, refused, connect, typed } = await listening();
    const listened = listener.listen();
    for (let run = 1; run <= 3; run++) {
      await settle(3);
      expect(shown).toHaveLength(run);
      // The wrong code; in the second run, the code of the first.
      const askSecret = async (): Promise<Secret> =>
        run === 2 ? { ...shown[0]!.secrets[0]! } : wrongSecret();
      const { result } = receive(connect(), { askSecret });
      expect(await result).toMatchObject({ by: 'peer', codeName: 'AUTH_FAILED' });
    }
    expect(await listened).toMatchObject({ kind: 'stopped', last: { codeName: 'AUTH_FAILED' } });
    expect(refused).toHaveLength(3);
    const digits = shown.map(({ secrets }) => Buffer.from(secrets[0]!.secret).toString());
    expect(new Set(digits).size).toBe(3);
    // The right code helps no more.
    const late = receive(connect(), { askSecret: async () => typed() });
    expect(await late.result).toMatchObject({ by: 'peer', codeName: 'BUSY' });
    listener.close();
  });

  it('PSP-CODE-13 tells each of a flood, and holds few of those that do not leave', async () => {
    const closed: number[] = [];
    const peers: ScriptedPeer[] = [];
    const { listener } = await listening({
      accept: async () => {
        if (peers.length > 40) return new Promise<ByteStream>(() => undefined);
        const [a, b] = memoryPair();
        const at = peers.push(new ScriptedPeer(b)) - 1;
        const close = (): void => {
          if (!closed.includes(at)) closed.push(at);
          a.close();
        };
        return { read: () => a.read(), write: (o) => a.write(o), end: () => a.end(), close };
      },
    });
    const result = listener.listen();
    await settle(200);
    expect(peers).toHaveLength(41);
    // The first one has its attempt; of 40 others 16 may still be leaving.
    expect(closed).toEqual(Array.from({ length: 24 }, (_, index) => index + 1));
    for (const peer of peers.slice(1)) {
      expect(await peer.expect('Reject')).toMatchObject({ code: ErrorCode.BUSY });
    }
    listener.close();
    peers[0]!.close();
    expect(await result).toEqual({ kind: 'cancelled' });
  });

  it('PSP-CODE-7 PSP-CODE-13 answers others with BUSY in a run and in a session', async () => {
    const { listener, shown, connect, typed } = await listening();
    const listened = listener.listen();
    await settle(3);
    const answer = Promise.withResolvers<Secret>();
    const first = receive(connect(), { askSecret: () => answer.promise });
    await settle(3);
    const second = new ScriptedPeer(connect());
    expect(await second.expect('Reject')).toMatchObject({ code: ErrorCode.BUSY, retry: 2 });
    // PSP-CLOSE-1: ended in good order, without waiting for the other side.
    expect(await second.next()).toEqual({ kind: 'end', cause: undefined });
    second.close();
    answer.resolve(typed());
    const outcome = await listened;
    if (outcome.kind !== 'authenticated') throw new Error(outcome.kind);
    const third = receive(connect(), {});
    expect(await third.result).toMatchObject({ kind: 'rejected', by: 'peer', codeName: 'BUSY' });
    expect(await outcome.session.send()).toMatchObject({ kind: 'complete' });
    expect(await first.result).toMatchObject({ kind: 'complete' });
    expect(shown).toHaveLength(1);
    listener.close();
  });

  it('who only connects and goes away does not cost the code on the screen', async () => {
    const { listener, shown, refused, connect, typed } = await listening();
    const listened = listener.listen();
    for (let i = 0; i < 5; i++) {
      await settle(3);
      const peer = new ScriptedPeer(connect());
      await peer.expect('Initiate');
      peer.close();
      await settle(3);
    }
    expect(shown).toHaveLength(1);
    expect(refused.map(({ kind }) => kind)).toEqual(Array(5).fill('interrupted'));
    const { result } = receive(connect(), { askSecret: async () => typed() });
    const outcome = await listened;
    if (outcome.kind !== 'authenticated') throw new Error(outcome.kind);
    await outcome.session.send();
    expect(await result).toMatchObject({ kind: 'complete' });
    listener.close();
  });

  it('PSP-CODE-6 replaces a code after 120 seconds, also under a waiting connection', async () => {
    const { listener, clock, shown, connect, typed } = await listening();
    const listened = listener.listen();
    await settle(3);
    clock.advance(120_000);
    await settle(3);
    expect(shown).toHaveLength(2);
    clock.advance(100_000);
    const slow = new ScriptedPeer(connect());
    await slow.expect('Initiate');
    clock.advance(20_000);
    expect(await slow.expect('Reject')).toMatchObject({ code: ErrorCode.CODE_EXPIRED });
    await slow.finish();
    await settle(3);
    expect(shown).toHaveLength(3);
    const { result } = receive(connect(), { askSecret: async () => typed() });
    const outcome = await listened;
    if (outcome.kind !== 'authenticated') throw new Error(outcome.kind);
    await outcome.session.send();
    expect(await result).toMatchObject({ kind: 'complete' });
    listener.close();
  });

  it('ends when its user cancels, waiting or during a run', async () => {
    const controller = new AbortController();
    const session = senderOptions(await storeOf(1), {
      signal: controller.signal,
      clock: new VirtualClock(),
    });
    const waiting = await listening({ session });
    const listened = waiting.listener.listen();
    await settle(3);
    const peer = new ScriptedPeer(waiting.connect());
    await peer.expect('Initiate');
    controller.abort();
    expect(await peer.expect('Reject')).toMatchObject({ code: ErrorCode.CANCELLED });
    await peer.finish();
    expect(await listened).toEqual({ kind: 'cancelled' });
    const closed = await listening();
    const other = closed.listener.listen();
    await settle(3);
    closed.listener.close();
    expect(await other).toEqual({ kind: 'cancelled' });
    await expect(closed.listener.listen()).rejects.toThrow(UsageError);
  });

  it('was cancelled where the cancel also closes the door', async () => {
    const controller = new AbortController();
    const closed = Promise.withResolvers<never>();
    controller.signal.addEventListener('abort', () => closed.reject(new Error('closed')));
    const [ours, theirs] = memoryPair();
    const arrivals = [ours];
    const session = senderOptions(await storeOf(1), {
      signal: controller.signal,
      clock: new VirtualClock(),
    });
    const accept = async (): Promise<ByteStream> => arrivals.shift() ?? closed.promise;
    const { listener } = await listening({ session, accept });
    const listened = listener.listen();
    const peer = new ScriptedPeer(theirs);
    await peer.expect('Initiate');
    controller.abort();
    await peer.expect('Reject');
    await peer.finish();
    expect(await listened).toEqual({ kind: 'cancelled' });
  });

  it('rejects with the cause when no connection can come', async () => {
    const cause = new Error('port taken');
    const { listener } = await listening({ accept: () => Promise.reject(cause) });
    await expect(listener.listen()).rejects.toMatchObject({ cause });
  });
});
