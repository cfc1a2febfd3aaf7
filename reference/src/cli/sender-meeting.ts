// Brings a sender and its receiver together: shows the codes, tells what became of each attempt,
// and decides which of them concern the user. The rules of the codes are the session layer's.
import { failedRunsMax } from '../security/secret-life.ts';
import type { SessionOptions } from '../session/options.ts';
import type { SyncResult } from '../session/result.ts';
import { SenderListener, type ListenResult } from '../session/sender-listener.ts';
import type { SyncSenderSession } from '../session/sender-session.ts';
import type { SyncSender } from '../sync/sync-sender.ts';
import type { ByteStream } from '../transport/transport.ts';
import { ErrorCode } from '../wire/messages.ts';
import { type Cancellation, cancelled } from './cancellation.ts';
import { CodeDisplay, kindsFor } from './code-display.ts';
import type { Connections } from './connections.ts';
import { ExitCode } from './exit-code.ts';
import { CommandFailure } from './failure.ts';
import type { Screen } from './screen.ts';
import { nowMs } from './session-setup.ts';

/** Codes shown in a row that nobody used, after which the sender gives up: ten minutes. */
const unusedCodesMax = 5;
const forDevice = 'the other device';
const forCode = 'the code to be typed on the other device';

/** What a meeting is made with. */
export interface SenderMeetingOptions {
  readonly screen: Screen;
  readonly cancellation: Cancellation;
  readonly connections: Connections;
  readonly session: SessionOptions;
  readonly sync: SyncSender;
}

/** One sender's wait for its receiver. */
export class SenderMeeting {
  readonly #options: SenderMeetingOptions;
  readonly #display: CodeDisplay;
  readonly #listener: SenderListener;
  #unusedCodes = 0;
  #failedRuns = 0;
  /** The result that ends the waiting. */
  #final: SyncResult | undefined;
  /** Resolves when a dialling sender may dial once more. */
  #dialAgain = Promise.withResolvers<void>();
  #firstStream: ByteStream | undefined;

  constructor(options: SenderMeetingOptions) {
    this.#options = options;
    const { screen, session, sync, connections } = options;
    this.#display = new CodeDisplay(screen, nowMs);
    const log: SessionOptions['log'] = (record) => {
      if (record.phase === 'AWAIT_ACCEPT') this.#connected(record.session);
      session.log?.(record);
    };
    this.#listener = new SenderListener({
      session: { ...session, sync, log },
      accept: () => this.#accept(),
      kinds: kindsFor(screen),
      show: (secrets, lifeMs) => {
        // The listener shows a fresh code before it sees that it was closed.
        if (this.#final !== undefined && connections.address !== undefined) return;
        this.#unusedCodes += 1;
        if (this.#unusedCodes > unusedCodesMax) this.#listener.close();
        else this.#display.show(secrets, lifeMs, forDevice);
      },
      hide: () => {
        this.#display.hide();
      },
      onRefused: (result) => {
        this.#refused(result);
      },
    });
  }

  /**
   * Waits until the right code was typed.
   *
   * @returns The session to go on with, or the result that the user has to know.
   * @throws CommandFailure when the user stops, or nobody comes for ten minutes.
   * @throws TransportError when there is no connection to be had.
   */
  async authenticated(): Promise<SyncSenderSession | SyncResult> {
    const { connections, cancellation, screen } = this.#options;
    if (connections.address === undefined) {
      // Dialled first, so that no code is shown for a device that is not there.
      this.#firstStream = await cancellation.orCancel(connections.next());
    }
    const result = await this.#listen();
    this.#display.hide();
    if (result.kind === 'authenticated') {
      screen.emit({ event: 'authenticated' });
      screen.hint('The code is right; the connection is encrypted.');
      return result.session;
    }
    if (result.kind === 'stopped') return result.last;
    if (this.#final !== undefined) return this.#final;
    if (cancellation.signal.aborted) throw cancelled();
    const next = 'Start again when the other device is at hand.';
    throw new CommandFailure(ExitCode.FAILED, 'Nobody came for ten minutes.', next);
  }

  /** Turns nobody away any more. */
  close(): void {
    this.#listener.close();
  }

  async #listen(): Promise<ListenResult> {
    try {
      return await this.#listener.listen();
    } catch (error) {
      if (this.#final !== undefined) return { kind: 'stopped', last: this.#final };
      throw error instanceof Error ? (error.cause ?? error) : error;
    } finally {
      this.#display.hide();
    }
  }

  async #accept(): Promise<ByteStream> {
    const { connections } = this.#options;
    if (connections.address !== undefined) return connections.next();
    const first = this.#firstStream;
    this.#firstStream = undefined;
    if (first !== undefined) return first;
    // One connection at a time: the next one is dialled when the code before it failed.
    await this.#dialAgain.promise;
    this.#dialAgain = Promise.withResolvers<void>();
    const stream = await connections.next();
    this.#final = undefined;
    return stream;
  }

  #connected(name: string): void {
    const { screen, connections } = this.#options;
    screen.emit({ event: 'connected', session: name });
    // Who receives from many devices at once enters the code under this name.
    if (connections.address === undefined) screen.hint(`Session: ${name}`);
    this.#display.waitFor(forCode);
  }

  /** Tells why an attempt came to nothing, and ends the waiting where it is no use. */
  #refused(result: SyncResult): void {
    const { screen, connections } = this.#options;
    const code = 'code' in result ? result.code : undefined;
    if (code === ErrorCode.AUTH_FAILED || code === ErrorCode.CODE_EXPIRED) {
      this.#codeFailed(result, code);
      return;
    }
    const isRefusal = result.kind === 'rejected' && result.by === 'peer';
    if (isRefusal || connections.address === undefined) {
      this.#final = result;
      this.#listener.close();
      return;
    }
    // Whoever never got as far as a code ends nothing: an open port has strangers.
    this.#display.waitFor(forDevice);
    if (result.kind === 'cancelled' && result.by === 'peer') {
      screen.hint('The other device cancelled. Still waiting.');
    } else if (result.kind !== 'cancelled') {
      screen.hint('A device connected and left. Still waiting.');
    }
  }

  #codeFailed(result: SyncResult, code: ErrorCode): void {
    const { screen, connections } = this.#options;
    const isWrong = code === ErrorCode.AUTH_FAILED;
    this.#unusedCodes = 0;
    if (isWrong) {
      this.#failedRuns += 1;
      const failedRuns = this.#failedRuns;
      screen.emit({ event: 'attempt-failed', code: 'AUTH_FAILED', failedRuns, failedRunsMax });
      // PSP-CODE-8: the listener stops by itself.
      if (failedRuns >= failedRunsMax) return;
    }
    if (connections.address === undefined) {
      // Where the other device has given up as well, this is what the user has to know.
      this.#final = result;
      this.#dialAgain.resolve();
    }
    const why = isWrong
      ? `The code was wrong (attempt ${this.#failedRuns} of ${failedRunsMax}).`
      : 'The code was not typed in time.';
    screen.print(`${why} A new code:`);
  }
}
