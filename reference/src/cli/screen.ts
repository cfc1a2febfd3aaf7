// Where the program's words go: results to standard output, the live line, questions and problems
// to standard error. Decides about colour, terminal or pipe, JSON and silence; knows nothing of
// what is said.
import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';

/** The streams and variables of the process, given so that nothing reaches for globals. */
export interface Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How much and in which form the program speaks. */
export interface SpeechOptions {
  /** One JSON object a line on standard output, nothing else there. */
  readonly json?: boolean;
  /** No progress and no hints. */
  readonly quiet?: boolean;
}

/** Marks of emphasis; without colour each gives its text unchanged. */
export type Emphasis = 'bold' | 'dim' | 'green' | 'yellow' | 'red';

const marks: Readonly<Record<Emphasis, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
};
const escape = '\u001b';
const clearLine = `\r${escape}[K`;

/** Speaks to the user of one command. */
export class Screen {
  readonly json: boolean;
  readonly quiet: boolean;
  /** True where a live line can be redrawn: standard error is a terminal. */
  readonly live: boolean;
  /** True where a person can be asked: standard input and standard error are terminals. */
  readonly canAsk: boolean;
  readonly #around: Surroundings;
  #line = '';

  constructor(around: Surroundings, options: SpeechOptions = {}) {
    this.#around = around;
    this.json = options.json ?? false;
    this.quiet = options.quiet ?? false;
    this.live = around.stderr.isTTY === true && around.env['TERM'] !== 'dumb' && !this.quiet;
    this.canAsk = around.stdin.isTTY === true && around.stderr.isTTY === true;
  }

  get env(): Surroundings['env'] {
    return this.#around.env;
  }

  get stdin(): Surroundings['stdin'] {
    return this.#around.stdin;
  }

  /** Columns of the terminal, 80 where unknown. */
  get columns(): number {
    return Math.max(20, this.#around.stderr.columns ?? 80);
  }

  /** True where standard output is a terminal. */
  get printsToTerminal(): boolean {
    return this.#around.stdout.isTTY === true;
  }

  /** A result: standard output, unless JSON was asked for. */
  print(text: string): void {
    if (!this.json) this.#write(this.#around.stdout, `${text}\n`);
  }

  /** A hint that may be missed: as {@link Screen.print}, unless the user wants quiet. */
  hint(text: string): void {
    if (!this.quiet) this.print(text);
  }

  /** Octets as they are, to standard output. */
  printOctets(octets: Uint8Array): void {
    this.#around.stdout.write(octets);
  }

  /** An event for a program: one JSON object on one line; nothing unless JSON was asked for. */
  emit(event: Readonly<Record<string, unknown>>): void {
    if (this.json) this.#write(this.#around.stdout, `${JSON.stringify(event)}\n`);
  }

  /** What went wrong or needs attention: standard error, always. */
  problem(text: string): void {
    this.#write(this.#around.stderr, `${text}\n`);
  }

  /** A line of progress where there is no live line: standard error, unless quiet or JSON. */
  progress(text: string): void {
    if (!this.quiet && !this.json) this.#write(this.#around.stderr, `${text}\n`);
  }

  /** Replaces the live line; an empty text takes it away. Does nothing where none can be drawn. */
  liveLine(text: string): void {
    if (!this.live || text === this.#line) return;
    this.#line = text;
    this.#around.stderr.write(clearLine + text);
  }

  /**
   * Asks the person at the terminal.
   *
   * @param onCancel - Called when Ctrl-C is pressed at the question.
   * @returns The answer; undefined when the input ended or `signal` was given.
   */
  async ask(
    question: string,
    signal: AbortSignal,
    onCancel: () => void,
  ): Promise<string | undefined> {
    this.liveLine('');
    const { stdin, stderr } = this.#around;
    const lines = createInterface({ input: stdin, output: stderr, terminal: true });
    const closed = Promise.withResolvers<undefined>();
    lines.once('close', () => {
      closed.resolve(undefined);
    });
    // In a terminal's raw mode Ctrl-C is a key like any other and raises no signal.
    lines.on('SIGINT', onCancel);
    try {
      const answer = lines.question(question, { signal });
      answer.catch(() => undefined);
      return await Promise.race([answer, closed.promise]);
    } catch (error) {
      if (!signal.aborted) throw error;
      stderr.write('\n');
      return undefined;
    } finally {
      lines.close();
    }
  }

  /** Emphasises text on standard output, or as it is where colour is not wanted. */
  mark(emphasis: Emphasis, text: string): string {
    return this.#colours(this.#around.stdout) ? marked(emphasis, text) : text;
  }

  /** As {@link Screen.mark}, for standard error. */
  markProblem(emphasis: Emphasis, text: string): string {
    return this.#colours(this.#around.stderr) ? marked(emphasis, text) : text;
  }

  #colours(stream: { readonly isTTY?: boolean }): boolean {
    const { env } = this.#around;
    // https://no-color.org: present and not empty.
    const refused = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
    return stream.isTTY === true && !refused;
  }

  /** Writes above the live line, which is drawn again below. */
  #write(stream: Writable, text: string): void {
    if (this.#line === '') {
      stream.write(text);
      return;
    }
    this.#around.stderr.write(clearLine);
    stream.write(text);
    this.#around.stderr.write(this.#line);
  }
}

function marked(emphasis: Emphasis, text: string): string {
  const [on, off] = marks[emphasis];
  return `${escape}[${on}m${text}${escape}[${off}m`;
}

/** A reader that goes away (`| head`) is no fault; the exit status still tells what happened. */
export function tolerateClosedPipes({ stdout, stderr }: Surroundings): void {
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
}

function ignoreClosedPipe(error: Error): void {
  if (!('code' in error) || error.code !== 'EPIPE') throw error;
}
