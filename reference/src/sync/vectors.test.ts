// The classification against the golden vectors, which share no code with it.
import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../store/store.ts';
import { entryOf, goldenVectors, hexOf, octetsOf, titleOf } from '../testing/golden-vectors.ts';
import { encodedEntryHex } from '../testing/plain-fields.ts';
import { Outcome, type SyncPayload } from '../wire/messages.ts';
import { classify, type Classification } from './classification.ts';
import { decideWith } from './decide.ts';
import { Ours } from './conflict-resolution.ts';

interface Pair {
  readonly ours: string | null;
  readonly our_base_resource: string | null;
  readonly theirs: string;
}

function stored({ ours, our_base_resource: base }: Pair): StoredEntry | undefined {
  if (ours === null) return undefined;
  return {
    payload: entryOf(ours),
    baseResource: base === null ? undefined : octetsOf(base),
    sequence: 1n,
    origin: undefined,
  };
}

function relationOf(found: Classification): string {
  if (found.kind === 'conflict') return 'CONFLICT';
  if (found.kind === 'rebase') return 'REBASED';
  return Object.entries(Outcome).find(([, value]) => value === found.outcome)?.[0] ?? '';
}

/** The state after the entry was decided about, as octets. */
function after(ours: StoredEntry | undefined, theirs: SyncPayload): string {
  const { write } = decideWith(Ours)(ours, theirs);
  return write === undefined ? 'nothing written' : encodedEntryHex(write.payload);
}

describe('vectors: classification', () => {
  for (const { vectors } of goldenVectors<Pair, { relation: string; result?: string }>(
    'classification',
    'pair',
  )) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const ours = stored(vector.input);
      const theirs = entryOf(vector.input.theirs);
      const { relation, result } = vector.expect;
      expect(relationOf(classify(ours, theirs))).toBe(relation);
      if (result !== undefined) expect(after(ours, theirs)).toBe(result);
      if (relation === 'STORED') expect(after(ours, theirs)).toBe(vector.input.theirs);
      if (relation === 'STALE') expect(after(ours, theirs)).toBe('nothing written');
      expect(hexOf(theirs.resource)).toBe(hexOf(entryOf(vector.input.theirs).resource));
    });
  }
});
