// Time as an argument: what a session needs of a clock, and the machine's own. Knows no timer of
// the protocol.
import { performance } from 'node:perf_hooks';

/** A monotonic clock that can call back (PSP-TIME-1). */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  nowMs(): number;
  /**
   * Calls `fire` once, not before `delayMs` have passed.
   *
   * @returns a function that takes the call back; harmless when it has happened.
   */
  schedule(delayMs: number, fire: () => void): () => void;
}

/** The clock of the running process; does not follow changes of the date. */
export const systemClock: Clock = {
  nowMs: () => performance.now(),
  schedule: (delayMs, fire) => {
    const timer = setTimeout(fire, Math.max(0, delayMs));
    return () => clearTimeout(timer);
  },
};

/** A point in time that moves: many restarts cost one pending call. */
export class Deadline {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #atMs: number | undefined;
  #pending: { readonly atMs: number; readonly cancel: () => void } | undefined;

  constructor(clock: Clock, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
  }

  /** Fires in `delayMs` from now, instead of whenever it was to fire. */
  restart(delayMs: number): void {
    this.#atMs = this.#clock.nowMs() + delayMs;
    // A pending call that comes too early looks again; only one that comes too late is replaced.
    if (this.#pending !== undefined && this.#pending.atMs <= this.#atMs) return;
    this.#pending?.cancel();
    this.#wait();
  }

  /** Does not fire until it is restarted. */
  stop(): void {
    this.#atMs = undefined;
    this.#pending?.cancel();
    this.#pending = undefined;
  }

  #wait(): void {
    if (this.#atMs === undefined) return;
    const delayMs = Math.max(0, this.#atMs - this.#clock.nowMs());
    const cancel = this.#clock.schedule(delayMs, () => this.#look());
    this.#pending = { atMs: this.#atMs, cancel };
  }

  #look(): void {
    this.#pending = undefined;
    if (this.#atMs === undefined) return;
    if (this.#clock.nowMs() < this.#atMs) {
      this.#wait();
      return;
    }
    this.#atMs = undefined;
    this.#fire();
  }
}
