// `matrix`: several testees over the same cases, side by side.
import { basename } from 'node:path';
import type { CaseResult, Results, Verdict } from '../report/results.ts';
import { headlineOf, isFailing, summaryLine } from '../report/summary.ts';
import { Cancellation } from './cancellation.ts';
import { chosenCases } from './case-choice.ts';
import { misuse, type ExitCode } from './failure.ts';
import { worstOf } from '../report/html-case.ts';
import { markVerdict } from './result-text.ts';
import { harmless, type Screen } from './screen.ts';
import { planOf, runPlan, type SuiteRunOptions } from './suite-run.ts';
import { accessTestee } from './testee-access.ts';

/** Options of `matrix`. */
export type MatrixOptions = SuiteRunOptions & {
  readonly testee?: readonly string[];
  readonly json?: boolean;
};

const width = 16;

interface Row {
  readonly id: string;
  readonly title: string;
  readonly verdicts: readonly (Verdict | undefined)[];
}

/** The worst verdict of each case for each testee, where they are not all the same pass. */
export function matrixRows(runs: readonly Results[]): Row[] {
  const byRun = runs.map(({ cases }) => Map.groupBy(cases, ({ id }) => id));
  const ids = [...new Set(byRun.flatMap((groups) => [...groups.keys()]))].sort();
  return ids.map((id) => {
    const groups = byRun.map((own) => own.get(id));
    const title = groups.find((group) => group !== undefined)?.[0]?.title ?? '';
    const verdictOf = (group: readonly CaseResult[] | undefined): Verdict | undefined =>
      group && worstOf(group);
    return { id, title, verdicts: groups.map(verdictOf) };
  });
}

function tell(screen: Screen, runs: readonly Results[]): void {
  const names = runs.map(({ testee: { impl } }) => `${impl.name} ${impl.version}`);
  const cell = (text: string): string =>
    harmless(text)
      .slice(0, width - 1)
      .padEnd(width);
  screen.print(`${'case'.padEnd(10)}${names.map(cell).join('')}`);
  const rows = matrixRows(runs);
  for (const { id, title, verdicts } of rows) {
    if (!verdicts.some((verdict) => verdict === undefined || isFailing(verdict))) continue;
    const cells = verdicts.map((verdict = 'not-applicable') => {
      return markVerdict(screen, verdict) + ' '.repeat(Math.max(1, width - verdict.length));
    });
    screen.print(`${id.padEnd(10)}${cells.join('')}${title}`);
  }
  for (const [index, results] of runs.entries()) {
    screen.print(
      `${harmless(names[index] ?? '')}: ${headlineOf(results)}: ${summaryLine(results)}`,
    );
  }
}

/** Runs every testee over the same plan, one after the other; the worst exit code. */
export async function matrix(screen: Screen, options: MatrixOptions): Promise<ExitCode> {
  const { testee: testees = [], ...rest } = options;
  if (testees.length < 2) {
    throw misuse('A matrix needs two testees or more.', "Add --testee 'COMMAND' for each.");
  }
  const plan = planOf(rest, chosenCases(rest));
  const cancellation = new Cancellation(screen);
  const runs: Results[] = [];
  try {
    for (const command of testees) {
      const access = await accessTestee(screen, [], { testee: command });
      const { signal } = cancellation;
      const more = { transcripts: 'none', signal } as const;
      const results = await runPlan(screen, plan, access.source, more);
      const { impl } = results.testee;
      // One that never said hello is known by its command.
      const name = results.unusable === undefined ? impl.name : basename(command);
      runs.push({ ...results, testee: { ...results.testee, impl: { ...impl, name } } });
      if (signal.aborted) break;
    }
  } finally {
    cancellation.release();
  }
  if (options.json === true) screen.print(JSON.stringify(runs, undefined, 2));
  else tell(screen, runs);
  if (cancellation.signal.aborted) return 130;
  return runs.reduce<ExitCode>((worst, { exitCode }) => worse(worst, exitCode), 0);
}

/** The kit's own fault before all, then what cannot be used, then failures. */
function worse(left: ExitCode, right: ExitCode): ExitCode {
  const order: readonly ExitCode[] = [4, 3, 1, 5, 0];
  return order.find((code) => code === left || code === right) ?? 0;
}
