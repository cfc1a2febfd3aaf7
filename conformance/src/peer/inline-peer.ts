// The kit's end of a connection that runs through control lines, for testees without sockets. It
// has the shape of a socket, so nothing else of the kit knows the difference.
import { InlineStream } from '../control/inline-stream.ts';
import type { Testee } from '../control/testee.ts';
import { Inbox, type Incoming, type PeerStream } from './stream.ts';

/** A connection through control lines. Make it before the `run` is sent. */
export class InlinePeer implements PeerStream {
  readonly #inbox = new Inbox();
  readonly #stream: InlineStream;

  constructor(testee: Testee) {
    this.#stream = new InlineStream(testee, {
      octets: (octets) => {
        this.#inbox.push({ kind: 'octets', octets: new Uint8Array(octets) });
      },
      end: () => {
        this.#inbox.push({ kind: 'fin' });
      },
      close: () => {
        this.#inbox.push({ kind: 'rst' });
      },
    });
    void testee.ended.then(() => {
      this.#inbox.push({ kind: 'rst' });
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    // A refusal means that no run goes on any more: as a broken socket, it takes and drops.
    await this.#stream.write(octets);
  }

  async end(): Promise<void> {
    await this.#stream.end();
  }

  reset(): void {
    void this.#stream.cut();
  }

  async read(waitMs: number): Promise<Incoming | undefined> {
    return this.#inbox.take(waitMs);
  }

  hold(): void {
    // Each line is answered: there is nothing that could be full.
  }

  dispose(): void {
    this.#stream.dispose();
  }
}
