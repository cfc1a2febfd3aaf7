// The faulty testees as their files name them, and what their last recorded run said. Starts none.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../../conformance/src/cases/case.ts';
import { faultLine } from '../../conformance/src/cases/load.ts';
import { loadMutants } from '../../conformance/src/mutants/mutant-file.ts';
import type { MutantRecord } from '../../conformance/src/mutants/mutant-report.ts';

/** A mutant, as far as the index needs it. */
export interface Mutant {
  readonly name: string;
  /** Id of the sentence that it breaks. */
  readonly breaks: string;
  /** Of its row. */
  readonly digest: string;
  readonly kills: readonly unknown[];
}

/** What the last recorded run said of one mutant. */
export type MutantResult = MutantRecord['mutants'][number];

/** Where the record lives, from the root of the repository. */
export const resultsPath = join('conformance', 'data', 'mutant-results.json');

/** Every mutant of `reference/mutants`, and what is wrong with their files. */
export function readMutants(
  root: string,
  cases: readonly Case[],
): { mutants: readonly Mutant[]; faults: string[] } {
  const folder = join(root, 'reference', 'mutants');
  if (!existsSync(folder)) return { mutants: [], faults: [] };
  const { mutants, faults } = loadMutants(folder, cases);
  return { mutants, faults: faults.map((fault) => `reference/mutants/${faultLine(fault)}`) };
}

/** The record of the last run; empty where there is none. */
export function readMutantResults(root: string): readonly MutantResult[] {
  const path = join(root, resultsPath);
  if (!existsSync(path)) return [];
  return (JSON.parse(readFileSync(path, 'utf8')) as MutantRecord).mutants;
}
