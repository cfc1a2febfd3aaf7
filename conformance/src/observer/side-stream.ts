// The octets of one side as one stream, with the position in the transcript of each of them. It
// cuts frames by their length and judges none.
import { concat } from '../wire/octets.ts';
import type { Side, Transcript } from '../peer/transcript.ts';

const headerOctets = 4;
const bodiesMax = 16;

/** A frame, or the beginning of one. */
export interface Cut {
  /** Number of the frame among those of its side, from 0. */
  readonly index: number;
  /** Position of its first octet in the stream. */
  readonly from: number;
  /** What its length octets say. */
  readonly declared: number;
}

/** The stream of one side, revealed up to a point. */
export class SideStream {
  readonly octets: Uint8Array;
  #revealed = 0;
  #from = 0;
  #index = 0;

  constructor(transcript: Transcript, side: Side) {
    const pieces = transcript.entries.filter((entry) => entry.side === side);
    this.octets = concat(...pieces.flatMap(({ octets }) => octets ?? []));
  }

  /** Octets that were there so far. */
  get revealed(): number {
    return this.#revealed;
  }

  /** Where the frame begins that is not complete, or that comes next. */
  get from(): number {
    return this.#from;
  }

  /** Number of the frame that is not complete, or that comes next. */
  get index(): number {
    return this.#index;
  }

  /** The octets of the next entry of the transcript are there. */
  reveal(count: number): void {
    this.#revealed += count;
  }

  /** The frame whose length is there, complete or not. */
  head(): Cut | undefined {
    if (this.#revealed < this.#from + headerOctets) return undefined;
    const view = new DataView(this.octets.buffer, this.octets.byteOffset);
    return { index: this.#index, from: this.#from, declared: view.getUint32(this.#from) };
  }

  /** The body of a frame, undefined while octets of it are missing; the next frame begins after. */
  take({ from, declared }: Cut): Uint8Array | undefined {
    const start = from + headerOctets;
    if (this.#revealed < start + declared) return undefined;
    this.#from = start + declared;
    this.#index += 1;
    return this.octets.subarray(start, start + declared);
  }

  /**
   * The bodies that a frame has with other lengths than it declares: those after which whole frames
   * follow up to the end of the stream, the longest first, and those for which all lengths from
   * there on are off by as much. A few, for each costs its opening.
   */
  bodiesOf({ from, declared }: Cut): Uint8Array[] {
    const start = from + headerOctets;
    const { octets } = this;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    // By position: whether whole frames lead from there to the end.
    const leads = new Uint8Array(octets.length - start + 1);
    const found: Uint8Array[] = [];
    for (let at = octets.length; at > start && found.length < bodiesMax; at -= 1) {
      const next = at + headerOctets < octets.length ? view.getUint32(at) : 0;
      const isCut = next > 0 && leads[at + headerOctets + next - start] === 1;
      if (!isCut && at < octets.length) continue;
      leads[at - start] = 1;
      if (at - start !== declared) found.push(octets.subarray(start, at));
    }
    return [...found, ...this.#bodiesOff({ from, declared })];
  }

  #bodiesOff({ from, declared }: Pick<Cut, 'from' | 'declared'>): Uint8Array[] {
    const { octets } = this;
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    const isWholeOff = (by: number): boolean => {
      let at = from;
      while (at + headerOctets <= octets.length) {
        const length = view.getUint32(at) + by;
        if (length <= 0) return false;
        at += headerOctets + length;
      }
      return at === octets.length;
    };
    return [-4, -2, -1, 1, 2, 4]
      .filter((by) => declared + by > 0 && isWholeOff(by))
      .map((by) => octets.subarray(from + headerOctets, from + headerOctets + declared + by));
  }
}
