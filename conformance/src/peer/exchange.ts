// The kit's half of the handshake as values: secrets, shares, tags, keys, in either role. Random
// octets come from the seed of the run, so that a transcript can be made again. It knows no
// connection and no case.
import { isFault, KitError, type Fault } from '../fault.ts';
import { readTypedCode, readQrText } from '../security/access-code.ts';
import {
  generatorOf,
  iskOf,
  prsOf,
  scalarFrom,
  sharedValue,
  shareOf,
  tagsOf,
  type Tags,
} from '../security/cpace.ts';
import { deriveKeys } from '../security/key-schedule.ts';
import type { DirectionKeys } from '../security/record.ts';
import { frameOf } from '../wire/frame.ts';
import { utf8 } from '../wire/octets.ts';
import type { Role } from './transcript.ts';

/** A source of octets that look random and follow from a seed. */
export type Octets = (count: number) => Uint8Array;

/** The kind of secret and its octets. */
export interface Secret {
  readonly kind: 'DIGITS' | 'QR';
  readonly octets: Uint8Array;
}

/**
 * The secret of a code as the control protocol writes it.
 *
 * @throws KitError for a text that is neither a code nor a QR text.
 */
export function secretOf(text: string): Secret {
  const octets = text.startsWith('FPSP1:') ? readQrText(text) : undefined;
  if (octets !== undefined) {
    if (isFault(octets)) throw new KitError(`${text}: ${octets.detail}`);
    return { kind: 'QR', octets };
  }
  const digits = readTypedCode(text);
  if (isFault(digits)) throw new KitError(`${text}: ${digits.detail}`);
  return { kind: 'DIGITS', octets: utf8(digits) };
}

/** Draws a scalar of the group. */
export function drawScalar(random: Octets): Uint8Array {
  const scalar = scalarFrom(random(64));
  // One of 2^252 seeds; the next draw is another.
  return scalar ?? drawScalar(random);
}

/** A share for a secret and the session's nonce. */
export function shareFor(secret: Secret, sid: Uint8Array, scalar: Uint8Array): Uint8Array {
  return shareOf(scalar, generatorOf({ prs: prsOf(secret.kind, secret.octets), sid }));
}

/** What both frames of the handshake say, octet for octet, with the shares that count in them. */
export interface Handshake {
  readonly testee: Role;
  /** `Initiate.session_nonce`. */
  readonly sid: Uint8Array;
  /** Bodies as they went over the wire (PSP-HS-16). */
  readonly initiate: Uint8Array;
  readonly accept: Uint8Array;
  readonly ya: Uint8Array;
  readonly yb: Uint8Array;
  readonly scalar: Uint8Array;
}

/** What a handshake leads to. */
export interface Keys {
  readonly tags: Tags;
  /** What the sender of the session seals. */
  readonly s2r: DirectionKeys;
  readonly r2s: DirectionKeys;
}

/** Tags and keys of a handshake, or the fault of the testee's share. */
export function keysOf(handshake: Handshake): Keys | Fault {
  const { testee, scalar, sid, ya, yb, initiate: ada, accept: adb } = handshake;
  const k = sharedValue(scalar, testee === 'sender' ? ya : yb);
  if (isFault(k)) return k;
  const exchange = { sid, ya, ada, yb, adb };
  const isk = iskOf({ ...exchange, k });
  const schedule = deriveKeys(isk, frameOf(ada), frameOf(adb));
  return {
    tags: tagsOf(exchange, isk),
    s2r: { key: schedule.s2rKey, iv: schedule.s2rIv },
    r2s: { key: schedule.r2sKey, iv: schedule.r2sIv },
  };
}
