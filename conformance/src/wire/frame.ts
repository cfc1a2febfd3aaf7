// Frames: a stream of octets cut into bodies and back (chapter 5). It knows no message, no key, and
// not which limit is in force when.
import { fault, isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { concat, u32 } from './octets.ts';

const headerOctets = 4;

/**
 * One frame: the length of the body as 4 octets, then the body (PSP-FRAME-1). An empty body is
 * allowed, because the kit also sends what no writer may (PSP-FRAME-2).
 */
export function frameOf(body: Uint8Array): Uint8Array {
  return concat(u32(body.length), body);
}

/** Cuts a stream that arrives in pieces of any size into bodies. */
export class FrameReader {
  #pieces: Uint8Array[] = [];
  #size = 0;
  #length: number | undefined;
  #broken: Fault | undefined;

  /** Takes over the next piece of the stream. The caller does not change it afterwards. */
  push(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#size += piece.length;
  }

  /** Octets of a frame that is not complete, its length octets included. 0: a boundary. */
  get partial(): number {
    return this.#size + (this.#length === undefined ? 0 : headerOctets);
  }

  /**
   * The next body, undefined where octets are missing, or the fault that ends the stream.
   * A length is judged once, by the limit given when its fourth octet is there.
   *
   * @param limit - The greatest length of a body in force, in octets.
   */
  take(limit: number): Uint8Array | Fault | undefined {
    if (this.#broken !== undefined) return this.#broken;
    if (this.#length === undefined) {
      if (this.#size < headerOctets) return undefined;
      const length = this.#judge(limit);
      if (isFault(length)) {
        this.#broken = length;
        return length;
      }
      this.#length = length;
    }
    if (this.#size < this.#length) return undefined;
    const body = this.#shift(this.#length);
    this.#length = undefined;
    return body;
  }

  /** At the end of the stream: undefined at a boundary, TRUNCATED inside a frame (PSP-FRAME-7). */
  end(): Fault | undefined {
    if (this.#broken !== undefined || this.partial === 0) return this.#broken;
    return fault('TRUNCATED', 'PSP-FRAME-7', `the stream ends after ${this.partial} octets`);
  }

  #judge(limit: number): number | Fault {
    const header = this.#shift(headerOctets);
    const length = new DataView(header.buffer).getUint32(0);
    if (length === 0) return fault('MALFORMED_FRAME', 'PSP-FRAME-2', 'a frame of length 0');
    // PSP-FRAME-3: the body is not waited for.
    if (length > limit) {
      return fault('FRAME_TOO_LARGE', 'PSP-FRAME-3', `length ${length}, limit ${limit}`);
    }
    return length;
  }

  #shift(count: number): Uint8Array {
    const out = new Uint8Array(count);
    let filled = 0;
    let used = 0;
    while (filled < count) {
      const piece = this.#pieces[used];
      if (piece === undefined) throw new KitError('fewer octets than were counted');
      const part = piece.subarray(0, count - filled);
      out.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) used += 1;
      else this.#pieces[used] = piece.subarray(part.length);
    }
    // Once for each body: a stream of single octets stays linear.
    this.#pieces.splice(0, used);
    this.#size -= count;
    return out;
  }
}
