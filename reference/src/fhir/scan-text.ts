// The parts of a JSON text as octets: white space, strings, numbers, literals. Each function takes
// the octets and a position and gives the position after the part, or -1 after noting the fault.
// Strict UTF-8 and RFC 8259; knows nothing of nesting, keys or FHIR.

/** Why a JSON text is not acceptable. */
export type JsonFaultReason =
  | 'syntax'
  | 'utf8'
  | 'lone-surrogate'
  | 'nul'
  | 'duplicate-key'
  | 'forbidden-key'
  | 'depth'
  | 'values';

/** The fault of the scan that runs; only read directly after a function gave -1. */
export const noted: { reason: JsonFaultReason; offset: number } = { reason: 'syntax', offset: 0 };

/** Notes a fault and gives -1. */
export function note(reason: JsonFaultReason, offset: number): -1 {
  noted.reason = reason;
  noted.offset = offset;
  return -1;
}

// 1 for the octets that stand for themselves in a string: ASCII from space on, but " and \.
const plain = new Uint8Array(256).fill(1, 0x20, 0x80);
plain[0x22] = 0;
plain[0x5c] = 0;

// 1 for the characters after a backslash that need no further look: " \ / b f n r t.
const simpleEscape = new Uint8Array(256);
for (const character of '"\\/bfnrt') simpleEscape[character.charCodeAt(0)] = 1;

/** Skips spaces, tabs and line ends; never fails. */
export function skipSpace(octets: Uint8Array, at: number): number {
  let here = at;
  for (;;) {
    const octet = octets[here];
    if (octet !== 0x20 && octet !== 0x0a && octet !== 0x0d && octet !== 0x09) return here;
    here += 1;
  }
}

/** Skips a string; `at` is the position after its opening quote. */
export function skipString(octets: Uint8Array, at: number): number {
  const end = octets.length;
  let here = at;
  for (;;) {
    // Four at a time: attachments are strings of megabytes.
    while (here + 4 <= end && arePlain(octets, here)) here += 4;
    if (here >= end) return note('syntax', end);
    const octet = octets[here] as number;
    if (plain[octet] === 1) here += 1;
    else if (octet === 0x22) return here + 1;
    else {
      here = octet < 0x80 ? skipEscape(octets, here) : skipSequence(octets, here);
      if (here < 0) return -1;
    }
  }
}

function arePlain(octets: Uint8Array, at: number): boolean {
  const first = plain[octets[at] as number] as number;
  const second = plain[octets[at + 1] as number] as number;
  const third = plain[octets[at + 2] as number] as number;
  return (first & second & third & (plain[octets[at + 3] as number] as number)) === 1;
}

function skipEscape(octets: Uint8Array, at: number): number {
  // PSP-DATA-4: U+0000 in any spelling; a control character unescaped is no JSON either.
  if (octets[at] === 0) return note('nul', at);
  if (octets[at] !== 0x5c) return note('syntax', at);
  const escape = octets[at + 1] ?? 0;
  if (simpleEscape[escape] === 1) return at + 2;
  if (escape !== 0x75) return note('syntax', at);
  const unit = codeUnit(octets, at + 2);
  if (unit < 0) return note('syntax', at);
  if (unit === 0) return note('nul', at);
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  // PSP-DATA-4: a surrogate is only good as the first half of a pair with the second right after.
  if (unit > 0xdbff || octets[at + 6] !== 0x5c || octets[at + 7] !== 0x75) {
    return note('lone-surrogate', at);
  }
  const second = codeUnit(octets, at + 8);
  return second >= 0xdc00 && second <= 0xdfff ? at + 12 : note('lone-surrogate', at);
}

/** The code unit of four hexadecimal digits, or -1. */
function codeUnit(octets: Uint8Array, at: number): number {
  let unit = 0;
  for (let index = at; index < at + 4; index += 1) {
    const octet = octets[index] ?? 0;
    const lower = octet | 0x20;
    if (octet >= 0x30 && octet <= 0x39) unit = unit * 16 + octet - 0x30;
    else if (lower >= 0x61 && lower <= 0x66) unit = unit * 16 + lower - 0x57;
    else return -1;
  }
  return unit;
}

/** Skips one character of two to four octets, by table 3-7 of the Unicode Standard. */
function skipSequence(octets: Uint8Array, at: number): number {
  const lead = octets[at] as number;
  if (lead < 0xc2 || lead > 0xf4) return note('utf8', at);
  const more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  // Over-long forms, surrogates and code points beyond U+10FFFF all show in the second octet.
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  const second = octets[at + 1] ?? 0;
  if (second < lowest || second > highest) return note('utf8', at);
  for (let index = at + 2; index <= at + more; index += 1) {
    if (((octets[index] ?? 0) & 0xc0) !== 0x80) return note('utf8', at);
  }
  return at + more + 1;
}

function isDigit(octet: number | undefined): boolean {
  return octet !== undefined && octet >= 0x30 && octet <= 0x39;
}

/** Skips at least one digit; gives `at` where there is none. */
function skipDigits(octets: Uint8Array, at: number): number {
  let here = at;
  while (isDigit(octets[here])) here += 1;
  return here;
}

/** Skips a number (RFC 8259 section 6); `at` is the position of its first character. */
export function skipNumber(octets: Uint8Array, at: number): number {
  const start = octets[at] === 0x2d ? at + 1 : at;
  let here = octets[start] === 0x30 ? start + 1 : skipDigits(octets, start);
  if (here === start) return note('syntax', at);
  if (octets[here] === 0x2e) {
    const fraction = skipDigits(octets, here + 1);
    if (fraction === here + 1) return note('syntax', at);
    here = fraction;
  }
  if (((octets[here] ?? 0) | 0x20) === 0x65) {
    const sign = octets[here + 1];
    const digits = sign === 0x2b || sign === 0x2d ? here + 2 : here + 1;
    here = skipDigits(octets, digits);
    if (here === digits) return note('syntax', at);
  }
  return here;
}

const literals = ['true', 'false', 'null'].map((word) => new TextEncoder().encode(word));

/** Skips true, false or null. */
export function skipLiteral(octets: Uint8Array, at: number): number {
  const word = literals.find((literal) => literal[0] === octets[at]);
  if (word?.every((octet, index) => octets[at + index] === octet) === true) return at + word.length;
  return note(octets[at] === 0 ? 'nul' : 'syntax', at);
}

/** True where a string that was skipped is spelled just as an ASCII text is. */
export function isSpelled(octets: Uint8Array, start: number, end: number, text: string): boolean {
  if (end - start !== text.length) return false;
  for (let index = 0; index < text.length; index += 1) {
    const octet = octets[start + index] as number;
    if (plain[octet] !== 1 || octet !== text.charCodeAt(index)) return false;
  }
  return true;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The text of a string that was skipped without fault; `start` and `end` lie inside its quotes. */
export function textOf(octets: Uint8Array, start: number, end: number): string {
  let here = start;
  while (here < end && plain[octets[here] as number] === 1) here += 1;
  if (here === end) {
    // In one piece: a text that is put together character by character costs as much again later.
    return Buffer.from(octets.buffer, octets.byteOffset + start, end - start).toString('latin1');
  }
  return JSON.parse(decoder.decode(octets.subarray(start - 1, end + 1))) as string;
}
