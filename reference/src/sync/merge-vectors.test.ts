// Merging against the golden vectors, which share no code with it.
import { describe, expect, it } from 'vitest';
import { replay } from '../fhir/change-list.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalOutsideServerMeta, type JsonValue } from '../fhir/json-value.ts';
import type { Decision, StoredEntry } from '../store/store.ts';
import { entryOf, goldenVectors, octetsOf, titleOf } from '../testing/golden-vectors.ts';
import { ChangeType, Outcome } from '../wire/messages.ts';
import { customStrategy, type Conflict } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { mergeObstacle } from './merge-obstacle.ts';
import { mergeOr, partedOf } from './merge.ts';

interface Sides {
  readonly ours: string;
  /** The content of the base of both; null: there is none, or it is not known. */
  readonly base_resource: string | null;
  readonly theirs: string;
}

interface Merged {
  readonly resolution: 'merged' | 'theirs' | 'ours';
  readonly content: string;
}

function stored({ ours, base_resource: base }: Sides): StoredEntry {
  const baseResource = base === null ? undefined : octetsOf(base);
  return { payload: entryOf(ours), baseResource, sequence: 1n, origin: undefined };
}

function read(octets: Uint8Array): JsonValue {
  const value = parseLossless(octets);
  if (isEntryFault(value)) throw new Error(value.detail);
  return value;
}

/** Decides with a merge, and catches what falls through it. */
function decided(sides: Sides): { decision: Decision; fallen: Conflict | undefined } {
  let fallen: Conflict | undefined;
  const fallback = customStrategy('fall-back', (conflict) => {
    fallen = conflict;
    return 'defer';
  });
  const decision = decideWith(mergeOr(fallback))(stored(sides), entryOf(sides.theirs));
  return { decision, fallen };
}

const outcomes = {
  merged: Outcome.CONFLICT_MERGED,
  theirs: Outcome.CONFLICT_THEIRS,
  ours: Outcome.CONFLICT_OURS,
};

function obstacleOf(conflict: Conflict): string {
  const { kind } = mergeObstacle(conflict, partedOf(conflict));
  return kind.toUpperCase().replace('-', '_');
}

describe('vectors: merge', () => {
  for (const { vectors } of goldenVectors<Sides, Merged>('merge', 'three-way')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const { decision, fallen } = decided(vector.input);
      if (vector.result === 'invalid') {
        expect(fallen && obstacleOf(fallen)).toBe(vector.error);
        return;
      }
      expect(fallen).toBeUndefined();
      const { resolution, content } = vector.expect;
      const [ours, theirs] = [entryOf(vector.input.ours), entryOf(vector.input.theirs)];
      expect(decision.outcome).toBe(outcomes[resolution]);
      const after = decision.write?.payload ?? ours;
      expect(equalOutsideServerMeta(read(after.resource), read(octetsOf(content)))).toBe(true);
      expect(after.base).toEqual(theirs.base);
      expect(after.changes).toEqual((resolution === 'ours' ? ours : theirs).changes);
      expect(decision.archive?.payload).toEqual(resolution === 'ours' ? theirs : ours);
      // PSP-CLS-20: what is on top leads from their content to the merged one.
      const added = decision.write?.synthesised ?? [];
      expect(added.map(({ type }) => type)).toEqual(
        resolution === 'merged' ? [ChangeType.UPDATE] : [],
      );
      const reached = replay(added, read((resolution === 'ours' ? ours : theirs).resource));
      if (reached === undefined || isEntryFault(reached)) throw new Error('it does not apply');
      expect(equalOutsideServerMeta(reached, read(octetsOf(content)))).toBe(true);
    });
  }
});
