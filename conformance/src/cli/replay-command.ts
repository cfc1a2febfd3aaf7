// `replay`: shows a transcript or a walk that was kept, and plays it again where a testee is named.
import type { Case } from '../cases/case.ts';
import { transcriptOfValue, readJson } from '../report/results-file.ts';
import type { CaseResult } from '../report/results.ts';
import { ready } from '../security/cpace.ts';
import { walkNumber } from '../walks/draw.ts';
import { isWalkFile, walkFileOf } from '../walks/walk-file.ts';
import { Cancellation } from './cancellation.ts';
import { everyCase } from './case-choice.ts';
import { misuse, type ExitCode } from './failure.ts';
import { resultsText } from './result-text.ts';
import type { Screen } from './screen.ts';
import { planOf, runPlan, type SuiteRunOptions } from './suite-run.ts';
import { accessTestee, isTesteeNamed, type TesteeOptions } from './testee-access.ts';
import { transcriptText } from './transcript-text.ts';

/** Options of `replay`. */
export type ReplayOptions = Pick<SuiteRunOptions, 'stream' | 'patience' | 'deadline'> &
  TesteeOptions & { readonly octets?: boolean };

/** What a file holds that can be played again. */
interface Kept {
  readonly seed: string;
  readonly result: CaseResult;
  /** Of a walk: what is played. Of a case the kit has it. */
  readonly walk?: Case;
}

function readKept(path: string): Kept {
  const value = readJson(path);
  if (!isWalkFile(value)) return transcriptOfValue(value, path);
  const { seed, result, case: walk } = walkFileOf(value, path);
  return { seed, result, walk };
}

/** Shows, or plays again with the same seed: 0 when it ends as it did, else the run's own code. */
export async function replay(
  screen: Screen,
  path: string,
  argv: readonly string[],
  options: ReplayOptions,
): Promise<ExitCode> {
  await ready();
  const file = readKept(path);
  const { id, title, delivery, verdict } = file.result;
  if (!isTesteeNamed(argv, options)) {
    screen.print(`${id} ${title} (${delivery}): ${verdict}`);
    screen.print(transcriptText(screen, file.result));
    screen.print('To play it again, name a testee: peersync-conformance replay FILE -- COMMAND');
    return 0;
  }
  return playAgain(screen, file, argv, options);
}

async function playAgain(
  screen: Screen,
  { seed, result: before, walk }: Kept,
  argv: readonly string[],
  options: ReplayOptions,
): Promise<ExitCode> {
  const found = walk ?? everyCase().find(({ id }) => id === before.id);
  if (found === undefined) {
    const isWalk = walkNumber(before.id) !== undefined;
    if (isWalk) throw misuse(`${before.id} is a walk.`, 'Name its file in the folder walks.');
    throw misuse(`This kit has no case ${before.id}.`, 'Use the kit that wrote the transcript.');
  }
  const suite = { ...options, delivery: [before.delivery], seed, jobs: '1', profile: 'full' };
  const plan = planOf(suite, [found]);
  const access = await accessTestee(screen, argv, options);
  const cancellation = new Cancellation(screen);
  try {
    const { signal } = cancellation;
    const results = await runPlan(screen, plan, access.source, { transcripts: 'all', signal });
    const [now] = results.cases;
    if (now !== undefined) screen.print(transcriptText(screen, now));
    screen.print(resultsText(screen, results));
    if (signal.aborted) return 130;
    const isSame = now?.verdict === before.verdict && now.signature === before.signature;
    screen.print(
      isSame
        ? 'It ended as it did before.'
        : `Before it was: ${before.signature ?? before.verdict}`,
    );
    return results.exitCode;
  } finally {
    cancellation.release();
    access.close();
  }
}
