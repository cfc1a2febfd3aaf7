// The FHIR layer against the golden vectors, which share no code with it.
import { describe, expect, it } from 'vitest';
import { entryOf, goldenVectors, titleOf } from '../testing/golden-vectors.ts';
import { ErrorCode } from '../wire/messages.ts';
import { checkEntry } from './entry-check.ts';
import { compareInstants, parseInstant } from './instant.ts';

describe('vectors: entries', () => {
  for (const { vectors } of goldenVectors<string, string>('entry', 'sync-payload')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const fault = checkEntry(entryOf(vector.input));
      if (vector.result === 'valid') expect(fault).toBeUndefined();
      else expect(fault).toMatchObject({ code: ErrorCode[vector.error as keyof typeof ErrorCode] });
    });
  }
});

describe('vectors: instants', () => {
  type Pair = { readonly left: string; readonly right: string };
  for (const { vectors } of goldenVectors<Pair, number>('instant', 'compare')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const { left, right } = vector.input;
      if (vector.result === 'valid') {
        expect(compareInstants(left, right)).toBe(vector.expect);
        expect(compareInstants(right, left)).toBe(vector.expect === 0 ? 0 : -vector.expect);
      } else {
        expect(parseInstant(left)).toBeUndefined();
        expect(compareInstants(left, right)).toBeUndefined();
      }
    });
  }
});
