// `walk`: random walks through valid sessions with at most one fault, until so many were played or
// the time is up; what fails is shrunk and saved.
import { resolve } from 'node:path';
import type { Hello, Role } from '../control/values.ts';
import type { CaseResult, SuiteResult, TesteeSource } from '../run/verdict.ts';
import { Cancellation } from './cancellation.ts';
import { misuse, type ExitCode } from './failure.ts';
import {
  isReportWanted,
  transcriptChoice,
  writeReports,
  type ReportOptions,
} from './report-files.ts';
import { resultsText } from './result-text.ts';
import type { Screen } from './screen.ts';
import {
  countOf,
  planOf,
  playPlan,
  resultsOfPlan,
  type SuitePlan,
  type SuiteRunOptions,
  type Telling,
} from './suite-run.ts';
import { accessTestee, type TesteeOptions } from './testee-access.ts';
import { cellsText, WalkDrawer, type WalkChoice } from './walk-drawer.ts';
import { isBadWalk, saveFailingWalks } from './walk-saving.ts';

/** Options of `walk`. */
export type WalkOptions = Pick<
  SuiteRunOptions,
  'seed' | 'jobs' | 'stream' | 'known' | 'patience' | 'deadline'
> &
  ReportOptions &
  TesteeOptions & {
    readonly count?: string;
    readonly minutes?: string;
    readonly role?: string;
  };

const countByDefault = 200;
const folderByDefault = 'peersync-report';
/** Small ones first: what fails often is told soon. */
const batches = [25, 50, 100, 200] as const;
const minuteMs = 60_000;

function roleOf(text: string | undefined): { readonly role?: Role } {
  if (text === undefined) return {};
  if (text === 'sender' || text === 'receiver') return { role: text };
  throw misuse(`There is no role ${text}.`, 'Use sender or receiver.');
}

interface Walked {
  readonly suite: SuiteResult;
  readonly cells: readonly string[];
}

/** Plays walks in batches, up to the first with a failure; the same seed gives the same ones. */
async function walked(
  screen: Screen,
  plan: SuitePlan,
  choice: WalkChoice,
  source: TesteeSource,
  more: Pick<Telling, 'transcripts' | 'signal'> & { readonly untilMs: number },
): Promise<Walked> {
  const results: CaseResult[] = [];
  const cells = new Set<string>();
  let hello: Hello | undefined;
  let durationMs = 0;
  for (let at = 0; ; at += 1) {
    const left = choice.count - results.length;
    const count = Math.min(left, batches[at] ?? batches[batches.length - 1] ?? left);
    const walks = new WalkDrawer({ ...choice, first: choice.first + results.length, count });
    const suite = await playPlan(screen, { ...plan, walks }, source, more);
    hello ??= suite.hello;
    durationMs += suite.durationMs;
    results.push(...suite.results);
    for (const cell of walks.cellsOf(suite.results)) cells.add(cell);
    const whole = { ...suite, ...(hello === undefined ? {} : { hello }), results, durationMs };
    const isBad = suite.results.some(({ verdict }) => isBadWalk(verdict));
    const isDone = results.length >= choice.count || performance.now() >= more.untilMs;
    const isStuck = suite.results.length === 0 || suite.unusable !== undefined;
    if (isBad || isDone || isStuck || more.signal.aborted)
      return { suite: whole, cells: [...cells] };
  }
}

/** Walks and reports; exit codes as `run` has them, 130 where it was stopped. */
export async function walk(
  screen: Screen,
  argv: readonly string[],
  options: WalkOptions,
): Promise<ExitCode> {
  const startedMs = performance.now();
  const startedAt = new Date().toISOString();
  const { minutes, count } = options;
  const plan = { ...planOf({ ...options, profile: 'full' }, []), filters: ['walk'] };
  const unlimited = minutes === undefined ? countByDefault : Number.MAX_SAFE_INTEGER;
  const choice: WalkChoice = {
    seed: plan.seed,
    first: 1,
    count: count === undefined ? unlimited : countOf('--count', count),
    ...roleOf(options.role),
  };
  const untilMs =
    minutes === undefined ? Infinity : startedMs + countOf('--minutes', minutes) * minuteMs;
  const transcripts = transcriptChoice(options);
  const access = await accessTestee(screen, argv, options);
  const cancellation = new Cancellation(screen);
  try {
    const { signal } = cancellation;
    const telling = { transcripts, signal, untilMs };
    const { suite, cells } = await walked(screen, plan, choice, access.source, telling);
    const results = resultsOfPlan(plan, suite, { transcripts, signal, startedAt });
    screen.print(resultsText(screen, results));
    screen.print(cellsText(cells));
    const folder = options.report ?? folderByDefault;
    await tellFailing(screen, suite, plan, choice, access.source, { folder, signal });
    const written = isReportWanted(options) ? await writeReports(results, options) : [];
    const { impl } = results.testee;
    screen.print(`${impl.name} ${impl.version}, ${suite.results.length} walks, seed ${plan.seed}`);
    for (const path of written) screen.print(path);
    return signal.aborted ? 130 : results.exitCode;
  } finally {
    cancellation.release();
    access.close();
  }
}

/** Shrinks and saves what failed, and says where it is and how it is played again. */
export async function tellFailing(
  screen: Screen,
  suite: SuiteResult,
  plan: SuitePlan,
  choice: WalkChoice,
  source: TesteeSource,
  to: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const onShrinking = (id: string): void => screen.liveLine(`shrinking ${id}`);
  const saved = await saveFailingWalks(suite, plan, choice, source, { ...to, onShrinking }).finally(
    () => screen.liveLine(''),
  );
  for (const [index, { case: found, plays, result }] of saved.files.entries()) {
    const steps = found.script.steps.length;
    const how = plays === 0 ? 'as it was drawn' : `shrunk in ${plays} plays`;
    screen.print(`${found.id} to ${steps} steps, ${how}: ${result.signature ?? result.verdict}`);
    screen.print(`  ${resolve(saved.paths[index] ?? '')}`);
  }
  if (saved.files.length === 0) return;
  const others = saved.left === 0 ? '' : ` ${saved.left} more failing walks were not shrunk.`;
  screen.print(`Play one again: peersync-conformance replay FILE -- COMMAND.${others}`);
}
