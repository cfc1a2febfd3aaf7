// Moments for losses of power that close in on the one at which a testee stores: later where what
// was on its way was not found afterwards, sooner where it was. It plays nothing.
import type { Octets } from '../peer/exchange.ts';
import type { Kill } from './kills.ts';

/** Processes are not equally fast: narrower than that, a moment says nothing. */
const widthMin = 0.25;

/** Draws one moment after the other. */
export class ClosingIn {
  readonly #random: Octets;
  #from: number;
  #to: number;
  #last = 0;

  /**
   * @param random - The seed's.
   * @param range - Shares of the time that storing takes, the first and the last that may be drawn.
   */
  constructor(random: Octets, [from, to]: readonly [number, number]) {
    this.#random = random;
    this.#from = from;
    this.#to = to;
  }

  /** The next share: anywhere in the range but for its edges. */
  next(): number {
    const drawn = Buffer.from(this.#random(4)).readUInt32BE() / 2 ** 32;
    this.#last = this.#from + (this.#to - this.#from) * (0.2 + 0.6 * drawn);
    return this.#last;
  }

  /** What the loss of power at the last share has met. */
  learn({ moment, isFound }: Kill): void {
    const isLate = moment === 'after' || isFound === true;
    if (isLate) this.#to = Math.max(this.#last, widthMin);
    else this.#from = this.#last;
    const missing = widthMin - (this.#to - this.#from);
    if (missing <= 0) return;
    this.#from = Math.max(0, this.#from - missing / 2);
    this.#to = this.#from + widthMin;
  }
}
