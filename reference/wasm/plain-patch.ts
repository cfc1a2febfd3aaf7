// JSON patches in the form in which devices write them, read and applied as text: no value is built
// for what is only looked at once. It judges nothing: where a patch has another form, or does not
// apply, it gives up, and what has the rules looks (src/fhir/patch-rules.ts, patch-target.ts).
//
// The patch is the text that the scan accepted last. The document, which the scan accepted or which
// was made of what it accepted, stands in one of two places; the other takes the next one.
import { isDigit, noField, rootField } from './quick-scan';
import { skipSpace, skipString, textAt, textMax } from './quick-scan';

const places: u32 = textAt + textMax + 16;
const firstAt: u32 = places;
const secondAt: u32 = places + textMax + 16;

/** Where the document stands; 0: it is not known. */
export let documentAt: u32 = 0;
/** Octets of the document. */
export let documentLength: u32 = 0;

/** Values are no deeper here, so that no document gets too deep by one (PSP-DATA-4). */
const depthMax: u32 = 16;
/** Longer patches are for the reader that counts their operations (PSP-LIM-4). */
const operationsMax: u32 = 16;
/** Array positions that are read here have so many digits at most. */
const indexDigitsMax: u32 = 6;

const add: u32 = 0;
const replace: u32 = 1;
const remove: u32 = 2;

/** The operation that was read last: what, the segments of its path from 0 on, its value. */
let operation: u32 = add;
let segments: u32 = 0;
let value: u32 = 0;
let valueEnd: u32 = 0;

/** Where each segment begins and ends. */
const segmentsAt: u32 = 49_152;
const segmentsMax: u32 = 16;

/** A place in the document: what stands there now, or from where on it would stand. */
let place: u32 = 0;
let placeEnd: u32 = 0;
let isThere: bool = false;
/** Something stands before it in its container. */
let follows: bool = false;
let isMember: bool = false;

/** No document is known: patches are only read. */
export function forgetDocument(): void {
  documentAt = 0;
}

/** The text that the scan accepted last is the document. */
export function keepDocument(length: u32): void {
  memory.copy(firstAt, textAt, length);
  documentAt = firstAt;
  documentLength = length;
}

/**
 * Reads the text that the scan accepted last as a patch that an UPDATE may have whatever its base
 * is: no white space, members in the order op, path, value, paths of letters and digits. Applies it
 * where a document is known: what is not changed stays as it is spelled, what is new stands where
 * common writers put it.
 *
 * @returns False where it gives up; the document is then of no more use.
 */
export function update(length: u32): bool {
  let at = textAt;
  if (load<u8>(at) != 0x5b) return false;
  for (let operations: u32 = 0; operations < operationsMax; operations += 1) {
    at = readOperation(at + 1);
    if (at == 0 || (documentAt != 0 && !apply())) return false;
    const octet: u32 = load<u8>(at);
    if (octet == 0x5d) return at == textAt + length - 1;
    if (octet != 0x2c) return false;
  }
  return false;
}

/** Reads an operation, to behind its brace. Words are compared as the numbers of their octets. */
function readOperation(at: u32): u32 {
  if ((load<u64>(at) & 0x00ff_ffff_ffff_ffff) != 0x22_3a22_706f_227b) return 0; // {"op":"
  at = readWord(at + 7);
  if (at == 0 || load<u64>(at) != 0x2268_7461_7022_2c22) return 0; // ","path"
  if (load<u16>(at, 8) != 0x223a || load<u8>(at, 10) != 0x2f) return 0; // :"/
  at = readSegments(at + 11);
  if (at == 0) return 0;
  if (operation == remove) {
    value = valueEnd = at + 1;
  } else {
    // ","value":
    if (load<u64>(at) != 0x6575_6c61_7622_2c22 || load<u16>(at, 8) != 0x3a22) return 0;
    value = at + 10;
    valueEnd = skipValue(value, depthMax);
    if (valueEnd == 0) return 0;
  }
  return load<u8>(valueEnd) == 0x7d ? valueEnd + 1 : 0;
}

/** Reads the word of an operation, to behind it. */
function readWord(at: u32): u32 {
  const octets = load<u64>(at);
  if ((octets & 0xff_ffff) == 0x64_6461) {
    operation = add;
    return at + 3;
  }
  if ((octets & 0x00ff_ffff_ffff_ffff) == 0x65_6361_6c70_6572) {
    operation = replace;
    return at + 7;
  }
  operation = remove;
  return (octets & 0xffff_ffff_ffff) == 0x6576_6f6d_6572 ? at + 6 : 0;
}

/** Reads a path behind its first slash, to the quote that ends it. */
function readSegments(at: u32): u32 {
  for (segments = 0; segments < segmentsMax; at += 1) {
    const start = at;
    while (isOfSegment(load<u8>(at))) at += 1;
    if (at == start || isForbidden(start, at - start)) return 0;
    // PSP-CHG-8: the server's, or what names the resource.
    if (segments == 0 && rootField(start, at - start) != noField) return 0;
    store<u32>(segmentsAt + segments * 8, start);
    store<u32>(segmentsAt + segments * 8, at, 4);
    segments += 1;
    const octet: u32 = load<u8>(at);
    if (octet == 0x22) return at;
    if (octet != 0x2f) return 0;
  }
  return 0;
}

/** Letters, digits and the hyphen; none that is escaped. */
function isOfSegment(octet: u32): bool {
  return isDigit(octet) || (octet | 0x20) - 0x61 < 26 || octet == 0x2d;
}

/** PSP-DATA-5: constructor and prototype; the third has a character that no segment has here. */
function isForbidden(start: u32, length: u32): bool {
  const octets = load<u64>(start);
  if (length == 9) return octets == 0x7079_746f_746f_7270 && load<u8>(start, 8) == 0x65;
  if (length != 11 || octets != 0x6375_7274_736e_6f63) return false;
  return load<u16>(start, 8) == 0x6f74 && load<u8>(start, 10) == 0x72;
}

/** Skips a value of a text that was scanned; 0 where containers are deeper inside one another. */
function skipValue(at: u32, deepest: u32): u32 {
  let open: u32 = 0;
  for (let octet: u32 = load<u8>(at); octet != 0; octet = load<u8>(at)) {
    if (octet == 0x22) at = skipString(at + 1);
    else if (octet == 0x7b || octet == 0x5b) {
      if (open == deepest) return 0;
      open += 1;
      at += 1;
    } else if (open == 0) return skipBare(at);
    else {
      if (octet == 0x7d || octet == 0x5d) open -= 1;
      at += 1;
    }
    if (open == 0 || at == 0) return at;
  }
  return 0;
}

/** Skips a number or a literal. */
function skipBare(at: u32): u32 {
  for (let octet: u32 = load<u8>(at); octet > 0x20; octet = load<u8>(at)) {
    if (octet == 0x2c || octet == 0x7d || octet == 0x5d) return at;
    at += 1;
  }
  return at;
}

/** Looks for the place that the path leads to; false where there is none, or it gives up. */
function findPlace(): bool {
  let at = skipSpace(documentAt);
  for (let index: u32 = 0; index < segments; index += 1) {
    const start = load<u32>(segmentsAt + index * 8);
    const length = load<u32>(segmentsAt + index * 8, 4) - start;
    const octet: u32 = load<u8>(at);
    // Nothing stands there, where the segment before it found none; or what has no parts.
    if (octet != 0x7b && octet != 0x5b) return false;
    isMember = octet == 0x7b;
    if (!(isMember ? findMember(at, start, length) : findElement(at, start, length))) return false;
    at = place;
  }
  return true;
}

function found(start: u32, end: u32, isHere: bool): bool {
  place = start;
  placeEnd = end;
  isThere = isHere;
  return true;
}

function findMember(at: u32, name: u32, length: u32): bool {
  at = skipSpace(at + 1);
  for (follows = false; load<u8>(at) == 0x22; follows = true) {
    const key = at + 1;
    // The scan gives up at an escaped key, which may be the one that is looked for.
    for (at = key; load<u8>(at) != 0x22;) at += 1;
    const start = skipSpace(skipSpace(at + 1) + 1);
    const isNamed = at - key == length && memory.compare(key, name, length) == 0;
    at = skipValue(start, u32.MAX_VALUE);
    if (at == 0 || isNamed) return at != 0 && found(start, at, true);
    at = skipComma(at);
  }
  return found(at, at, false);
}

function skipComma(at: u32): u32 {
  at = skipSpace(at);
  return load<u8>(at) == 0x2c ? skipSpace(at + 1) : at;
}

function findElement(at: u32, name: u32, length: u32): bool {
  let left = positionOf(name, length);
  if (left < 0) return false;
  at = skipSpace(at + 1);
  for (follows = false; load<u8>(at) != 0x5d; follows = true) {
    const end = skipValue(at, u32.MAX_VALUE);
    if (end == 0 || left == 0) return end != 0 && found(at, end, true);
    left -= 1;
    at = skipComma(end);
  }
  // Behind the last one; further is nowhere.
  return (left == 0 || load<u8>(name) == 0x2d) && found(at, at, false);
}

/** The position that a segment names, one that no array has for the one behind the last; or -1. */
function positionOf(name: u32, length: u32): i32 {
  if (length == 1 && load<u8>(name) == 0x2d) return i32.MAX_VALUE;
  if (length > indexDigitsMax || (length > 1 && load<u8>(name) == 0x30)) return -1;
  let position: i32 = 0;
  for (const end = name + length; name < end; name += 1) {
    const octet: u32 = load<u8>(name);
    if (!isDigit(octet)) return -1;
    position = position * 10 + octet - 0x30;
  }
  return position;
}

/** Makes the next document; false where the operation does not apply, or is not applied here. */
function apply(): bool {
  // The removal of a thing takes a comma along, on one side or the other: rare, and not done here.
  if (operation == remove || !findPlace()) return false;
  if (operation == replace && !isThere) return false;
  const key = load<u32>(segmentsAt + segments * 8 - 8);
  const keyLength = load<u32>(segmentsAt + segments * 8 - 4) - key;
  // The quotes of a key, its colon and a comma.
  if (documentLength + keyLength + valueEnd - value + 4 > textMax) return false;
  const next = documentAt == firstAt ? secondAt : firstAt;
  const isReplaced = isThere && (isMember || operation == replace);
  let at = append(next, documentAt, place - documentAt);
  if (!isThere) {
    if (follows) at = appendOctet(at, 0x2c);
    if (isMember) at = appendKey(at, key, keyLength);
  }
  at = append(at, value, valueEnd - value);
  if (isThere && !isReplaced) at = appendOctet(at, 0x2c);
  const rest = isReplaced ? placeEnd : place;
  at = append(at, rest, documentAt + documentLength - rest);
  documentAt = next;
  documentLength = at - next;
  return true;
}

function append(at: u32, octets: u32, length: u32): u32 {
  memory.copy(at, octets, length);
  return at + length;
}

function appendOctet(at: u32, octet: u32): u32 {
  store<u8>(at, u8(octet));
  return at + 1;
}

function appendKey(at: u32, key: u32, length: u32): u32 {
  at = append(appendOctet(at, 0x22), key, length);
  return appendOctet(appendOctet(at, 0x22), 0x3a);
}
