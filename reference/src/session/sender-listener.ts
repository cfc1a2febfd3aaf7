// The policy of a sender that listens: which connection may use the secrets, how often they may be
// tried, how long they are on show. Knows no sockets; connections are given to it.
import {
  bookAt,
  canStartRun,
  emptyBook,
  openSecret,
  remainingMs,
  runEnded,
  runStarted,
} from '../security/index.ts';
import type { Secret, SecretBook } from '../security/index.ts';
import type { ByteStream } from '../transport/transport.ts';
import { ErrorCode, SecretKind, UsageError } from '../wire/index.ts';
import { settingsOf } from './options.ts';
import type { SenderSessionOptions, Settings } from './options.ts';
import type { SyncResult } from './result.ts';
import { SyncSenderSession } from './sender-session.ts';
import { turnAway } from './turning-away.ts';

/** Options of a {@link SenderListener}. */
export interface SenderListenerOptions {
  /** For each session; `signal` also ends the listening. */
  readonly session: Omit<SenderSessionOptions, 'secrets' | 'secretsShownAtMs'>;
  /** The next connection; rejects when there will be none. Called again and again. */
  readonly accept: () => Promise<ByteStream>;
  /** What to put on show; default the digits only. */
  readonly kinds?: readonly Secret['kind'][];
  /** Shows new secrets in place of any before. The octets are erased when they are used up. */
  readonly show: (secrets: readonly Secret[], lifeMs: number) => void;
  /** The secrets on show are worth nothing any more. */
  readonly hide?: () => void;
  /** A connection came to nothing; the listening may go on. */
  readonly onRefused?: (result: SyncResult) => void;
}

/** What the listening came to. */
export type ListenResult =
  /** Go on with `session.send()`. */
  | { readonly kind: 'authenticated'; readonly session: SyncSenderSession }
  /** Three runs failed: only the user's own action may start again (PSP-CODE-8). */
  | { readonly kind: 'stopped'; readonly last: SyncResult }
  | { readonly kind: 'cancelled' };

/** Connections that were turned away and may take their time to leave. */
const leavingMax = 16;

type Arrival =
  | { readonly kind: 'stream'; readonly stream: ByteStream }
  | { readonly kind: 'expired' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly cause: unknown };

/**
 * Listens for one receiver. Whoever else connects, then or while its session goes on, gets Reject
 * BUSY until {@link SenderListener.close}.
 */
export class SenderListener {
  readonly #options: SenderListenerOptions;
  readonly #settings: Settings;
  #book: SecretBook = emptyBook();
  /** Takes the next arrival; undefined while a run or a session goes on. */
  #waiting: ((arrival: Arrival) => void) | undefined;
  #failure: Arrival | undefined;
  /** Told that we are busy and not gone yet, oldest first. */
  readonly #leaving = new Set<ByteStream>();
  #isListening = false;
  #isClosed = false;

  /** @throws {@link UsageError} when an option is out of bounds. */
  constructor(options: SenderListenerOptions) {
    this.#options = options;
    this.#settings = settingsOf(options.session);
  }

  /**
   * Listens until a receiver has proved that it knows a secret. Call it only at the user's own
   * action (PSP-SEC-2).
   *
   * @throws {@link UsageError} when it is called twice.
   * @throws the error of `accept`, as `cause`, when no connection can come any more.
   */
  async listen(): Promise<ListenResult> {
    if (this.#isListening) throw new UsageError('A listener listens for one receiver.');
    this.#isListening = true;
    void this.#takeConnections();
    for (;;) {
      this.#showSecrets();
      const arrival = await this.#nextArrival();
      if (arrival.kind === 'failed') return this.#giveUp(arrival.cause);
      if (arrival.kind === 'cancelled') {
        this.#discard(Infinity);
        return { kind: 'cancelled' };
      }
      if (arrival.kind === 'expired') {
        this.#discard(this.#settings.clock.nowMs());
        continue;
      }
      const ended = await this.#run(arrival.stream);
      if (ended !== undefined) return ended;
    }
  }

  /** Answers no more connections; a session that was authenticated goes on. */
  close(): void {
    this.#isClosed = true;
    this.#waiting?.({ kind: 'cancelled' });
  }

  async #takeConnections(): Promise<void> {
    try {
      for (;;) {
        const stream = await this.#options.accept();
        if (this.#isClosed) {
          stream.close();
          return;
        }
        // PSP-CODE-7, PSP-CODE-13: two runs at once would be two guesses at one secret.
        if (this.#waiting === undefined) this.#turnAway(stream);
        else this.#waiting({ kind: 'stream', stream });
      }
    } catch (cause) {
      this.#failure = { kind: 'failed', cause };
      this.#waiting?.(this.#failure);
    }
  }

  #turnAway(stream: ByteStream): void {
    // Each is told, but whoever does not leave holds a handle for the time that closing may take:
    // the one that had longest goes at once, or a flood would take them all.
    const [longest] = this.#leaving;
    if (longest !== undefined && this.#leaving.size >= leavingMax) {
      this.#leaving.delete(longest);
      longest.close();
    }
    this.#leaving.add(stream);
    void turnAway(stream, ErrorCode.BUSY, this.#settings.clock).then(() => {
      this.#leaving.delete(stream);
    });
  }

  #showSecrets(): void {
    if (this.#book.phase !== 'empty') return;
    const { clock, randomOctets } = this.#settings;
    const kinds = this.#options.kinds ?? [SecretKind.DIGITS];
    this.#book = openSecret(kinds, clock.nowMs(), this.#book, randomOctets);
    if (this.#book.phase !== 'on-show') return;
    this.#options.show(this.#book.secrets, remainingMs(this.#book, clock.nowMs()));
  }

  async #nextArrival(): Promise<Arrival> {
    const { clock, signal } = this.#settings;
    // First: a cancel often closes the door, too, and then nobody failed.
    if (this.#isClosed || signal?.aborted === true) return { kind: 'cancelled' };
    if (this.#failure !== undefined) return this.#failure;
    const next = Promise.withResolvers<Arrival>();
    const cancelled = (): void => next.resolve({ kind: 'cancelled' });
    const lifeMs = remainingMs(this.#book, clock.nowMs());
    const stop = clock.schedule(lifeMs, () => next.resolve({ kind: 'expired' }));
    signal?.addEventListener('abort', cancelled, { once: true });
    this.#waiting = (arrival) => {
      this.#waiting = undefined;
      next.resolve(arrival);
    };
    const arrival = await next.promise;
    this.#waiting = undefined;
    stop();
    signal?.removeEventListener('abort', cancelled);
    return arrival;
  }

  async #run(stream: ByteStream): Promise<ListenResult | undefined> {
    const { clock } = this.#settings;
    const permission = canStartRun(this.#book, clock.nowMs());
    if (permission.kind === 'refused' || this.#book.phase !== 'on-show') {
      // The secret expired in the very moment of the connection.
      const code = permission.kind === 'refused' ? permission.code : ErrorCode.CODE_EXPIRED;
      void turnAway(stream, code, clock);
      this.#discard(clock.nowMs());
      return undefined;
    }
    const secretsShownAtMs = this.#book.shownAtMs;
    this.#book = runStarted(this.#book, clock.nowMs());
    const { secrets } = permission;
    const session = new SyncSenderSession({ ...this.#options.session, secrets, secretsShownAtMs });
    const result = await session.initiate(stream).finally(() => {
      this.#book = runEnded(this.#book, session.secretRun, clock.nowMs());
      if (this.#book.phase !== 'on-show') this.#options.hide?.();
    });
    if (result === undefined) return { kind: 'authenticated', session };
    this.#options.onRefused?.(result);
    // PSP-CODE-8
    return this.#book.phase === 'stopped' ? { kind: 'stopped', last: result } : undefined;
  }

  #giveUp(cause: unknown): never {
    this.#discard(Infinity);
    throw new Error('no connection can come any more', { cause });
  }

  #discard(nowMs: number): void {
    this.#book = bookAt(this.#book, nowMs);
    this.#options.hide?.();
  }
}
