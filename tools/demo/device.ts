// One device of the demonstration: a store file and the program `peersync`, run as a process of its
// own each time, as a person at a terminal would run it. Knows the program by its command line
// only.
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../reference/src/cli/main.ts', import.meta.url));

/** Prints one line of the demonstration. */
export type Say = (line: string) => void;

/** A run of the program that is under way. */
export interface Running {
  /** The first match of a pattern in the output, as soon as it is there. */
  readonly seen: (pattern: RegExp) => Promise<string>;
  /** Types a line. */
  readonly type: (text: string) => void;
  /** Waits for the end. @throws Error when the exit status is not 0. */
  readonly ended: () => Promise<void>;
}

/** A device with a store. */
export class Device {
  readonly name: string;
  readonly store: string;
  readonly #say: Say;
  readonly #living = new Set<ChildProcessWithoutNullStreams>();
  #isStopped = false;

  constructor(name: string, store: string, say: Say) {
    this.name = name;
    this.store = store;
    this.#say = say;
  }

  /** Runs a command to its end; gives what it prints, without the last line end. */
  async run(args: readonly string[], input = ''): Promise<string> {
    this.#say(this.#commandLine(args));
    const child = this.#spawn(args);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.pipe(process.stderr);
    child.stdin.end(input);
    await succeeded(child, args);
    return output.trimEnd();
  }

  /** Starts a command, and says every line that it prints. */
  start(args: readonly string[], say: Say): Running {
    this.#say(this.#commandLine(args));
    const child = this.#spawn(args);
    const lines: string[] = [];
    const watchers = new Set<() => void>();
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        say(line);
        lines.push(line);
        for (const watch of watchers) watch();
      });
    }
    const ended = succeeded(child, args);
    // Whoever waits for a line learns of an early end first.
    ended.catch(() => undefined);
    return {
      seen: (pattern) => seenIn(lines, watchers, pattern, ended),
      type: (text) => {
        child.stdin.write(`${text}\n`);
      },
      ended: () => ended,
    };
  }

  /** Ends what is under way on it, and starts nothing more: whoever wants it to learns of it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const closed = [...this.#living].map(async (child) => once(child, 'close'));
    for (const child of this.#living) child.kill();
    await Promise.all(closed);
  }

  #spawn(args: readonly string[]): ChildProcessWithoutNullStreams {
    if (this.#isStopped) throw new Error(`${this.name} was stopped`);
    const env = { ...process.env, PEERSYNC_STORE: this.store };
    const child = spawn(process.execPath, [program, ...args], { env });
    // What it did not read any more shows in how it ended.
    child.stdin.on('error', () => undefined);
    this.#living.add(child);
    child.once('close', () => this.#living.delete(child));
    return child;
  }

  #commandLine(args: readonly string[]): string {
    const shown = args.map((arg) => (/^[\w./:=-]+$/.test(arg) ? arg : `'${arg}'`));
    return `${basename(this.store)} $ peersync ${shown.join(' ')}`;
  }
}

async function succeeded(
  child: ChildProcessWithoutNullStreams,
  args: readonly string[],
): Promise<void> {
  const [code, signal] = (await once(child, 'close')) as (number | string | null)[];
  if (code !== 0) throw new Error(`peersync ${args[0]} ended with ${code ?? signal}, not 0`);
}

async function seenIn(
  lines: readonly string[],
  watchers: Set<() => void>,
  pattern: RegExp,
  ended: Promise<void>,
): Promise<string> {
  const found = Promise.withResolvers<string>();
  const watch = (): void => {
    const match = lines.map((line) => pattern.exec(line)).find((one) => one !== null);
    if (match !== undefined) found.resolve(match[1] ?? match[0]);
  };
  watchers.add(watch);
  watch();
  ended.then(
    () => {
      found.reject(new Error(`the program ended without printing ${String(pattern)}`));
    },
    (error: unknown) => {
      found.reject(error);
    },
  );
  return found.promise.finally(() => {
    watchers.delete(watch);
  });
}
