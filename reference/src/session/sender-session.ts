// A session of the sender over one connection, as a program uses it: authenticate, then send.
import type { RunResult } from '../security/index.ts';
import type { ByteStream } from '../transport/transport.ts';
import { UsageError } from '../wire/index.ts';
import { Driver } from './driver.ts';
import { settingsOf } from './options.ts';
import type { SenderSessionOptions, Settings } from './options.ts';
import { resultOf } from './result.ts';
import type { SyncResult } from './result.ts';
import { afterDelivery, receiveSecondHalf } from './second-half.ts';
import { SenderRole } from './sender-role.ts';

/**
 * Sends what a receiver may have, over one connection.
 *
 * What the peer, the network or the user does comes back as a result; only misuse and bugs reject.
 */
export class SyncSenderSession {
  readonly #options: SenderSessionOptions;
  readonly #settings: Settings;
  readonly #released = Promise.withResolvers<void>();
  #role: SenderRole | undefined;
  #result: Promise<SyncResult> | undefined;
  #secondHalf: Promise<SyncResult> | undefined;

  /** @throws {@link UsageError} when an option is out of bounds. */
  constructor(options: SenderSessionOptions) {
    this.#options = options;
    this.#settings = settingsOf(options);
  }

  /**
   * Authenticates the receiver: sends Initiate and waits until the receiver has proved that it
   * knows the secret.
   *
   * @param stream - A fresh connection, whoever made it; the session closes it.
   * @returns undefined to go on with {@link SyncSenderSession.send}, or how the session ended.
   * @throws {@link UsageError} when it is called twice, or the secrets are not usable.
   */
  async initiate(stream: ByteStream): Promise<SyncResult | undefined> {
    if (this.#role !== undefined) throw new UsageError('A session has one connection.');
    const role = new SenderRole(
      this.#options,
      this.#settings,
      (own) => new Driver(own, stream, this.#settings),
      this.#released.promise,
      {
        begin: (first) => {
          this.#secondHalf = receiveSecondHalf(this.#options, this.#settings, first);
        },
      },
    );
    this.#role = role;
    this.#result = this.#run(role);
    // Whoever never asks for the result has not lost an error in the air.
    this.#result.catch(() => undefined);
    return Promise.race([role.authenticated.promise, this.#result]);
  }

  /**
   * Sends what the receiver asks for, as far as the export policy allows.
   *
   * @returns how the session ended; `complete` only after the Receipt (PSP-DONE-7).
   * @throws {@link UsageError} before {@link SyncSenderSession.initiate}.
   */
  async send(): Promise<SyncResult> {
    if (this.#result === undefined) throw new UsageError('Call initiate() first.');
    this.#released.resolve();
    return this.#result;
  }

  /** What became of the secrets: what {@link SecretBook}'s `runEnded` takes. */
  get secretRun(): RunResult {
    return this.#role?.run ?? 'unused';
  }

  async #run(role: SenderRole): Promise<SyncResult> {
    const ended = await role.driver.run();
    if (role.isDelivered) return afterDelivery(role, ended, await this.#secondHalf);
    return resultOf(ended.ending, role.report, ended.cause);
  }
}
