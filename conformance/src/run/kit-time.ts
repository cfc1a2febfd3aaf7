// Runs on a clock that only the kit moves: who waits there for a time to come waits for the kit,
// and is not hanging. It judges nothing.
import { within } from '../peer/stuffing.ts';
import type { Reply } from '../control/reply.ts';
import type { Answers } from '../control/values.ts';

/** Longer than any timer of a session. */
const hourMs = 3_600_000;

interface AdvancedClock {
  readonly advanceMs: number;
}

/** What there is to know of a run. */
export interface TimedRun {
  readonly clock: 'virtual' | undefined;
  readonly patienceMs: number;
  readonly testee: {
    ask(command: 'clock', members: AdvancedClock): Promise<Reply<Answers['clock']>>;
  };
}

/**
 * Whether a run is answered before the kit ends its side. On the testee's own clock it is waited
 * for as long as the control channel waits.
 */
export async function answersFirst(
  { clock, patienceMs }: TimedRun,
  answered: Promise<unknown>,
): Promise<boolean> {
  const done = answered.then(() => undefined);
  if (clock === 'virtual') return within(patienceMs, done);
  await done;
  return true;
}

/** Lets time pass where a run is not answered although the kit has ended its side. */
export async function letTimePass(
  { clock, patienceMs, testee }: TimedRun,
  answered: Promise<unknown>,
): Promise<void> {
  if (clock !== 'virtual') return;
  const done = answered.then(() => undefined);
  if (await within(patienceMs, done)) return;
  await testee.ask('clock', { advanceMs: hourMs });
}
