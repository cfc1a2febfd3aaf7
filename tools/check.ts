// `npm test`: every check of the repository, in one run. All steps run even when one fails; the
// conformance of the reference, the canaries of the kit and the tests come last, each with the
// machine to itself; the closing line is `N passed, N failed` (tests, and any other failed step).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAlone, runSteps, seconds } from './step-runner.ts';
import type { Step, StepResult } from './step-runner.ts';

const bin = (name: string): string => join('node_modules', '.bin', name);
const tool = (name: string, ...args: string[]): [string, ...string[]] => [bin(name), ...args];

// Ordered so that the two longest start first and share the machine with the short ones.
const steps: readonly Step[] = [
  {
    name: 'lint (eslint)',
    command: tool('eslint', '.', '--max-warnings=0'),
    again: 'npm run lint',
  },
  { name: 'types (tsc)', command: tool('tsc', '-p', 'tsconfig.json'), again: 'npm run types' },
  {
    name: 'format (prettier)',
    command: tool('prettier', '--check', '--log-level=warn', '.'),
    again: 'npm run format (repairs)',
  },
  { name: 'schema style (buf lint)', command: tool('buf', 'lint'), again: 'npx buf lint' },
  {
    name: 'schema compatibility (buf breaking)',
    command: tool('buf', 'breaking', '--against', 'proto/baseline.binpb'),
    again: 'npx buf breaking --against proto/baseline.binpb',
  },
  {
    name: 'generated code is current',
    command: ['node', 'tools/generated.ts'],
    again: 'npm run proto:generate (repairs)',
  },
  {
    name: 'WebAssembly is current',
    command: ['node', 'tools/wasm.ts', '--check'],
    again: 'npm run wasm:generate (repairs)',
  },
  {
    name: 'specification and its data agree',
    command: ['node', 'tools/spec/check.ts'],
    again: 'npx node tools/spec/check.ts',
  },
  {
    name: 'every sentence is covered and reviewed',
    command: ['node', 'tools/coverage/main.ts', 'check'],
    again: 'npx node tools/coverage/main.ts check',
  },
  {
    name: 'state tables in spin, where present',
    command: ['node', 'tools/model/spin.ts'],
    again: 'npm run model:spin',
  },
  {
    name: 'public documentation (typedoc)',
    command: tool('typedoc', '--emit', 'none'),
    again: 'npx typedoc --emit none',
  },
  {
    name: 'packages build and load',
    command: ['node', 'tools/packages.ts'],
    again: 'npx node tools/packages.ts',
  },
];

const conformance: Step = {
  name: 'conformance of the reference (full, SQLite)',
  command: ['node', 'tools/conformance.ts'],
  again: 'npm run conformance',
};

// A case that a testee passes which does nothing right proves nothing, however green it is.
const canaries: Step = {
  name: 'canaries of the kit (every case)',
  command: ['node', 'conformance/src/cli/main.ts', 'selftest'],
  again: 'npx node conformance/src/cli/main.ts selftest',
};

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

async function runTests(): Promise<{ result: StepResult; counts: Counts }> {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-check-'));
  const report = join(folder, 'tests.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const result = await runAlone({
      name: 'tests (vitest)',
      command: tool('vitest', 'run', ...reporters),
      again: 'npm run test:unit',
    });
    return { result, counts: readCounts(report, result.ok) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(path: string, ok: boolean): Counts {
  let passed = 0;
  let failed = 0;
  try {
    const report = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    passed = Number(report['numPassedTests']);
    failed = Number(report['numFailedTests']);
  } catch (error) {
    console.log(`The test runner left no report: ${String(error)}`);
  }
  // A file that does not load, or an error outside of a test, fails no single test.
  return { passed, failed: ok ? failed : Math.max(failed, 1) };
}

async function main(): Promise<void> {
  const startedMs = performance.now();
  const { length } = steps;
  const rest = 'conformance, canaries, then the tests';
  console.log(`Node ${process.versions.node}: ${length} checks, ${rest}.`);
  const results = await runSteps(steps, Math.min(2, availableParallelism()));
  results.push(await runAlone(conformance));
  results.push(await runAlone(canaries));
  const { result, counts } = await runTests();
  const failures = [...results, result].filter(({ ok }) => !ok);
  console.log(`All steps ran, ${seconds(performance.now() - startedMs)}.`);
  for (const { step } of failures) console.log(`FAILED: ${step.name}; repeat: ${step.again}`);
  const failedSteps = results.filter(({ ok }) => !ok).length;
  console.log(`${counts.passed} passed, ${counts.failed + failedSteps} failed`);
  process.exitCode = failures.length === 0 ? 0 : 1;
}

await main();
