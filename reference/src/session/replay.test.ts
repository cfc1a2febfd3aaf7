// Recorded octets played again, and octets that someone on the way has changed.
import { describe, expect, it } from 'vitest';
import { memoryPair } from '../transport/memory.ts';
import type { ByteStream } from '../transport/transport.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import type { SyncResult } from './result.ts';
import {
  contentOf,
  emptyStore,
  receiverOptions,
  sendOver,
  senderOptions,
  storeOf,
} from './testing/pair.ts';
import { settle } from './testing/settle.ts';
import { VirtualClock } from './virtual-clock.ts';

type Change = (octets: Uint8Array, at: number) => Uint8Array;

/** A stream whose written octets pass through `change`; `at` counts those before. */
function through(stream: ByteStream, change: Change): ByteStream {
  let at = 0;
  return {
    read: () => stream.read(),
    write: async (octets) => {
      const changed = change(octets, at);
      at += octets.length;
      await stream.write(changed);
    },
    end: () => stream.end(),
    close: () => stream.close(),
  };
}

async function run(changes: { s2r?: Change; r2s?: Change }) {
  const [from, to] = [await storeOf(4), emptyStore()];
  const clock = new VirtualClock();
  const [a, b] = memoryPair();
  const same: Change = (octets) => octets;
  const both = Promise.all([
    sendOver(senderOptions(from, { clock }), through(a, changes.s2r ?? same)),
    new SyncReceiverSession(receiverOptions(to, { clock })).receive(
      through(b, changes.r2s ?? same),
    ),
  ]);
  let isOver = false;
  void both.then(() => (isOver = true));
  // A changed length leaves both sides waiting for octets that never come: until a timer ends it.
  for (let i = 0; i < 30 && !isOver; i++) {
    await settle(5);
    if (!isOver) clock.advance(10_000);
  }
  const [sent, received] = await both;
  return { sent, received, content: await contentOf(to) };
}

/** Plays recorded frames to one side, giving it time to answer each. */
async function play(
  frames: readonly Uint8Array[],
  session: (stream: ByteStream) => Promise<SyncResult>,
) {
  const [a, b] = memoryPair();
  const result = session(b);
  let answered = 0;
  const reading = (async () => {
    for (let chunk = await a.read(); chunk; chunk = await a.read()) answered += chunk.length;
  })().catch(() => undefined);
  for (const frame of frames) {
    await settle(3);
    await a.write(frame).catch(() => undefined);
  }
  await a.end().catch(() => undefined);
  await reading;
  return { result: await result, answered };
}

describe('S40 a replayed session', () => {
  it('is refused by either side, and nothing is stored or disclosed', async () => {
    const tape: Record<'s2r' | 'r2s', Uint8Array[]> = { s2r: [], r2s: [] };
    const record =
      (list: Uint8Array[]): Change =>
      (octets) => {
        list.push(octets.slice());
        return octets;
      };
    const first = await run({ s2r: record(tape.s2r), r2s: record(tape.r2s) });
    expect(first.received.kind).toBe('complete');

    const to = emptyStore();
    const toReceiver = await play(tape.s2r, (stream) =>
      new SyncReceiverSession(receiverOptions(to)).receive(stream),
    );
    expect(toReceiver.result).toMatchObject({ kind: 'rejected', codeName: 'AUTH_FAILED' });
    expect(await contentOf(to)).toEqual([]);

    const from = await storeOf(4);
    const toSender = await play(tape.r2s, (stream) => sendOver(senderOptions(from), stream));
    expect(toSender.result).toMatchObject({ kind: 'rejected', codeName: 'AUTH_FAILED' });
    // Initiate and Reject, nothing else.
    expect(toSender.answered).toBeLessThan(200);
  });
});

describe('an attacker on the way', () => {
  const lengthOf = async (direction: 's2r' | 'r2s'): Promise<number> => {
    let length = 0;
    await run({
      [direction]: (octets: Uint8Array) => {
        length += octets.length;
        return octets;
      },
    });
    return length;
  };

  it.each(['s2r', 'r2s'] as const)(
    'PSP-SEAL-4 PSP-HS-16 a flipped bit in %s is never taken for data',
    async (direction) => {
      const length = await lengthOf(direction);
      const kinds = new Set<string>();
      // Every seventh octet, another bit each time.
      for (let target = 0; target < length; target += 7) {
        let isFlipped = false;
        const flip: Change = (octets, at) => {
          const index = target - at;
          if (index < 0 || index >= octets.length) return octets;
          isFlipped = true;
          const changed = octets.slice();
          changed[index] = (changed[index] ?? 0) ^ (1 << (target % 8));
          return changed;
        };
        const { sent, received, content } = await run({ [direction]: flip });
        kinds.add(sent.kind).add(received.kind);
        expect(sent.kind === 'complete' && received.kind !== 'complete').toBe(false);
        expect(content.every((text) => /"family":"Family [0-3]"/.test(text))).toBe(true);
        const isWhole = sent.kind === 'complete' && received.kind === 'complete';
        if (isWhole && isFlipped)
          throw new Error(`octet ${target} of ${length} was changed unnoticed`);
      }
      expect([...kinds]).toEqual(expect.arrayContaining(['rejected', 'failed']));
    },
    60_000,
  );
});
