// `npm run model:spin`: checks the Promela model of the state tables with spin, where spin and a C
// compiler are present; says that it was skipped where they are not. `--mutations` gives it every
// fault of the tables and compares its verdict with the explorer's.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plain } from './configurations.ts';
import { explore } from './explore.ts';
import { mutations } from './mutations.ts';
import { promelaOf, promelaPath } from './promela.ts';
import { firstBreach, rulesWith } from './runs.ts';
import { readTables, root } from './tables.ts';
import type { Configuration } from './world.ts';

/** Bounds of one check and the claims that have to hold within them. */
interface SpinConfiguration {
  readonly name: string;
  readonly defines: Readonly<Record<string, number>>;
  readonly claims: readonly string[];
  /** The same bounds for the explorer, which then has to find exactly as many worlds. */
  readonly explored?: Partial<Configuration>;
}

const spinConfigurations: readonly SpinConfiguration[] = [
  ...[1, 2, 3].map((CAP) => ({
    name: `calm, channel of ${CAP}`,
    defines: { N: 3, CAP, TALK: 1 },
    claims: ['ends', 'completes', 'heard'],
    explored: { entries: 3, capacity: CAP, chatter: 1 },
  })),
  {
    name: 'the window held until agreed',
    defines: { N: 2, HOLDS: 1, TALK: 1 },
    claims: ['ends', 'completes'],
    explored: { entries: 2, holds: true, chatter: 1 },
  },
  {
    name: 'versions 1 to 3 and 2 to 3',
    defines: { N: 1, S_VERSIONS: 7, R_VERSIONS: 6 },
    claims: ['ends', 'completes'],
    explored: { entries: 1, versions: { sender: [1, 2, 3], receiver: [2, 3] } },
  },
  {
    name: 'no version in common',
    defines: { N: 1, S_VERSIONS: 6, R_VERSIONS: 1 },
    claims: ['ends', 'disagrees'],
    explored: { entries: 1, versions: { sender: [2, 3], receiver: [1] } },
  },
  {
    name: 'people change their minds',
    defines: { N: 2, CANCELS: 1, DECISIONS: 1, TALK: 1 },
    claims: ['ends', 'heard'],
    explored: {
      entries: 2,
      chatter: 1,
      disturbances: ['cancel', 'fault', 'decline', 'wrong-code'],
    },
  },
  {
    name: 'everything goes wrong, two sessions',
    defines: {
      ...{ N: 2, SESSIONS: 2, CANCELS: 1, DECISIONS: 1, STARTS_OVER: 1 },
      ...{ CUTS: 1, CRASHES: 1, SILENCE: 1, TIMEOUTS: 1 },
    },
    claims: ['ends'],
  },
  {
    name: 'silence',
    defines: { N: 2, CANCELS: 1, SILENCE: 1 },
    claims: ['ends'],
    explored: { entries: 2, disturbances: ['cancel', 'fault', 'silence'] },
  },
];

/** What one run of spin found. */
interface Verdict {
  readonly errors: number;
  readonly states: number;
  readonly said: string;
}

function run(program: string, args: readonly string[], folder: string): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw new Error(`${program} does not run`, { cause: error });
  if (status !== 0) throw new Error(`${program} fails:\n${stdout}${stderr}`);
  return stdout;
}

/** Builds the checker of a model with these bounds, then asks for each claim until one fails. */
function check(model: string, { defines, claims }: SpinConfiguration): Map<string, Verdict> {
  const folder = mkdtempSync(join(tmpdir(), 'state-model-'));
  try {
    writeFileSync(join(folder, 'session.pml'), model);
    const given = Object.entries(defines).map(([name, value]) => `-D${name}=${value}`);
    run('spin', ['-a', ...given, 'session.pml'], folder);
    run('gcc', ['-O0', '-w', '-DNOREDUCE', '-DMEMLIM=3000', '-o', 'pan', 'pan.c'], folder);
    const verdicts = new Map<string, Verdict>();
    for (const claim of claims) {
      const said = run('./pan', ['-a', '-m1000000', '-n', '-N', claim], folder);
      const errors = /errors: (\d+)/.exec(said)?.[1];
      const states = /([0-9.e+]+) states, stored/.exec(said)?.[1];
      if (errors === undefined || states === undefined) throw new Error(`spin says:\n${said}`);
      verdicts.set(claim, { errors: Number(errors), states: Number(states), said });
      if (Number(errors) > 0) break;
      if (/max search depth too small|out of memory/.test(said)) throw new Error(said);
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Whether the explorer finds the same worlds. Spin counts one state before the first, and one more
 * after each world in which both are done.
 */
function isSameSpace({ name, explored }: SpinConfiguration, states: number): boolean {
  if (explored === undefined) return true;
  const configuration = { ...plain, ...explored, name };
  const { worlds, finished } = explore({ ...rulesWith(), configuration });
  if (worlds + finished + 1 === states) return true;
  console.log(`${name}: the explorer finds ${worlds} worlds, ${finished} of them finished`);
  return false;
}

function checkModel(model: string): boolean {
  let isFine = true;
  for (const configuration of spinConfigurations) {
    for (const [claim, { errors, states, said }] of check(model, configuration)) {
      console.log(`${configuration.name}: ${claim}: ${states} states, ${errors} errors`);
      if (claim === 'ends' && !isSameSpace(configuration, states)) isFine = false;
      if (errors === 0) continue;
      isFine = false;
      console.log(said);
    }
  }
  return isFine;
}

/** The first claim that spin refutes, as text; undefined when all hold. */
function refuted(model: string): string | undefined {
  for (const configuration of spinConfigurations) {
    for (const [claim, { errors, said }] of check(model, configuration)) {
      const assertion = /assertion violated (.*) \(at depth/.exec(said)?.[1];
      if (errors > 0) return `${configuration.name}: ${assertion ?? `not ${claim}`}`;
    }
  }
  return undefined;
}

function compareMutations(): boolean {
  let agreed = 0;
  const ofTables = mutations.filter(({ tables }) => tables !== undefined);
  for (const mutation of ofTables) {
    const rules = rulesWith(mutation);
    const explored = firstBreach(rules, mutation.needsLiar)?.breach.property;
    const spun = refuted(promelaOf(rules.tables));
    const same = (explored === undefined) === (spun === undefined);
    if (same) agreed += 1;
    console.log(`${same ? 'same' : 'DIFFERENT'}: ${mutation.name}`);
    console.log(`  explorer: ${explored ?? 'holds'}; spin: ${spun ?? 'holds'}`);
  }
  console.log(`${agreed} of ${ofTables.length} verdicts are the same.`);
  return agreed === ofTables.length;
}

const isThere = (program: string, argument: string): boolean =>
  spawnSync(program, [argument], { stdio: 'ignore' }).error === undefined;

function main(): void {
  const model = promelaOf(readTables());
  if (readFileSync(join(root, promelaPath), 'utf8') !== model) {
    console.error(`${promelaPath} is not what the tables give: npx node tools/model/promela.ts`);
    process.exitCode = 1;
    return;
  }
  const missing = [
    ...(isThere('spin', '-V') ? [] : ['spin']),
    ...(isThere('gcc', '--version') ? [] : ['gcc']),
  ];
  if (missing.length > 0) {
    console.log(
      `SKIPPED: the Promela model was not checked, ${missing.join(' and ')} not present.`,
    );
    return;
  }
  const isFine = process.argv.includes('--mutations') ? compareMutations() : checkModel(model);
  if (!isFine) process.exitCode = 1;
}

main();
