// When a testee loses its power, and what the wire tells of that moment: whether a Payload was on
// its way, had come whole, or was known to be stored. It judges nothing and kills nobody.
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises';
import type { Entry } from '../control/values.ts';
import { octetsFromText, type TextFields } from '../wire/message-text.ts';
import { toHex } from '../wire/octets.ts';

/**
 * `elsewhere`: no Payload was sent. `before`: the last one had not left whole. `inside`: it had,
 * and neither its Ack nor a `stored` of it came. `after`: one of them came.
 */
export type LossMoment = 'elsewhere' | 'before' | 'inside' | 'after';

/** A Payload as the kit sent it. */
export interface SentPayload {
  readonly sequence: number;
  /** Hex; empty: none. */
  readonly cursor: string;
  /** `Type/id` of its entries. */
  readonly entries: readonly string[];
}

/** One loss of power. */
export interface PowerLoss {
  /** Step of the script. */
  readonly step: string;
  readonly moment: LossMoment;
  /** The last Payload; absent with `elsewhere`. */
  readonly payload?: SentPayload;
}

/** A timer of the system is not finer than that, in milliseconds. */
const grain = 3;

async function until(atMs: number): Promise<void> {
  const left = atMs - performance.now();
  if (left > grain) await pause(left - grain);
  while (performance.now() < atMs) await turn();
}

/** Follows the Payloads of one connection. */
export class PowerWatch {
  #last: (SentPayload & { readonly isWhole: boolean }) | undefined;
  #sentMs = 0;
  #tookMs = 0;
  #known = 0;

  /** A Payload left, or a part of it. */
  sent(fields: TextFields, entries: readonly Entry[] = [], isWhole = true): void {
    const { sequence = 0, cursor } = fields;
    this.#last = {
      sequence: Number(sequence),
      cursor: typeof cursor === 'string' ? toHex(octetsFromText(cursor)) : '',
      entries: entries.map(({ type, id }) => `${type}/${id}`),
      isWhole,
    };
    this.#sentMs = performance.now();
  }

  /** The testee said that all up to a Payload is stored: by an Ack, or by `stored`. */
  stored(through: number): void {
    if (through > this.#known && through === this.#last?.sequence) {
      this.#tookMs = performance.now() - this.#sentMs;
    }
    this.#known = Math.max(this.#known, through);
  }

  /**
   * Waits for a moment after the last Payload.
   *
   * @param share - Of the time that the Payload before it took until it was known to be stored.
   */
  async wait(share: number): Promise<void> {
    await until(this.#sentMs + share * this.#tookMs);
  }

  /** What a loss of power now, or just before, has met. */
  loss(step: string): PowerLoss {
    if (this.#last === undefined) return { step, moment: 'elsewhere' };
    const { isWhole, ...payload } = this.#last;
    if (!isWhole) return { step, moment: 'before', payload };
    return { step, moment: payload.sequence <= this.#known ? 'after' : 'inside', payload };
  }
}
