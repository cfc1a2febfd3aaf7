// Frames after keys: AES-256-GCM with a counter for each direction. Knows octets, not messages;
// whoever reads frames from the stream hands the bodies in, in order.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { ErrorCode } from '../wire/messages.ts';
import { UsageError, violation, type Violation } from '../wire/violation.ts';
import type { TrafficKey } from './key-schedule.ts';
import { concat, lengthOctets } from './octets.ts';

/** Frames that may be sealed in one direction (PSP-SEAL-3). */
export const recordsMax = 2 ** 22;
/** Octets that sealing adds to a message. */
export const sealTagOctets = 16;

const cipherName = 'aes-256-gcm';
const closeSilently = 'PSP-SEAL-4';

/** The nonce of one record: iv XOR (4 zero octets and the counter as u64) (PSP-SEAL-2). */
export function recordNonce(iv: Uint8Array, counter: number): Uint8Array {
  // A copy: `slice` of a Buffer would share its memory, and the XOR would change the iv itself.
  const nonce = new Uint8Array(iv);
  const view = new DataView(nonce.buffer);
  view.setBigUint64(4, view.getBigUint64(4) ^ BigInt(counter));
  return nonce;
}

function checkedCounter(counter: number): number {
  if (!Number.isInteger(counter) || counter < 0 || counter > recordsMax) {
    throw new UsageError(`A record counter is an integer from 0 to ${recordsMax}.`);
  }
  return counter;
}

function recordLimit(): Violation {
  return violation(ErrorCode.RECORD_LIMIT, 'PSP-SEAL-3', 'this session has no records left');
}

/** Seals the frames of one direction. Each message costs one record; none is ever sealed twice. */
export class FrameSealer {
  readonly #keys: TrafficKey;
  #counter: number;

  /**
   * @param keys - The direction's key; a second sealer with the same key would reuse nonces.
   * @param counter - The first record's counter; other than 0 only to replay published vectors.
   */
  constructor(keys: TrafficKey, counter = 0) {
    this.#keys = keys;
    this.#counter = checkedCounter(counter);
  }

  /**
   * Seals one message (type octet and protobuf).
   *
   * @returns the whole frame, length octets included, or RECORD_LIMIT as a value: then the session
   *   ends with {@link FrameSealer.sealAbort}.
   * @throws {@link UsageError} for an empty message, which every reader refuses (PSP-SEAL-6).
   */
  seal(message: Uint8Array): Uint8Array | Violation {
    // PSP-SEAL-3: the last record stays free, or the Abort that says so could not be sealed.
    return this.#counter < recordsMax - 1 ? this.#seal(message) : recordLimit();
  }

  /**
   * Seals the message that ends the session; it alone may take the last record.
   *
   * @returns undefined when even that is spent: close without a word.
   */
  sealAbort(message: Uint8Array): Uint8Array | undefined {
    return this.#counter < recordsMax ? this.#seal(message) : undefined;
  }

  #seal(message: Uint8Array): Uint8Array {
    if (message.length === 0) throw new UsageError('A sealed message has at least its type octet.');
    const nonce = recordNonce(this.#keys.iv, this.#counter);
    // Before anything can throw: a record number must not be used again (PSP-SEAL-2).
    this.#counter += 1;
    const header = lengthOctets(message.length + sealTagOctets);
    const cipher = createCipheriv(cipherName, this.#keys.key, nonce, {
      authTagLength: sealTagOctets,
    });
    // PSP-SEAL-1: the length is in clear, so it is authenticated instead.
    cipher.setAAD(header);
    const sealed = cipher.update(message);
    return concat(header, sealed, cipher.final(), cipher.getAuthTag());
  }
}

/** Opens the frames of one direction, in the order in which they were sealed. */
export class FrameOpener {
  readonly #keys: TrafficKey;
  #counter: number;
  #broken: Violation | undefined;

  /** @param counter - The first record's counter; other than 0 only to replay vectors. */
  constructor(keys: TrafficKey, counter = 0) {
    this.#keys = keys;
    this.#counter = checkedCounter(counter);
  }

  /**
   * Opens one frame's body.
   *
   * @returns the message, or a {@link Violation}; after one, every later call gives the same.
   */
  open(body: Uint8Array): Uint8Array | Violation {
    if (this.#broken !== undefined) return this.#broken;
    const opened = this.#open(body);
    if (opened instanceof Uint8Array) return opened;
    this.#broken = opened;
    return opened;
  }

  #open(body: Uint8Array): Uint8Array | Violation {
    if (this.#counter >= recordsMax) return recordLimit();
    const message = this.#decrypt(body);
    if (message === undefined) {
      // PSP-SEAL-4: no reason, not even here; a forger learns nothing from us or from our log.
      return violation(ErrorCode.PROTOCOL_VIOLATION, closeSilently, 'a sealed frame did not open');
    }
    this.#counter += 1;
    return message.length > 0
      ? message
      : // PSP-SEAL-6: a message has at least its type octet.
        violation(ErrorCode.MALFORMED_FRAME, 'PSP-SEAL-6', 'a sealed frame without a message');
  }

  #decrypt(body: Uint8Array): Uint8Array | undefined {
    if (body.length < sealTagOctets) return undefined;
    const tagAt = body.length - sealTagOctets;
    const nonce = recordNonce(this.#keys.iv, this.#counter);
    const decipher = createDecipheriv(cipherName, this.#keys.key, nonce, {
      authTagLength: sealTagOctets,
    });
    decipher.setAAD(lengthOctets(body.length));
    decipher.setAuthTag(body.subarray(tagAt));
    const message = decipher.update(body.subarray(0, tagAt));
    try {
      decipher.final();
    } catch {
      // node:crypto throws on a wrong tag; what `update` gave before was never to be trusted.
      message.fill(0);
      return undefined;
    }
    return new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
  }
}

/**
 * Whether a violation must end the connection at once, without an Abort (PSP-SEAL-4): to answer
 * would tell a forger which of its frames failed.
 */
export function mustCloseSilently(fault: Violation): boolean {
  return fault.requirement === closeSilently;
}
