// Finds the resources in a file, each as the very octets that stand there: a single resource, a
// Bundle, or one resource on each line (NDJSON). Judges the file's own form only; whether a
// resource may be stored is asked where it is stored.
import type { JsonLimits } from './scan-json.ts';
import { entryJsonLimits, scanJson } from './scan-json.ts';
import { skipLiteral, skipNumber, skipSpace, skipString, textOf } from './scan-text.ts';

/** One resource of a file. */
export interface ResourceSlice {
  readonly kind: 'resource';
  /** A view of the file's octets, without white space around. */
  readonly octets: Uint8Array;
  /** Where it was: `the file`, `entry 3` or `line 3`, counted from 1. */
  readonly where: string;
}

/** A part of a file that holds no resource that can be read. */
export interface SliceFault {
  readonly kind: 'slice-fault';
  readonly reason: 'not-json' | 'not-an-object' | 'no-resource';
  readonly where: string;
  /** For the user, without content of the file. */
  readonly detail: string;
}

/** Settings of {@link resourceSlices}. */
export interface SliceOptions {
  /**
   * Which Bundles are taken apart. `collections` (default): all but those of type document and
   * message, whose entries only mean something together; `none`: a Bundle is one resource.
   */
  readonly bundles?: 'collections' | 'none';
}

// A Bundle's own three levels come on top of what one resource may have, and it has any number.
const fileLimits: JsonLimits = {
  depthMax: entryJsonLimits.depthMax + 3,
  valuesMax: Number.MAX_SAFE_INTEGER,
};
const lineFeed = 0x0a;
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [quoteMark, comma, minus] = [0x22, 0x2c, 0x2d];

/**
 * The resources of a file in their order, octet for octet; lazy. A fault stands in the place of
 * what can't be read, and the rest of the file follows where its form allows it: a bad line spoils
 * no other, a bad Bundle is one fault.
 */
export function* resourceSlices(
  octets: Uint8Array,
  options: SliceOptions = {},
): Generator<ResourceSlice | SliceFault, void, undefined> {
  const fault = scanJson(octets, fileLimits);
  if (fault === undefined) {
    yield* slicesOfText(octets, options);
  } else if (hasSeveralLines(octets)) {
    yield* slicesOfLines(octets);
  } else {
    const detail = fault.detail;
    yield { kind: 'slice-fault', reason: 'not-json', where: 'the file', detail };
  }
}

/** True when a line that is not the last is a JSON text by itself: the mark of NDJSON. */
function hasSeveralLines(octets: Uint8Array): boolean {
  let start = skipSpace(octets, 0);
  while (start < octets.length) {
    const end = octets.indexOf(lineFeed, start);
    if (end < 0) return start > skipSpace(octets, 0);
    // A line that ends with a brace or begins with one: pretty-printed files fail both together.
    if (scanJson(octets.subarray(start, end), fileLimits) === undefined) return true;
    if (octets[start] !== openBrace || octets[lastInk(octets, start, end)] !== closeBrace) {
      return false;
    }
    start = skipSpace(octets, end + 1);
  }
  return false;
}

/** Position of the last octet of a line that is not white space. */
function lastInk(octets: Uint8Array, start: number, end: number): number {
  let last = end - 1;
  while (last > start && skipSpace(octets, last) > last) last -= 1;
  return last;
}

function* slicesOfLines(octets: Uint8Array): Generator<ResourceSlice | SliceFault, void> {
  let line = 0;
  for (let start = 0; start < octets.length;) {
    line += 1;
    const feed = octets.indexOf(lineFeed, start);
    const end = feed < 0 ? octets.length : feed;
    const first = Math.min(skipSpace(octets, start), end);
    if (first < end) {
      const text = octets.subarray(first, lastInk(octets, first, end) + 1);
      yield sliceOf(text, `line ${line}`);
    }
    start = end + 1;
  }
}

function sliceOf(text: Uint8Array, where: string): ResourceSlice | SliceFault {
  const fault = scanJson(text, fileLimits);
  if (fault !== undefined) {
    return { kind: 'slice-fault', reason: 'not-json', where, detail: fault.detail };
  }
  return objectSlice(text, where);
}

function objectSlice(text: Uint8Array, where: string): ResourceSlice | SliceFault {
  if (text[0] === openBrace) return { kind: 'resource', octets: text, where };
  const detail = 'a resource is a JSON object';
  return { kind: 'slice-fault', reason: 'not-an-object', where, detail };
}

/** The slices of a text that the scan accepted. */
function* slicesOfText(
  octets: Uint8Array,
  options: SliceOptions,
): Generator<ResourceSlice | SliceFault, void> {
  const start = skipSpace(octets, 0);
  const text = octets.subarray(start, lastInk(octets, start, octets.length) + 1);
  const whole = objectSlice(text, 'the file');
  if (whole.kind !== 'resource' || options.bundles === 'none' || !isCollection(text)) {
    yield whole;
    return;
  }
  const entries = memberOf(text, 0, 'entry');
  if (entries === undefined || text[entries.start] !== openBracket) return;
  let number = 0;
  for (const entry of items(text, entries.start)) {
    number += 1;
    const where = `entry ${number}`;
    const isObject = text[entry.start] === openBrace;
    const resource = isObject ? memberOf(text, entry.start, 'resource') : undefined;
    if (resource !== undefined) {
      yield objectSlice(text.subarray(resource.start, resource.end), where);
    } else {
      const detail = 'the entry of the Bundle has no resource';
      yield { kind: 'slice-fault', reason: 'no-resource', where, detail };
    }
  }
}

function isCollection(text: Uint8Array): boolean {
  const typeText = stringMember(text, 'resourceType');
  if (typeText !== 'Bundle') return false;
  const type = stringMember(text, 'type');
  return type !== 'document' && type !== 'message';
}

function stringMember(text: Uint8Array, key: string): string | undefined {
  const span = memberOf(text, 0, key);
  if (span === undefined || text[span.start] !== quoteMark) return undefined;
  return textOf(text, span.start + 1, span.end - 1);
}

/** A value of a text that the scan accepted: first octet and the one behind its last. */
interface Span {
  readonly start: number;
  readonly end: number;
}

function memberOf(text: Uint8Array, object: number, wanted: string): Span | undefined {
  let at = skipSpace(text, object + 1);
  while (text[at] !== closeBrace) {
    const afterKey = skipString(text, at + 1);
    const key = textOf(text, at + 1, afterKey - 1);
    const start = skipSpace(text, skipSpace(text, afterKey) + 1);
    const end = skipValue(text, start);
    if (key === wanted) return { start, end };
    at = nextItem(text, end);
  }
  return undefined;
}

function* items(text: Uint8Array, array: number): Generator<Span, void> {
  let at = skipSpace(text, array + 1);
  while (text[at] !== closeBracket) {
    const end = skipValue(text, at);
    yield { start: at, end };
    at = nextItem(text, end);
  }
}

/** From the end of a value to the next one, or to what closes its container. */
function nextItem(text: Uint8Array, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === comma ? skipSpace(text, at + 1) : at;
}

function skipValue(text: Uint8Array, start: number): number {
  let depth = 0;
  let at = start;
  do {
    const octet = text[at];
    if (octet === quoteMark) at = skipString(text, at + 1);
    else if (octet === openBrace || octet === openBracket) {
      depth += 1;
      at += 1;
    } else if (octet === closeBrace || octet === closeBracket) {
      depth -= 1;
      at += 1;
    } else if (depth > 0) at += 1;
    else if (octet === minus || (octet ?? 0) < 0x3a) at = skipNumber(text, at);
    else at = skipLiteral(text, at);
  } while (depth > 0);
  return at;
}
