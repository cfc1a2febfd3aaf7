// The classification against the golden vectors, which share no code with it.
import { describe, expect, it } from 'vitest';
import type { StoredEntry } from '../store/store.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import type { JsonValue } from '../fhir/json-value.ts';
import { entryOf, goldenVectors, hexOf, octetsOf, titleOf } from '../testing/golden-vectors.ts';
import { encodedEntryHex } from '../testing/plain-fields.ts';
import { Outcome, type SyncPayload } from '../wire/messages.ts';
import { classify, type Classification } from './classification.ts';
import { Ours, Theirs, type ConflictResolutionStrategy } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';

interface Pair {
  readonly ours: string | null;
  readonly our_base_resource: string | null;
  readonly theirs: string;
}

interface Expected {
  readonly relation: string;
  /** The state afterwards, where no strategy is asked. */
  readonly result?: string;
  /** The state afterwards, by strategy. */
  readonly resolved?: { readonly theirs: string; readonly ours: string };
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

/** Field by field: `resource` as JSON, `absorbed` as a set. */
function comparable(payload: SyncPayload): unknown {
  const { resource, absorbed, ...rest } = payload;
  const content: JsonValue | undefined = resource.length === 0 ? undefined : read(resource);
  const ids = absorbed.map((id) => `${id.counter}:${hexOf(id.replicaId)}`).sort();
  return {
    fields: encodedEntryHex({ ...rest, resource: new Uint8Array(), absorbed: [] }),
    content,
    ids,
  };
}

function read(octets: Uint8Array): JsonValue {
  const value = parseLossless(octets);
  if (isEntryFault(value)) throw new Error(value.detail);
  return value;
}

/** The state after the entry was decided about. */
function after(pair: Pair, strategy: ConflictResolutionStrategy): unknown {
  const ours = stored(pair);
  const { write } = decideWith(strategy)(ours, entryOf(pair.theirs));
  const payload = write?.payload ?? ours?.payload;
  return payload && comparable(payload);
}

describe('vectors: classification', () => {
  for (const { vectors } of goldenVectors<Pair, Expected>('classification', 'pair')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const { input } = vector;
      const { relation, result, resolved } = vector.expect;
      const found = classify(stored(input), entryOf(input.theirs));
      expect(relationOf(found)).toBe(relation);
      // The row that decides comes first; in a conflict it is ours to say only that it is one.
      expect(found.row).toBe(relation === 'CONFLICT' ? 'PSP-CLS-11' : vector.requirements[0]);
      expect([result === undefined, resolved === undefined]).toContain(false);
      if (result !== undefined) expect(after(input, Theirs)).toEqual(comparable(entryOf(result)));
      if (resolved === undefined) return;
      expect(after(input, Theirs)).toEqual(comparable(entryOf(resolved.theirs)));
      expect(after(input, Ours)).toEqual(comparable(entryOf(resolved.ours)));
    });
  }
});
