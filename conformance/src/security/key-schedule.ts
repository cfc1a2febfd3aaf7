// From ISK and the two clear frames to the keys of both directions (section 8.8). It knows no group
// and no frame after keys.
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import { KitError } from '../fault.ts';
import { concat, utf8 } from '../wire/octets.ts';

/** Everything that chapter 8 derives. */
export interface KeySchedule {
  /** SHA-512 over both frames, 64 octets. */
  readonly th: Uint8Array;
  /** 64 octets. */
  readonly prk: Uint8Array;
  /** 32 octets: what the sender seals. */
  readonly s2rKey: Uint8Array;
  /** 12 octets. */
  readonly s2rIv: Uint8Array;
  /** 32 octets: what the receiver seals. */
  readonly r2sKey: Uint8Array;
  /** 12 octets. */
  readonly r2sIv: Uint8Array;
  /** 32 octets. */
  readonly exporter: Uint8Array;
}

const hmac512 = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha512', createSecretKey(key)).update(data).digest());

/**
 * HKDF-Expand for one block (PSP-KEY-4).
 *
 * @param octets - How many, up to 64.
 * @throws KitError for more.
 */
export function expandKey(prk: Uint8Array, label: string, octets: number): Uint8Array {
  if (octets > 64) throw new KitError(`one block has 64 octets, not ${octets}`);
  const info = concat(utf8('fhir-peer-sync/1 '), utf8(label), Uint8Array.of(1));
  return hmac512(prk, info).slice(0, octets);
}

/**
 * Derives the keys of a session.
 *
 * @param initiateFrame - With its 4 length octets, as sent (PSP-KEY-3).
 * @param acceptFrame - In the same way.
 */
export function deriveKeys(
  isk: Uint8Array,
  initiateFrame: Uint8Array,
  acceptFrame: Uint8Array,
): KeySchedule {
  const hash = createHash('sha512').update(initiateFrame).update(acceptFrame);
  const th = new Uint8Array(hash.digest());
  const prk = hmac512(th, isk);
  return {
    th,
    prk,
    s2rKey: expandKey(prk, 's2r key', 32),
    s2rIv: expandKey(prk, 's2r iv', 12),
    r2sKey: expandKey(prk, 'r2s key', 32),
    r2sIv: expandKey(prk, 'r2s iv', 12),
    exporter: expandKey(prk, 'exporter', 32),
  };
}
