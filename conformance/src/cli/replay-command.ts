// `replay`: shows a transcript that a run kept, and plays its case again where a testee is named.
import { readTranscriptFile, type TranscriptFile } from '../report/results-file.ts';
import { ready } from '../security/cpace.ts';
import { Cancellation } from './cancellation.ts';
import { allCases } from './case-choice.ts';
import { misuse, type ExitCode } from './failure.ts';
import { resultsText } from './result-text.ts';
import type { Screen } from './screen.ts';
import { planOf, runPlan, type SuiteRunOptions } from './suite-run.ts';
import { accessTestee, isTesteeNamed, type TesteeOptions } from './testee-access.ts';
import { transcriptText } from './transcript-text.ts';

/** Options of `replay`. */
export type ReplayOptions = Pick<SuiteRunOptions, 'stream' | 'patience' | 'deadline'> &
  TesteeOptions & { readonly octets?: boolean };

/** Shows, or plays again with the same seed: 0 when it ends as it did, else the run's own code. */
export async function replay(
  screen: Screen,
  path: string,
  argv: readonly string[],
  options: ReplayOptions,
): Promise<ExitCode> {
  await ready();
  const file = readTranscriptFile(path);
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
  { seed, result: before }: TranscriptFile,
  argv: readonly string[],
  options: ReplayOptions,
): Promise<ExitCode> {
  const found = allCases().find(({ id }) => id === before.id);
  if (found === undefined) {
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
