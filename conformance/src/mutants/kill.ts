// Whether a case found a mutant, for the stated reason. Only what the case says counts: a testee
// that crashes or hangs shows nothing about the sentence.
import { requirementOf } from '../cases/requirements.ts';
import type { CaseResult, Problem } from '../run/verdict.ts';
import type { Citation, Mutant } from './mutant.ts';

function wordsOf({ part, requirement, level, detail }: Problem): string {
  const about = requirement === undefined ? part : `${part}, ${requirement}`;
  return `${level === 'SHOULD' ? 'warning' : 'problem'} (${about}): ${detail}`;
}

/** Every problem of a result in words, and why nothing was played where nothing was. */
export function foundIn({ problems, why }: CaseResult): string[] {
  return [...(why === undefined ? [] : [why]), ...problems.map(wordsOf)];
}

/**
 * What a store should have refused may be beyond the form of a dump: then that it took it was told
 * before, in the session, and the testee lives.
 */
const isOfDump = ({ detail }: Problem): boolean =>
  detail.startsWith('The answer to dump is not valid.');

/** Why a result is no kill; undefined where it is one. */
export function missOf(
  { breaks }: Pick<Mutant, 'breaks'>,
  { says }: Pick<Citation, 'says'>,
  { verdict, problems, why }: CaseResult,
): string | undefined {
  const isSoft = requirementOf(breaks)?.level.startsWith('MUST') !== true;
  if (verdict === 'pass') return 'it passes: nothing was found wrong';
  if (verdict === 'warn' && !isSoft) return 'it warns only, of a MUST';
  if (verdict !== 'fail' && verdict !== 'warn') {
    return why === undefined ? `verdict ${verdict}` : `verdict ${verdict}: ${why}`;
  }
  if (problems.some((problem) => problem.part === 'control' && !isOfDump(problem))) {
    return 'the testee ended, hung or broke the control protocol: that is no finding';
  }
  const isNamed = problems.some(({ requirement, part, detail }) => {
    if (part === 'kit' || part === 'control') return false;
    return says === undefined ? requirement === breaks : detail.includes(says);
  });
  if (isNamed) return undefined;
  return says === undefined
    ? `it fails, and no problem names ${breaks}`
    : `it fails, and no problem says "${says}"`;
}
