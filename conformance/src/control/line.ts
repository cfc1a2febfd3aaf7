// Cuts what a testee writes into lines, and tells answers and events from log noise. Pure: octets
// in, values out. Knows no command.

/** Octets of one line, its line feed not counted. */
export const LINE_OCTETS_MAX = 67_108_864;

/** A line as it came. */
export type RawLine =
  | { readonly kind: 'line'; readonly octets: Uint8Array }
  /** Longer than is allowed; its octets are gone but for the first 256. */
  | { readonly kind: 'overlong'; readonly head: Uint8Array; readonly octets: number };

type JsonObject = Readonly<Record<string, unknown>>;

/** What a line means. */
export type ParsedLine =
  | { readonly kind: 'answer'; readonly value: JsonObject }
  | { readonly kind: 'event'; readonly value: JsonObject }
  | { readonly kind: 'noise'; readonly text: string };

const lineFeed = 0x0a;
const headOctets = 256;

/** Puts lines together from pieces; holds at most one line. */
export class LineReader {
  readonly #octetsMax: number;
  #pieces: Uint8Array[] = [];
  #octets = 0;

  /** @param octetsMax - A longer line is counted and thrown away. */
  constructor(octetsMax = LINE_OCTETS_MAX) {
    this.#octetsMax = octetsMax;
  }

  /** Takes octets; gives the lines that they complete. */
  push(octets: Uint8Array): RawLine[] {
    const lines: RawLine[] = [];
    let from = 0;
    for (;;) {
      const end = octets.indexOf(lineFeed, from);
      this.#add(octets.subarray(from, end < 0 ? octets.length : end));
      if (end < 0) return lines;
      lines.push(this.#take());
      from = end + 1;
    }
  }

  /** What came after the last line feed, at the end of the stream; undefined: nothing did. */
  rest(): RawLine | undefined {
    return this.#octets === 0 ? undefined : this.#take();
  }

  #add(piece: Uint8Array): void {
    this.#octets += piece.length;
    if (this.#octets <= this.#octetsMax) {
      if (piece.length > 0) this.#pieces.push(piece.slice());
      return;
    }
    // Of a line that is too long only the beginning is kept: it is to be shown, not read.
    this.#pieces = [joined(this.#pieces).slice(0, headOctets)];
  }

  #take(): RawLine {
    const octets = this.#octets;
    const line = joined(this.#pieces);
    this.#pieces = [];
    this.#octets = 0;
    if (octets > this.#octetsMax) return { kind: 'overlong', head: line, octets };
    return { kind: 'line', octets: line };
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Tells what a line is: a JSON object with `ev` or `id`, or noise. */
export function parseLine(octets: Uint8Array): ParsedLine {
  const text = new TextDecoder().decode(octets).replace(/\r$/, '');
  const noise: ParsedLine = { kind: 'noise', text };
  if (!/^\s*\{/.test(text)) return noise;
  let value: unknown;
  try {
    // Fatal here: a replacement character inside a resource would be blamed on its store.
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(octets));
  } catch {
    return noise;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return noise;
  const object = value as JsonObject;
  if ('ev' in object) return { kind: 'event', value: object };
  if ('id' in object) return { kind: 'answer', value: object };
  return noise;
}

/**
 * One command as a line, line feed included. Characters that some line readers take for the end of
 * a line are escaped.
 */
export function lineOf(command: JsonObject): string {
  const text = JSON.stringify(command).replace(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}

/** Why a noise line may have been meant as an answer; undefined: nothing speaks for it. */
export function hintAbout(noise: string): string | undefined {
  if (/^\s*\{\s*"(id|ev)"/.test(noise)) {
    return 'a line begins like an answer but is no JSON; write each object on one line, whole';
  }
  if (/^\s*\{\s*$/.test(noise)) {
    return 'a line holds nothing but "{"; write each object on one line';
  }
  return undefined;
}
