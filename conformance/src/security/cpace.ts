// CPACE-RISTR255-SHA512 in the initiator-responder setting (section 8.7), on libsodium. It draws no
// randomness and knows no message: scalars and associated data are arguments.
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import sodium from 'libsodium-wrappers-sumo';
import { fault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { concat, utf8 } from '../wire/octets.ts';

const shareOctets = 32;
const hashBlockOctets = 128;
const dsi = utf8('CPaceRistretto255');

/** Loads the library. To be awaited once before any other function of this file. */
export async function ready(): Promise<void> {
  await sodium.ready;
}

/** The secrets that a person can carry, by the octet that stands in PRS. */
export const secretKinds = { DIGITS: 1, QR: 2 } as const;

/** The password-related string: kind and secret octets. */
export function prsOf(kind: keyof typeof secretKinds, secret: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(secretKinds[kind]), secret);
}

/** Each string with its length in front, as LEB128 in the shortest form. */
export function lv(...strings: readonly Uint8Array[]): Uint8Array {
  const parts = strings.flatMap((string) => {
    const length: number[] = [];
    let rest = string.length;
    while (rest >= 128) {
      length.push(128 + (rest % 128));
      rest = Math.floor(rest / 128);
    }
    return [Uint8Array.from([...length, rest]), string];
  });
  return concat(...parts);
}

/** CI of this protocol, 33 octets. */
export const channelIdentifier: Uint8Array = lv(
  utf8('fhir-peer-sync/1'),
  utf8('sender'),
  utf8('receiver'),
);

/** What the generator is made from. */
export interface GeneratorInput {
  readonly prs: Uint8Array;
  /** `Initiate.session_nonce`. */
  readonly sid: Uint8Array;
  /** {@link channelIdentifier} unless another protocol is played. */
  readonly ci?: Uint8Array;
}

/** The string that is hashed to the generator. */
export function generatorString(input: GeneratorInput): Uint8Array {
  const { prs, sid, ci = channelIdentifier } = input;
  const zeros = Math.max(0, hashBlockOctets - lv(prs).length - lv(dsi).length - 1);
  return lv(dsi, prs, new Uint8Array(zeros), ci, sid);
}

const sha512 = (octets: Uint8Array): Uint8Array =>
  new Uint8Array(createHash('sha512').update(octets).digest());

/** The generator as an encoded group element. */
export function generatorOf(input: GeneratorInput): Uint8Array {
  return sodium.crypto_core_ristretto255_from_hash(sha512(generatorString(input)));
}

/**
 * A scalar from random octets: 32 of them in the draft's own way, or 64 of them modulo L.
 *
 * @returns 32 octets, little-endian; undefined where they give 0, to draw again.
 * @throws KitError for another length.
 */
export function scalarFrom(random: Uint8Array): Uint8Array | undefined {
  let scalar: Uint8Array;
  if (random.length === 64) {
    scalar = sodium.crypto_core_ristretto255_scalar_reduce(random);
  } else if (random.length === 32) {
    scalar = random.slice();
    scalar[31] = (scalar[31] ?? 0) & 0x0f;
  } else {
    throw new KitError(`a scalar is made from 32 or 64 octets, not ${random.length}`);
  }
  return scalar.some((octet) => octet !== 0) ? scalar : undefined;
}

/** Ya or Yb: an own scalar times the generator, 32 octets. */
export function shareOf(scalar: Uint8Array, generator: Uint8Array): Uint8Array {
  return sodium.crypto_scalarmult_ristretto255(scalar, generator);
}

/** Whether a share encodes an element of the group that is not the identity. */
export function isElement(share: Uint8Array): boolean {
  return isEncoding(share) && !isIdentity(share);
}

const isEncoding = (share: Uint8Array): boolean =>
  share.length === shareOctets && sodium.crypto_core_ristretto255_is_valid_point(share);

const isIdentity = (share: Uint8Array): boolean => share.every((octet) => octet === 0);

/**
 * K: an own scalar times the peer's share, 32 octets.
 *
 * @returns AUTH_FAILED where the share encodes no element or the result is the identity.
 */
export function sharedValue(scalar: Uint8Array, share: Uint8Array): Uint8Array | Fault {
  if (!isEncoding(share)) {
    return fault('AUTH_FAILED', 'PSP-HS-10', 'the share encodes no group element');
  }
  // A group of prime order: the identity comes from the identity alone, or from the scalar 0.
  if (isIdentity(share)) {
    return fault('AUTH_FAILED', 'PSP-HS-10', 'the result is the identity');
  }
  return sodium.crypto_scalarmult_ristretto255(scalar, share);
}

/** What both sides have seen and computed. */
export interface Exchange {
  /** `Initiate.session_nonce`. */
  readonly sid: Uint8Array;
  readonly k: Uint8Array;
  /** The sender's share of the kind that Accept names. */
  readonly ya: Uint8Array;
  /** Exact body octets of Initiate (PSP-HS-16). */
  readonly ada: Uint8Array;
  readonly yb: Uint8Array;
  /** Exact body octets of Accept. */
  readonly adb: Uint8Array;
}

/** ISK, 64 octets (PSP-KEY-1). */
export function iskOf({ sid, k, ya, ada, yb, adb }: Exchange): Uint8Array {
  const label = utf8('CPaceRistretto255_ISK');
  return sha512(lv(label, sid, k, ya, ada, yb, adb));
}

/** Both confirmation tags, 64 octets each (PSP-KEY-2). */
export interface Tags {
  /** Sent by the sender. */
  readonly ta: Uint8Array;
  /** Sent by the receiver. */
  readonly tb: Uint8Array;
}

/** The confirmation tags of an exchange. */
export function tagsOf(exchange: Omit<Exchange, 'k'>, isk: Uint8Array): Tags {
  const key = createSecretKey(sha512(concat(utf8('CPaceMac'), exchange.sid, isk)));
  const tag = (share: Uint8Array, data: Uint8Array): Uint8Array =>
    new Uint8Array(createHmac('sha512', key).update(lv(share, data)).digest());
  return { ta: tag(exchange.ya, exchange.ada), tb: tag(exchange.yb, exchange.adb) };
}
