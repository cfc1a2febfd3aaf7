// Squashing against the golden vectors, which share no code with it.
import { describe, expect, it } from 'vitest';
import { goldenVectors, octetsOf, titleOf } from '../testing/golden-vectors.ts';
import { ChangeType } from '../wire/messages.ts';
import {
  replay,
  squashByConcatenation,
  squashByDiff,
  type Change,
  type Content,
  type Squashed,
} from './change-list.ts';
import { isEntryFault, type EntryFault } from './entry-fault.ts';
import { parseLossless, stringifyLossless } from './json-text.ts';
import { equalOutsideServerMeta } from './json-value.ts';
import { encodePatch } from './patch.ts';

interface Given {
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE';
  readonly payload: string;
}

interface Candidate {
  /** What the list was made for; null: nothing. */
  readonly content: string | null;
  readonly changes: readonly Given[];
  /** One change; null: none. */
  readonly candidate: Given | null;
}

const changeOf = ({ type, payload }: Given): Change => ({
  type: ChangeType[type],
  payload: octetsOf(payload),
});

function contentOf(hex: string | null): Content {
  if (hex === null) return undefined;
  const value = parseLossless(octetsOf(hex));
  if (isEntryFault(value)) throw new Error(value.detail);
  return value;
}

function isSame(one: Content | EntryFault, other: Content | EntryFault): boolean {
  if (isEntryFault(one) || isEntryFault(other)) return false;
  if (one === undefined || other === undefined) return one === other;
  return equalOutsideServerMeta(one, other);
}

/** What was squashed, as a list of one change or of none. */
function changesOf(squashed: Squashed | EntryFault): Change[] {
  if (isEntryFault(squashed)) throw new Error(squashed.detail);
  switch (squashed.kind) {
    case 'nothing':
      return [];
    case 'insert':
      return [{ type: ChangeType.INSERT, payload: stringifyLossless(squashed.resource) }];
    case 'update':
      return [{ type: ChangeType.UPDATE, payload: encodePatch(squashed.operations) }];
    case 'delete':
      return [{ type: ChangeType.DELETE, payload: new Uint8Array() }];
  }
}

describe('vectors: squash', () => {
  for (const { vectors } of goldenVectors<Candidate, string | null>('squash', 'candidate')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const { content, changes, candidate } = vector.input;
      const [start, list] = [contentOf(content), changes.map(changeOf)];
      const end = replay(list, start);
      expect(isEntryFault(end)).toBe(false);
      const reached = replay(candidate === null ? [] : [changeOf(candidate)], start);
      expect(isSame(reached, end)).toBe(vector.result === 'valid');
      if (vector.result === 'valid') expect(isSame(end, contentOf(vector.expect))).toBe(true);
      // Ours stand for the list too.
      for (const squashed of [squashByConcatenation(list), squashByDiff(list, start)]) {
        expect(isSame(replay(changesOf(squashed), start), end)).toBe(true);
      }
    });
  }
});
