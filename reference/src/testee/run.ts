// One run: the connection it gets, what its user does, and the end of it. The sessions themselves
// are in receiver-run.ts and sender-run.ts. Knows no control lines.
import type { Clock, SyncResult } from '../session/index.ts';
import { systemClock } from '../session/index.ts';
import type { Store } from '../store/index.ts';
import { dialTcp, listenTcp, TransportError } from '../transport/index.ts';
import type { ByteStream, TcpListener } from '../transport/index.ts';
import { hexOf } from './entry-form.ts';
import { InlineStream } from './inline-stream.ts';
import { invalid, Refusal } from './refusal.ts';
import type { RunCommand } from './run-command.ts';
import { cancelledForm, resultForm } from './run-report.ts';
import { SteppedClock } from './stepped-clock.ts';

type Json = Record<string, unknown>;

/** What a session needs of the run around it. */
export interface RunContext {
  readonly command: RunCommand;
  readonly store: Store;
  readonly clock: Clock;
  /** Aborted when the user cancels. */
  readonly signal: AbortSignal;
  /** Tells an event of this run. */
  readonly tell: (event: string, members: Json) => void;
  /** Asks the user about the Offer. */
  readonly ask: (signal: AbortSignal) => Promise<boolean>;
  /** The one connection of the run. @throws Refusal */
  readonly connect: () => Promise<ByteStream>;
  /** The port of a run that listens; its connections are closed with the run. */
  readonly listen: () => Promise<Pick<TcpListener, 'accept' | 'close'>>;
}

const dialTimeoutMs = 10_000;

/** A run that goes on. */
export class Run {
  readonly command: RunCommand;
  readonly #tell: (event: Json) => void;
  readonly #clock: SteppedClock | undefined;
  readonly #cancel = new AbortController();
  readonly #closers = new Set<() => void>();
  readonly #inline: InlineStream | undefined;
  #answer: ((isAgreed: boolean) => void) | undefined;
  #isKilled = false;

  constructor(command: RunCommand, tell: (event: Json) => void) {
    this.command = command;
    this.#tell = tell;
    this.#clock = command.isVirtual ? new SteppedClock() : undefined;
    if (command.connection.kind !== 'inline') return;
    this.#inline = new InlineStream({
      octets: (octets) => this.#event('octets', { hex: hexOf(octets) }),
      end: () => this.#event('end', {}),
      close: () => this.#event('close', {}),
    });
    this.#track(this.#inline);
  }

  /** Runs it to its end. @returns the members of the answer. @throws Refusal */
  async go(
    store: Store,
    session: (context: RunContext) => Promise<{ result: SyncResult; more?: Json }>,
  ): Promise<Json> {
    const context: RunContext = {
      command: this.command,
      store,
      clock: this.#clock ?? systemClock,
      signal: this.#cancel.signal,
      tell: (event, members) => this.#event(event, members),
      ask: async (signal) => this.#ask(signal),
      connect: async () => this.#connect(),
      listen: async () => this.#listen(),
    };
    try {
      const { result, more = {} } = await session(context);
      return { ...resultForm(result), ...more };
    } catch (error) {
      if (this.#cancel.signal.aborted && error instanceof TransportError) return cancelledForm;
      if (error instanceof TransportError) throw new Refusal('failed', error.message);
      throw error;
    } finally {
      this.kill();
    }
  }

  /** The user cancels. */
  abort(): void {
    this.#cancel.abort();
  }

  /** The user's word on the Offer. @throws Refusal */
  decide(answer: string): void {
    if (answer === 'cancel') {
      this.abort();
      return;
    }
    if (this.#answer === undefined) throw invalid('nobody was asked about an Offer');
    this.#answer(answer === 'accept');
    this.#answer = undefined;
  }

  /** Moves the virtual clock. @throws Refusal */
  async advance(ms: number): Promise<number> {
    if (this.#clock === undefined) throw invalid('this run is not on a virtual clock');
    await this.#clock.advance(ms);
    return this.#clock.nowMs();
  }

  /** The inline stream. @throws Refusal */
  get inline(): InlineStream {
    if (this.#inline === undefined) throw invalid('this run is not inline');
    return this.#inline;
  }

  /** Closes every connection and port of the run at once. */
  kill(): void {
    this.#isKilled = true;
    this.#clock?.stop();
    this.#cancel.abort();
    for (const close of this.#closers) close();
    this.#closers.clear();
  }

  #event(event: string, members: Json): void {
    this.#tell({ ev: event, run: this.command.id, ...members });
  }

  async #ask(signal: AbortSignal): Promise<boolean> {
    const answer = Promise.withResolvers<boolean>();
    this.#answer = answer.resolve;
    signal.addEventListener('abort', () => answer.resolve(false), { once: true });
    this.#event('asked', { for: 'offer' });
    return answer.promise;
  }

  async #connect(): Promise<ByteStream> {
    if (this.#inline !== undefined) return this.#inline;
    const { connection } = this.command;
    if (connection.kind === 'dial') {
      const { host, port } = connection;
      const signal = this.#cancel.signal;
      return this.#track(await dialTcp({ host, port, timeoutMs: dialTimeoutMs, signal }));
    }
    const listener = await this.#listen();
    try {
      return await listener.accept();
    } finally {
      listener.close();
    }
  }

  async #listen(): Promise<Pick<TcpListener, 'accept' | 'close'>> {
    const listener = await listenTcp({ host: '0.0.0.0', port: 0 });
    const close = (): void => listener.close();
    this.#closers.add(close);
    // Waiting for somebody to connect ends with the user's patience.
    this.#cancel.signal.addEventListener('abort', close, { once: true });
    this.#event('listening', { port: listener.address.port });
    return { accept: async () => this.#track(await listener.accept()), close };
  }

  #track<S extends ByteStream>(stream: S): S {
    if (this.#isKilled) stream.close();
    this.#closers.add(() => stream.close());
    return stream;
  }
}
