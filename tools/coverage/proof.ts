// What is proven: a sentence whose own mutant was killed by a case in the last recorded run. Says
// what the numbers are; whether they are enough is the business of the gates.
import type { IndexEntry } from './index.ts';
import type { Mutant, MutantResult } from './mutants.ts';

/** How a sentence stands. */
export type Proof =
  /** Each mutant that breaks it was killed. */
  | 'killed'
  /** One of them survived: what it changes goes unnoticed. */
  | 'survived'
  /** One of them has not been run as it is now. */
  | 'not run'
  | 'no mutant';

/** How a sentence stands by the record. */
export function proofOf({ mutants }: IndexEntry, results: readonly MutantResult[]): Proof {
  if (mutants.length === 0) return 'no mutant';
  const own = results.filter(({ name }) => mutants.includes(name));
  if (own.some(({ killed }) => !killed)) return 'survived';
  return own.length < mutants.length ? 'not run' : 'killed';
}

/** How many sentences of a level there are and how each of them stands. */
export interface Count {
  readonly sentences: number;
  readonly cased: number;
  readonly excluded: number;
  readonly open: number;
  /** Of the cased ones. */
  readonly proven: number;
}

/** Counts sentences. */
export function countOf(entries: readonly IndexEntry[], results: readonly MutantResult[]): Count {
  const of = (kind: IndexEntry['observability']['kind']): number =>
    entries.filter(({ observability }) => observability.kind === kind).length;
  return {
    sentences: entries.length,
    cased: of('wire'),
    excluded: of('none'),
    open: of('open'),
    proven: entries.filter(
      (entry) => entry.observability.kind === 'wire' && proofOf(entry, results) === 'killed',
    ).length,
  };
}

/** A share in percent, rounded down to one decimal: 94.96 is not yet 95. Of nothing it is all. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((part / whole) * 1000) / 10;
}

/** Differences between the mutants and the record of their last run. */
export function staleResults(
  mutants: readonly Mutant[],
  results: readonly MutantResult[],
): string[] {
  const rows = new Map(results.map(({ name, row }) => [name, row]));
  const names = new Set(mutants.map(({ name }) => name));
  return [
    ...mutants.flatMap(({ name, digest }) => {
      const row = rows.get(name);
      if (row === digest) return [];
      return [row === undefined ? `${name} was not run` : `${name} has changed since it was run`];
    }),
    ...results.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is gone`),
  ];
}
