// `npm run simulate`: the simulation by hand, as long as one likes. Prints what was reached, and
// of the first run that fails its smallest form and how to repeat it.
import fc from 'fast-check';
import { Coverage } from './coverage.ts';
import { coverageGoals } from './coverage-goals.ts';
import { actionsUsual } from './fixed-runs.ts';
import { properties, propertyNames, type PropertyName, type Scale } from './properties.ts';
import { readOptions, usage, type SimulateOptions } from './simulate-options.ts';

/** Runs of one property before it is the next one's turn. */
const runsInTurn = 20;
const plainEveryMs = 15_000;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Shows how far the runs have come: in place on a terminal, seldom in a pipe. */
class ProgressLine {
  readonly #options: SimulateOptions;
  readonly #startMs = performance.now();
  #saidMs = 0;
  /** Runs of the turns before, and attempts of this one. */
  #done = 0;
  #attempts = 0;
  #turnMax = 0;

  constructor(options: SimulateOptions) {
    this.#options = options;
  }

  get runs(): number {
    return this.#done;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startMs;
  }

  /** Runs that the next turn may have; 0: there is nothing left to do. */
  beginTurn(): number {
    const { runs, minutes } = this.#options;
    const isInTime = minutes === undefined || this.elapsedMs < minutes * 60_000;
    this.#turnMax = isInTime ? Math.min(runsInTurn, runs - this.#done) : 0;
    this.#attempts = 0;
    return this.#turnMax;
  }

  endTurn(runs: number): void {
    this.#done += runs;
    this.#attempts = 0;
    if (process.stdout.isTTY) process.stdout.write('\r\u001b[K');
  }

  /** One more run begins; those beyond the turn make a failed one smaller. */
  begin(): void {
    this.#attempts += 1;
    const line = this.#line();
    if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${line}`);
    else if (this.elapsedMs - this.#saidMs > plainEveryMs) {
      this.#saidMs = this.elapsedMs;
      say(line);
    }
  }

  #line(): string {
    const { runs, minutes } = this.#options;
    const beyond = this.#attempts - this.#turnMax;
    if (beyond > 0) return `a run failed; making it smaller, attempt ${beyond} or later`;
    const of = Number.isFinite(runs) ? ` of ${runs}` : '';
    const until = minutes === undefined ? '' : ` of ${minutes}`;
    const spent = (this.elapsedMs / 60_000).toFixed(1);
    return `${this.#done + this.#attempts}${of} runs, ${spent}${until} min`;
  }
}

async function simulate(options: SimulateOptions): Promise<boolean> {
  const coverages = new Map<PropertyName, Coverage>();
  const names = options.property === undefined ? propertyNames : [options.property];
  const progress = new ProgressLine(options);
  say(`simulating from seed ${options.seed}: ${names.join(', ')}`);
  let isGood = true;
  for (let turn = 0; isGood; turn += 1) {
    const runs = options.path !== undefined && turn > 0 ? 0 : progress.beginTurn();
    if (runs === 0) break;
    const name = names[turn % names.length] ?? 'exactly-once';
    const coverage = coverages.get(name) ?? new Coverage();
    coverages.set(name, coverage);
    // Far apart, so that runs that begin at near seeds do not meet.
    const seed =
      options.path === undefined
        ? (options.seed + Math.imul(turn, 7_919)) & 0x7fff_ffff
        : options.seed;
    isGood = await runTurn({ name, seed, runs }, options, coverage, progress);
  }
  for (const [name, coverage] of coverages) {
    say(`\nreached by ${name}:\n${coverage.table(coverageGoals[name])}`);
  }
  say(`\n${progress.runs} runs in ${(progress.elapsedMs / 1_000).toFixed(0)} s`);
  say(isGood ? 'no run failed' : 'a run failed; see above');
  return isGood;
}

/** @returns Whether all runs held. */
async function runTurn(
  {
    name,
    seed,
    runs,
  }: { readonly name: PropertyName; readonly seed: number; readonly runs: number },
  { replicas, path }: SimulateOptions,
  coverage: Coverage,
  progress: ProgressLine,
): Promise<boolean> {
  const replay = path?.commands === undefined ? {} : { replayPath: path.commands };
  const scale: Scale = { replicas, actionsMax: actionsUsual, ...replay };
  const property = properties[name](scale, coverage, () => progress.begin());
  const details = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(path === undefined ? {} : { path: path.at, endOnFailure: true }),
  });
  progress.endTurn(details.numRuns);
  if (details.failed) tell(name, seed, replicas, details);
  return !details.failed;
}

function tell(
  name: PropertyName,
  seed: number,
  replicas: number | undefined,
  details: fc.RunDetails<unknown>,
): void {
  const [setting, list] = (details.counterexample ?? []) as [unknown, unknown];
  const commands = fc.stringify(list);
  const replayPath = /replayPath="(.*)"\s*\*\//.exec(commands)?.[1];
  const shown = commands.replace(/\s*\/\*replayPath.*\*\//, '');
  const steps = shown.split(/,(?=(?:[a-z]+ )+\{)/);
  say(`\n${name} does not hold, after ${details.numRuns} runs and ${details.numShrinks} shrinks:`);
  say(`  set up with ${fc.stringify(setting)}`);
  for (const [index, step] of steps.entries()) say(`  ${index + 1}. ${step}`);
  const error = details.errorInstance;
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  const ran = replayPath === undefined ? '' : `@${replayPath}`;
  const path = `${details.counterexamplePath ?? ''}${ran}`;
  const devices = replicas === undefined ? '' : ` --replicas ${replicas}`;
  say('\nrepeat it:');
  say(`  npm run simulate -- --property ${name} --seed ${seed}${devices} --path "${path}"`);
}

const options = readOptions(process.argv.slice(2), Date.now() & 0x7fff_ffff);
if (typeof options === 'string') {
  process.stderr.write(`${options}\n${usage}\n`);
  process.exitCode = 2;
} else {
  process.exitCode = (await simulate(options)) ? 0 : 1;
}
