// Time as an upload needs it: to wait before it tries again, to give up on an answer, and to date a
// Provenance.
import { setTimeout as delay } from 'node:timers/promises';

/** Waits and time limits; tests give their own. */
export interface UploadClock {
  /** Resolves after `ms`; rejects at once when the signal is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** A signal that is aborted after `ms`. */
  timeout(ms: number): AbortSignal;
  /** The moment that a Provenance was recorded at. */
  now(): Date;
}

/** The clock of the running process. */
export const systemUploadClock: UploadClock = {
  wait: async (ms, signal) => {
    await delay(ms, undefined, { signal });
  },
  timeout: (ms) => AbortSignal.timeout(ms),
  now: () => new Date(),
};
