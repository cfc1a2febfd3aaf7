// The timers of a session on its clock: the present state's, and the one that calls for KeepAlive.
import { KEEP_ALIVE_MS } from '../wire/index.ts';
import type { StateTimer } from '../machine/index.ts';
import { Deadline } from './clock.ts';
import type { Clock } from './clock.ts';

/** What the timers call. */
export interface TimerListener {
  timedOut(): void;
  keepAliveDue(): void;
}

/** The timers of one session. */
export class SessionTimers {
  readonly #state: Deadline;
  readonly #keepAlive: Deadline;
  #timer: StateTimer | undefined;

  constructor(clock: Clock, listener: TimerListener) {
    this.#state = new Deadline(clock, () => listener.timedOut());
    this.#keepAlive = new Deadline(clock, () => {
      this.#keepAlive.restart(KEEP_ALIVE_MS);
      listener.keepAliveDue();
    });
  }

  /** The session came to a state with this timer; one that several states share goes on. */
  enter(timer: StateTimer | undefined, secretLeftMs: () => number): void {
    if (timer === this.#timer && timer !== undefined) return;
    this.#timer = timer;
    this.#keepAlive.stop();
    if (timer === undefined) {
      this.#state.stop();
      return;
    }
    // PSP-TIME-3: the time that the code was on the screen before we were connected counts, too.
    const isSecret = timer.since === 'secret-shown';
    this.#state.restart(isSecret ? secretLeftMs() : timer.milliseconds);
    if (timer.since === 'last-frame-opened') this.#keepAlive.restart(KEEP_ALIVE_MS);
  }

  /** A frame of the peer opened (PSP-TIME-5). */
  frameOpened(): void {
    if (this.#timer?.since === 'last-frame-opened') this.#state.restart(this.#timer.milliseconds);
  }

  /** Octets of ours left this device (PSP-TIME-6), or the writing side was shut (PSP-CLOSE-1). */
  wrote(): void {
    if (this.#timer?.since === 'last-frame-opened') this.#keepAlive.restart(KEEP_ALIVE_MS);
    if (this.#timer?.since === 'last-octets-written') this.#state.restart(this.#timer.milliseconds);
  }

  /** Nothing is called any more. */
  stop(): void {
    this.#timer = undefined;
    this.#state.stop();
    this.#keepAlive.stop();
  }
}
