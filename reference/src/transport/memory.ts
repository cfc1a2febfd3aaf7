// A connection inside one process: bounded like a real one, and able to be cut, torn into pieces
// and held up exactly where a test wants it. Knows octets only; no clock and no sockets.
import { TransportError, type ByteStream } from './transport.ts';

/** One of a connection's two directions: `memoryPair` returns the streams a and b. */
export type Direction = 'aToB' | 'bToA';

/** Options of {@link memoryPair}. */
export interface MemoryOptions {
  /** Octets that each direction holds before its writer must wait; default 65 536, at least 1. */
  readonly capacityOctets?: number;
  /**
   * Cuts the connection once this many octets of a direction were written. What either side was
   * sent before the cut can still be read.
   */
  readonly cutAfterOctets?: Readonly<Partial<Record<Direction, number>>>;
  /** How readers see a cut: as an error (default), or as an end, as when a process dies. */
  readonly cutAs?: 'error' | 'end';
  /**
   * The sizes, 1 and more, of the next pieces that a reader gets; asked again when they are used
   * up. Pieces cross the borders between writes. Default: as written.
   */
  readonly fragment?: (availableOctets: number, direction: Direction) => Iterable<number>;
  /** Awaited before octets that were written can be read. */
  readonly delay?: (octets: number, direction: Direction) => Promise<void>;
}

/** A `fragment` that gives `octets` at a time. */
export function piecesOf(octets: number): NonNullable<MemoryOptions['fragment']> {
  return () => [octets];
}

type Ending = 'end' | 'error' | undefined;

/** A signal that several may await, and that can be given again and again. */
class Signal {
  #next = Promise.withResolvers<void>();

  give(): void {
    this.#next.resolve();
    this.#next = Promise.withResolvers<void>();
  }

  wait(): Promise<void> {
    return this.#next.promise;
  }
}

/** What both directions share: a cut or a close concerns both. */
class Link {
  /** Given at every change of state, to readers and writers of both directions. */
  readonly changed = new Signal();
  /** How reads end once everything delivered was read. */
  severed: Ending;
  readonly #severing = Promise.withResolvers<void>();
  readonly whenSevered = this.#severing.promise;

  sever(as: 'end' | 'error'): void {
    this.severed ??= as;
    this.#severing.resolve();
    this.changed.give();
  }
}

/** One direction: a bounded queue of octets. */
class Pipe {
  readonly #link: Link;
  readonly #options: MemoryOptions;
  readonly #direction: Direction;
  readonly #capacity: number;
  readonly #queue: Uint8Array[] = [];
  #readable = 0;
  #held = 0;
  #written = 0;
  #ended = false;
  #sizes: Iterator<number> | undefined;
  #lastWrite: Promise<void> = Promise.resolve();

  constructor(link: Link, options: MemoryOptions, direction: Direction) {
    this.#link = link;
    this.#options = options;
    this.#direction = direction;
    this.#capacity = options.capacityOctets ?? 65_536;
    if (!(this.#capacity >= 1)) throw new RangeError('capacityOctets must be at least 1.');
  }

  /** Queues behind earlier writes, so that octets keep their order when nobody awaits. */
  write(octets: Uint8Array, isClosed: () => boolean): Promise<void> {
    const turn = this.#lastWrite.then(() => this.#push(octets.slice(), isClosed));
    this.#lastWrite = turn.catch(() => undefined);
    return turn;
  }

  async end(): Promise<void> {
    await this.#lastWrite;
    if (this.#link.severed === 'error') throw broken();
    this.#ended = true;
    this.#link.changed.give();
  }

  async read(isClosed: () => boolean): Promise<Uint8Array | undefined> {
    for (;;) {
      if (isClosed()) throw closedHere();
      const first = this.#queue[0];
      if (first !== undefined) return this.#take(first);
      if (this.#ended || this.#link.severed === 'end') return undefined;
      if (this.#link.severed === 'error') throw broken();
      await this.#link.changed.wait();
    }
  }

  async #push(octets: Uint8Array, isClosed: () => boolean): Promise<void> {
    let left = octets;
    while (left.length > 0) {
      // Once full, half must be free again: crumbs of space would make crumbs of octets.
      const room = this.#held < this.#capacity ? 1 : Math.ceil(this.#capacity / 2);
      while (!this.#hasRoom(room) && this.#link.severed === undefined && !isClosed()) {
        await this.#link.changed.wait();
      }
      if (isClosed()) throw closedHere();
      if (this.#link.severed !== undefined) throw broken();
      const untilCut =
        (this.#options.cutAfterOctets?.[this.#direction] ?? Infinity) - this.#written;
      const piece = left.subarray(0, Math.min(this.#capacity - this.#held, untilCut));
      left = left.subarray(piece.length);
      await this.#deliver(piece);
    }
  }

  #hasRoom(octets: number): boolean {
    return this.#capacity - this.#held >= octets;
  }

  async #deliver(piece: Uint8Array): Promise<void> {
    this.#held += piece.length;
    this.#written += piece.length;
    const gate = this.#options.delay?.(piece.length, this.#direction);
    if (gate !== undefined) await Promise.race([gate, this.#link.whenSevered]);
    // What the gate still held back is lost with the connection; the writer learns it next.
    if (this.#link.severed !== undefined) throw broken();
    if (piece.length > 0) this.#queue.push(piece);
    this.#readable += piece.length;
    this.#link.changed.give();
    if (this.#written >= (this.#options.cutAfterOctets?.[this.#direction] ?? Infinity)) {
      this.#link.sever(this.#options.cutAs ?? 'error');
    }
  }

  #take(first: Uint8Array): Uint8Array {
    const wanted = this.#nextSize() ?? first.length;
    const taken = new Uint8Array(Math.min(wanted, this.#readable));
    let filled = 0;
    while (filled < taken.length) {
      const chunk = this.#queue.shift() ?? taken;
      const part = chunk.subarray(0, taken.length - filled);
      taken.set(part, filled);
      filled += part.length;
      if (part.length < chunk.length) this.#queue.unshift(chunk.subarray(part.length));
    }
    this.#held -= taken.length;
    this.#readable -= taken.length;
    this.#link.changed.give();
    return taken;
  }

  #nextSize(): number | undefined {
    const { fragment } = this.#options;
    if (fragment === undefined) return undefined;
    let next = this.#sizes?.next();
    if (next === undefined || next.done === true) {
      this.#sizes = fragment(this.#readable, this.#direction)[Symbol.iterator]();
      next = this.#sizes.next();
    }
    if (next.done === true || !(next.value >= 1)) {
      throw new RangeError('fragment must give sizes of at least 1.');
    }
    return Math.floor(next.value);
  }
}

class MemoryStream implements ByteStream {
  readonly #link: Link;
  readonly #incoming: Pipe;
  readonly #outgoing: Pipe;
  #closed = false;
  #reading = false;
  #ending: Promise<void> | undefined;

  constructor(link: Link, incoming: Pipe, outgoing: Pipe) {
    this.#link = link;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#reading) throw new Error('Await one read before the next.');
    this.#reading = true;
    try {
      return await this.#incoming.read(() => this.#closed);
    } finally {
      this.#reading = false;
    }
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#closed) throw closedHere();
    if (this.#ending !== undefined) throw new Error('Nothing can be written after end().');
    await this.#outgoing.write(octets, () => this.#closed);
  }

  async end(): Promise<void> {
    if (this.#closed) throw closedHere();
    this.#ending ??= this.#outgoing.end();
    return this.#ending;
  }

  close(): void {
    this.#closed = true;
    // As of a process that dies: its system still ends the connection in good order.
    this.#link.sever('end');
  }
}

/**
 * Makes two connected streams, a and b.
 *
 * @throws RangeError for a capacity below 1; and out of `read` when `fragment` gives no size.
 */
export function memoryPair(options: MemoryOptions = {}): [ByteStream, ByteStream] {
  const link = new Link();
  const aToB = new Pipe(link, options, 'aToB');
  const bToA = new Pipe(link, options, 'bToA');
  return [new MemoryStream(link, bToA, aToB), new MemoryStream(link, aToB, bToA)];
}

function closedHere(): TransportError {
  return new TransportError('The connection was closed on this side.');
}

function broken(): TransportError {
  return new TransportError('The connection to the other device broke.');
}
