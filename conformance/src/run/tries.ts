// Plays a script as often as it asks for: once, or once for each of the moments at which power is
// lost in it. Every play is judged.
import type { KillStep, Step } from '../peer/script.ts';
import { attempt, type Attempt, type AttemptOptions } from './attempt.ts';
import { ClosingIn } from './closing-in.ts';
import { judge, type Judgement } from './judge.ts';
import type { Judges } from './judging.ts';
import { killsOf, type Kill } from './kills.ts';
import { seededOctets } from './seeded-octets.ts';
import type { Standard } from './standard.ts';
import type { Problem } from './verdict.ts';

/** What came of the plays of one script. */
export interface Tries {
  /** At least one. */
  readonly played: readonly Attempt[];
  readonly kills: readonly Kill[];
  /** Whether no loss of power came where the script wants it. */
  readonly hasMissed: boolean;
}

type Moments = NonNullable<KillStep['moments']>;

function momentsOf(steps: readonly Step[]): Moments | undefined {
  return steps.flatMap((step) => (step.do === 'kill' ? (step.moments ?? []) : []))[0];
}

/** Plays a script. */
export async function tries(
  { script, expectation }: Standard,
  options: AttemptOptions,
): Promise<Tries> {
  const ends = expectation.kind === 'ends';
  const moments = momentsOf(script.steps);
  if (moments === undefined) {
    const one = await attempt(script, ends, options);
    return { played: [one], kills: killsOf(one), hasMissed: false };
  }
  const { seed, label } = options;
  const closingIn = new ClosingIn(seededOctets(seed, `${label}/moments`), moments.within);
  const played: Attempt[] = [];
  const kills: Kill[] = [];
  while (played.length < moments.times) {
    const isLast = played.length === moments.times - 1;
    // Where the machine was slow at first all moments may come too late; none before this one.
    const lossShare = isLast && !isAnyInside(kills) ? 0 : closingIn.next();
    const one = await attempt(script, ends, { ...options, lossShare });
    played.push(one);
    const own = killsOf(one);
    kills.push(...own);
    for (const kill of own) closingIn.learn(kill);
    // The rest would go the same way.
    if (one.departure !== undefined || one.trouble !== undefined) break;
  }
  return { played, kills, hasMissed: !isAnyInside(kills) };
}

function isAnyInside(kills: readonly Kill[]): boolean {
  return kills.some(({ moment }) => moment === 'inside');
}

const missed: Problem = {
  part: 'script',
  level: 'SHOULD',
  detail:
    'no loss of power came between the Payload and its Ack, however soon: the case says nothing ' +
    'about what a receiver does there',
};

/** The first play that did not pass, else the last one. */
export function judgeTries(
  standard: Standard,
  { played, hasMissed }: Tries,
  judges: Judges,
): Judgement {
  const judged = played.map((one) => judge(standard, one, judges));
  const found = judged.find(({ verdict }) => verdict !== 'pass') ?? judged.at(-1);
  if (found === undefined) throw new RangeError('a script is played at least once');
  if (!hasMissed || found.verdict !== 'pass') return found;
  return { ...found, verdict: 'warn', problems: [...found.problems, missed] };
}
