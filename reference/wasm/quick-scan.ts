// Judges JSON octets as src/fhir/json-scan.ts does, three times as fast: AssemblyScript, which
// tools/wasm.ts compiles to WebAssembly. It knows what is common in resources. Of all else it does
// not say that it is acceptable, and names no fault: it gives up, and the thorough scan looks. So
// whatever this one accepts the other accepts too, and finds the same in it; a test compares them.
//
// The text stands in memory with a zero octet behind it. Nothing takes a zero for its own, so
// nothing goes on past the end; what reads sixteen octets at once may read beyond it, and counts
// only what comes before the zero. Each `skip` function gives where its part ends; 0: it gives up.

/** Where the text begins. */
export const textAt: u32 = 65_536;
/** Octets that a text may have, so that with what is read beyond it it takes seven pages. */
export const textMax: u32 = 458_736;
/** Start and end in the text of two strings of the root, resourceType and id; start 0: none. */
export const foundAt: u32 = 1_024;
/** The same of each string that is the value of a member named "reference". */
export const referencesAt: u32 = 2_048;
const referencesMax: u32 = 512;

const depthMost: u32 = 128;
/** The hashes of the keys of all open objects, innermost last. */
const hashesAt: u32 = 8_192;
const keysMax: u32 = 32;
/** For each depth that is left open: whether its container is an object, where its keys begin. */
const kindsAt: u32 = 32_768;
const bottomsAt: u32 = 40_960;

export const noField: i32 = -1;
const typeField: i32 = 0;
const idField: i32 = 1;
const metaField: i32 = 2;
const referenceField: i32 = 3;

let depth: u32 = 0;
let isObject: bool = false;
let inMeta: bool = false;
/** Where the hashes of the innermost object begin and end. */
let bottom: u32 = 0;
let top: u32 = 0;
/** What the value that follows is. */
let field: i32 = noField;
let references: u32 = 0;

function isSpace(octet: u32): bool {
  return octet == 0x20 || octet == 0x0a || octet == 0x0d || octet == 0x09;
}

export function skipSpace(at: u32): u32 {
  while (isSpace(load<u8>(at))) at += 1;
  return at;
}

export function skipString(at: u32): u32 {
  while (at != 0) {
    const octets = v128.load(at);
    const isQuote = i8x16.eq(octets, i8x16.splat(0x22));
    const isBackslash = i8x16.eq(octets, i8x16.splat(0x5c));
    // As a signed number, whatever is not ASCII is less than a space too.
    const isOther = i8x16.lt_s(octets, i8x16.splat(0x20));
    const marks = i8x16.bitmask(v128.or(v128.or(isQuote, isBackslash), isOther));
    if (marks == 0) {
      at += 16;
      continue;
    }
    at += ctz(marks);
    const octet: u32 = load<u8>(at);
    if (octet == 0x22) return at + 1;
    at = octet < 0x80 ? skipEscape(at) : skipSequence(at);
  }
  return 0;
}

/** Pairs of surrogates are rare: it gives up there. */
function skipEscape(at: u32): u32 {
  if (load<u8>(at) != 0x5c) return 0;
  const octet: u32 = load<u8>(at, 1);
  if (octet == 0x75) {
    const unit = codeUnit(at + 2);
    return unit <= 0 || (unit >= 0xd800 && unit <= 0xdfff) ? 0 : at + 6;
  }
  const isCharacter = octet == 0x22 || octet == 0x5c || octet == 0x2f;
  const isControl = octet == 0x62 || octet == 0x66 || octet == 0x6e || octet == 0x72;
  return isCharacter || isControl || octet == 0x74 ? at + 2 : 0; // "\/ bfnr t
}

/** The code unit of four hexadecimal digits, or -1. */
function codeUnit(at: u32): i32 {
  let unit: i32 = 0;
  for (const end = at + 4; at < end; at += 1) {
    const octet: u32 = load<u8>(at);
    const lower = octet | 0x20;
    if (octet - 0x30 < 10) unit = unit * 16 + octet - 0x30;
    else if (lower - 0x61 < 6) unit = unit * 16 + lower - 0x57;
    else return -1;
  }
  return unit;
}

/** Skips one character of two to four octets, by table 3-7 of the Unicode Standard. */
function skipSequence(at: u32): u32 {
  const lead: u32 = load<u8>(at);
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const more: u32 = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
  const lowest: u32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const highest: u32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  const second: u32 = load<u8>(at, 1);
  if (second < lowest || second > highest) return 0;
  for (let index: u32 = 2; index <= more; index += 1) {
    if ((load<u8>(at + index) & 0xc0) != 0x80) return 0;
  }
  return at + more + 1;
}

export function isDigit(octet: u32): bool {
  return octet - 0x30 < 10;
}

function skipDigits(at: u32): u32 {
  while (isDigit(load<u8>(at))) at += 1;
  return at;
}

/** RFC 8259 section 6. */
function skipNumber(at: u32): u32 {
  const start = load<u8>(at) == 0x2d ? at + 1 : at;
  let here = load<u8>(start) == 0x30 ? start + 1 : skipDigits(start);
  if (here == start) return 0;
  if (load<u8>(here) == 0x2e) {
    const fraction = skipDigits(here + 1);
    if (fraction == here + 1) return 0;
    here = fraction;
  }
  if ((load<u8>(here) | 0x20) == 0x65) {
    const sign: u32 = load<u8>(here, 1);
    const digits = here + (sign == 0x2b || sign == 0x2d ? 2 : 1);
    here = skipDigits(digits);
    if (here == digits) return 0;
  }
  return here;
}

function skipLiteral(at: u32): u32 {
  const word = load<u32>(at);
  if (word == 0x65757274 || word == 0x6c6c756e) return at + 4; // true, null
  return word == 0x736c6166 && load<u8>(at, 4) == 0x65 ? at + 5 : 0; // false
}

/** Skips a key and its colon. */
function skipKey(at: u32): u32 {
  if (load<u8>(at) != 0x22) return 0;
  const start = at + 1;
  let hash: u32 = 0x811c9dc5;
  for (at = start; ; at += 1) {
    const octet: u32 = load<u8>(at);
    if (octet == 0x22) break;
    // Two spellings may mean one key: the thorough scan compares what they mean.
    if (octet < 0x20 || octet >= 0x80 || octet == 0x5c) return 0;
    hash = (hash ^ octet) * 0x01000193;
  }
  if (mayBeForbidden(start, at) || !isNew(hash)) return 0;
  field = fieldOf(start, at - start);
  const colon = skipSpace(at + 1);
  return load<u8>(colon) == 0x3a ? skipSpace(colon + 1) : 0;
}

/** PSP-DATA-5, by the first eight octets: __proto_, construc and prototyp. */
function mayBeForbidden(start: u32, end: u32): bool {
  if (end - start < 8) return false;
  const octets = load<u64>(start);
  return (
    octets == 0x5f6f746f72705f5f || octets == 0x63757274736e6f63 || octets == 0x7079746f746f7270
  );
}

/** False where another key of the object may be the same. */
function isNew(hash: u32): bool {
  if (top - bottom >= keysMax * 4) return false;
  for (let slot = bottom; slot < top; slot += 4) {
    if (load<u32>(slot) == hash) return false;
  }
  store<u32>(top, hash);
  top += 4;
  return true;
}

function fieldOf(start: u32, length: u32): i32 {
  if (depth > 1) {
    // As in the thorough scan, which looks there for other members.
    if (inMeta && depth == 2) return noField;
    const isReference = length == 9 && load<u64>(start) == 0x636e657265666572;
    return isReference && load<u8>(start, 8) == 0x65 ? referenceField : noField;
  }
  return rootField(start, length);
}

/** What a member of a resource is, by its name. */
export function rootField(start: u32, length: u32): i32 {
  if (length == 2 && load<u16>(start) == 0x6469) return idField;
  if (length == 4 && load<u32>(start) == 0x6174656d) return metaField;
  const isType = length == 12 && load<u64>(start) == 0x656372756f736572;
  return isType && load<u32>(start, 8) == 0x65707954 ? typeField : noField;
}

/** Notes a string, quotes not included; false where there is no room. Of `meta` nobody asks. */
function record(start: u32, end: u32): bool {
  let place = foundAt + field * 8;
  if (field == referenceField) {
    if (references == referencesMax) return false;
    place = referencesAt + references * 8;
    references += 1;
  }
  store<u32>(place, start - textAt);
  store<u32>(place, end - textAt, 4);
  return true;
}

/** Skips a value that is no container. */
function skipSimple(at: u32, octet: u32): u32 {
  if (octet != 0x22) {
    field = noField;
    return octet == 0x2d || isDigit(octet) ? skipNumber(at) : skipLiteral(at);
  }
  const after = skipString(at + 1);
  if (after == 0 || field == noField) return after;
  const isNoted = record(at + 1, after - 1);
  field = noField;
  return isNoted ? after : 0;
}

function open(octet: u32): void {
  store<u8>(kindsAt + depth, isObject ? 1 : 0);
  store<u32>(bottomsAt + depth * 4, bottom);
  depth += 1;
  isObject = octet == 0x7b;
  if (isObject && field == metaField) inMeta = true;
  field = noField;
  bottom = top;
}

function close(): void {
  top = bottom;
  depth -= 1;
  if (depth < 2) inMeta = false;
  isObject = load<u8>(kindsAt + depth) == 1;
  bottom = load<u32>(bottomsAt + depth * 4);
}

/** Closes what ends here; the position of the next value, or of the end of the text. */
function skipEnds(at: u32): u32 {
  at = skipSpace(at);
  while (depth > 0) {
    const octet: u32 = load<u8>(at);
    if (octet == 0x2c) {
      at = skipSpace(at + 1);
      return isObject ? skipKey(at) : at;
    }
    if (octet != u32(isObject ? 0x7d : 0x5d)) return 0;
    close();
    at = skipSpace(at + 1);
  }
  return at;
}

/**
 * Scans the text that stands in memory.
 *
 * @param depthMax - Containers inside one another, at most 128 (PSP-DATA-4, PSP-LIM-4).
 * @param valuesMax - Values of every kind (PSP-LIM-4).
 * @returns How many references were noted; -1 where it gives up.
 */
export function scan(length: u32, depthMax: u32, valuesMax: u32): i32 {
  store<u32>(foundAt, 0);
  store<u32>(foundAt, 0, 8);
  references = depth = 0;
  isObject = inMeta = false;
  field = noField;
  bottom = top = hashesAt;
  const deepest = min(depthMax, depthMost);
  let at = skipSpace(textAt);
  for (let values: u32 = 0; values < valuesMax; values += 1) {
    const octet: u32 = load<u8>(at);
    if (octet == 0x7b || octet == 0x5b) {
      if (depth == deepest) return -1;
      open(octet);
      at = skipSpace(at + 1);
      if (load<u8>(at) != u32(isObject ? 0x7d : 0x5d)) {
        if (isObject) at = skipKey(at);
        if (at == 0) return -1;
        continue;
      }
    } else {
      at = skipSimple(at, octet);
      if (at == 0) return -1;
    }
    at = skipEnds(at);
    if (at == 0) return -1;
    if (depth == 0) return at == textAt + length ? references : -1;
  }
  return -1;
}
