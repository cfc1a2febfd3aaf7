// Small operations on octet strings that the cryptographic parts share. Knows no protocol.
import { timingSafeEqual } from 'node:crypto';

const encoder = new TextEncoder();

/** A source of cryptographically secure random octets; the caller supplies it (PSP-SEC-3). */
export type RandomOctets = (count: number) => Uint8Array;

/** The octets of an ASCII label. */
export function ascii(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Joins octet strings in order. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** The 4 length octets of a frame whose body has `bodyOctets` octets (PSP-FRAME-1, PSP-CONV-1). */
export function lengthOctets(bodyOctets: number): Uint8Array {
  const header = new Uint8Array(4);
  new DataView(header.buffer).setUint32(0, bodyOctets);
  return header;
}

/**
 * Compares tags or digests in time that depends on their lengths only, as a comparison that stops
 * at the first difference would tell a guesser how far the guess was right.
 */
export function equalOctets(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/**
 * Overwrites secret octets in place (PSP-KEY-5). The platform may have copied them elsewhere; this
 * shortens their life, it can't end it for sure.
 */
export function erase(...secrets: readonly Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
