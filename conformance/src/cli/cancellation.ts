// Ctrl-C and SIGTERM: the first one stops in good order, so that testees end and folders go; the
// second one ends the program at once. Knows nothing of what is stopped.
import type { Screen } from './screen.ts';

// A terminal and npm may both hand on one key: that is one wish, not two.
const echoMs = 500;

/** The user's wish to stop, for one command. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #screen: Screen;
  #atMs = 0;
  readonly #onSignal = (): void => {
    const isEcho = this.signal.aborted && performance.now() - this.#atMs < echoMs;
    if (isEcho) return;
    this.#screen.liveLine('');
    // Testees are gone by then: the exit of the kit takes them along.
    if (this.signal.aborted) process.exit(130);
    this.#screen.problem('Stopping; Ctrl-C once more ends at once.');
    this.#atMs = performance.now();
    this.#controller.abort();
  };

  constructor(screen: Screen) {
    this.#screen = screen;
    process.on('SIGINT', this.#onSignal).on('SIGTERM', this.#onSignal);
  }

  /** Aborted once the user wants to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the signals back to the process. */
  release(): void {
    process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal);
  }
}
