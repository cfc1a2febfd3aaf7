// `selftest`: runs the kit against testees that are wrong on purpose, and holds what it says of
// them to what it has to say.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../cases/load.ts';
import { verdicts, type Results, type Verdict } from '../report/results.ts';
import { summaryLine } from '../report/summary.ts';
import { Cancellation } from './cancellation.ts';
import { chosenCases } from './case-choice.ts';
import { misuse, type ExitCode } from './failure.ts';
import type { Screen } from './screen.ts';
import { planOf, runPlan, type SuiteRunOptions } from './suite-run.ts';

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
export type SelftestOptions = SuiteRunOptions & { readonly folder?: string };

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
    throw misuse(`${path}: there is no such file.`, 'Run it in the repository, or name --folder.');
  }
  return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Canary>>;
}

/** Runs every canary; 4 where the kit says something else of one than it has to. */
export async function selftest(screen: Screen, options: SelftestOptions): Promise<ExitCode> {
  const { folder = join(packageFolder, 'canaries') } = options;
  const canaries = Object.entries(canariesIn(folder));
  const times = { patience: options.patience ?? '500', deadline: options.deadline ?? '2000' };
  const plan = planOf(
    { ...options, seed: options.seed ?? 'canary', ...times },
    chosenCases(options),
  );
  const cancellation = new Cancellation(screen);
  const { signal } = cancellation;
  let wrong = 0;
  try {
    for (const [name, canary] of canaries) {
      const argv = argvOf(folder, name, canary);
      const source = { kind: 'command', command: { argv } } as const;
      const results = await runPlan(screen, plan, source, { transcripts: 'none', signal });
      if (signal.aborted) return 130;
      const faults = canaryFaults(canary, results);
      if (faults.length > 0) wrong += 1;
      const state = faults.length === 0 ? screen.mark('green', 'ok') : screen.mark('red', 'NO');
      screen.print(`${state}  ${name}: exit code ${results.exitCode}, ${summaryLine(results)}`);
      for (const fault of faults) screen.print(`      ${fault}`);
    }
  } finally {
    cancellation.release();
  }
  screen.print(`${canaries.length - wrong}/${canaries.length} canaries as they have to be`);
  if (canaries.length === 0) return 5;
  return wrong === 0 ? 0 : 4;
}
