// The kit's cases, and which of them the command line asks for. Plays nothing.
import type { Case } from '../cases/case.ts';
import { faultLine, loadCases } from '../cases/load.ts';
import { KitError } from '../fault.ts';
import { matchesPattern } from '../report/known-failing.ts';
import { walkNumber } from '../walks/draw.ts';
import { misuse } from './failure.ts';

/** Options that choose cases. */
export interface CaseOptions {
  readonly only?: readonly string[];
  /** Cases of this draft, and no others; default: those of version 1. */
  readonly draft?: string;
}

let loaded: readonly Case[] | undefined;

/** Every case of version 1. */
export function allCases(): readonly Case[] {
  return everyCase().filter(({ draft }) => draft === undefined);
}

/**
 * Every case of the package, those of drafts too.
 *
 * @throws KitError where a file of cases is broken.
 */
export function everyCase(): readonly Case[] {
  if (loaded !== undefined) return loaded;
  const { cases, faults } = loadCases();
  if (faults.length > 0)
    throw new KitError(`cases are broken:\n${faults.map(faultLine).join('\n')}`);
  loaded = cases;
  return cases;
}

/** Whether a pattern of ids means any case, those of drafts and every walk among them. */
export function isCaseNamed(pattern: string): boolean {
  // Whoever keeps a walk as a known failure may play another number of them.
  if (walkNumber(pattern) !== undefined) return true;
  return everyCase().some(({ id }) => matchesPattern(pattern, id));
}

function matchesCase(pattern: string, { id, family, role, requirements, cell }: Case): boolean {
  const names = [id, family, role, ...requirements, ...(cell === undefined ? [] : [cell])];
  return names.some((name) => matchesPattern(pattern.toLowerCase(), name.toLowerCase()));
}

/**
 * The cases that any `--only` matches: it is an id, family, role, requirement or cell of a state
 * table; `*` stands for any characters.
 *
 * @throws CommandFailure for a pattern that matches nothing: it would prove nothing.
 */
export function chosenCases({ only = [], draft }: CaseOptions): readonly Case[] {
  const cases = everyCase().filter((one) => one.draft === draft);
  if (cases.length === 0) throw misuse(`There is no draft ${draft}.`);
  for (const pattern of only) {
    if (!cases.some((one) => matchesCase(pattern, one))) {
      const next = /[[\]?{}]/.test(pattern) ? onlyStars : nearest(pattern, cases);
      throw misuse(`No case matches ${pattern}.`, next);
    }
  }
  if (only.length === 0) return cases;
  return cases.filter((one) => only.some((pattern) => matchesCase(pattern, one)));
}

const onlyStars =
  'Of the signs in it, * alone stands for others; give --only again for each further case.';

/** Names that a person may have meant. */
function nearest(pattern: string, cases: readonly Case[]): string {
  const wanted = pattern.toLowerCase();
  const names = new Set(
    cases.flatMap(({ id, family, requirements }) => [id, family, ...requirements]),
  );
  const near = [...names].filter((name) => name.toLowerCase().includes(wanted.slice(0, 5)));
  const shown = near.slice(0, 5).join(', ');
  const all = 'See all of them: peersync-conformance list';
  return shown === '' ? all : `Near: ${shown}. ${all}`;
}
