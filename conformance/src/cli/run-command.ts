// `run`: plays cases against a testee, tells what failed, and writes reports.
import { Cancellation } from './cancellation.ts';
import type { ExitCode } from './failure.ts';
import {
  isReportWanted,
  prepareReports,
  transcriptChoice,
  writeReports,
  type ReportOptions,
} from './report-files.ts';
import { resultsText } from './result-text.ts';
import type { Screen } from './screen.ts';
import { planOf, playPlan, resultsOfPlan, type SuiteRunOptions } from './suite-run.ts';
import { accessTestee, type TesteeOptions } from './testee-access.ts';
import { casesAndWalks, walksOfRun } from './walk-choice.ts';
import { tellFailing } from './walk-command.ts';
import { WalkDrawer } from './walk-drawer.ts';

/** Options of `run`. */
export type RunOptions = SuiteRunOptions & ReportOptions & TesteeOptions;

/** Plays and reports; 130 where it was stopped. */
export async function runCases(
  screen: Screen,
  argv: readonly string[],
  options: RunOptions,
): Promise<ExitCode> {
  const startedAt = new Date().toISOString();
  const { cases, hasWalks } = casesAndWalks(options);
  const base = planOf(options, cases);
  const walks = { seed: base.seed, first: 1, count: walksOfRun };
  const plan = hasWalks ? { ...base, walks: new WalkDrawer(walks) } : base;
  const transcripts = transcriptChoice(options);
  const access = await accessTestee(screen, argv, options);
  const cancellation = new Cancellation(screen);
  try {
    prepareReports(options);
    const { signal } = cancellation;
    // A testee that has not dialled in yet is not waited for any more.
    signal.addEventListener('abort', () => access.close());
    const suite = await playPlan(screen, plan, access.source, { transcripts, signal });
    const results = resultsOfPlan(plan, suite, { transcripts, signal, startedAt });
    screen.print(resultsText(screen, results));
    if (options.report !== undefined && plan.walks !== undefined) {
      const to = { folder: options.report, signal };
      await tellFailing(screen, suite, plan, plan.walks.choice, access.source, to);
    }
    const written = isReportWanted(options) ? await writeReports(results, options) : [];
    const { impl } = results.testee;
    const who = results.unusable === undefined ? `${impl.name} ${impl.version}, ` : '';
    screen.print(`${who}profile ${plan.profile}, seed ${plan.seed}`);
    for (const path of written) screen.print(path);
    if (signal.aborted) return 130;
    if (written.length === 0 && results.exitCode === 1) {
      screen.print('Octets of each failure: run again with --report FOLDER.');
    }
    if (results.exitCode === 3) {
      screen.print('Ask what to do next: peersync-conformance doctor -- COMMAND');
    }
    return results.exitCode;
  } finally {
    cancellation.release();
    access.close();
  }
}
