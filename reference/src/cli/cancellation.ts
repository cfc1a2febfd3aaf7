// Ctrl-C and SIGTERM: the first one cancels in good order, so that the other device is told; the
// second one ends the program at once. Knows nothing of what is cancelled.
import { ExitCode } from './exit-code.ts';
import { CommandFailure } from './failure.ts';
import type { Screen } from './screen.ts';

const echoMs = 500;

/** The user's wish to stop, for one command. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #screen: Screen;
  readonly #words: string;
  #cancelledAtMs = 0;
  readonly #onSignal = (): void => {
    // npm hands on to its child what the terminal has sent to both: one key, two signals.
    const isEcho = this.signal.aborted && performance.now() - this.#cancelledAtMs < echoMs;
    if (!isEcho) this.cancel();
  };

  /** @param words - What the user is told the first time. */
  constructor(screen: Screen, words = 'Cancelling; Ctrl-C once more ends at once.') {
    this.#screen = screen;
    this.#words = words;
    process.on('SIGINT', this.#onSignal).on('SIGTERM', this.#onSignal);
  }

  /** Aborted once the user wants to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Cancels; the second time the program ends at once. */
  cancel(): void {
    if (this.signal.aborted) {
      this.#screen.liveLine('');
      process.exit(ExitCode.CANCELLED);
    }
    this.#screen.liveLine('');
    this.#screen.problem(this.#words);
    this.#cancelledAtMs = performance.now();
    this.#controller.abort();
  }

  /** @throws CommandFailure once the user wants to stop. */
  check(): void {
    if (this.signal.aborted) throw cancelled();
  }

  /** The same promise, but rejects with CommandFailure as soon as the user wants to stop. */
  async orCancel<T>(promise: Promise<T>): Promise<T> {
    this.check();
    const stopped = Promise.withResolvers<never>();
    const onAbort = (): void => {
      stopped.reject(cancelled());
    };
    this.signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([promise, stopped.promise]);
    } finally {
      this.signal.removeEventListener('abort', onAbort);
      promise.catch(() => undefined);
    }
  }

  /** Gives the signals back to the process. */
  release(): void {
    process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal);
  }
}

/** The failure that says that the user stopped before a session began. */
export function cancelled(): CommandFailure {
  return new CommandFailure(ExitCode.CANCELLED, 'Cancelled.');
}
