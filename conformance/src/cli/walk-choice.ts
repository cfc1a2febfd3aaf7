// Which cases a run plays, and whether walks are among them: in the full profile, unless the
// command line asks for something else. It draws none.
import type { Case } from '../cases/case.ts';
import { matchesPattern } from '../report/known-failing.ts';
import { walkFamily } from '../walks/walk-case.ts';
import { chosenCases, type CaseOptions } from './case-choice.ts';

/** Walks of a run; `walk` plays as many as one likes. */
export const walksOfRun = 40;

/** What a run plays. */
export interface RunChoice {
  readonly cases: readonly Case[];
  readonly hasWalks: boolean;
}

const isOfWalks = (pattern: string): boolean =>
  matchesPattern(pattern.toLowerCase(), walkFamily) && !/^\**$/.test(pattern);

/**
 * The cases that the options choose, and the walks: all of them with `--only walk`.
 *
 * @throws CommandFailure for a pattern that matches nothing.
 */
export function casesAndWalks(options: CaseOptions & { readonly profile?: string }): RunChoice {
  const { only = [], profile, draft } = options;
  if (draft !== undefined) return { cases: chosenCases({ only, draft }), hasWalks: false };
  const others = only.filter((pattern) => !isOfWalks(pattern));
  const asksForWalks = others.length < only.length;
  const cases = asksForWalks && others.length === 0 ? [] : chosenCases({ only: others });
  const isWhole = profile === 'full' && only.length === 0;
  return { cases, hasWalks: isWhole || asksForWalks };
}
