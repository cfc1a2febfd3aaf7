// The life of a sender's codes: one on show at a time, a fresh one after each failure or two
// minutes, an end after three failures or when nobody comes. The rules are the security layer's;
// this carries them out on a screen and a connection.
import { randomBytes } from 'node:crypto';
import {
  bookAt,
  emptyBook,
  failedRunsMax,
  openSecret,
  remainingMs,
  runEnded,
  runStarted,
  type SecretBook,
} from '../security/secret-life.ts';
import type { SyncResult } from '../session/result.ts';
import { SyncSenderSession } from '../session/sender-session.ts';
import type { SenderSessionOptions } from '../session/options.ts';
import type { ByteStream } from '../transport/transport.ts';
import { ErrorCode } from '../wire/messages.ts';
import type { Cancellation } from './cancellation.ts';
import { CodeDisplay, kindsFor } from './code-display.ts';
import type { Connections } from './connections.ts';
import { ExitCode } from './exit-code.ts';
import { CommandFailure } from './failure.ts';
import type { Screen } from './screen.ts';
import { nowMs, type SessionSetup } from './session-setup.ts';

/** Codes shown in a row that nobody used, after which the sender gives up: ten minutes. */
const unusedCodesMax = 5;

/** One finished session that concerns the user. */
export interface Attempt {
  readonly result: SyncResult;
  readonly durationMs: number;
}

/** What a sender needs for its attempts. */
export interface SenderSurroundings {
  readonly screen: Screen;
  readonly cancellation: Cancellation;
  readonly connections: Connections;
  /** Makes what one session is given, for each connection anew. */
  readonly setup: () => SessionSetup;
  readonly sync: SenderSessionOptions['sync'];
}

/** Brings one session about. */
export class SenderAttempts {
  readonly #around: SenderSurroundings;
  readonly #display: CodeDisplay;
  #book: SecretBook = emptyBook();
  #unusedCodes = 0;

  constructor(around: SenderSurroundings) {
    this.#around = around;
    this.#display = new CodeDisplay(around.screen);
  }

  /**
   * Waits for the receiver, and for its user to type the right code.
   *
   * @throws {@link CommandFailure} when the user stops, or nobody comes for ten minutes.
   * @throws {@link TransportError} when there is no connection to be had.
   */
  async run(): Promise<Attempt> {
    for (;;) {
      const stream = await this.#connection();
      if (stream === undefined) continue;
      const attempt = await this.#session(stream);
      if (this.#isFinal(attempt)) return attempt;
    }
  }

  /** The next connection; undefined when the code's life ended first. */
  async #connection(): Promise<ByteStream | undefined> {
    const { cancellation, connections, screen } = this.#around;
    const hasDoor = connections.address !== undefined;
    if (!hasDoor) {
      // The code's life begins when somebody can use it.
      const stream = await connections.next(cancellation.signal);
      this.#showCode();
      return stream;
    }
    this.#showCode();
    const leftMs = remainingMs(this.#book, nowMs());
    const timeUp = AbortSignal.timeout(Math.max(1, Math.ceil(leftMs)));
    this.#display.countDown(this.#book, nowMs, 'the other device');
    try {
      return await connections.next(AbortSignal.any([cancellation.signal, timeUp]));
    } catch (error) {
      cancellation.check();
      if (!timeUp.aborted) throw error;
      screen.hint('Nobody came; the code is no longer valid.');
      return undefined;
    } finally {
      this.#display.still();
    }
  }

  #showCode(): void {
    const { screen, cancellation } = this.#around;
    cancellation.check();
    this.#book = bookAt(this.#book, nowMs());
    if (this.#book.phase === 'on-show') return;
    this.#unusedCodes += 1;
    if (this.#unusedCodes > unusedCodesMax) {
      const next = 'Start again when the other device is at hand.';
      throw new CommandFailure(ExitCode.FAILED, 'Nobody came for ten minutes.', next);
    }
    this.#book = openSecret(kindsFor(screen), nowMs(), this.#book, randomBytes);
    if (this.#book.phase === 'on-show') this.#display.show(this.#book, nowMs());
  }

  async #session(stream: ByteStream): Promise<Attempt> {
    const { screen, setup, sync } = this.#around;
    if (this.#book.phase !== 'on-show') throw new Error('a session needs a code on show');
    const { secrets, shownAtMs } = this.#book;
    this.#book = runStarted(this.#book, nowMs());
    screen.emit({ event: 'connected' });
    this.#display.countDown(this.#book, nowMs, 'the code to be typed on the other device');
    const { options, startedMs, end } = setup();
    const session = new SyncSenderSession({
      ...options,
      sync,
      secrets,
      secretsShownAtMs: shownAtMs,
    });
    let result = await session.initiate(stream);
    this.#display.still();
    this.#book = runEnded(this.#book, session.secretRun, nowMs());
    if (session.secretRun !== 'unused') this.#unusedCodes = 0;
    if (result === undefined) {
      screen.emit({ event: 'authenticated' });
      screen.hint('The code is right; the connection is encrypted.');
      result = await session.send();
    }
    end();
    return { result, durationMs: nowMs() - startedMs };
  }

  /** Whether an attempt is the last one; where it isn't, the user learns why. */
  #isFinal({ result }: Attempt): boolean {
    const { screen, connections } = this.#around;
    const isWrongCode = 'code' in result && result.code === ErrorCode.AUTH_FAILED;
    if (isWrongCode) {
      const { failedRuns } = this.#book;
      screen.emit({ event: 'attempt-failed', code: 'AUTH_FAILED', failedRuns, failedRunsMax });
      if (this.#book.phase === 'stopped') return true;
      screen.print(`The code was wrong (attempt ${failedRuns} of ${failedRunsMax}). A new code:`);
      return false;
    }
    // PSP-CODE-6: a code that ran out in the middle makes room for a fresh one.
    const isExpired = result.kind === 'rejected' && result.code === ErrorCode.CODE_EXPIRED;
    if (connections.address === undefined || result.kind === 'complete') return true;
    if (isExpired) {
      screen.print('The code was not typed in time. A new code:');
      return false;
    }
    return this.#concernsUser(result);
  }

  /** A stranger at an open port ends nothing: whoever never got as far as a code is forgotten. */
  #concernsUser(result: SyncResult): boolean {
    if (this.#book.phase !== 'on-show' || result.kind === 'complete') return true;
    if (result.kind === 'cancelled' && result.by === 'us') return true;
    const isRefusal = result.kind === 'rejected' && result.by === 'peer';
    if (!isRefusal) this.#around.screen.hint('A device connected and left. Still waiting.');
    return isRefusal;
  }
}
