// Tells people how far a long step is: one line that changes on a terminal, now and then a line of
// its own in a pipe.

const everyMs = 5_000;

/** Prints how things go. */
export class Progress {
  readonly #out: NodeJS.WriteStream;
  #shownMs = -Infinity;
  #isOpen = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** A line that stays. */
  say(text: string): void {
    this.#out.write(`${this.#isOpen ? '\r\u001b[K' : ''}${text}\n`);
    this.#isOpen = false;
  }

  /** What is true at this moment; the next update takes its place. */
  update(text: string): void {
    if (this.#out.isTTY) {
      this.#out.write(`\r\u001b[K  ${text}`);
      this.#isOpen = true;
      return;
    }
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < everyMs) return;
    this.#shownMs = nowMs;
    this.#out.write(`  ${text}\n`);
  }
}
