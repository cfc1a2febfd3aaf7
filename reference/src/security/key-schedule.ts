// From CPace's intermediate key to the keys of both directions. Knows labels and lengths, not who
// uses which key or what is sealed with it.
import { createHash, createHmac } from 'node:crypto';
import { UsageError } from '../wire/violation.ts';
import { ascii, concat, erase, lengthOctets } from './octets.ts';

const labelPrefix = 'fhir-peer-sync/1 ';
const hashOctets = 64;

/** The AES-256-GCM key and the nonce base of one direction. */
export interface TrafficKey {
  /** 32 octets. */
  readonly key: Uint8Array;
  /** 12 octets. */
  readonly iv: Uint8Array;
}

/** The keys of one session (PSP-KEY-4). */
export interface SessionKeys {
  /** Sender to receiver. */
  readonly s2r: TrafficKey;
  /** Receiver to sender. */
  readonly r2s: TrafficKey;
  /** 32 octets for the application: equal on both sides, unknown to everyone else. */
  readonly exporter: Uint8Array;
}

/**
 * The hash of the handshake (th): both frames with their length octets (PSP-KEY-3).
 *
 * @param initiateBody - Initiate's exact body octets, as sent (PSP-MSG-12).
 * @param acceptBody - Accept's exact body octets, as sent.
 */
export function transcriptHash(initiateBody: Uint8Array, acceptBody: Uint8Array): Uint8Array {
  const hash = createHash('sha512');
  for (const body of [initiateBody, acceptBody]) {
    hash.update(lengthOctets(body.length)).update(body);
  }
  return new Uint8Array(hash.digest());
}

/** HKDF-Extract with SHA-512 (RFC 5869, section 2.2). */
export function hkdfExtract(salt: Uint8Array, inputKey: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha512', salt).update(inputKey).digest());
}

/**
 * HKDF-Expand with SHA-512 (RFC 5869, section 2.3). node:crypto offers only both steps at once.
 *
 * @throws {@link UsageError} when more than 255 times 64 octets are asked for.
 */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, octets: number): Uint8Array {
  const rounds = Math.ceil(octets / hashOctets);
  if (rounds > 255) throw new UsageError(`HKDF-Expand gives 16 320 octets at most, not ${octets}.`);
  let output: Uint8Array = new Uint8Array(0);
  let block: Uint8Array = new Uint8Array(0);
  for (let round = 1; round <= rounds; round += 1) {
    const input = concat(block, info, Uint8Array.of(round));
    block = new Uint8Array(createHmac('sha512', prk).update(input).digest());
    output = concat(output, block);
  }
  return output.slice(0, octets);
}

/**
 * Derives the keys of both directions (PSP-KEY-3, PSP-KEY-4).
 *
 * @param isk - CPace's intermediate key; the caller erases it afterwards (PSP-KEY-5).
 * @param th - The result of {@link transcriptHash}: it binds the keys to every negotiated value.
 */
export function deriveKeys(isk: Uint8Array, th: Uint8Array): SessionKeys {
  const prk = hkdfExtract(th, isk);
  const expand = (label: string, octets: number): Uint8Array =>
    hkdfExpand(prk, ascii(labelPrefix + label), octets);
  const keys: SessionKeys = {
    s2r: { key: expand('s2r key', 32), iv: expand('s2r iv', 12) },
    r2s: { key: expand('r2s key', 32), iv: expand('r2s iv', 12) },
    exporter: expand('exporter', 32),
  };
  // PSP-KEY-5: whoever reads our memory later should not find what every key came from.
  erase(prk);
  return keys;
}
