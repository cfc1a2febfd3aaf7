// The stream of a run that goes through control lines, for testees without sockets. Knows octets,
// not frames.
import type { Reply } from './reply.ts';
import type { Testee } from './testee.ts';

/** What the testee's side of the stream does. */
export interface InlineListener {
  readonly octets: (octets: Uint8Array) => void;
  /** It ended its writing side. */
  readonly end: () => void;
  /** It closed the connection. */
  readonly close: () => void;
}

/** Octets of one line, at most. */
export const INLINE_OCTETS_MAX = 65_536;

type Nothing = Readonly<Record<string, never>>;

/**
 * The kit's end of an inline stream. Make it before the `run` is sent; what is written while no
 * inline run goes on is refused by the testee.
 */
export class InlineStream {
  readonly #testee: Testee;
  readonly #stop: () => void;

  constructor(testee: Testee, listener: InlineListener) {
    this.#testee = testee;
    this.#stop = testee.onEvent((event) => {
      if (event.ev === 'octets') listener.octets(Buffer.from(event.hex, 'hex'));
      else if (event.ev === 'end') listener.end();
      else if (event.ev === 'close') listener.close();
    });
  }

  /**
   * Writes octets, cut where a line is full. The replies come when the testee has taken them; there
   * is no need to wait for one before the next write.
   */
  async write(octets: Uint8Array): Promise<Reply<Nothing>> {
    const replies: Promise<Reply<Nothing>>[] = [];
    for (let at = 0; at < octets.length; at += INLINE_OCTETS_MAX) {
      const hex = Buffer.from(octets.subarray(at, at + INLINE_OCTETS_MAX)).toString('hex');
      replies.push(this.#testee.ask('octets', { hex }));
    }
    const settled = await Promise.all(replies);
    return settled.find(({ kind }) => kind !== 'answer') ?? { kind: 'answer', answer: {} };
  }

  /** Ends the kit's writing side, as a FIN does. */
  async end(): Promise<Reply<Nothing>> {
    return this.#testee.ask('end', {});
  }

  /** Breaks the connection, as an RST does. */
  async cut(): Promise<Reply<Nothing>> {
    return this.#testee.ask('cut', {});
  }

  /** Tells nothing any more. */
  dispose(): void {
    this.#stop();
  }
}
