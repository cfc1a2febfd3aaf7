import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outcome } from '../wire/messages.ts';
import { equalIds } from './change-set.ts';
import { classify } from './classification.ts';
import { shown } from './testing/classified.ts';
import type { change } from './testing/entries.ts';
import { entry, stored, type EntryForm } from './testing/entries.ts';

describe('classification as a whole', () => {
  const base = fc.constantFrom(undefined, 'v1', 'v2', 'v3', 'v3!');
  const ids = fc.uniqueArray(fc.constantFrom('a1', 'a2', 'b1', 'b2'), { maxLength: 4 });
  const form = fc
    .record({ base, changes: ids, absorbed: ids, prefix: fc.boolean() })
    .map(({ base: on, changes, absorbed, prefix }): EntryForm => {
      // Half of the lists share a beginning, as real ones do.
      const list = prefix ? ['a1', ...changes.filter((name) => name !== 'a1')] : changes;
      const free = absorbed.filter((name) => on !== undefined && !list.includes(name));
      const fixed = { changes: list.join(' '), absorbed: free.join(' '), family: 'x' };
      return on === undefined ? fixed : { ...fixed, base: on };
    });
  const mirror: Record<string, string[]> = {
    store: ['keep'],
    keep: ['store', 'keep'],
    conflict: ['conflict', 'rebase'],
    rebase: ['conflict'],
  };

  it('PSP-CLS-11: loses no change silently, and both sides agree on who contains whom', () => {
    const reached = new Map<string, number>();
    fc.assert(
      fc.property(form, form, fc.boolean(), (one, two, known) => {
        const family = known ? { baseFamily: 'x' } : {};
        const ours = stored({ ...one, ...family });
        const theirs = entry(two);
        const found = classify(ours, theirs);
        reached.set(found.row, (reached.get(found.row) ?? 0) + 1);
        const has = (side: typeof theirs, name: ReturnType<typeof change>): boolean =>
          [...side.changes.map(({ id }) => id!), ...side.absorbed].some((id) =>
            equalIds(id, name.id!),
          );
        if (found.kind === 'store') {
          expect(ours.payload.changes.every((name) => has(theirs, name))).toBe(true);
        }
        if (found.kind === 'keep') {
          expect(theirs.changes.every((name) => has(ours.payload, name))).toBe(true);
        }
        const back = classify(stored({ ...two, ...family }), ours.payload);
        expect(mirror[found.kind]).toContain(back.kind);
        if (found.kind === 'keep' && found.outcome === Outcome.DUPLICATE) {
          expect(back).toEqual(found);
        }
      }),
      { seed: 20240502, numRuns: 8_000 },
    );
    for (const row of [3, 4, 5, 6, 7, 8, 9, 10, 11]) {
      expect(reached.get(`PSP-CLS-${row}`), `row ${row}`).toBeGreaterThan(10);
    }
  });

  it('PSP-RESUME-7: what was stored is a duplicate when it comes again', () => {
    fc.assert(
      fc.property(form, (one) => {
        const again = classify(stored(one), entry(one));
        expect(shown(again)).toBe('DUPLICATE, ours, by PSP-CLS-3');
      }),
      { seed: 20240503, numRuns: 200 },
    );
  });
});
