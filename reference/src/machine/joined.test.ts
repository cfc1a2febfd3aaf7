// Both machines together, searched exhaustively in small worlds.
import { describe, expect, it } from 'vitest';
import { edgesOf, startWorld } from './testing/joined-world.ts';
import type { World, WorldOptions } from './testing/joined-world.ts';

const base: WorldOptions = {
  sizes: [10n, 30n, 10n],
  window: { payloads: 2, octets: 25n },
  holds: false,
  capacity: 1,
  cancels: false,
  cuts: false,
  keepAlives: 0,
  readsWhileBlocked: true,
};

interface Found {
  readonly worlds: number;
  readonly phases: ReadonlySet<string>;
  /** Worlds from which nothing leads on although a side is still open. */
  readonly stuck: readonly World[];
  readonly ends: readonly World[];
  /** The longest path, in steps. */
  readonly longest: number;
}

const keyOf = (world: World): string =>
  JSON.stringify(world, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));

/** Walks every path; throws when one never ends, and at any world that `check` refuses. */
function search(options: WorldOptions, check: (world: World) => void): Found {
  const longestFrom = new Map<string, number>();
  const onPath = new Set<string>();
  const phases = new Set<string>();
  const stuck: World[] = [];
  const ends: World[] = [];
  const visit = (world: World): number => {
    const key = keyOf(world);
    const known = longestFrom.get(key);
    if (known !== undefined) return known;
    if (onPath.has(key)) throw new Error('a path of both machines never ends');
    onPath.add(key);
    check(world);
    phases.add(`sender ${world.sender.phase}`).add(`receiver ${world.receiver.phase}`);
    const edges = edgesOf(world, options);
    const closed = world.sender.phase === 'CLOSED' && world.receiver.phase === 'CLOSED';
    if (closed) ends.push(world);
    else if (edges.every(({ forced }) => forced)) stuck.push(world);
    const longest = edges.reduce((steps, { to }) => Math.max(steps, 1 + visit(to)), 0);
    onPath.delete(key);
    longestFrom.set(key, longest);
    return longest;
  };
  const longest = visit(startWorld());
  return { worlds: longestFrom.size, phases, stuck, ends, longest };
}

const endingOf = (state: World['sender'] | World['receiver']): string =>
  'ending' in state ? state.ending.kind : 'open';

/** What holds in every world, however the search goes. */
function invariants(options: WorldOptions) {
  return (world: World): void => {
    const { sender, receiver, durable } = world;
    if ('window' in sender && sender.window.acknowledged > BigInt(durable)) {
      throw new Error('acknowledged and not durable');
    }
    for (const state of [sender, receiver]) {
      if (endingOf(state) === 'complete' && durable !== options.sizes.length) {
        throw new Error('complete and not everything durable');
      }
      if ('ending' in state && 'requirement' in state.ending) {
        throw new Error(`honest endpoints accused each other: ${state.ending.detail}`);
      }
    }
  };
}

const deep = [
  'sender PREPARING',
  'sender SENDING',
  'sender AWAIT_RECEIPT',
  'sender CLOSING',
  'receiver DECIDING',
  'receiver RECEIVING',
  'receiver FINISHING',
  'receiver CLOSING',
];

describe('PSP-STATE-1 both machines joined', () => {
  it('PSP-STATE-3 PSP-DONE-7 undisturbed, every path ends complete on both sides', () => {
    for (const capacity of [1, 2]) {
      for (const holds of [false, true]) {
        for (const payloads of [1, 2]) {
          const window = { payloads, octets: 25n };
          const options = { ...base, capacity, holds, window, keepAlives: 1 };
          const found = search(options, invariants(options));
          expect(found.stuck).toEqual([]);
          expect(found.ends.length).toBeGreaterThan(0);
          for (const world of found.ends) {
            expect([endingOf(world.sender), endingOf(world.receiver)]).toEqual([
              'complete',
              'complete',
            ]);
          }
          expect([...found.phases]).toEqual(expect.arrayContaining(deep));
          expect(found.longest).toBeLessThan(120);
          expect(found.worlds).toBeGreaterThan(500);
        }
      }
    }
  });

  it('PSP-DONE-2 an empty session completes although the user decides after Complete', () => {
    const options = { ...base, sizes: [], holds: true };
    const found = search(options, invariants(options));
    expect(found.stuck).toEqual([]);
    expect(found.phases).toContain('receiver DECIDING_AT_END');
    expect(found.ends.map(({ receiver }) => endingOf(receiver))).toContain('complete');
  });

  it('PSP-DONE-9 PSP-ABORT-1 cut or cancelled anywhere, nobody hangs or claims too much', () => {
    const options = { ...base, sizes: [10n, 30n], cancels: true, cuts: true };
    const found = search(options, invariants(options));
    expect(found.stuck).toEqual([]);
    expect([...found.phases]).toEqual(expect.arrayContaining(deep));
    const pairOf = ({ sender, receiver }: World): string =>
      `${endingOf(sender)} ${endingOf(receiver)}`;
    const pairs = new Set(found.ends.map(pairOf));
    expect([...pairs]).toEqual(
      expect.arrayContaining([
        'complete complete',
        'interrupted interrupted',
        'interrupted complete',
        'cancelled cancelled',
        'rejected rejected',
      ]),
    );
    // Only the receiver can know more: a Receipt lost on its way.
    expect([...pairs].filter((pair) => /^complete (?!complete)/.test(pair))).toEqual([]);
    expect(found.longest).toBeLessThan(120);
    expect(found.worlds).toBeGreaterThan(5_000);
  });

  it('PSP-STATE-3 who does not read while blocked deadlocks, and the search finds it', () => {
    const options = { ...base, keepAlives: 1, readsWhileBlocked: false };
    expect(search(options, invariants(options)).stuck.length).toBeGreaterThan(0);
  });
});
