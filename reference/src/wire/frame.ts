// Cuts a stream of octets into frame bodies and puts bodies into frames. Knows nothing of messages,
// keys or connections.
import { ErrorCode } from './messages.ts';
import { isViolation, UsageError, violation, type Violation } from './violation.ts';

/** Octets of a frame's header: the length of the body (PSP-FRAME-1). */
export const FRAME_HEADER_OCTETS = 4;

const LENGTH_MAX = 0xffff_ffff;
const FIRST_CAPACITY = 4096;
const nothing = new Uint8Array(0);

function checkLimit(limitOctets: number): number {
  if (!Number.isInteger(limitOctets) || limitOctets < 1 || limitOctets > LENGTH_MAX) {
    throw new UsageError(`a frame limit is 1 to ${LENGTH_MAX} octets, not ${limitOctets}`);
  }
  return limitOctets;
}

/**
 * Reads frames from a stream, however the stream is cut (PSP-FRAME-8). Each octet is copied a
 * bounded number of times, so the work is linear in what is fed. Memory follows the octets that
 * arrived, never the length that was declared.
 *
 * Call {@link FrameReader.next} until it returns undefined, then {@link FrameReader.push} again.
 */
export class FrameReader {
  #limit: number;
  #chunks: Uint8Array[] = [];
  /** The chunk to go on with; those before it are used up. */
  #head = 0;
  readonly #header = new Uint8Array(FRAME_HEADER_OCTETS);
  #headerOctets = 0;
  #body = nothing;
  #bodyOctets = 0;
  #fault: Violation | undefined;

  /**
   * @param limitOctets - Longest body to accept, in octets (PSP-FRAME-4 before keys).
   * @throws {@link UsageError} where the limit is not a length that a header can hold.
   */
  constructor(limitOctets: number) {
    this.#limit = checkLimit(limitOctets);
  }

  /**
   * Changes the limit for the frames that {@link FrameReader.next} has not returned yet, those
   * already pushed included (PSP-FRAME-5).
   *
   * @throws {@link UsageError} where the limit is not a length that a header can hold.
   */
  setLimit(limitOctets: number): void {
    this.#limit = checkLimit(limitOctets);
  }

  /**
   * Takes octets as they arrived. The reader keeps a reference to `chunk` until `next` has returned
   * undefined; the caller leaves it unchanged until then. After a violation octets are dropped.
   */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0 || this.#fault !== undefined) return;
    // A plain view: `slice` of a Buffer would not copy.
    this.#chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }

  /**
   * The body of the next frame as a copy of its own.
   *
   * @returns undefined where more octets are needed; a violation, once and for all, where the peer
   * broke the framing: MALFORMED_FRAME or FRAME_TOO_LARGE.
   */
  next(): Uint8Array | Violation | undefined {
    if (this.#fault !== undefined) return this.#fault;
    for (let chunk = this.#chunks[this.#head]; chunk !== undefined;) {
      const [result, used] = this.#take(chunk);
      if (isViolation(result)) return this.#refuse(result);
      if (used < chunk.length) {
        this.#chunks[this.#head] = chunk.subarray(used);
      } else {
        this.#chunks[this.#head++] = nothing;
      }
      if (result !== undefined) return result;
      chunk = this.#chunks[this.#head];
    }
    this.#chunks = [];
    this.#head = 0;
    return undefined;
  }

  /**
   * Whether the stream may end here: no octet of an unfinished frame is held. The end of the stream
   * elsewhere is an interruption (PSP-FRAME-7).
   */
  atBoundary(): boolean {
    return this.#headerOctets === 0 && this.#head === this.#chunks.length;
  }

  /** Takes from one chunk until it or the frame ends; also says how many octets were used. */
  #take(chunk: Uint8Array): [Uint8Array | Violation | undefined, number] {
    let used = 0;
    while (this.#headerOctets < FRAME_HEADER_OCTETS && used < chunk.length) {
      this.#header[this.#headerOctets++] = chunk[used++] ?? 0;
    }
    if (this.#headerOctets < FRAME_HEADER_OCTETS) return [undefined, used];
    const length = new DataView(this.#header.buffer).getUint32(0);
    const refused = this.#judge(length);
    if (refused !== undefined) return [refused, used];
    const end = Math.min(chunk.length, used + length - this.#bodyOctets);
    if (this.#bodyOctets === 0 && end - used === length) {
      this.#headerOctets = 0;
      return [chunk.slice(used, end), end];
    }
    this.#keep(chunk.subarray(used, end), length);
    return [this.#bodyOctets === length ? this.#takeBody() : undefined, end];
  }

  #judge(length: number): Violation | undefined {
    if (length === 0) {
      return violation(ErrorCode.MALFORMED_FRAME, 'PSP-FRAME-2', 'a frame of length 0');
    }
    // PSP-FRAME-3: refuse on the promise alone, so that a promise costs us nothing.
    if (length > this.#limit) {
      const detail = `a frame of ${length} octets; the limit is ${this.#limit}`;
      return violation(ErrorCode.FRAME_TOO_LARGE, 'PSP-FRAME-3', detail);
    }
    return undefined;
  }

  /** Adds octets to the unfinished body; its room doubles, so that each octet moves O(1) times. */
  #keep(octets: Uint8Array, length: number): void {
    const needed = this.#bodyOctets + octets.length;
    if (needed > this.#body.length) {
      const room = Math.max(needed, 2 * this.#body.length, FIRST_CAPACITY);
      const grown = new Uint8Array(Math.min(room, length));
      grown.set(this.#body.subarray(0, this.#bodyOctets));
      this.#body = grown;
    }
    this.#body.set(octets, this.#bodyOctets);
    this.#bodyOctets = needed;
  }

  #takeBody(): Uint8Array {
    // The room never exceeds the length of the frame, so a finished body fills it.
    const body = this.#body;
    this.#body = nothing;
    this.#bodyOctets = 0;
    this.#headerOctets = 0;
    return body;
  }

  #refuse(fault: Violation): Violation {
    this.#fault = fault;
    this.#chunks = [];
    this.#head = 0;
    this.#body = nothing;
    return fault;
  }
}

/**
 * The header of a frame whose body has `bodyOctets` octets (PSP-FRAME-1, PSP-CONV-1).
 *
 * @throws {@link UsageError} where no header can hold the length, or it is 0.
 */
export function encodeFrameHeader(bodyOctets: number): Uint8Array {
  checkLimit(bodyOctets);
  const header = new Uint8Array(FRAME_HEADER_OCTETS);
  new DataView(header.buffer).setUint32(0, bodyOctets);
  return header;
}

/**
 * A whole frame: header and body.
 *
 * @param limitOctets - The limit in force at the peer (PSP-FRAME-6); absent: none.
 * @throws {@link UsageError} where the body is empty or longer than the limit.
 */
export function encodeFrame(body: Uint8Array, limitOctets: number = LENGTH_MAX): Uint8Array {
  // PSP-FRAME-6: our own fault, found before the peer has to.
  if (body.length > limitOctets) {
    throw new UsageError(`a body of ${body.length} octets; the peer reads ${limitOctets}`);
  }
  const frame = new Uint8Array(FRAME_HEADER_OCTETS + body.length);
  frame.set(encodeFrameHeader(body.length));
  frame.set(body, FRAME_HEADER_OCTETS);
  return frame;
}
