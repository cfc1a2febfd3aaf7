// What a person types or scans: the access code with its check digit, the QR text (section 8.2). It
// draws no randomness and keeps no secret.
import { fault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from '../wire/limits.ts';

const table = [
  [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
  [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
  [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
  [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
  [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
  [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
  [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
  [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
  [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
  [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
] as const;

/**
 * The check digit of ASCII digits; 0 for digits that end with their check digit.
 *
 * @throws KitError for anything but ASCII digits.
 */
export function damm(digits: string): number {
  if (!/^[0-9]*$/.test(digits)) throw new KitError(`no ASCII digits: ${digits}`);
  return Array.from(digits, Number).reduce((row, digit) => table[row]?.[digit] ?? 0, 0);
}

/**
 * The access code of 4 random octets (section 8.2.1).
 *
 * @returns Nine ASCII digits, or undefined where other octets are to be drawn.
 */
export function accessCodeFrom(random: Uint8Array): string | undefined {
  if (random.length !== 4) throw new KitError('an access code is drawn from 4 octets');
  const drawn = new DataView(random.buffer, random.byteOffset).getUint32(0);
  if (drawn >= 4_200_000_000) return undefined;
  const digits = String(drawn % 100_000_000).padStart(8, '0');
  return `${digits}${damm(digits)}`;
}

/** Decimal digits of every script stand in runs of ten that begin with their zero. */
function digitValue(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  let start = point;
  while (start > 0 && /^\p{Nd}$/u.test(String.fromCodePoint(start - 1))) start -= 1;
  return (point - start) % 10;
}

/**
 * The code that a person typed, as nine ASCII digits.
 *
 * @returns CODE_INVALID by PSP-CODE-4; nothing travels for it.
 */
export function readTypedCode(text: string): string | Fault {
  const invalid = (detail: string): Fault => fault('CODE_INVALID', 'PSP-CODE-4', detail);
  let digits = '';
  for (const character of text) {
    // PSP-CODE-14: white space and dashes are for the eye.
    if (/^[\p{White_Space}\p{Pd}]$/u.test(character)) continue;
    if (!/^\p{Nd}$/u.test(character)) return invalid('a character that is no digit');
    digits += digitValue(character);
  }
  if (digits.length !== limits.accessCodeDigits) return invalid(`${digits.length} digits`);
  return damm(digits) === 0 ? digits : invalid('the check digit is wrong');
}

/** The text of a QR code for a secret of 32 octets (PSP-CODE-11). */
export function qrTextOf(secret: Uint8Array): string {
  return `FPSP1:${Buffer.from(secret).toString('base64url')}`;
}

/** The secret of a scanned text, or CODE_INVALID by PSP-CODE-15. */
export function readQrText(text: string): Uint8Array | Fault {
  const match = /^FPSP1:([A-Za-z0-9_-]{43})$/.exec(text);
  const secret = new Uint8Array(Buffer.from(match?.[1] ?? '', 'base64url'));
  // Written again and compared: bits that carry nothing have to be zero.
  if (match !== null && qrTextOf(secret) === text) return secret;
  return fault('CODE_INVALID', 'PSP-CODE-15', 'no QR text of this protocol');
}
