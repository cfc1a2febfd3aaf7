// Writes the transcript of one connection while it lasts. It opens nothing and judges nothing.
import type { Role, Side, Transcript, TranscriptEntry, TranscriptSecrets } from './transcript.ts';

/** A transcript that grows. */
export class Recorder {
  readonly #role: Role;
  readonly #secret: TranscriptSecrets['secret'];
  readonly #entries: TranscriptEntry[] = [];
  readonly #microseconds: () => number;
  #scalar: Uint8Array | undefined;

  /**
   * @param microseconds - Since the connection opened.
   */
  constructor(role: Role, secret: TranscriptSecrets['secret'], microseconds: () => number) {
    this.#role = role;
    this.#secret = secret;
    this.#microseconds = microseconds;
  }

  /** Notes one write or read; without octets nothing is noted. */
  octets(side: Side, octets: Uint8Array, step?: string): void {
    if (octets.length > 0) this.#add(side, 'octets', { octets, ...(step && { step }) });
  }

  /** Notes how a side ended. */
  end(side: Side, kind: 'fin' | 'rst', step?: string): void {
    this.#add(side, kind, step ? { step } : {});
  }

  /** Notes a line for the reader of the transcript. */
  note(text: string): void {
    this.#add('kit', 'note', { step: text });
  }

  /** Notes the scalar from which the keys follow. */
  scalar(scalar: Uint8Array): void {
    this.#scalar = scalar;
  }

  /** What was noted so far. */
  transcript(): Transcript {
    return {
      role: this.#role,
      entries: [...this.#entries],
      secrets: {
        secret: this.#secret,
        ...(this.#scalar === undefined ? {} : { scalar: this.#scalar }),
      },
    };
  }

  #add(
    side: Side,
    kind: TranscriptEntry['kind'],
    more: Pick<TranscriptEntry, 'octets' | 'step'>,
  ): void {
    const at = this.#entries.length;
    this.#entries.push({ at, side, kind, microseconds: this.#microseconds(), ...more });
  }
}
