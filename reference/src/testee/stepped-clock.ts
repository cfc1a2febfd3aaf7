// The virtual clock of a run: moved by commands, and slow enough for what its timers cause. Knows
// no timer.
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { VirtualClock, type Clock } from '../session/index.ts';

/** Turns of the event loop in which a timer's consequences reach the connection. */
const turns = 8;

/** A clock that goes from one due call to the next and waits in between. */
export class SteppedClock implements Clock {
  readonly #clock = new VirtualClock();
  readonly #due = new Map<symbol, number>();
  #isStopped = false;

  nowMs(): number {
    return this.#clock.nowMs();
  }

  schedule(delayMs: number, fire: () => void): () => void {
    const key = Symbol();
    this.#due.set(key, this.nowMs() + Math.max(0, delayMs));
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#due.delete(key);
      fire();
    });
    return () => {
      this.#due.delete(key);
      cancel();
    };
  }

  /** Nothing will be scheduled any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /**
   * Moves on; what falls due happens at its time, and is over before the clock goes on. Waits for
   * the first timer: time that passes before the session begins would be no time of its own.
   */
  async advance(ms: number): Promise<void> {
    while (this.#due.size === 0 && !this.#isStopped) await delay(1);
    const untilMs = this.nowMs() + ms;
    for (;;) {
      const nextMs = Math.min(...this.#due.values(), untilMs);
      this.#clock.advance(Math.max(0, nextMs - this.nowMs()));
      for (let count = 0; count < turns; count += 1) await turn();
      const isOver = this.nowMs() >= untilMs;
      if (isOver && ![...this.#due.values()].some((atMs) => atMs <= untilMs)) return;
    }
  }
}
