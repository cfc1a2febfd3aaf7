// JSON patches in the form in which devices write them, read and applied as text: no value is built
// for what is only looked at once. It judges nothing: what has another form, or does not apply, is
// left to patch-rules.ts and patch-target.ts. Works on octets that the scan has accepted.
import { skipSpace, skipString } from './scan-text.ts';

const [quote, comma, slash] = [0x22, 0x2c, 0x2f];
const [openObject, closeObject, openArray, closeArray] = [0x7b, 0x7d, 0x5b, 0x5d];

/** Values are no deeper here, so that no document gets too deep by one (PSP-DATA-4). */
const depthMax = 16;
/** Longer patches are for the reader that counts their operations (PSP-LIM-4). */
const operationsMax = 16;
/** Array positions that are read here have so many digits at most. */
const indexDigitsMax = 6;

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const head = ascii('{"op":"');
const pathHead = ascii('","path":"/');
const valueHead = ascii('","value":');
const commaOctets = ascii(',');
const words = (['add', 'replace', 'remove'] as const).map((op) => ({ op, octets: ascii(op) }));
/** First segments that are the server's, or name the resource (PSP-CHG-8). */
const protectedSegments = ['id', 'meta', 'resourceType'].map(ascii);
/** Segments that nobody may use (PSP-DATA-5); the third has a character that no path has here. */
const forbiddenSegments = ['constructor', 'prototype'].map(ascii);

/** 1 for the characters of a segment: letters, digits and the hyphen; none that is escaped. */
const inSegment = new Uint8Array(256).fill(1, 0x30, 0x3a).fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b);
inSegment[0x2d] = 1;

/** One operation; positions are in the octets of its patch. */
export interface PlainOperation {
  readonly op: 'add' | 'replace' | 'remove';
  /** Where each segment of the path begins and ends. */
  readonly segments: readonly number[];
  /** Where the value begins and ends; equal for `remove`. */
  readonly value: readonly [start: number, end: number];
}

function stands(octets: Uint8Array, at: number, word: Uint8Array): boolean {
  for (let index = 0; index < word.length; index += 1) {
    if (octets[at + index] !== word[index]) return false;
  }
  return true;
}

function isOneOf(octets: Uint8Array, start: number, end: number, words: Uint8Array[]): boolean {
  return words.some((word) => word.length === end - start && stands(octets, start, word));
}

/** Skips a value of a text that was scanned; -1 where it is nested too deep for this module. */
function skipValue(octets: Uint8Array, from: number, deepest: number): number {
  let depth = 0;
  for (let at = from; at < octets.length;) {
    const octet = octets[at];
    if (octet === quote) at = skipString(octets, at + 1);
    else if (octet === openObject || octet === openArray) {
      if ((depth += 1) > deepest) return -1;
      at += 1;
    } else if (octet === closeObject || octet === closeArray) {
      // What encloses a number or a literal ends it.
      if (depth === 0) return at;
      depth -= 1;
      at += 1;
    } else if (octet === comma && depth === 0) return at;
    else at += 1;
    if (depth === 0 && (octet === quote || octet === closeObject || octet === closeArray)) {
      return at;
    }
  }
  return octets.length;
}

/** Reads the segments of a path, behind its first slash; undefined where it is not plain. */
function readSegments(octets: Uint8Array, from: number): number[] | undefined {
  const segments: number[] = [];
  for (let start = from; ;) {
    let end = start;
    while (inSegment[octets[end] as number] === 1) end += 1;
    if (end === start || isOneOf(octets, start, end, forbiddenSegments)) return undefined;
    if (segments.length === 0 && isOneOf(octets, start, end, protectedSegments)) return undefined;
    segments.push(start, end);
    if (octets[end] === quote) return segments;
    if (octets[end] !== slash || segments.length > 2 * depthMax) return undefined;
    start = end + 1;
  }
}

function readOperation(octets: Uint8Array, from: number): PlainOperation | undefined {
  if (!stands(octets, from, head)) return undefined;
  const word = words.find((one) => stands(octets, from + head.length, one.octets));
  if (word === undefined) return undefined;
  const pathAt = from + head.length + word.octets.length;
  if (!stands(octets, pathAt, pathHead)) return undefined;
  const segments = readSegments(octets, pathAt + pathHead.length);
  const pathEnd = segments?.at(-1);
  if (segments === undefined || pathEnd === undefined) return undefined;
  if (word.op === 'remove') {
    return { op: word.op, segments, value: [pathEnd + 1, pathEnd + 1] };
  }
  if (!stands(octets, pathEnd, valueHead)) return undefined;
  const start = pathEnd + valueHead.length;
  const end = skipValue(octets, start, depthMax);
  return end < 0 ? undefined : { op: word.op, segments, value: [start, end] };
}

/**
 * The operations of a patch that an UPDATE may have whatever its base is, in the form of the common
 * writers: no white space, members in the order op, path, value, paths of letters and digits.
 *
 * @param octets - A text that the scan has accepted.
 * @returns undefined where the patch has another form: valid or not, that is not said here.
 */
export function readPlainPatch(octets: Uint8Array): PlainOperation[] | undefined {
  const operations: PlainOperation[] = [];
  if (octets[0] !== openArray) return undefined;
  for (let at = 1; operations.length < operationsMax; at += 1) {
    const operation = readOperation(octets, at);
    if (operation === undefined) return undefined;
    operations.push(operation);
    at = operation.value[1];
    if (octets[at] !== closeObject) return undefined;
    at += 1;
    if (octets[at] === closeArray) return at === octets.length - 1 ? operations : undefined;
    if (octets[at] !== comma) return undefined;
  }
  return undefined;
}

/** A place in a document: what stands there now, from `start` to `end`, or where it would stand. */
interface Place {
  readonly start: number;
  readonly end: number;
  readonly isThere: boolean;
  /** True where something stands before it in its container. */
  readonly follows: boolean;
  readonly isMember: boolean;
}

const nowhere = undefined;

function memberOf(document: Uint8Array, from: number, name: Uint8Array): Place | undefined {
  let at = skipSpace(document, from + 1);
  let follows = false;
  while (document[at] === quote) {
    const key = at + 1;
    const keyEnd = skipString(document, key) - 1;
    // An escaped key may be the one that is looked for.
    for (let index = key; index < keyEnd; index += 1) if (document[index] === 0x5c) return nowhere;
    const start = skipSpace(document, skipSpace(document, keyEnd + 1) + 1);
    const end = skipValue(document, start, Infinity);
    if (keyEnd - key === name.length && stands(document, key, name)) {
      return { start, end, isThere: true, follows, isMember: true };
    }
    follows = true;
    at = skipSpace(document, end);
    if (document[at] === comma) at = skipSpace(document, at + 1);
  }
  return { start: at, end: at, isThere: false, follows, isMember: true };
}

/** The position that a segment names, Infinity for the one behind the last; -1 for none. */
function indexOf(name: Uint8Array): number {
  if (name.length === 1 && name[0] === 0x2d) return Infinity;
  if (name.length > indexDigitsMax || (name.length > 1 && name[0] === 0x30)) return -1;
  let index = 0;
  for (const digit of name) {
    if (digit < 0x30 || digit > 0x39) return -1;
    index = index * 10 + digit - 0x30;
  }
  return index;
}

function elementOf(document: Uint8Array, from: number, name: Uint8Array): Place | undefined {
  let left = indexOf(name);
  if (left < 0) return nowhere;
  let at = skipSpace(document, from + 1);
  let follows = false;
  while (document[at] !== closeArray) {
    const end = skipValue(document, at, Infinity);
    if (left === 0) return { start: at, end, isThere: true, follows, isMember: false };
    left -= 1;
    follows = true;
    at = skipSpace(document, end);
    if (document[at] === comma) at = skipSpace(document, at + 1);
  }
  // Behind the last one; further is nowhere.
  return left === 0 || left === Infinity
    ? { start: at, end: at, isThere: false, follows, isMember: false }
    : nowhere;
}

function placeOf(
  document: Uint8Array,
  patch: Uint8Array,
  { segments }: PlainOperation,
): Place | undefined {
  let here: Place | undefined;
  for (let index = 0; index < segments.length; index += 2) {
    const at = here === undefined ? skipSpace(document, 0) : here.start;
    if (here?.isThere === false) return nowhere;
    const name = patch.subarray(segments[index], segments[index + 1]);
    const octet = document[at];
    if (octet === openObject) here = memberOf(document, at, name);
    else here = octet === openArray ? elementOf(document, at, name) : nowhere;
    if (here === nowhere) return nowhere;
  }
  return here;
}

function applyOne(
  document: Uint8Array,
  patch: Uint8Array,
  operation: PlainOperation,
): Uint8Array | undefined {
  const place = placeOf(document, patch, operation);
  // The removal of a thing takes a comma along, on one side or the other: rare, and not done here.
  if (place === nowhere || operation.op === 'remove') return undefined;
  if (operation.op === 'replace' && !place.isThere) return undefined;
  const value = patch.subarray(...operation.value);
  const { start, end, isThere, follows, isMember } = place;
  const parts: Uint8Array[] = [document.subarray(0, start)];
  if (isThere && (isMember || operation.op === 'replace')) {
    parts.push(value, document.subarray(end));
  } else if (isThere) {
    parts.push(value, commaOctets, document.subarray(start));
  } else {
    if (follows) parts.push(commaOctets);
    if (isMember) parts.push(keyOf(patch, operation));
    parts.push(value, document.subarray(start));
  }
  return Buffer.concat(parts);
}

/** The key that an operation adds, quotes and colon included. */
function keyOf(patch: Uint8Array, { segments }: PlainOperation): Uint8Array {
  const name = patch.subarray(segments.at(-2), segments.at(-1));
  return Buffer.concat([ascii('"'), name, ascii('":')]);
}

/**
 * A document after the operations of {@link readPlainPatch}, as text: what is not changed stays as
 * it is spelled, what is new stands where common writers put it.
 *
 * @param document - A text that the scan has accepted, or what this function gave for one.
 * @param patch - What the operations were read from.
 * @returns undefined where an operation does not apply, or is not applied here.
 */
export function applyPlainPatch(
  document: Uint8Array,
  patch: Uint8Array,
  operations: readonly PlainOperation[],
): Uint8Array | undefined {
  let result: Uint8Array | undefined = document;
  for (const operation of operations) {
    result = result && applyOne(result, patch, operation);
  }
  return result;
}
