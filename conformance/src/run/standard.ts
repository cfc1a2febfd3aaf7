// What a script is judged by, and two short views that every part of the judgement takes.
import type { Answers } from '../control/values.ts';
import type { Case, Script } from '../cases/case.ts';
import type { PlayedSession } from './attempt.ts';
import type { Problem } from './verdict.ts';

/** What a script is judged by. */
export type Standard = Pick<
  Case,
  | 'requirements'
  | 'level'
  | 'breaks'
  | 'expectation'
  | 'results'
  | 'store'
  | 'changedStep'
  | 'outcomes'
  | 'sends'
  | 'tells'
  | 'differs'
  | 'conceals'
  | 'says'
  | 'patienceMs'
> & { readonly script: Script };

/** The rule that a case proves, and how strict it is. */
export function named({ requirements, level }: Standard): Pick<Problem, 'requirement' | 'level'> {
  const [requirement] = requirements;
  return requirement === undefined ? { level } : { requirement, level };
}

/** How a run ended. */
export type RunAnswer = Answers['run'];

/** The answer of a session's run, where one came. */
export function answerOf(session: PlayedSession | undefined): RunAnswer | undefined {
  return session?.reply?.kind === 'answer' ? session.reply.answer : undefined;
}
