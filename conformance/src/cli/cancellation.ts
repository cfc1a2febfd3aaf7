// Ctrl-C, SIGTERM, and a terminal that is closed: the first one stops in good order, so that
// testees end and folders go; the second one ends the program at once. Knows nothing of what is
// stopped.
import type { Screen } from './screen.ts';

// A terminal and npm may both hand on one key: that is one wish, not two.
const echoMs = 500;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The user's wish to stop, for one command. */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #screen: Screen;
  #atMs = 0;
  readonly #onSignal = (): void => {
    const isEcho = this.signal.aborted && performance.now() - this.#atMs < echoMs;
    if (isEcho) return;
    this.#screen.liveLine('');
    // The exit of the kit takes testees and folders along.
    if (this.signal.aborted) process.exit(130);
    this.#screen.problem('Stopping; Ctrl-C once more ends at once.');
    this.#atMs = performance.now();
    this.#controller.abort();
  };

  constructor(screen: Screen) {
    this.#screen = screen;
    for (const name of signals) process.on(name, this.#onSignal);
  }

  /** Aborted once the user wants to stop. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Gives the signals back to the process. */
  release(): void {
    for (const name of signals) process.off(name, this.#onSignal);
  }
}
