// CPACE-RISTR255-SHA512 of draft-irtf-cfrg-cpace-21, initiator-responder, with explicit key
// confirmation. Knows octet strings and one group; nothing of messages, frames or who types what.
import { createHash, createHmac } from 'node:crypto';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { UsageError } from '../wire/violation.ts';
import { ascii, concat, type RandomOctets } from './octets.ts';

/** Octets of an encoded group element: a public share, and K. */
export const shareOctets = 32;
/** Octets of a confirmation tag. */
export const tagOctets = 64;

const domain = ascii('CPaceRistretto255');
const iskDomain = ascii('CPaceRistretto255_ISK');
const macDomain = ascii('CPaceMac');
const hashBlockOctets = 128;
const scalarDrawOctets = 64;

/** The inputs that fix the generator; the draft's names in brackets. */
export interface GeneratorInputs {
  /** The password-related string (PRS). */
  readonly prs: Uint8Array;
  /** The channel identifier (CI). */
  readonly channel: Uint8Array;
  /** The session id (sid). */
  readonly sid: Uint8Array;
}

/** One run's secret scalar and the public share made from it; never for a second run. */
export interface CpaceShare {
  readonly scalar: bigint;
  /** Encoded group element, 32 octets; goes to the peer. */
  readonly share: Uint8Array;
}

/** What both parties sent: shares (Ya, Yb) and associated data (ADa, ADb). A is the initiator. */
export interface CpaceTranscript {
  readonly shareA: Uint8Array;
  readonly associatedA: Uint8Array;
  readonly shareB: Uint8Array;
  readonly associatedB: Uint8Array;
}

function sha512(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

function lengthPrefixed(octets: Uint8Array): Uint8Array {
  const prefix: number[] = [];
  let rest = octets.length;
  while (rest >= 0x80) {
    prefix.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return concat(Uint8Array.from([...prefix, rest]), octets);
}

/** The draft's `lv_cat`: each part behind its length in LEB128, so that no two lists collide. */
export function lvCat(...parts: readonly Uint8Array[]): Uint8Array {
  return concat(...parts.map(lengthPrefixed));
}

/** The draft's `generator_string`: what is hashed to make the generator. */
export function generatorString({ prs, channel, sid }: GeneratorInputs): Uint8Array {
  // The zero padding fills the first hash block, so that its time does not depend on the PRS's
  // length and the block holds nothing an attacker chooses.
  const used = 1 + lengthPrefixed(prs).length + lengthPrefixed(domain).length;
  const padding = new Uint8Array(Math.max(0, hashBlockOctets - used));
  return lvCat(domain, prs, padding, channel, sid);
}

type Point = InstanceType<typeof ristretto255.Point>;

function generatorPoint(inputs: GeneratorInputs): Point {
  // RFC 9496's one-way map of all 64 octets. RFC 9380's hash_to_ristretto255 would hash once more.
  const point = ristretto255_hasher.deriveToCurve?.(sha512(generatorString(inputs)));
  if (point === undefined)
    throw new Error('This @noble/curves has no one-way map: see its version.');
  return point;
}

/** The draft's `calculate_generator`, encoded (PSP-KEY-1). */
export function generator(inputs: GeneratorInputs): Uint8Array {
  return generatorPoint(inputs).toBytes();
}

/**
 * Draws a secret scalar, uniform between 1 and the group order less 1.
 *
 * The draft recommends 252 random bits and allows uniform sampling instead. We reduce 64 random
 * octets (little endian) modulo the order: uniform up to 2^-259, below the order without a branch
 * on secret bits, and in the range that the group library insists on.
 *
 * @throws {@link UsageError} when `randomOctets` is broken: other than 64 octets, or all zero.
 */
export function drawScalar(randomOctets: RandomOctets): bigint {
  const drawn = randomOctets(scalarDrawOctets);
  if (drawn.length !== scalarDrawOctets) {
    throw new UsageError(`randomOctets(${scalarDrawOctets}) must return that many octets.`);
  }
  let value = 0n;
  for (let i = drawn.length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(drawn[i] ?? 0);
  const scalar = value % ristretto255.Point.Fn.ORDER;
  // A sound source gives 0 with probability 2^-252; to draw again could loop on a dead one.
  if (scalar === 0n) throw new UsageError('randomOctets must return random octets.');
  return scalar;
}

/** Makes the public share of a scalar (the draft's Ya or Yb). */
export function shareOf(scalar: bigint, inputs: GeneratorInputs): Uint8Array {
  return generatorPoint(inputs).multiply(scalar).toBytes();
}

/**
 * The draft's `scalar_mult_vfy`: the shared value K.
 *
 * @param scalar - Own secret scalar.
 * @param share - The peer's share as it arrived, of any length.
 * @returns undefined when the share decodes to no group element or the result is the identity; the
 *   run must then end (PSP-HS-10).
 */
export function scalarMultVfy(scalar: bigint, share: Uint8Array): Uint8Array | undefined {
  const shared = decodePoint(share)?.multiply(scalar);
  // The order is prime and the scalar below it: only a share that is the identity gives it.
  return shared === undefined || shared.is0() ? undefined : shared.toBytes();
}

function decodePoint(share: Uint8Array): Point | undefined {
  try {
    return ristretto255.Point.fromBytes(share);
  } catch {
    // The library tells an encoding that is no element by throwing; to us it is a value.
    return undefined;
  }
}

/** The intermediate session key (ISK) of the initiator-responder mode, 64 octets (PSP-KEY-1). */
export function intermediateKey(
  sid: Uint8Array,
  shared: Uint8Array,
  transcript: CpaceTranscript,
): Uint8Array {
  const { shareA, associatedA, shareB, associatedB } = transcript;
  return sha512(
    lvCat(iskDomain, sid, shared),
    lvCat(shareA, associatedA),
    lvCat(shareB, associatedB),
  );
}

/** The confirmation tags of both parties, 64 octets each (PSP-KEY-2). */
export function confirmationTags(
  sid: Uint8Array,
  isk: Uint8Array,
  transcript: CpaceTranscript,
): { readonly ta: Uint8Array; readonly tb: Uint8Array } {
  const macKey = sha512(macDomain, sid, isk);
  const tag = (share: Uint8Array, associated: Uint8Array): Uint8Array =>
    new Uint8Array(createHmac('sha512', macKey).update(lvCat(share, associated)).digest());
  const tags = {
    ta: tag(transcript.shareA, transcript.associatedA),
    tb: tag(transcript.shareB, transcript.associatedB),
  };
  macKey.fill(0);
  return tags;
}
