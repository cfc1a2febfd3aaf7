// The last score of general mutation testing, which runs by hand: it takes too long for every
// change. Reads the record, runs nothing.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The last run over one module. */
export interface ModuleScore {
  readonly name: string;
  /** `2026-11-23`: modules run apart, and an old figure is not to look like a new one. */
  readonly date: string;
  readonly mutants: number;
  readonly killed: number;
  readonly survived: number;
  /** Not run, and in none of the other figures: changes to what is made when a file is loaded. */
  readonly left?: number;
}

/** What is recorded; a module that never ran has no figure. */
export interface MutationScore {
  /** What to type for another run. */
  readonly command: string;
  readonly modules: readonly ModuleScore[];
}

/** Where the record lives, from the root of the repository. */
export const scorePath = join('conformance', 'data', 'mutation-score.json');

/** The record; undefined where there is none. */
export function readMutationScore(root: string): MutationScore | undefined {
  const path = join(root, scorePath);
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, 'utf8')) as MutationScore;
}
