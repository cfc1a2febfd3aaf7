// What a testee printed besides its answers, kept for the report. Bounded, whatever it prints.
import { LineReader } from './line.ts';

/** A line that was no control line. */
export interface NoiseLine {
  /** `out`: standard output or the control connection; `err`: standard error. */
  readonly from: 'out' | 'err';
  /** At most 4 096 characters. */
  readonly text: string;
}

const linesMax = 1_000;
const charactersMax = 4_096;
const octetsMax = 65_536;

/** The last lines of noise. */
export class Noise {
  readonly #err = new LineReader(octetsMax);
  #lines: NoiseLine[] = [];
  #total = 0;

  /** The newest lines, in order; at most 1 000. */
  get lines(): readonly NoiseLine[] {
    return this.#lines.slice(-linesMax);
  }

  /** How many older lines were dropped. */
  get dropped(): number {
    return Math.max(0, this.#total - linesMax);
  }

  /** Keeps one line. */
  add(from: NoiseLine['from'], text: string): void {
    if (text === '') return;
    this.#lines.push({ from, text: text.slice(0, charactersMax) });
    this.#total += 1;
    // Cut in large pieces: a testee that prints a lot must not cost a copy for each line.
    if (this.#lines.length === 2 * linesMax) this.#lines = this.#lines.slice(linesMax);
  }

  /** Keeps what came over standard error. */
  push(octets: Uint8Array): void {
    for (const line of this.#err.push(octets)) this.#addErr(line);
  }

  /** Keeps an unfinished line of standard error, at the end. */
  finish(): void {
    const rest = this.#err.rest();
    if (rest !== undefined) this.#addErr(rest);
  }

  #addErr(line: ReturnType<LineReader['push']>[number]): void {
    const octets = line.kind === 'line' ? line.octets : line.head;
    this.add('err', new TextDecoder().decode(octets).replace(/\r$/, ''));
  }
}
