// One connection of a hub, from its first octet to its end: waits for its code, then receives.
// Knows no other session; who may come and when is the hub's.
import type { Secret } from '../security/index.ts';
import { SyncReceiverSession } from '../session/index.ts';
import type { LogRecord, ReceiverSessionOptions, SyncResult } from '../session/index.ts';
import type { Identity, SecretKind } from '../wire/index.ts';
import { nameOf } from '../wire/index.ts';
import type { Arrival } from './hub-options.ts';

/** How far a connection is. `silent`: its first message has not come. */
export type HubSessionStage = 'silent' | 'waiting' | 'admitted' | 'ended';

/** What became of a code. */
export type Verdict =
  | { readonly kind: 'authenticated'; readonly session: string }
  | { readonly kind: 'failed'; readonly session: string; readonly code: string };

/** What a session is made with. */
export interface HubSessionOptions {
  readonly arrival: Arrival;
  readonly receiver: Omit<ReceiverSessionOptions, 'askSecret' | 'signal' | 'onEvent' | 'log'>;
  /** A code that was entered before the connection came about. */
  readonly secret?: Secret;
  readonly nowMs: () => number;
  /** Gives the session a name among those of its hub, from the start of its nonce. */
  readonly nameFor: (nonceStart: string) => string;
  readonly onLog: (session: HubSession, record: LogRecord) => void;
  /** It has a name now and waits for its code. */
  readonly onWaiting: (session: HubSession) => void;
  /** The sender has proved itself and said who it is; the request goes out when this resolves. */
  readonly onIdentified: (session: HubSession, sender: Identity) => Promise<void>;
}

/** One connection of a hub. */
export class HubSession {
  readonly from: string;
  /** Settled when the session is over and its connection closed. */
  readonly ended: Promise<SyncResult>;
  readonly #options: HubSessionOptions;
  readonly #cancel = new AbortController();
  readonly #verdict = Promise.withResolvers<Verdict>();
  #stage: HubSessionStage = 'silent';
  #name = '';
  #sinceMs: number;
  #kinds: readonly SecretKind[] = [];
  #answer: ((secret: Secret) => void) | undefined;
  #sender: Identity | undefined;
  #acknowledged = 0;
  #offered: number | undefined;

  constructor(options: HubSessionOptions) {
    this.#options = options;
    this.from = options.arrival.from;
    this.#sinceMs = options.nowMs();
    const { receiver, arrival, onLog, onIdentified } = options;
    const { sync } = receiver;
    const session = new SyncReceiverSession({
      ...receiver,
      sync: {
        request: async (sender) => {
          this.#sender = sender;
          await onIdentified(this, sender);
          return sync.request(sender);
        },
        open: (sender, offer) => sync.open(sender, offer),
      },
      signal: this.#cancel.signal,
      askSecret: (kinds, signal) => this.#askSecret(kinds, signal),
      onEvent: (event) => {
        if (event.kind === 'phase') this.#entered(event.phase);
        else [this.#acknowledged, this.#offered] = [event.acknowledged, event.offered];
      },
      log: (record) => {
        if (this.#name === '' && record.session !== '') {
          this.#name = options.nameFor(record.session);
        }
        onLog(this, record);
      },
    });
    this.ended = session.receive(arrival.stream).finally(() => {
      this.#stage = 'ended';
    });
    // Whoever waits for a verdict that cannot come any more is told why.
    this.ended.then(
      (result) => this.#verdict.resolve(this.#failure(result)),
      () => this.#verdict.resolve({ kind: 'failed', session: this.#name, code: 'INTERNAL' }),
    );
  }

  /** The start of the session nonce, as the sender shows it; empty while it is silent. */
  get name(): string {
    return this.#name;
  }

  get stage(): HubSessionStage {
    return this.#stage;
  }

  /** Milliseconds that it has been waiting, or since its code was entered. */
  get elapsedMs(): number {
    return this.#options.nowMs() - this.#sinceMs;
  }

  /** Who sends, once it has proved itself. */
  get sender(): Identity | undefined {
    return this.#sender;
  }

  /** Entries that are durable, of those offered. */
  get progress(): { readonly acknowledged: number; readonly offered: number | undefined } {
    return { acknowledged: this.#acknowledged, offered: this.#offered };
  }

  /** Whether a code of this kind can be entered now. */
  takes(kind: SecretKind): boolean {
    return this.#stage === 'waiting' && this.#kinds.includes(kind);
  }

  /** Enters the code; only where {@link HubSession.takes} says so. @returns what became of it. */
  async give(secret: Secret): Promise<Verdict> {
    this.#admitted();
    this.#answer?.(secret);
    return this.#verdict.promise;
  }

  /** What becomes of a code that was there before the connection. */
  get verdict(): Promise<Verdict> {
    return this.#verdict.promise;
  }

  /** Ends the session in good order; the sender is told CANCELLED. */
  cancel(): void {
    this.#cancel.abort();
  }

  /** Closes the connection without a word. */
  drop(): void {
    this.#options.arrival.stream.close();
  }

  async #askSecret(kinds: readonly SecretKind[], signal: AbortSignal): Promise<Secret | undefined> {
    const { secret, onWaiting } = this.#options;
    if (secret !== undefined) {
      if (!kinds.includes(secret.kind)) return undefined;
      this.#admitted();
      return secret;
    }
    this.#kinds = kinds;
    this.#stage = 'waiting';
    this.#sinceMs = this.#options.nowMs();
    const answer = Promise.withResolvers<Secret | undefined>();
    this.#answer = answer.resolve;
    signal.addEventListener('abort', () => answer.resolve(undefined), { once: true });
    onWaiting(this);
    return answer.promise;
  }

  #admitted(): void {
    this.#stage = 'admitted';
    this.#sinceMs = this.#options.nowMs();
  }

  #entered(phase: string): void {
    // The keys are on: the sender knew the code that was entered.
    if (phase === 'AWAIT_IDENTITY') {
      this.#verdict.resolve({ kind: 'authenticated', session: this.#name });
    }
    // Nobody can be admitted any more while the connection is closed in good order.
    if (phase === 'CLOSING' || phase === 'CLOSED') {
      if (this.#stage === 'waiting') this.#stage = 'ended';
    }
  }

  #failure(result: SyncResult): Verdict {
    const code = 'code' in result ? nameOf(result.code) : 'INTERRUPTED';
    return { kind: 'failed', session: this.#name, code };
  }
}
