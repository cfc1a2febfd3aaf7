// Octet strings: joining, comparing, hex, and integers in network octet order (PSP-CONV-1). It
// knows no message.
import { KitError } from '../fault.ts';

/** Joins octet strings (`‖` of the specification). */
export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Whether two octet strings are the same. Not in constant time: the kit has nothing to hide. */
export function sameOctets(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, i) => octet === right[i]);
}

/** Lower-case hex without separators. */
export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex');
}

/**
 * Reads hex. White space between octets is allowed, so that hex can be copied from the
 * specification.
 *
 * @throws KitError where the text is no hex.
 */
export function fromHex(text: string): Uint8Array {
  const digits = /\s/.test(text) ? text.replace(/\s+/g, '') : text;
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) {
    throw new KitError(`no hex: ${text.slice(0, 40)}`);
  }
  return new Uint8Array(Buffer.from(digits, 'hex'));
}

/** Octets of an ASCII or UTF-8 text. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of UTF-8 octets by RFC 3629, or undefined where they are not. A leading BOM is kept. */
export function textOf(octets: Uint8Array): string | undefined {
  try {
    return strict.decode(octets);
  } catch {
    return undefined;
  }
}

/**
 * A number as 4 octets, the most significant first.
 *
 * @throws KitError outside 0 to 2^32 - 1.
 */
export function u32(value: number): Uint8Array {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new KitError(`no 32-bit number: ${value}`);
  }
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}

/**
 * A number as 8 octets, the most significant first.
 *
 * @throws KitError outside 0 to 2^64 - 1.
 */
export function u64(value: bigint): Uint8Array {
  if (value < 0n || value >= 1n << 64n) throw new KitError(`no 64-bit number: ${value}`);
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, value);
  return out;
}
