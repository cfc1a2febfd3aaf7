// The connection is cut after every single octet, in either direction; a second session goes on.
import { describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { memoryPair } from '../transport/memory.ts';
import type { Direction, MemoryOptions } from '../transport/memory.ts';
import type { ByteStream } from '../transport/transport.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import {
  contentOf,
  emptyStore,
  receiverOptions,
  runPair,
  sendOver,
  senderOptions,
  storeOf,
} from './testing/pair.ts';

const patients = 4;
/** One Payload at a time, so that a cut can find the receiver between two. */
const window = { payloads: 1, octets: 1_000_000n };

/** A stream that adds up what is written. */
function counting(stream: ByteStream, count: (octets: number) => void): ByteStream {
  return {
    read: () => stream.read(),
    write: async (octets) => {
      count(octets.length);
      await stream.write(octets);
    },
    end: () => stream.end(),
    close: () => stream.close(),
  };
}

/** How many octets each direction of an undisturbed session has. */
async function lengths(from: Store): Promise<Record<Direction, number>> {
  const octets = { aToB: 0, bToA: 0 };
  const [a, b] = memoryPair();
  const [sent] = await Promise.all([
    sendOver(
      senderOptions(from),
      counting(a, (n) => (octets.aToB += n)),
    ),
    new SyncReceiverSession(receiverOptions(emptyStore(), { window })).receive(
      counting(b, (n) => (octets.bToA += n)),
    ),
  ]);
  expect(sent.kind).toBe('complete');
  return octets;
}

/** Cuts one session; then lets a second one finish, unless the same was seen before. */
async function cutAndResume(
  from: Store,
  memory: MemoryOptions,
  seen: Set<string>,
): Promise<string> {
  const to = emptyStore();
  const { sent, received } = await runPair(
    senderOptions(from),
    receiverOptions(to, { window }),
    memory,
  );
  // PSP-DONE-9: a report never says more than the session came to.
  for (const { kind, report } of [sent, received]) {
    expect(report?.complete ?? false).toBe(kind === 'complete');
  }
  const content = await contentOf(to);
  const state = `${content.length} ${sent.kind} ${received.kind}`;
  if (seen.has(state)) return state;
  seen.add(state);
  // PSP-ATOM-2: whole Payloads of two, nothing else.
  expect([0, 2, 4]).toContain(content.length);
  if (received.kind === 'complete') expect(content).toHaveLength(patients);
  // PSP-DONE-7: the sender never knows more than the receiver has.
  if (sent.kind === 'complete') expect(received.kind).toBe('complete');
  const again = await runPair(senderOptions(from), receiverOptions(to));
  if (again.sent.kind !== 'complete') throw new Error(`${state}: ${again.sent.detail}`);
  expect(await contentOf(to)).toEqual(await contentOf(from));
  const [type] = again.sent.report.types;
  // PSP-RESUME-6: what was stored with its cursor is not sent again.
  expect(type?.transferred ?? 0).toBe(patients - content.length);
  return state;
}

describe('S27 PSP-RESUME-1 a cut after every octet, then a second session', () => {
  it.each(['aToB', 'bToA'] as const)(
    'of direction %s',
    async (direction) => {
      const from = await storeOf(patients);
      const length = (await lengths(from))[direction];
      const seen = new Set<string>();
      const states: string[] = [];
      for (let octets = 1; octets <= length; octets++) {
        const cutAs = octets % 2 === 0 ? 'error' : 'end';
        const memory = { cutAfterOctets: { [direction]: octets }, cutAs } as const;
        const state = await cutAndResume(from, memory, seen);
        // PSP-DONE-8: complete is who has written the last octet of the Receipt.
        if (direction === 'bToA') expect(/ complete$/.test(state)).toBe(octets >= length);
        states.push(state);
      }
      expect(length).toBeGreaterThan(300);
      // Nothing stored at first, everything at last, and something in between.
      expect(states[0]).toBe('0 interrupted interrupted');
      expect(states.at(-1)).toMatch(/^4 /);
      expect(new Set(states.map((state) => state[0]))).toEqual(new Set(['0', '2', '4']));
    },
    120_000,
  );
});
