// Frames on their way out: kept in order, written with back-pressure, while reading goes on
// elsewhere (PSP-STATE-3). Knows octets only.
import type { ByteStream } from '../transport/transport.ts';

/** A large frame is written in pieces of this size, so that progress shows on a slow link. */
const pieceOctets = 65_536;

/** What an outbox tells its owner. */
export interface OutboxListener {
  /** A piece left this device. */
  wrote(): void;
  /** Nothing waits any more behind what is being written. */
  drained(): void;
  /** The writing side is shut; `sent`: every frame was written before. */
  ended(sent: boolean): void;
}

/** The writing side of a stream. */
export class Outbox {
  readonly #stream: ByteStream;
  readonly #listener: OutboxListener;
  #frames: Uint8Array[] = [];
  #pumping = false;
  #ending = false;
  #failure: unknown;
  /** Frames that were pushed, and those of them that have left this device. */
  readonly count = { pushed: 0, written: 0 };

  constructor(stream: ByteStream, listener: OutboxListener) {
    this.#stream = stream;
    this.#listener = listener;
  }

  /** Whether nothing waits behind what is being written; bulk data is held back until then. */
  get isDrained(): boolean {
    return this.#frames.length === 0;
  }

  /** Why nothing leaves this device any more. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Puts a frame behind the others. After {@link Outbox.end} and after a failure it is dropped. */
  push(frame: Uint8Array): void {
    if (this.#ending || this.#failure !== undefined) return;
    this.#frames.push(frame);
    this.count.pushed += 1;
    this.#pump();
  }

  /** Shuts the writing side once everything before it was written. */
  end(): void {
    this.#ending = true;
    this.#pump();
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    void this.#write();
  }

  async #write(): Promise<void> {
    try {
      for (let frame = this.#frames.shift(); frame; frame = this.#frames.shift()) {
        for (let at = 0; at < frame.length; at += pieceOctets) {
          await this.#stream.write(frame.subarray(at, at + pieceOctets));
          this.#listener.wrote();
        }
        this.count.written += 1;
        if (this.isDrained) this.#listener.drained();
      }
    } catch (error) {
      // The reading side says how the connection ended: the peer's last word may still be there.
      this.#failure = error;
      this.#frames = [];
    }
    this.#pumping = false;
    if (this.#ending) await this.#shut();
  }

  async #shut(): Promise<void> {
    // Whether the peer hears of the end is its own concern; what counts is what was written.
    await this.#stream.end().catch(() => undefined);
    this.#listener.ended(this.#failure === undefined);
  }
}
