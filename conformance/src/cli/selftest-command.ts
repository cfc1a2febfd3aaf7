// `selftest`: runs the kit against testees that are wrong on purpose, and holds what it says of
// them to what it has to say.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  canaryScores,
  canaryTimes,
  casesFor,
  commandOf,
  differencesFrom,
} from '../canaries/scores.ts';
import type { TesteeCommand } from '../control/child-channel.ts';
import { verdicts, type Results, type Verdict } from '../report/results.ts';
import { summaryLine } from '../report/summary.ts';
import { Cancellation } from './cancellation.ts';
import { chosenCases } from './case-choice.ts';
import { misuse, type ExitCode } from './failure.ts';
import { playMutants, type MutantsOptions } from './mutants-command.ts';
import type { Screen } from './screen.ts';
import { planOf, runPlan, type SuitePlan, type SuiteRunOptions } from './suite-run.ts';

interface Range {
  readonly min?: number;
  readonly max?: number;
}

/** What the kit has to say of one canary. */
export interface Canary {
  /** Default: its file, `NAME.ts` or `NAME.js`. `{node}` and `{folder}` are replaced. */
  readonly argv?: readonly string[];
  readonly exitCode: number;
  readonly provenMin?: number;
  readonly provenMax?: number;
  readonly verdicts?: Readonly<Partial<Record<Verdict, Range>>>;
}

/** Options of `selftest`. */
export type SelftestOptions = SuiteRunOptions &
  MutantsOptions & {
    readonly folder?: string;
    /** Name of the one to run. */
    readonly canary?: string;
  };

function isIn(count: number, { min = 0, max = Infinity }: Range): boolean {
  return count >= min && count <= max;
}

/** What is not as it has to be, in sentences. */
export function canaryFaults(canary: Canary, results: Results): string[] {
  const { exitCode, provenMin, provenMax } = canary;
  const { proven } = results.summary.required;
  const faults: string[] = [];
  if (results.exitCode !== exitCode) {
    faults.push(`exit code ${results.exitCode}, it has to be ${exitCode}`);
  }
  const range = {
    ...(provenMin === undefined ? {} : { min: provenMin }),
    ...(provenMax === undefined ? {} : { max: provenMax }),
  };
  if (!isIn(proven, range)) faults.push(`${proven} proven, outside ${JSON.stringify(range)}`);
  for (const verdict of verdicts) {
    const wanted = canary.verdicts?.[verdict];
    const count = results.summary.verdicts[verdict];
    if (wanted === undefined || isIn(count, wanted)) continue;
    faults.push(`${count} ${verdict}, outside ${JSON.stringify(wanted)}`);
  }
  return faults;
}

function argvOf(folder: string, name: string, { argv }: Canary): string[] {
  const file = ['ts', 'js']
    .map((suffix) => join(folder, `${name}.${suffix}`))
    .find((path) => existsSync(path));
  if (argv === undefined && file === undefined) {
    throw misuse(`${folder} has no file of the canary ${name}.`);
  }
  const replaced = (word: string): string =>
    word.replaceAll('{node}', process.execPath).replaceAll('{folder}', folder);
  return argv === undefined ? [process.execPath, file ?? ''] : argv.map(replaced);
}

function canariesIn(folder: string): Readonly<Record<string, Canary>> {
  const path = join(folder, 'expected.json');
  if (!existsSync(path)) {
    throw misuse(`${path}: there is no such file.`);
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Canary>>;
}

/** A canary to run. */
interface Trial {
  readonly name: string;
  readonly command: TesteeCommand;
  readonly plan: SuitePlan;
  readonly faults: (results: Results) => readonly string[];
}

function planFor(
  options: SelftestOptions,
  { patienceMs, deadlineMs }: { readonly patienceMs?: number; readonly deadlineMs?: number },
): SuitePlan {
  const { patience = `${patienceMs ?? canaryTimes.patienceMs}` } = options;
  const { deadline = `${deadlineMs ?? canaryTimes.deadlineMs}` } = options;
  const { seed = 'canary' } = options;
  return planOf({ ...options, seed, patience, deadline }, chosenCases(options));
}

function ownTrials(options: SelftestOptions): Trial[] {
  return canaryScores().map((score) => {
    const plan = planFor(options, score);
    return {
      name: score.name,
      command: commandOf(score),
      plan: { ...plan, cases: casesFor(score, plan.cases) },
      faults: (results) => differencesFrom(score, results, options.only !== undefined),
    };
  });
}

function trialsIn(folder: string, options: SelftestOptions): Trial[] {
  return Object.entries(canariesIn(folder)).map(([name, canary]) => ({
    name,
    command: { argv: argvOf(folder, name, canary) },
    plan: planFor(options, canaryTimes),
    faults: (results) => canaryFaults(canary, results),
  }));
}

/**
 * Runs every canary, the kit's own or those of a folder; 4 where the kit says something else of
 * one than it has to. With `mutants` runs those instead.
 */
export async function selftest(screen: Screen, options: SelftestOptions): Promise<ExitCode> {
  const { folder, mutants } = options;
  if (mutants !== undefined) return playMutants(screen, mutants, options);
  const all = folder === undefined ? ownTrials(options) : trialsIn(folder, options);
  const trials = all.filter(({ name }) => options.canary === undefined || options.canary === name);
  if (trials.length === 0 && all.length > 0) {
    const names = all.map(({ name }) => name).join(', ');
    throw misuse(`There is no canary ${options.canary}.`, `There are ${names}.`);
  }
  const cancellation = new Cancellation(screen);
  const { signal } = cancellation;
  let wrong = 0;
  try {
    for (const { name, command, plan, faults } of trials) {
      const source = { kind: 'command', command } as const;
      const results = await runPlan(screen, plan, source, { transcripts: 'none', signal });
      if (signal.aborted) return 130;
      const found = faults(results);
      if (found.length > 0) wrong += 1;
      const state = found.length === 0 ? screen.mark('green', 'ok') : screen.mark('red', 'NO');
      screen.print(`${state}  ${name}: exit code ${results.exitCode}, ${summaryLine(results)}`);
      for (const fault of found) screen.print(`      ${fault}`);
    }
  } finally {
    cancellation.release();
  }
  screen.print(`${trials.length - wrong}/${trials.length} canaries as they have to be`);
  if (trials.length === 0) return 5;
  return wrong === 0 ? 0 : 4;
}
