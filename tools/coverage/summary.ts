// The numbers of the coverage: by level and by role. They are counted here once, for the page, the
// JSON and the terminal.
import type { Level } from '../spec/requirements.ts';
import type { IndexEntry } from './index.ts';
import type { MutantResult } from './mutants.ts';
import { countOf, percent } from './proof.ts';
import type { Count } from './proof.ts';

/** The levels in order of weight. */
export const levels: readonly Level[] = ['MUST', 'MUST NOT', 'SHOULD', 'SHOULD NOT', 'MAY'];

/** A count with the name of what was counted. */
export interface NamedCount extends Count {
  readonly name: string;
}

/** The counts by level; levels that no sentence has are left out. */
export function countsByLevel(
  index: readonly IndexEntry[],
  results: readonly MutantResult[],
): NamedCount[] {
  return levels.flatMap((name) => {
    const own = index.filter(({ level }) => level === name);
    return own.length === 0 ? [] : [{ name, ...countOf(own, results) }];
  });
}

/** The counts by role, in order of name. */
export function countsByRole(
  index: readonly IndexEntry[],
  results: readonly MutantResult[],
): NamedCount[] {
  const roles = [...new Set(index.map(({ role }) => role))].sort();
  return roles.map((name) => {
    const own = index.filter(({ role }) => role === name);
    return { name, ...countOf(own, results) };
  });
}

/** A count as one line for a terminal. */
export function countLine({ name, sentences, cased, excluded, open, proven }: NamedCount): string {
  const share = cased === 0 ? '' : ` (${percent(proven, cased)} % of those with a case)`;
  return (
    `${name.padEnd(10)} ${String(sentences).padStart(4)} sentences, ${cased} with a case, ` +
    `${excluded} excluded, ${open} open; ${proven} proven${share}`
  );
}
