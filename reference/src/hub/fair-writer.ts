// One writer for many sessions: their work on the store is done one piece at a time, each session
// in its turn. Knows neither sessions nor stores; an owner is any object.

/** What a writer tells after each piece of work. */
export type TurnListener = (elapsedMs: number, failed: boolean) => void;

interface Job {
  readonly run: () => Promise<void>;
}

/** Lets everything else of this process have its turn. */
function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * Does work in turns: whoever has work waiting gets one piece done before anybody gets a second.
 * So with n owners a piece waits for at most n − 1 others, however much one of them asks for.
 */
export class FairWriter {
  /** In order of turns; an owner is here only while work of it waits. */
  readonly #queues = new Map<object, Job[]>();
  readonly #onTurn: TurnListener;
  readonly #nowMs: () => number;
  #working = false;
  #waiting = 0;

  constructor(nowMs: () => number, onTurn: TurnListener = () => undefined) {
    this.#nowMs = nowMs;
    this.#onTurn = onTurn;
  }

  /** Pieces of work that wait for their turn. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Does `work` when it is the owner's turn; the result, or the failure, is the work's own. */
  async do<T>(owner: object, work: () => Promise<T>): Promise<T> {
    const done = Promise.withResolvers<T>();
    const run = async (): Promise<void> => {
      const startedMs = this.#nowMs();
      try {
        done.resolve(await work());
        this.#onTurn(this.#nowMs() - startedMs, false);
      } catch (error) {
        done.reject(error);
        this.#onTurn(this.#nowMs() - startedMs, true);
      }
    };
    const queue = this.#queues.get(owner);
    if (queue === undefined) this.#queues.set(owner, [{ run }]);
    else queue.push({ run });
    this.#waiting += 1;
    if (!this.#working) void this.#work();
    return done.promise;
  }

  async #work(): Promise<void> {
    this.#working = true;
    // First: what comes in the same moment is then in line, whoever was first to call.
    await pause();
    for (let job = this.#next(); job !== undefined; job = this.#next()) {
      await job.run();
      // A store's work is synchronous: without this nobody's octets would be read meanwhile, and
      // the owner that is done would be back in line before the others could get there.
      await pause();
    }
    this.#working = false;
  }

  #next(): Job | undefined {
    const first = this.#queues.entries().next();
    if (first.done === true) return undefined;
    const [owner, queue] = first.value;
    const job = queue.shift();
    this.#queues.delete(owner);
    if (queue.length > 0) this.#queues.set(owner, queue);
    this.#waiting -= 1;
    return job;
  }
}
