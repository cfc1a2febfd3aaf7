// Sealed frames: AES-256-GCM with a counter that is never sent (section 8.11), and what an
// adversary seals wrongly. It knows no message and not when keys come on.
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { fault, isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from '../wire/limits.ts';
import { concat, u32, u64 } from '../wire/octets.ts';

const algorithm = 'aes-256-gcm';
const tagOctets = limits.sealTagOctets;

/** Key and nonce base of one direction. */
export interface DirectionKeys {
  /** 32 octets. */
  readonly key: Uint8Array;
  /** 12 octets. */
  readonly iv: Uint8Array;
}

const prepared = new WeakMap<DirectionKeys, KeyObject>();

/** The key as Node wants it: as octets it costs three times as much, with each frame again. */
function keyOf(keys: DirectionKeys): KeyObject {
  const known = prepared.get(keys);
  if (known !== undefined) return known;
  const made = createSecretKey(keys.key);
  prepared.set(keys, made);
  return made;
}

/** The nonce of a frame: iv XOR (4 zero octets, counter as 8 octets) (PSP-SEAL-2). */
export function nonceOf(iv: Uint8Array, counter: number): Uint8Array {
  const mask = concat(new Uint8Array(4), u64(BigInt(counter)));
  return iv.map((octet, i) => octet ^ (mask[i] ?? 0));
}

/**
 * Seals one message at a counter of the caller's choice; the kit's way to repeat, skip or swap
 * frames.
 *
 * @param associated - The frame's length octets, unless a case wants others.
 * @returns The frame with its length octets.
 */
export function sealAt(
  keys: DirectionKeys,
  counter: number,
  message: Uint8Array,
  associated: Uint8Array = u32(message.length + tagOctets),
): Uint8Array {
  const cipher = createCipheriv(algorithm, keyOf(keys), nonceOf(keys.iv, counter));
  cipher.setAAD(associated);
  const text = concat(cipher.update(message), cipher.final());
  return concat(u32(text.length + tagOctets), text, cipher.getAuthTag());
}

/**
 * Opens one body at a counter.
 *
 * @param body - Without the length octets; they follow from its length.
 * @returns SEAL_BROKEN where it does not open (PSP-SEAL-4), MALFORMED_FRAME where the message is
 *   empty (PSP-SEAL-6).
 */
export function openAt(keys: DirectionKeys, counter: number, body: Uint8Array): Uint8Array | Fault {
  const broken = fault('SEAL_BROKEN', 'PSP-SEAL-4', `frame ${counter} does not open`);
  if (body.length < tagOctets) return broken;
  const decipher = createDecipheriv(algorithm, keyOf(keys), nonceOf(keys.iv, counter), {
    authTagLength: tagOctets,
  });
  decipher.setAAD(u32(body.length));
  decipher.setAuthTag(body.subarray(body.length - tagOctets));
  let message: Uint8Array;
  try {
    message = concat(decipher.update(body.subarray(0, body.length - tagOctets)), decipher.final());
  } catch {
    return broken;
  }
  if (message.length > 0) return message;
  return fault('MALFORMED_FRAME', 'PSP-SEAL-6', 'a sealed frame without a message');
}

/** Seals the frames of one direction one after the other. */
export class Sealer {
  readonly #keys: DirectionKeys;
  #counter = 0;

  constructor(keys: DirectionKeys) {
    this.#keys = keys;
  }

  /** Frames sealed so far (PSP-SEAL-7). */
  get counter(): number {
    return this.#counter;
  }

  /** Counts frames as sealed that a case made with {@link sealAt} or left out. */
  skip(frames = 1): void {
    this.#counter += frames;
  }

  /**
   * Seals the next frame, length octets included.
   *
   * @throws KitError beyond 2^22 frames (PSP-SEAL-3); {@link sealAt} goes further.
   */
  seal(message: Uint8Array): Uint8Array {
    if (this.#counter >= limits.sealedFrames) throw new KitError('PSP-SEAL-3: no frame is left');
    const frame = sealAt(this.#keys, this.#counter, message);
    this.#counter += 1;
    return frame;
  }
}

/** Opens the frames of one direction one after the other. A frame that fails ends it. */
export class Opener {
  readonly #keys: DirectionKeys;
  #counter = 0;
  #ended: Fault | undefined;

  constructor(keys: DirectionKeys) {
    this.#keys = keys;
  }

  /** Frames opened so far. */
  get counter(): number {
    return this.#counter;
  }

  /** Counts frames as opened that were opened elsewhere. */
  skip(frames = 1): void {
    this.#counter += frames;
  }

  /**
   * The message of the next body; faults as {@link openAt}, or RECORD_LIMIT after 2^22 frames
   * (PSP-SEAL-10).
   */
  open(body: Uint8Array): Uint8Array | Fault {
    if (this.#ended !== undefined) return this.#ended;
    const message =
      this.#counter < limits.sealedFrames
        ? openAt(this.#keys, this.#counter, body)
        : fault('RECORD_LIMIT', 'PSP-SEAL-10', `frame ${this.#counter} of one direction`);
    this.#counter += 1;
    if (isFault(message)) this.#ended = message;
    return message;
  }
}
