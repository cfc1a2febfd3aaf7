// What every ConflictResolutionStrategy must hold, as a suite that any implementation runs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outcome, type SyncPayload } from '../wire/messages.ts';
import { compareLists, equalOctets, isPrefix } from './change-set.ts';
import type { ConflictResolutionStrategy } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { changeNames, entry, stored, type EntryForm } from './testing/entries.ts';

type Sides = readonly [ours: EntryForm & { readonly baseFamily?: string }, theirs: EntryForm];

const edited: Sides = [
  { base: 'v1', changes: 'a1', baseFamily: 'old' },
  { base: 'v1', changes: 'b1' },
];
const conflicts: readonly Sides[] = [
  edited,
  [
    { base: 'v1', changes: 'a1' },
    { base: 'v1', changes: 'b1 b2' },
  ],
  [{ changes: '+a1' }, { changes: '+b1' }],
  [{ changes: '+a1 a2' }, { changes: '+a1 b1' }],
  [
    { base: 'v1', changes: '-a1', baseFamily: 'old' },
    { base: 'v1', changes: 'b1' },
  ],
  [
    { base: 'v1', changes: 'a1' },
    { base: 'v2', gone: true },
  ],
  [{ base: 'v2' }, { base: 'v1', changes: 'b1' }],
  // S41: one id, two changes.
  [
    { base: 'v1', changes: 'a1=x', baseFamily: 'old' },
    { base: 'v1', changes: 'a1=y' },
  ],
  [{ changes: '+a1 b1=x' }, { changes: '+a1 b1=y b2' }],
  [
    { base: 'v1!', family: 'x' },
    { base: 'v2', family: 'y' },
  ],
];

const conflictOutcomes: readonly Outcome[] = [
  Outcome.CONFLICT_THEIRS,
  Outcome.CONFLICT_OURS,
  Outcome.CONFLICT_MERGED,
  Outcome.CONFLICT_DEFERRED,
];

const whole = (a: SyncPayload, b: SyncPayload): boolean =>
  equalOctets(a.resource, b.resource) && compareLists(a.changes, b.changes) === 'equal';

/** Runs the laws for strategies made by `make`. */
export function strategyLaws(name: string, make: () => ConflictResolutionStrategy): void {
  const sides = fc.constantFrom(...conflicts);

  describe(`${name} obeys the laws of strategies`, () => {
    it('PSP-CLS-22: gives the same decision for the same conflict, whatever came before', () => {
      fc.assert(
        fc.property(fc.array(sides, { minLength: 1, maxLength: 8 }), (sequence) => {
          const used = decideWith(make());
          for (const [ours, theirs] of sequence) {
            const fresh = decideWith(make())(stored(ours), entry(theirs));
            expect(used(stored(ours), entry(theirs))).toEqual(fresh);
          }
        }),
        { seed: 20240504, numRuns: 50 },
      );
    });

    it.each(conflicts)(
      'PSP-CLS-17: never half of one side with half of the other (%#)',
      (...of) => {
        const [ours, theirs] = [stored(of[0]), entry(of[1])];
        const { outcome, write } = decideWith(make())(ours, theirs);
        expect(conflictOutcomes).toContain(outcome);
        const result = write?.payload ?? ours.payload;
        if (outcome === Outcome.CONFLICT_MERGED) {
          // A change that the store has yet to name is in neither list.
          const names = `${changeNames(result)}${write?.synthesised === undefined ? '' : ' +'}`;
          const half = [ours.payload, theirs].filter(
            (side) => equalOctets(side.resource, result.resource) !== (changeNames(side) === names),
          );
          expect(half.length).toBeLessThan(2);
        } else {
          expect(whole(result, outcome === Outcome.CONFLICT_THEIRS ? theirs : ours.payload)).toBe(
            true,
          );
        }
      },
    );

    it.each(conflicts)('PSP-CLS-15: what is not kept is archived (%#)', (...of) => {
      const [ours, theirs] = [stored(of[0]), entry(of[1])];
      const { outcome, archive, write } = decideWith(make())(ours, theirs);
      // A merge that goes on from our list displaces theirs.
      const goesOn =
        write !== undefined && isPrefix(ours.payload.changes, 0, write.payload.changes);
      const displaced =
        outcome === Outcome.CONFLICT_THEIRS || (outcome === Outcome.CONFLICT_MERGED && !goesOn);
      expect(archive?.payload).toBe(displaced ? ours.payload : theirs);
    });

    it('leaves the conflict as it is', () => {
      const [ours, theirs] = [stored(edited[0]), entry(edited[1])];
      decideWith(make())(ours, theirs);
      expect(ours).toEqual(stored(edited[0]));
      expect(theirs).toEqual(entry(edited[1]));
    });
  });
}
