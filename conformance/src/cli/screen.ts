// Where the program's words go: results to standard output, progress and problems to standard
// error. Decides about colour, terminal, pipe and CI; knows nothing of what is said.
import type { Readable, Writable } from 'node:stream';

/** The streams and variables of the process, given so that nothing reaches for globals. */
export interface Surroundings {
  readonly stdin: Readable;
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Marks of emphasis; without colour each gives its text unchanged. */
export type Emphasis = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

const marks: Readonly<Record<Emphasis, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  cyan: [36, 39],
};
const escape = '\u001b';
const clearLine = `\r${escape}[K`;

/** Speaks to the user of one command. */
export class Screen {
  /** True where a live line can be redrawn: a terminal, and nobody asked for quiet. */
  readonly live: boolean;
  readonly env: Surroundings['env'];
  readonly #around: Surroundings;
  #line = '';

  constructor(around: Surroundings, options: { readonly quiet?: boolean } = {}) {
    const { env, stderr } = around;
    this.#around = around;
    this.env = env;
    const isRobot = (env['CI'] ?? '') !== '' || env['TERM'] === 'dumb';
    this.live = stderr.isTTY === true && !isRobot && options.quiet !== true;
  }

  /** Columns of the terminal, 80 where unknown. */
  get columns(): number {
    // A pseudo-terminal that nobody sized says 0.
    return Math.max(20, this.#around.stderr.columns || 80);
  }

  /** A result: standard output. */
  print(text: string): void {
    this.#write(this.#around.stdout, `${text}\n`);
  }

  /** What went wrong or needs attention: standard error. */
  problem(text: string): void {
    this.#write(this.#around.stderr, `${text}\n`);
  }

  /** Replaces the live line; an empty text takes it away. Does nothing where none can be drawn. */
  liveLine(text: string): void {
    if (!this.live || text === this.#line) return;
    this.#line = text;
    this.#around.stderr.write(clearLine + text);
  }

  /** Emphasises text on standard output, or leaves it where colour is not wanted. */
  mark(emphasis: Emphasis, text: string): string {
    return this.#colours(this.#around.stdout) ? marked(emphasis, text) : text;
  }

  /** As {@link Screen.mark}, for standard error. */
  markProblem(emphasis: Emphasis, text: string): string {
    return this.#colours(this.#around.stderr) ? marked(emphasis, text) : text;
  }

  #colours(stream: { readonly isTTY?: boolean }): boolean {
    // https://no-color.org: present and not empty.
    const isRefused = (this.env['NO_COLOR'] ?? '') !== '' || this.env['TERM'] === 'dumb';
    return stream.isTTY === true && !isRefused;
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

/**
 * Text of a testee without what a terminal would act upon: control characters become `?`.
 */
export function harmless(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what has to go.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '?');
}

/** A reader (`| head`) or terminal that goes away is no fault: the exit status still tells. */
export function tolerateClosedPipes({ stdout, stderr }: Surroundings): void {
  for (const stream of [stdout, stderr]) stream.on('error', ignoreClosedPipe);
}

function ignoreClosedPipe(error: Error): void {
  if (!('code' in error) || (error.code !== 'EPIPE' && error.code !== 'EIO')) throw error;
}
