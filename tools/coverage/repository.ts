// Reads everything that the coverage is made of, and makes the files that are written from it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { faultLine, loadCases } from '../../conformance/src/cases/load.ts';
import { readExclusions } from '../../conformance/src/cli/coverage-command.ts';
import type { Exclusion } from '../../conformance/src/cli/coverage-command.ts';
import { kitData } from '../kit-data.ts';
import { readCells } from './cells.ts';
import * as gates from './gates.ts';
import type { Thresholds } from './gates.ts';
import { draftIndexPath, indexPath, requirementIndex } from './index.ts';
import type { IndexEntry } from './index.ts';
import { readMutantResults, readMutants } from './mutants.ts';
import type { Mutant } from './mutants.ts';
import { readMutationScore } from './mutation-score.ts';
import { coverageData, coveragePage } from './page.ts';
import type { Coverage } from './page.ts';
import { readVectorIds } from './vectors.ts';

/** The coverage with what only the gates ask for. */
export interface Repository extends Coverage {
  readonly root: string;
  /** The sentences of drafts, which no gate looks at. */
  readonly draftIndex: readonly IndexEntry[];
  readonly exclusions: Readonly<Record<string, Exclusion>>;
  readonly mutants: readonly Mutant[];
  readonly mutantFaults: readonly string[];
  readonly thresholds: Thresholds;
}

/**
 * Reads the repository.
 *
 * @throws Error where a file of cases is broken, with the faults.
 */
export function readRepository(root: string): Repository {
  const { cases, untestableCells, faults } = loadCases();
  if (faults.length > 0) throw new Error(`cases are broken:\n${faults.map(faultLine).join('\n')}`);
  const exclusions = readExclusions();
  const { mutants, faults: mutantFaults } = readMutants(root, cases);
  const thresholds = readFileSync(join(import.meta.dirname, 'thresholds.json'), 'utf8');
  const vectors = readVectorIds(root);
  const sources = { root, cases, exclusions, vectors, mutants };
  return {
    root,
    exclusions,
    mutants,
    mutantFaults,
    thresholds: JSON.parse(thresholds) as Thresholds,
    index: requirementIndex(sources),
    draftIndex: requirementIndex(sources, true),
    results: readMutantResults(root),
    cells: readCells(root, cases, untestableCells),
    score: readMutationScore(root),
  };
}

async function jsonText(root: string, path: string, value: unknown): Promise<string> {
  const filepath = join(root, path);
  const options = { ...(await resolveConfig(filepath)), filepath };
  return format(JSON.stringify(value), options);
}

/** What each generated file has to hold, by its path in the repository. */
export async function generatedFiles(repository: Repository): Promise<Map<string, string>> {
  const { root, index, draftIndex } = repository;
  const data = join('conformance', 'coverage.json');
  return new Map([
    ...(await kitData(root)),
    [indexPath, await jsonText(root, indexPath, index)],
    [draftIndexPath, await jsonText(root, draftIndexPath, draftIndex)],
    [join('conformance', 'COVERAGE.md'), coveragePage(repository)],
    [data, await jsonText(root, data, coverageData(repository))],
  ]);
}

/** Generated files that are not as they should be. */
export async function staleFiles(repository: Repository): Promise<string[]> {
  const files = [...(await generatedFiles(repository))];
  const stale = files.filter(([path, text]) => {
    const full = join(repository.root, path);
    return !existsSync(full) || readFileSync(full, 'utf8') !== text;
  });
  return stale.map(([path]) => `${path} is not what its sources give; run: npm run coverage`);
}

/** What every gate has to say; empty where all are satisfied. */
export function gateFaults(repository: Repository): string[] {
  const { index, exclusions, results, thresholds, mutants, mutantFaults, cells } = repository;
  return [
    ...gates.openSentences(index),
    ...gates.staleExclusions(index, exclusions),
    ...gates.openCells(cells),
    ...mutantFaults,
    ...gates.brokenMutants(mutants, results),
    ...gates.tooFewProven(index, results, thresholds),
    ...gates.slackThreshold(index, results, thresholds),
  ];
}
