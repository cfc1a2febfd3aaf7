// Runs the program `peersync` as a process of its own, as a shell would, for tests. Knows nothing
// of what it should do.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
let cache: string | undefined;

/** One folder for a test file, made when a program is started: a file may start none. */
function compiled(): string {
  if (cache !== undefined) return cache;
  cache = mkdtempSync(join(tmpdir(), 'peersync-compiled-'));
  // Where tests were broken off, no hook runs any more.
  process.once('exit', removeCompiled);
  return cache;
}

function removeCompiled(): void {
  // A program that is ending may finish the write that it is in.
  const patient = { recursive: true, force: true, maxRetries: 5, retryDelay: 20 } as const;
  if (cache !== undefined) rmSync(cache, patient);
  cache = undefined;
}
afterAll(removeCompiled);

/** What a process left. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process under way. */
export class ProgramProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<Ended>;
  readonly #watchers = new Set<() => void>();
  #stdout = '';
  #stderr = '';

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    // Compiled once for all processes of a test file: they start in half the time.
    const own = { PATH: process.env['PATH'], NODE_COMPILE_CACHE: compiled(), ...env };
    this.#child = spawn(process.execPath, [main, ...args], { env: own });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      this.#changed();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
      this.#changed();
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('close', (status) => {
        resolve({ status, stdout: this.#stdout, stderr: this.#stderr });
        this.#changed();
      });
    });
    onTestFinished(() => {
      this.#child.kill('SIGKILL');
    });
  }

  /** The first group of the first match in either output, as soon as it is there. */
  async seen(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const watch = (): void => {
        const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
        if (match === null && this.#child.exitCode === null) return;
        this.#watchers.delete(watch);
        if (match !== null) resolve(match[1] ?? match[0]);
        else reject(new Error(`no ${String(pattern)} in:\n${this.#stdout}\n${this.#stderr}`));
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  /** Types a line. */
  type(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  /** Writes all of standard input. */
  give(input: string): void {
    this.#child.stdin.end(input);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  ended(): Promise<Ended> {
    return this.#ended;
  }

  #changed(): void {
    for (const watch of this.#watchers) watch();
  }
}

/** Runs a command to its end. */
export async function peersync(
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const running = new ProgramProcess(args, env);
  running.give(input);
  return running.ended();
}

/** A folder that goes away with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** The JSON lines of an output. */
export function eventsOf(output: string): Record<string, unknown>[] {
  const lines = output.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}
