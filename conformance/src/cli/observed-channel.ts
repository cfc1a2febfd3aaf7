// A channel that remembers the last lines that went over it, as they were: `doctor` shows them.
import type { Channel, ChannelListener } from '../control/channel.ts';

const keptOctets = 16_384;

/** Passes everything on, and keeps the end of what each side wrote. */
export class ObservedChannel implements Channel {
  readonly #inner: Channel;
  #written = '';
  #read = '';

  constructor(inner: Channel) {
    this.#inner = inner;
  }

  get canKill(): boolean {
    return this.#inner.canKill;
  }

  get host(): string {
    return this.#inner.host;
  }

  /** The kit's last line; empty: none. */
  get lastWritten(): string {
    return this.#written;
  }

  /** The testee's last line, complete or not; empty: none. */
  get lastRead(): string {
    return this.#read.split('\n').findLast((line) => line.trim() !== '') ?? '';
  }

  start(listener: ChannelListener): void {
    const decoder = new TextDecoder();
    this.#inner.start({
      ...listener,
      octets: (octets) => {
        this.#read = (this.#read + decoder.decode(octets, { stream: true })).slice(-keptOctets);
        listener.octets(octets);
      },
    });
  }

  write(line: string): void {
    this.#written = line.trim();
    this.#read = '';
    this.#inner.write(line);
  }

  finish(): void {
    this.#inner.finish();
  }

  kill(): void {
    this.#inner.kill();
  }
}
