// The nine digits that a person reads on one screen and types on the other: drawing, showing and
// reading them. Knows nothing of what the digits open or how long they live.
import { UsageError } from '../wire/violation.ts';
import type { RandomOctets } from './octets.ts';

/** Digits of an access code, the check digit included. */
export const accessCodeDigits = 9;

// The quasigroup of order 10 from H. M. Damm's thesis (2004): it finds every single wrong digit
// and every swap of two neighbours, which are what people mistype.
const damm: readonly string[] = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
];

const codes = 100_000_000;
// The largest multiple of 10^8 below 2^32. Values above it would make small codes likelier.
const acceptedDraws = 42 * codes;
const drawsMax = 128;
const typedCharactersMax = 256;

/** Why a typed code can't be right; `message` says what to do and never repeats the digits. */
export interface AccessCodeFault {
  readonly kind: 'code-fault';
  readonly reason: 'not-a-digit' | 'wrong-length' | 'wrong-check-digit';
  readonly message: string;
}

/** The Damm check digit of a string of ASCII digits. Over a whole valid code it is 0. */
export function dammDigit(digits: string): number {
  let interim = 0;
  for (const digit of digits) interim = Number(damm[interim]?.[Number(digit)]);
  return interim;
}

/**
 * Draws an access code: 8 uniform digits and their check digit (PSP-CODE-1).
 *
 * Takes 4 octets at a time, in network octet order, and draws again from 4 200 000 000 on.
 *
 * @throws {@link UsageError} when `randomOctets` never gives a value below that.
 */
export function generateAccessCode(randomOctets: RandomOctets): string {
  for (let draws = 0; draws < drawsMax; draws += 1) {
    const octets = randomOctets(4);
    const value = new DataView(octets.buffer, octets.byteOffset, octets.byteLength).getUint32(0);
    if (value >= acceptedDraws) continue;
    const digits = String(value % codes).padStart(accessCodeDigits - 1, '0');
    return digits + String(dammDigit(digits));
  }
  throw new UsageError('randomOctets must return random octets.');
}

/** The code as it is shown: `NNN NNN NNN` (PSP-CODE-2). */
export function formatAccessCode(code: string): string {
  return code.replace(/(\d{3})(?=\d)/g, '$1 ');
}

/**
 * Reads a code as a person typed it, in the digits of any script (PSP-CODE-3, PSP-CODE-4).
 *
 * @returns nine ASCII digits, or why they can't be right.
 */
export function parseAccessCode(text: string): string | AccessCodeFault {
  // Whatever is pasted here, looking at it stays cheap.
  if (text.length > typedCharactersMax) {
    return fault('wrong-length', 'This is too much for a code. Type the nine digits you see.');
  }
  let digits = '';
  for (const character of text) {
    // PSP-CODE-3: people type the groups as they see them.
    if (/[\p{White_Space}\p{Dash_Punctuation}]/u.test(character)) continue;
    const value = decimalValue(character);
    if (value === undefined) {
      return fault('not-a-digit', 'A code has digits only. Type the nine digits you see.');
    }
    digits += String(value);
  }
  // PSP-CODE-4: a slip of the finger must not cost one of the three tries.
  if (digits.length !== accessCodeDigits) {
    return fault(
      'wrong-length',
      `A code has nine digits, and ${digits.length} were typed. Type all nine digits you see.`,
    );
  }
  if (dammDigit(digits) !== 0) {
    return fault(
      'wrong-check-digit',
      'One of the digits is wrong. Compare them with the sender’s screen and type them again.',
    );
  }
  return digits;
}

function fault(reason: AccessCodeFault['reason'], message: string): AccessCodeFault {
  return { kind: 'code-fault', reason, message };
}

/** The value of a character of general category Nd, 0 to 9; undefined for any other character. */
function decimalValue(character: string): number | undefined {
  const decimal = /^\p{Decimal_Number}$/u;
  if (!decimal.test(character)) return undefined;
  // Unicode keeps the digits of a script together, from 0 to 9. Some scripts' digits directly
  // follow another's, so the start of the whole run tells the value.
  const codePoint = character.codePointAt(0) ?? 0;
  let start = codePoint;
  while (start > 0 && decimal.test(String.fromCodePoint(start - 1))) start -= 1;
  return (codePoint - start) % 10;
}
