// Runs commands as named steps: several at a time, each one's output in one block, so that a pipe
// stays readable. It does not know what the steps are.
import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';

/** One step: a name for people, the command, and how to run it again by itself. */
export interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** What a person types to repeat this step alone. */
  readonly again: string;
}

/** How a step ended. */
export interface StepResult {
  readonly step: Step;
  readonly ok: boolean;
  readonly durationMs: number;
}

// A block in a pipe must be plain text, whatever the surrounding machine asks for.
const plain = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };

const stillRunningEveryMs = 15_000;

/** Seconds with one decimal, for people. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function run(step: Step, passThrough: boolean): Promise<StepResult & { output: string }> {
  const startedMs = performance.now();
  const [program, ...args] = step.command;
  return new Promise((resolve) => {
    const stdio = passThrough ? 'inherit' : 'pipe';
    const env = passThrough && process.stdout.isTTY ? process.env : plain;
    const child = spawn(program, args, { env, stdio: ['ignore', stdio, stdio] });
    let output = '';
    const collect = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    const end = (ok: boolean): void => {
      resolve({ step, ok, durationMs: performance.now() - startedMs, output });
    };
    child.on('error', (error) => {
      output += `${program}: ${error.message}\n`;
      end(false);
    });
    child.on('close', (code) => end(code === 0));
  });
}

function indent(text: string): string {
  // Some tools colour their output even when asked not to.
  return stripVTControlCharacters(text)
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
}

/**
 * Runs the steps, at most `width` at a time, in their order; prints each one's beginning and end,
 * and a failed one's output. A failure stops nothing: one run shows everything that is wrong.
 *
 * @param steps - The steps in the order in which they start.
 * @param width - How many run at once, at least 1.
 */
export async function runSteps(steps: readonly Step[], width: number): Promise<StepResult[]> {
  const results: StepResult[] = [];
  const running = new Set<string>();
  const queue = steps.map((step, index) => ({ step, label: `[${index + 1}/${steps.length}]` }));
  const ticker = setInterval(() => {
    console.log(`      still running: ${[...running].join(', ')}`);
  }, stillRunningEveryMs);
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { step, label } = next;
      running.add(step.name);
      console.log(`${label} ${step.name} ...`);
      const { output, ...result } = await run(step, false);
      running.delete(step.name);
      ticker.refresh();
      const verdict = result.ok ? 'ok' : 'FAILED';
      console.log(`${label} ${step.name} ${verdict}, ${seconds(result.durationMs)}`);
      if (!result.ok && output.trim() !== '') console.log(indent(output));
      // A check that could not be made is no check that passed.
      const skipped = output.split('\n').filter((line) => line.startsWith('SKIPPED'));
      if (result.ok && skipped.length > 0) console.log(indent(skipped.join('\n')));
      results.push(result);
    }
  };
  await Promise.all(Array.from({ length: width }, work));
  clearInterval(ticker);
  return results;
}

/** Runs one step alone with its output passed straight through, for steps that show progress. */
export async function runAlone(step: Step): Promise<StepResult> {
  console.log(`${step.name} ...`);
  const { output, ...result } = await run(step, true);
  if (output !== '') console.log(indent(output));
  return result;
}
