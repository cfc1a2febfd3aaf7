// A session of the receiver over one connection, as a program uses it.
import type { ByteStream } from '../transport/transport.ts';
import { UsageError } from '../wire/index.ts';
import { Driver } from './driver.ts';
import { settingsOf } from './options.ts';
import type { ReceiverSessionOptions, Settings } from './options.ts';
import { ReceiverRole } from './receiver-role.ts';
import { resultOf } from './result.ts';
import type { SyncResult } from './result.ts';
import { afterReceipt, sendSecondHalf } from './second-half.ts';

/**
 * Receives and stores what a sender sends, over one connection.
 *
 * What the peer, the network or the user does comes back as a result; only misuse and bugs reject.
 */
export class SyncReceiverSession {
  readonly #options: ReceiverSessionOptions;
  readonly #settings: Settings;
  #isUsed = false;

  /** @throws {@link UsageError} when an option is out of bounds. */
  constructor(options: ReceiverSessionOptions) {
    this.#options = options;
    this.#settings = settingsOf(options);
    const { window } = options;
    if (window !== undefined && !(window.payloads >= 1 && window.octets >= 1n)) {
      throw new UsageError('A window has room for at least one Payload and one octet.');
    }
  }

  /**
   * Waits for the sender's Initiate, asks for the secret, and stores what comes.
   *
   * @param stream - A fresh connection, whoever made it; the session closes it.
   * @returns how the session ended; `complete` only once the Receipt was sent (PSP-DONE-8).
   * @throws {@link UsageError} when it is called twice, or `askSecret` gives what it must not.
   */
  async receive(stream: ByteStream): Promise<SyncResult> {
    if (this.#isUsed) throw new UsageError('A session has one connection.');
    this.#isUsed = true;
    const connect = (own: ReceiverRole) => new Driver(own, stream, this.#settings);
    let second: Promise<SyncResult> | undefined;
    const role = new ReceiverRole(this.#options, this.#settings, connect, {
      begin: (first) => {
        second = sendSecondHalf(this.#options, this.#settings, first);
      },
    });
    const { ending, cause } = await role.driver.run();
    if (second !== undefined) return afterReceipt(role, await second);
    return resultOf(ending, role.report, cause);
  }
}
