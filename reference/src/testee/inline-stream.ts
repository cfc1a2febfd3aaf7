// The stream of a run that goes through control lines. Knows octets, not frames.
import { TransportError, type ByteStream } from '../transport/index.ts';

/** Octets of one line, at most. */
const lineOctetsMax = 65_536;

/** What the stream tells the other end. */
export interface InlineEvents {
  readonly octets: (octets: Uint8Array) => void;
  readonly end: () => void;
  readonly close: () => void;
}

interface Arrival {
  readonly octets: Uint8Array;
  readonly taken: () => void;
}

/** A stream whose other end is whoever reads the control lines. */
export class InlineStream implements ByteStream {
  readonly #events: InlineEvents;
  readonly #arrived: Arrival[] = [];
  #taking: (() => void) | undefined;
  #wake: (() => void) | undefined;
  #isEnded = false;
  #isCut = false;
  #isClosed = false;

  constructor(events: InlineEvents) {
    this.#events = events;
  }

  /** Octets of the peer; resolves when they were taken, or thrown away. */
  async arrive(octets: Uint8Array): Promise<void> {
    if (this.#isClosed || this.#isCut || this.#isEnded) return;
    const taken = Promise.withResolvers<void>();
    this.#arrived.push({ octets, taken: taken.resolve });
    this.#wake?.();
    await taken.promise;
  }

  /** The peer ended its writing side. */
  arriveEnd(): void {
    this.#isEnded = true;
    this.#wake?.();
  }

  /** The connection is lost. */
  cut(): void {
    this.#isCut = true;
    this.#dropArrived();
    this.#wake?.();
  }

  async read(): Promise<Uint8Array | undefined> {
    // Who reads again has dealt with what it read before.
    this.#taking?.();
    this.#taking = undefined;
    for (;;) {
      this.#check();
      const next = this.#arrived.shift();
      if (next !== undefined) {
        this.#taking = next.taken;
        return next.octets;
      }
      if (this.#isEnded) return undefined;
      const woken = Promise.withResolvers<void>();
      this.#wake = woken.resolve;
      await woken.promise;
    }
  }

  async write(octets: Uint8Array): Promise<void> {
    this.#check();
    for (let at = 0; at < octets.length; at += lineOctetsMax) {
      this.#events.octets(octets.subarray(at, at + lineOctetsMax));
    }
  }

  async end(): Promise<void> {
    this.#check();
    this.#events.end();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#dropArrived();
    this.#wake?.();
    this.#events.close();
  }

  #check(): void {
    if (this.#isClosed) throw new TransportError('The connection was closed on this side.');
    if (this.#isCut) throw new TransportError('The connection was lost.');
  }

  #dropArrived(): void {
    this.#taking?.();
    this.#taking = undefined;
    for (const { taken } of this.#arrived.splice(0)) taken();
  }
}
