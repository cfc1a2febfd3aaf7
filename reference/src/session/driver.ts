// Joins a machine to a connection, a clock and a role's work: takes events, steps, performs. The
// one loop of both roles. Decides nothing; what an event means is the machine's.
import { CLOSE_OCTETS, ErrorCode, UsageError } from '../wire/index.ts';
import type { KnownMessage, Message, Violation } from '../wire/index.ts';
import type { CommonEvent, Ending, SendAbort, SendReject, StateTimer } from '../machine/index.ts';
import type { ByteStream } from '../transport/transport.ts';
import { Channel } from './channel.ts';
import { abortOf, rejectOf } from './last-messages.ts';
import { logRecord } from './log.ts';
import type { Settings } from './options.ts';
import { SessionTimers } from './session-timers.ts';

/** What every state has. */
export interface AnyState {
  readonly phase: string;
  readonly ending?: Ending;
}

interface OwnAction {
  readonly kind: string;
}

/** The actions that are the same in both roles. */
export type CommonAction =
  SendReject | SendAbort | { readonly kind: 'SEND_KEEP_ALIVE' | 'END_WRITING' | 'CLOSE' };

/** A role: its machine, what it makes of messages, and the actions that are its own. */
export interface Role<State extends AnyState, Event, Action extends OwnAction> {
  readonly name: 'sender' | 'receiver';
  readonly start: State;
  readonly timers: Readonly<Record<State['phase'], StateTimer | undefined>>;
  step(state: State, event: Event): { readonly state: State; readonly actions: readonly Action[] };
  /** The event of a message; content is judged only where the state expects it. */
  judge(message: Message, body: Uint8Array, state: State): Event;
  /** Begins an action; what takes time ends in an event. */
  perform(action: Exclude<Action, CommonAction>, event: Event, state: State): void;
  /** The event of the draft message Turn, where the role reads it. */
  readonly turn?: Event;
  /** On the way into a state, before the actions. */
  entered?(phase: State['phase']): void;
  /** After each step, and when the connection has room again. */
  proceed(state: State): void;
  /** Milliseconds that a secret has left. */
  secretLeftMs(): number;
  /** The session nonce once there is one; it is public. */
  sessionNonce(): Uint8Array | undefined;
}

/** How a session ended, and the error of this device behind it. */
export interface Ended {
  readonly ending: Ending;
  readonly cause: unknown;
}

/** Runs one session of one role. */
export class Driver<State extends AnyState, Event, Action extends OwnAction> {
  readonly channel: Channel;
  readonly #role: Role<State, Event | CommonEvent, Action>;
  readonly #settings: Settings;
  readonly #timers: SessionTimers;
  readonly #events: (Event | CommonEvent)[] = [];
  readonly #jobs = new Set<Promise<void>>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #startedMs: number;
  /** Whether the connection is new, and not handed over by the driver of a first half. */
  readonly #isFirst: boolean;
  #state: State;
  #isStepping = false;
  #cause: unknown;
  #drainedOctets = 0;
  #readingEnded = false;
  #writing: 'open' | 'ended' | 'failed' = 'open';

  constructor(
    role: Role<State, Event | CommonEvent, Action>,
    stream: ByteStream | Channel,
    settings: Settings,
  ) {
    this.#role = role;
    this.#settings = settings;
    this.#state = role.start;
    this.#startedMs = settings.clock.nowMs();
    const { clock, grease, randomOctets } = settings;
    this.#timers = new SessionTimers(clock, {
      timedOut: () => this.post(this.#end('TIMEOUT')),
      keepAliveDue: () => this.post({ kind: 'KEEP_ALIVE_DUE' }),
    });
    this.#isFirst = !(stream instanceof Channel);
    this.channel =
      stream instanceof Channel
        ? stream.handTo(this)
        : new Channel(stream, this, { grease: grease ? randomOctets : undefined });
  }

  get state(): State {
    return this.#state;
  }

  /** Runs the session to its end; also waits for work on the store that is under way. */
  async run(): Promise<Ended> {
    const cancel = (): void => this.post({ kind: 'CANCEL' });
    const { signal } = this.#settings;
    this.#entered();
    signal?.addEventListener('abort', cancel, { once: true });
    if (signal?.aborted === true) cancel();
    if (this.#isFirst) void this.channel.read();
    await this.#closed.promise;
    signal?.removeEventListener('abort', cancel);
    await Promise.all(this.#jobs);
    const { ending } = this.#state;
    if (this.#cause instanceof UsageError) throw this.#cause;
    if (ending === undefined) throw this.#cause;
    return { ending, cause: this.#cause };
  }

  /** Tells the machine; events that arise meanwhile wait their turn. */
  post(event: Event | CommonEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#events.shift(); next; next = this.#events.shift()) {
      const event = next;
      this.#guard(() => this.#take(event));
    }
    this.#isStepping = false;
  }

  /** Starts work that ends in events; its failure is our fault, told with `code`. */
  start(code: ErrorCode, work: () => Promise<void>): void {
    const job = work().catch((error: unknown) => this.fail(code, error));
    this.#jobs.add(job);
    void job.finally(() => this.#jobs.delete(job));
  }

  /** Starts asking a person; an answer that comes too late is dropped. */
  ask(work: () => Promise<void>): void {
    work().catch((error: unknown) => this.fail(ErrorCode.INTERNAL, error));
  }

  /** A failure of this device; the cause stays here (PSP-ABORT-3). */
  fail(code: ErrorCode, cause: unknown): void {
    if (this.#state.ending !== undefined) return;
    this.#cause = cause;
    const isStore = code === ErrorCode.STORAGE_FAILED && !(cause instanceof UsageError);
    const fault = isStore
      ? { code, detail: 'the store failed' }
      : { code: ErrorCode.INTERNAL, detail: 'internal failure' };
    this.post({ kind: 'FAULT', fault });
  }

  /** Sends a message of the session. */
  send(message: KnownMessage): void {
    this.sent(this.channel.send(message));
  }

  /** Takes the outcome of sending. */
  sent(fault: Violation | undefined): void {
    if (fault === undefined) return;
    // PSP-SEAL-8: the only thing that can go wrong, and nobody's fault.
    this.post({ kind: 'FAULT', fault: { code: fault.code, detail: fault.detail } });
  }

  received(message: Message, body: Uint8Array): void {
    this.#guard(() => this.post(this.#role.judge(message, body, this.#state)));
  }

  turned(): void {
    const { turn } = this.#role;
    if (turn !== undefined) this.post(turn);
  }

  frameOpened(): void {
    this.#timers.frameOpened();
  }

  violated(violation: Violation): void {
    this.post({ kind: 'VIOLATION', violation });
  }

  sealBroken(): void {
    this.post({ kind: 'SEAL_BROKEN' });
  }

  discarded(octets: number): void {
    this.#drainedOctets += octets;
    if (this.#drainedOctets > CLOSE_OCTETS) this.post(this.#end('TIMEOUT'));
  }

  readingEnded(cause: unknown): void {
    this.#readingEnded = true;
    if (this.#state.ending === undefined) {
      this.#cause = cause;
      this.post({ kind: 'END' });
    } else {
      this.#closeWhenBothEnded();
    }
  }

  wrote(): void {
    this.#timers.wrote();
  }

  drained(): void {
    this.#guard(() => this.#role.proceed(this.#state));
  }

  writingEnded(sent: boolean): void {
    this.#writing = sent ? 'ended' : 'failed';
    this.wrote();
    this.#closeWhenBothEnded();
  }

  #closeWhenBothEnded(): void {
    if (this.#readingEnded && this.#writing !== 'open') this.post(this.#end('END'));
  }

  #end(kind: 'END' | 'TIMEOUT'): CommonEvent {
    return { kind, unsent: this.#writing !== 'ended' };
  }

  #take(event: Event | CommonEvent): void {
    const before = this.#state;
    const { state, actions } = this.#role.step(before, event);
    this.#state = state;
    if (state.phase !== before.phase) this.#entered();
    for (const action of actions) this.#perform(action, event);
    // A role that was left behind closes nothing: the connection is another's (PSP-TURN-7).
    if (state.phase === 'CLOSED' || state.phase === 'TURNED') this.#closed.resolve();
    else this.#role.proceed(state);
  }

  #entered(): void {
    const { phase, ending } = this.#state;
    this.#timers.enter(this.#role.timers[phase as State['phase']], () => this.#role.secretLeftMs());
    this.#role.entered?.(phase);
    this.#settings.onEvent({ kind: 'phase', phase });
    const elapsedMs = this.#settings.clock.nowMs() - this.#startedMs;
    const { name } = this.#role;
    const nonce = this.#role.sessionNonce();
    this.#settings.log(logRecord({ role: name, nonce, elapsedMs, phase, ending }));
  }

  #perform(action: Action, event: Event | CommonEvent): void {
    const common = action as CommonAction;
    switch (common.kind) {
      case 'SEND_REJECT':
        this.channel.sendLast(rejectOf(common));
        return;
      case 'SEND_ABORT':
        this.channel.sendLast(abortOf(common));
        return;
      case 'SEND_KEEP_ALIVE':
        // While something waits to be written, more of it would show nobody that we live.
        if (this.channel.isDrained) this.send({ type: 'KeepAlive', value: {} });
        return;
      case 'END_WRITING':
        this.channel.endWriting();
        return;
      case 'CLOSE':
        this.channel.close();
        return;
      default:
        this.#role.perform(action as Exclude<Action, CommonAction>, event, this.#state);
    }
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#stumble(error);
    }
  }

  /** A bug of ours or of the caller's callbacks: the peer is told once, then nothing more. */
  #stumble(error: unknown): void {
    if (this.#cause === undefined && this.#state.ending === undefined) {
      this.fail(ErrorCode.INTERNAL, error);
      return;
    }
    this.#cause ??= error;
    this.#timers.stop();
    this.#events.length = 0;
    this.channel.close();
    this.#closed.resolve();
  }
}
