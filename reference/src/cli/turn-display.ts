// Shows how far work at a server has come: a line that is redrawn on a terminal, a line now and
// then elsewhere, an event for a program. Counts nothing itself.
import type { Screen } from './screen.ts';

const redrawEveryMs = 100;
const lineEveryShare = 0.1;
const lineEveryMs = 1_000;

/** The progress of one command. */
export class TurnDisplay {
  readonly #screen: Screen;
  readonly #nowMs: () => number;
  #saidMs = Number.NEGATIVE_INFINITY;
  #saidShare = 0;

  constructor(screen: Screen, nowMs: () => number) {
    this.#screen = screen;
    this.#nowMs = nowMs;
  }

  /**
   * Shows where the work is, unless it did so a moment ago.
   *
   * @param share - From 0 to 1; undefined where the end is not known.
   */
  update(share: number | undefined, event: Readonly<Record<string, unknown>>, text: string): void {
    const nowMs = this.#nowMs();
    const sinceMs = nowMs - this.#saidMs;
    const isLast = share !== undefined && share >= 1;
    const advanced = share === undefined ? 0 : share - this.#saidShare;
    const isDue = this.#screen.live
      ? sinceMs >= redrawEveryMs
      : sinceMs >= lineEveryMs || advanced >= lineEveryShare;
    if (!isDue && !isLast) return;
    this.#saidMs = nowMs;
    this.#saidShare = share ?? 0;
    this.#screen.emit({ event: 'progress', ...event });
    if (this.#screen.live) this.#screen.liveLine(text);
    else this.#screen.progress(text);
  }

  /** Takes the live line away. */
  end(): void {
    this.#screen.liveLine('');
  }
}
