// Two halves over one connection: the draft capability `turn` between two real sessions, with and
// without what it takes, cut at every place.
import { describe, expect, it } from 'vitest';
import { SyncReceiver } from '../sync/sync-receiver.ts';
import { SyncSender } from '../sync/sync-sender.ts';
import { Theirs } from '../sync/conflict-resolution.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import {
  contentOf,
  receiverOptions,
  runPair,
  senderOptions,
  serverUrl,
  storeOf,
} from './testing/pair.ts';
import type { PairResult } from './testing/pair.ts';
import type { SyncResult } from './result.ts';
import type { MemoryOptions } from '../transport/memory.ts';

const at = '2024-05-01T12:00:00Z';
let drawn = 1;

/** A store with so many observations of its own. */
async function wardOf(observations: number): Promise<Store> {
  const random = (count: number): Uint8Array => new Uint8Array(count).fill(drawn++ % 251);
  const store = createMemoryStore({ serverUrl, displayName: 'Ward' }, random);
  const texts = Array.from({ length: observations }, (_, n) =>
    JSON.stringify({ resourceType: 'Observation', id: `o${n}`, status: 'final' }),
  );
  await store.createAll(
    texts.map((text) => new TextEncoder().encode(text)),
    at,
  );
  return store;
}

const givesBack = (store: Store) => ({ sync: new SyncSender({ store, batch: { entriesMax: 2 } }) });
const takesBack = (store: Store) => ({ sync: new SyncReceiver({ store, strategy: Theirs }) });

async function exchange(a: Store, b: Store, memory: MemoryOptions = {}): Promise<PairResult> {
  return runPair(
    senderOptions(a, { turn: takesBack(a) }),
    receiverOptions(b, { turn: givesBack(b) }),
    memory,
  );
}

describe('turn', () => {
  it('PSP-TURN-7, PSP-TURN-8: both stores hold everything after one connection', async () => {
    const [a, b] = [await storeOf(5), await wardOf(3)];
    const { sent, received } = await exchange(a, b);
    expect(sent).toMatchObject({ kind: 'complete', turned: { kind: 'complete' } });
    expect(received).toMatchObject({ kind: 'complete', turned: { kind: 'complete' } });
    expect(await contentOf(a)).toEqual(await contentOf(b));
    expect(await contentOf(a)).toHaveLength(8);
  });

  it.each([
    ['the receiver', { turn: undefined }, {}],
    ['the sender', {}, { turn: undefined }],
  ])('PSP-TURN-1: without %s nobody turns, and the session is as ever', async (_, omit, keep) => {
    const [a, b] = [await storeOf(2), await wardOf(1)];
    const sender = 'turn' in keep ? {} : { turn: takesBack(a) };
    const receiver = 'turn' in omit ? {} : { turn: givesBack(b) };
    const { sent, received } = await runPair(
      senderOptions(a, sender),
      receiverOptions(b, receiver),
    );
    expect(sent.kind).toBe('complete');
    expect(received.kind).toBe('complete');
    expect('turned' in sent || 'turned' in received).toBe(false);
    expect(await contentOf(a)).toHaveLength(2);
    expect(await contentOf(b)).toHaveLength(3);
  });

  it('PSP-TURN-13: a user who declines what comes back has given all the same', async () => {
    const [a, b] = [await storeOf(2), await wardOf(1)];
    const { sent, received } = await runPair(
      senderOptions(a, { turn: { ...takesBack(a), agree: async () => false } }),
      receiverOptions(b, { turn: givesBack(b) }),
    );
    expect(sent).toMatchObject({ kind: 'complete', turned: { kind: 'rejected', by: 'us' } });
    expect(received).toMatchObject({ kind: 'complete', turned: { kind: 'rejected', by: 'peer' } });
    expect(await contentOf(a)).toHaveLength(2);
    expect(await contentOf(b)).toHaveLength(3);
  });

  it('PSP-TURN-9: frames, grease and KeepAlives of both halves share one count', async () => {
    const [a, b] = [await storeOf(9), await wardOf(7)];
    const { sent, received } = await runPair(
      senderOptions(a, { turn: takesBack(a), grease: true }),
      receiverOptions(b, { turn: givesBack(b), grease: true }),
      { fragment: () => [1, 2, 3, 5, 8] },
    );
    expect(sent).toMatchObject({ kind: 'complete', turned: { kind: 'complete' } });
    expect(received).toMatchObject({ kind: 'complete', turned: { kind: 'complete' } });
    expect(await contentOf(a)).toEqual(await contentOf(b));
  });
});

/** What a side says of its halves. */
function told(result: SyncResult): string {
  const second = result.kind === 'complete' ? (result.turned?.kind ?? '-') : '-';
  return `${result.kind}/${second}`;
}

describe('PSP-RESUME-1, PSP-TURN-13: a cut anywhere in two halves, then another session', () => {
  it.each(['aToB', 'bToA'] as const)('of direction %s', async (direction) => {
    const seen = new Set<string>();
    for (let octets = 250; ; octets += 7) {
      const [a, b] = [await storeOf(2), await wardOf(2)];
      const cutAs = octets % 2 === 0 ? 'error' : 'end';
      const cut = await exchange(a, b, { cutAfterOctets: { [direction]: octets }, cutAs });
      const state = `${told(cut.sent)} ${told(cut.received)}`;
      // PSP-DONE-7: whoever has the Receipt knows no more than the one that sent it.
      if (cut.sent.kind === 'complete') expect(cut.received.kind).toBe('complete');
      if (told(cut.received) === 'complete/complete') {
        expect(told(cut.sent)).toBe('complete/complete');
      }
      if (state === 'complete/complete complete/complete') break;
      if (seen.has(state)) continue;
      seen.add(state);
      const again = await exchange(a, b);
      expect([told(again.sent), told(again.received)]).toEqual(Array(2).fill('complete/complete'));
      expect(await contentOf(a)).toEqual(await contentOf(b));
      expect(await contentOf(a)).toHaveLength(4);
    }
    expect(seen.has('interrupted/- interrupted/-')).toBe(true);
    expect([...seen].some((state) => state.startsWith('complete/interrupted'))).toBe(true);
  });
});
