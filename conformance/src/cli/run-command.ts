// `run`: plays cases against a testee, tells what failed, and writes reports.
import { Cancellation } from './cancellation.ts';
import { chosenCases } from './case-choice.ts';
import type { ExitCode } from './failure.ts';
import {
  isReportWanted,
  transcriptChoice,
  writeReports,
  type ReportOptions,
} from './report-files.ts';
import { resultsText } from './result-text.ts';
import type { Screen } from './screen.ts';
import { planOf, runPlan, type SuiteRunOptions } from './suite-run.ts';
import { accessTestee, type TesteeOptions } from './testee-access.ts';

/** Options of `run`. */
export type RunOptions = SuiteRunOptions & ReportOptions & TesteeOptions;

/** Plays and reports; 130 where it was stopped. */
export async function runCases(
  screen: Screen,
  argv: readonly string[],
  options: RunOptions,
): Promise<ExitCode> {
  const plan = planOf(options, chosenCases(options));
  const transcripts = transcriptChoice(options);
  const access = await accessTestee(screen, argv, options);
  const cancellation = new Cancellation(screen);
  try {
    const { signal } = cancellation;
    const results = await runPlan(screen, plan, access.source, { transcripts, signal });
    screen.print(resultsText(screen, results));
    const written = isReportWanted(options) ? await writeReports(results, options) : [];
    const { impl } = results.testee;
    screen.print(`${impl.name} ${impl.version}, profile ${plan.profile}, seed ${plan.seed}`);
    for (const path of written) screen.print(path);
    if (signal.aborted) return 130;
    if (written.length === 0 && results.exitCode === 1) {
      screen.print('Octets of each failure: run again with --report FOLDER.');
    }
    if (results.exitCode === 3) screen.print('Ask what to do next: peersync-conformance doctor');
    return results.exitCode;
  } finally {
    cancellation.release();
    access.close();
  }
}
