// The events of one run: kept until they are asked for, handed on as they come. Knows no channel.
import { noEvent, type TesteeFault } from './reply.ts';
import { withoutNulls } from './answer.ts';
import { checkEvent } from './schema.ts';
import type { ControlEvent } from './values.ts';

type JsonObject = Readonly<Record<string, unknown>>;

interface Waiter {
  readonly name: string;
  readonly settle: (event: ControlEvent | TesteeFault) => void;
}

// They carry the stream of a run; whoever plays the peer listens, nobody waits for one.
const streamEvents = new Set(['octets', 'end', 'close']);

/** What a testee tells while a run goes on. */
export class EventLog {
  /** Sentences for people; whoever reads them empties the list. */
  readonly mistakes: string[] = [];
  readonly #listeners = new Set<(event: ControlEvent) => void>();
  #waiters: Waiter[] = [];
  #kept: ControlEvent[] = [];
  #run: number | undefined;

  /** A run begins: events of an earlier one are of no interest any more. */
  begin(run: number): void {
    this.#run = run;
    this.#kept = [];
  }

  /** Whether events of a run may still come. */
  get isOpen(): boolean {
    return this.#run !== undefined;
  }

  /** The run was answered, or the testee is gone: no event follows. */
  finish(): void {
    this.#run = undefined;
    for (const waiter of this.#waiters.splice(0)) {
      waiter.settle(noEvent(waiter.name, `the run ended without the event ${waiter.name}`));
    }
  }

  /** Calls back for every event until the returned function is called. */
  listen(listener: (event: ControlEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Takes a line with `ev`; false: it is none of the protocol's. */
  take(line: JsonObject): boolean {
    const faults = checkEvent(line);
    if (faults === undefined) return false;
    const name = String(line['ev']);
    if (faults.length > 0) {
      const texts = faults.map(({ message }) => message).join(' ');
      this.mistakes.push(`The event ${name} is not valid. ${texts}`);
      return true;
    }
    if (line['run'] !== this.#run) {
      const now = this.#run === undefined ? 'no run goes on' : `run ${this.#run} goes on`;
      this.mistakes.push(`The event ${name} names run ${String(line['run'])}, but ${now}.`);
      return true;
    }
    // The schema has just said that it is one.
    const event = withoutNulls(line) as ControlEvent;
    this.#keep(event);
    for (const listener of [...this.#listeners]) listener(event);
    return true;
  }

  /** The first event of that name which nobody took, now or within the time. */
  async waitFor<E extends ControlEvent['ev']>(
    name: E,
    waitMs: number,
  ): Promise<Extract<ControlEvent, { readonly ev: E }> | TesteeFault> {
    type Wanted = Extract<ControlEvent, { readonly ev: E }>;
    const index = this.#kept.findIndex(({ ev }) => ev === name);
    if (index >= 0) return this.#kept.splice(index, 1)[0] as Wanted;
    if (this.#run === undefined) return noEvent(name, `no run goes on that could tell ${name}`);
    const next = Promise.withResolvers<ControlEvent | TesteeFault>();
    const waiter: Waiter = { name, settle: next.resolve };
    this.#waiters.push(waiter);
    const timer = setTimeout(() => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      waiter.settle(noEvent(name, `the event ${name} did not come within ${waitMs} ms`));
    }, waitMs);
    const event = await next.promise;
    clearTimeout(timer);
    return event as Wanted | TesteeFault;
  }

  #keep(event: ControlEvent): void {
    if (streamEvents.has(event.ev)) return;
    const index = this.#waiters.findIndex(({ name }) => name === event.ev);
    if (index < 0) this.#kept.push(event);
    else this.#waiters.splice(index, 1)[0]?.settle(event);
  }
}
