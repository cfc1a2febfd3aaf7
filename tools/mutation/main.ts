// `npm run mutation`: changes the reference's pure parts in thousands of small ways, one at a time,
// and counts which changes the tests beside them notice. By hand, for it takes minutes for each
// module. Stryker works in a copy of its own; this tree stays as it is.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { readMutationScore, scorePath } from '../coverage/mutation-score.ts';
import { modules } from './modules.ts';
import type { MutatedModule } from './modules.ts';
import { moduleScore, survivorLines, withModule } from './stryker-report.ts';
import type { MutationReport } from './stryker-report.ts';

const root = join(import.meta.dirname, '..', '..');
const stryker = join(import.meta.dirname, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const results = 'mutation-report';
const recordedCommand = 'npm run mutation';

const usage = `usage: npm run mutation -- [MODULE…] [--concurrency N] [--since-last]

  MODULE            ${modules.map(({ name }) => name).join(', ')}; absent: all of them
  --concurrency N   test processes at a time (default 2)
  --timeout SECONDS what a mutant may take beyond five times its tests (default 30); less on a
                    machine that does nothing else
  --since-last      takes from this folder's last run what was found where neither the source nor
                    the test changed; what survived meets new tests

Writes ${scorePath}, and in ${results}/ the survivors of each module as text and as a page.`;

function misuse(problem: string): never {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}

interface Choices {
  readonly chosen: readonly MutatedModule[];
  readonly concurrency: number;
  readonly timeoutSeconds: number;
  /** False: every mutant runs, whatever is known of it. */
  readonly sinceLast: boolean;
}

function readArguments(): Choices {
  const options = {
    concurrency: { type: 'string', default: '2' },
    timeout: { type: 'string', default: '30' },
    'since-last': { type: 'boolean', default: false },
  } as const;
  let parsed;
  try {
    parsed = parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return misuse(error instanceof Error ? error.message : String(error));
  }
  const concurrency = Number(parsed.values.concurrency);
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    misuse('--concurrency takes a whole number from 1 on.');
  }
  const timeoutSeconds = Number(parsed.values.timeout);
  if (!Number.isSafeInteger(timeoutSeconds) || timeoutSeconds < 1) {
    misuse('--timeout takes a whole number of seconds from 1 on.');
  }
  const unknown = parsed.positionals.find((name) => !modules.some((one) => one.name === name));
  if (unknown !== undefined) misuse(`There is no module "${unknown}".`);
  const isChosen = ({ name }: MutatedModule): boolean =>
    parsed.positionals.length === 0 || parsed.positionals.includes(name);
  const sinceLast = parsed.values['since-last'];
  return { chosen: modules.filter(isChosen), concurrency, timeoutSeconds, sinceLast };
}

/** Stryker's options; see its documentation for those that are not named here. */
function optionsFor(
  { name, files, leavesStatic }: MutatedModule,
  choices: Choices,
  scratch: string,
): object {
  return {
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    // Only the tests of the module, as the environment names them; `related` would bring others.
    vitest: { configFile: 'tools/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    mutate: files,
    concurrency: choices.concurrency,
    incremental: true,
    incrementalFile: join(results, `${name}-last.json`),
    force: !choices.sinceLast,
    // Far longer than usual: a survivor meets every test, and on a busy machine that is not to look
    // like a loop without end.
    timeoutMS: 1_000 * choices.timeoutSeconds,
    ignoreStatic: leavesStatic === true,
    timeoutFactor: 5,
    tempDirName: scratch,
    ignorePatterns: ['/bench', '/docs', '/report', `/${results}`, '**/dist'],
    reporters: ['progress-append-only', 'json', 'html'],
    jsonReporter: { fileName: join(results, `${name}.json`) },
    htmlReporter: { fileName: join(results, `${name}.html`) },
  };
}

/** The report of one module; undefined where the run did not come to an end. */
function mutate(module: MutatedModule, choices: Choices): MutationReport | undefined {
  const scratch = mkdtempSync(join(tmpdir(), 'peersync-mutation-'));
  const options = join(scratch, 'stryker.json');
  const report = join(root, results, `${module.name}.json`);
  try {
    writeFileSync(options, JSON.stringify(optionsFor(module, choices, scratch)));
    rmSync(report, { force: true });
    const { status } = spawnSync(process.execPath, [stryker, 'run', options], {
      cwd: root,
      env: { ...process.env, MUTATION_TESTS: module.tests.join(',') },
      stdio: 'inherit',
    });
    if (status !== 0 || !existsSync(report)) return undefined;
    return JSON.parse(readFileSync(report, 'utf8')) as MutationReport;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function record(name: string, report: MutationReport): Promise<void> {
  const survivors = join(results, `${name}.txt`);
  writeFileSync(join(root, survivors), `${survivorLines(report).join('\n')}\n`);
  const score = moduleScore(name, new Date().toISOString().slice(0, 10), report);
  const path = join(root, scorePath);
  const next = withModule(readMutationScore(root), recordedCommand, score);
  const style = { ...(await resolveConfig(path)), filepath: path };
  writeFileSync(path, await format(JSON.stringify(next), style));
  console.log(`${name}: ${score.killed} of ${score.mutants} found; the rest in ${survivors}`);
}

const choices = readArguments();
mkdirSync(join(root, results), { recursive: true });
for (const module of choices.chosen) {
  console.log(`${module.name}: ${module.files.join(' ')}`);
  const report = mutate(module, choices);
  if (report === undefined) {
    console.error(`${module.name}: the run failed; its old score stands.`);
    process.exitCode = 1;
  } else {
    await record(module.name, report);
  }
}
console.log('Now: npm run coverage (the page shows the score).');
