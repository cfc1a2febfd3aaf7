import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outcome, type LocalChange, type SyncPayload } from '../wire/messages.ts';
import { equalIds, isSameChange } from './change-set.ts';
import { classify, type Classification } from './classification.ts';
import { Defer, Ours, Theirs } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { mergeOr } from './merge.ts';
import { entryOfSide, pairs, storedSide, type Pair } from './testing/pairs.ts';
import { rowOf } from './testing/table-rows.ts';

const settings = { seed: 20240502, numRuns: 12_000 };

function outcomeOf(found: Classification): string {
  if (found.kind === 'conflict') return 'CONFLICT';
  const outcome = found.kind === 'rebase' ? Outcome.REBASED : found.outcome;
  return Object.entries(Outcome).find(([, value]) => value === outcome)?.[0] ?? '';
}

const classified = ({ ours, theirs, known }: Pair): Classification =>
  classify(storedSide(ours, known), entryOfSide(theirs));

/** The other device receives what ours holds. */
const turned = ({ ours, theirs }: Pair): Pair => ({ ours: theirs, theirs: ours, known: true });

function counter(): { add: (name: string) => void; of: (name: string) => number } {
  const counts = new Map<string, number>();
  return {
    add: (name) => counts.set(name, (counts.get(name) ?? 0) + 1),
    of: (name) => counts.get(name) ?? 0,
  };
}

describe('classification as a whole', () => {
  it('PSP-CLS-1: is the first row of the table that holds, and there always is one', () => {
    const reached = counter();
    fc.assert(
      fc.property(pairs, (pair) => {
        const found = classified(pair);
        const { row, outcome } = rowOf(pair);
        expect([found.row, outcomeOf(found)]).toEqual([row, outcome]);
        reached.add(row);
        if (found.kind === 'conflict') reached.add(found.reason);
      }),
      settings,
    );
    for (const row of [3, 4, 5, 6, 7, 8, 9, 10, 11, 25]) {
      expect(reached.of(`PSP-CLS-${row}`), `row ${row}`).toBeGreaterThan(50);
    }
    const reasons = ['concurrent-changes', 'delete-against-edit', 'server-moved', 'two-creations'];
    for (const reason of [...reasons, 'order-unknown', 'copied-store']) {
      expect(reached.of(reason), reason).toBeGreaterThan(20);
    }
  });

  it('PSP-CLS-11: both devices agree on who contains whom', () => {
    const mirror: Readonly<Record<string, string>> = {
      'PSP-CLS-3': 'PSP-CLS-3 DUPLICATE',
      'PSP-CLS-4 FAST_FORWARDED': 'PSP-CLS-4 STALE',
      'PSP-CLS-4 STALE': 'PSP-CLS-4 FAST_FORWARDED',
      'PSP-CLS-7 FAST_FORWARDED': 'PSP-CLS-7 STALE',
      'PSP-CLS-7 STALE': 'PSP-CLS-7 FAST_FORWARDED',
      'PSP-CLS-5': 'PSP-CLS-6 STALE',
      'PSP-CLS-6': 'PSP-CLS-5 FAST_FORWARDED',
      'PSP-CLS-8': 'PSP-CLS-9 STALE',
      'PSP-CLS-9': 'PSP-CLS-8 FAST_FORWARDED',
    };
    const reached = counter();
    fc.assert(
      fc.property(pairs, (pair) => {
        const [found, back] = [classified(pair), classified(turned(pair))];
        const other = `${back.row} ${outcomeOf(back)}`;
        reached.add(`${found.kind}, ${back.kind}`);
        if (found.kind === 'conflict') {
          // A rebase is the privilege of the side that has the content; the other asks.
          expect(['conflict', 'rebase']).toContain(back.kind);
          if (back.kind === 'conflict') expect(back.reason).toBe(found.reason);
        } else if (found.kind === 'rebase') {
          // PSP-CLS-10 and PSP-CLS-25 are each other's mirror where an entry shows all its changes
          // were made for and the other side has changed nothing.
          const [older, newer] =
            found.onto === 'theirs' ? [pair.ours, pair.theirs] : [pair.theirs, pair.ours];
          const isMirrored = older.base === undefined && newer.changes.length === 0;
          expect(back.kind).toBe(isMirrored ? 'rebase' : 'conflict');
          if (back.kind === 'rebase') expect(back.result.changes).toEqual(found.result.changes);
        } else {
          expect(other).toBe(mirror[`${found.row} ${outcomeOf(found)}`] ?? mirror[found.row]);
        }
      }),
      settings,
    );
    for (const both of ['rebase, rebase', 'rebase, conflict', 'conflict, conflict']) {
      expect(reached.of(both), both).toBeGreaterThan(20);
    }
  });

  it('PSP-RESUME-7: what was taken is only known when it comes again', () => {
    fc.assert(
      fc.property(pairs, ({ ours, theirs, known }) => {
        const [state, received] = [storedSide(ours, known), entryOfSide(theirs)];
        if (classify(state, received).kind === 'conflict') return;
        const { outcome, write } = decideWith(Ours)(state, received);
        if (outcome === Outcome.REFUSED || write === undefined) return;
        const { payload, baseResource } = write;
        const again = decideWith(Ours)({ ...state, payload, baseResource }, received);
        expect([Outcome.DUPLICATE, Outcome.STALE]).toContain(again.outcome);
        expect(again.write).toBeUndefined();
      }),
      settings,
    );
  });
});

describe('every change is accounted for', () => {
  const lists = (state: SyncPayload | undefined, change: LocalChange): boolean =>
    state?.changes.some((other) => isSameChange(other, change)) === true;
  const absorbs = (state: SyncPayload | undefined, { id }: LocalChange): boolean =>
    state?.absorbed.some((other) => id !== undefined && equalIds(other, id)) === true;

  it.each([Theirs, Ours, Defer, mergeOr(Theirs), mergeOr(Defer)])(
    'PSP-CLS-15: kept, inside a server version, or in the archive: $name',
    (strategy) => {
      const reached = counter();
      fc.assert(
        fc.property(pairs, ({ ours, theirs, known }) => {
          const [state, received] = [storedSide(ours, known), entryOfSide(theirs)];
          const { outcome, write, archive } = decideWith(strategy)(state, received);
          reached.add(String(outcome));
          const places = [write?.payload ?? state.payload, archive?.payload];
          const isKept = (change: LocalChange): boolean =>
            places.some((place) => lists(place, change) || absorbs(place, change));
          expect(state.payload.changes.filter((change) => !isKept(change))).toEqual([]);
          // What is refused is reported as such and was never taken.
          if (outcome === Outcome.REFUSED) return;
          expect(received.changes.filter((change) => !isKept(change))).toEqual([]);
        }),
        settings,
      );
      const conflicts = [Outcome.CONFLICT_THEIRS, Outcome.CONFLICT_OURS, Outcome.CONFLICT_DEFERRED];
      const found = conflicts.reduce((sum, outcome) => sum + reached.of(String(outcome)), 0);
      expect(found).toBeGreaterThan(1_000);
      expect(reached.of(String(Outcome.REFUSED))).toBeLessThan(100);
    },
  );
});
