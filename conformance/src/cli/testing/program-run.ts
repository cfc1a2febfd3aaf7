// The program in this process, with streams in memory. Testees are processes all the same.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { run } from '../program.ts';

/** What a run of the program left. */
export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Options of {@link program}. */
export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  /** Called with all that was written so far, to either stream. */
  readonly onText?: (text: string) => void;
}

/** Runs the program to its end. */
export async function program(args: readonly string[], options: ProgramOptions = {}): Promise<Ran> {
  const { env = {}, isTTY = false, onText } = options;
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr'): PassThrough & { isTTY: boolean; columns: number } => {
    const made = new PassThrough().setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      onText?.(texts.stdout + texts.stderr);
    });
    return Object.assign(made, { isTTY, columns: 100 });
  };
  const [stdout, stderr] = [stream('stdout'), stream('stderr')];
  const status = await run(args, { stdin: new PassThrough(), stdout, stderr, env });
  stdout.end();
  stderr.end();
  return { status, ...texts };
}

const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** The words that start a small testee with a fault, by `env`. */
export function smallTestee(env: Readonly<Record<string, string>> = {}): string[] {
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return ['env', ...words, process.execPath, path('./small-testee.js')];
}

/** The words that start the reference's testee, as any team's. */
export function referenceTestee(...args: readonly string[]): string[] {
  const main = path('../../../../reference/src/testee/main.ts');
  return [process.execPath, main, ...args];
}

/** A folder that goes away with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-cli-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
