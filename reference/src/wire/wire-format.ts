// Checks the protobuf wire format strictly before the generated decoder, which is lenient, sees it:
// that decoder stops in silence at a tag of 0, replaces bad UTF-8, and lets a field run past its
// message. Knows shapes of messages; it does not know what a field means.
import { MESSAGE_ELEMENTS, OCTETS_PER_ELEMENT } from './limits.ts';
import type { FieldShape, MessageShape } from './message-shape.ts';
import { ErrorCode } from './messages.ts';
import { isViolation, violation, type Violation } from './violation.ts';

const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_LENGTH = 2;
const WIRE_GROUP = 3;
const WIRE_FIXED32 = 5;

const TAG_OCTETS_MAX = 5;
const VARINT_OCTETS_MAX = 10;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function isUtf8(octets: Uint8Array): boolean {
  try {
    utf8.decode(octets);
    return true;
  } catch {
    return false;
  }
}

/** Reads tags, lengths and varints from octets it does not trust. */
class WireScanner {
  readonly octets: Uint8Array;
  position = 0;
  fault: Violation | undefined;
  /** Whether a singular message field occurred twice somewhere. */
  duplicates = false;
  #elementsLeft: number;

  constructor(octets: Uint8Array) {
    this.octets = octets;
    this.#elementsLeft = Math.max(MESSAGE_ELEMENTS, octets.length / OCTETS_PER_ELEMENT);
  }

  /** Checks a message that ends at `end`; false where it is refused. */
  message(end: number, shape: MessageShape): boolean {
    let seen = 0;
    while (this.position < end) {
      const tag = this.tag(end);
      if (tag === undefined) return false;
      const field = shape.fields[tag >>> 3];
      if (field === undefined && !this.#element()) return false;
      if ((tag & 7) !== WIRE_LENGTH) {
        if (!this.skip(tag & 7, end)) return false;
        continue;
      }
      const fieldEnd = this.length(end);
      if (fieldEnd === undefined || !this.#contents(fieldEnd, field)) return false;
      if (field?.kind === 'message') {
        const bit = 1 << (tag >>> 3);
        if ((seen & bit) !== 0) this.duplicates = true;
        seen |= bit;
      }
    }
    return true;
  }

  /** The next tag, its wire type one of those that exist; undefined where it is refused. */
  tag(end: number): number | undefined {
    let tag = 0;
    for (let index = 0; index < TAG_OCTETS_MAX && this.position < end; index++) {
      const octet = this.octets[this.position++] ?? 0;
      // PSP-MSG-15: field numbers have 29 bits, so a fifth octet has 4 and no sixth follows.
      if (index === TAG_OCTETS_MAX - 1 && octet > 0x0f) {
        return this.#refuse('PSP-MSG-15', 'a tag of more than 32 bits or 5 octets');
      }
      tag |= (octet & 0x7f) << (7 * index);
      if (octet < 0x80) return this.#judgeTag(tag >>> 0);
    }
    return this.#refuse('PSP-MSG-8', 'a tag that does not end');
  }

  /** Skips a varint of at most 10 octets. */
  varint(end: number): boolean {
    const last = Math.min(end, this.position + VARINT_OCTETS_MAX);
    while (this.position < last) {
      if ((this.octets[this.position++] ?? 0) < 0x80) return true;
    }
    this.#refuse('PSP-MSG-8', 'a varint that does not end');
    return false;
  }

  /** Reads a length and gives the end of what it measures; undefined where that is refused. */
  length(end: number): number | undefined {
    const start = this.position;
    if (!this.varint(end)) return undefined;
    let length = 0;
    for (let index = this.position - 1; index >= start; index--) {
      // PSP-MSG-19: of a tenth octet only the lowest bit is one of 64.
      const bits = index - start === VARINT_OCTETS_MAX - 1 ? 0x01 : 0x7f;
      length = length * 128 + ((this.octets[index] ?? 0) & bits);
    }
    if (length <= end - this.position) return this.position + length;
    return this.#refuse('PSP-MSG-8', 'a field that runs past its message');
  }

  /** Skips the value of a field that has no length. */
  skip(wireType: number, end: number): boolean {
    if (wireType === WIRE_VARINT) return this.varint(end);
    this.position += wireType === WIRE_FIXED64 ? 8 : 4;
    if (this.position <= end) return true;
    this.#refuse('PSP-MSG-8', 'a field that runs past its message');
    return false;
  }

  #judgeTag(tag: number): number | undefined {
    if (tag >>> 3 === 0) return this.#refuse('PSP-MSG-8', 'a field number of 0');
    const wireType = tag & 7;
    if (wireType <= WIRE_LENGTH || wireType === WIRE_FIXED32) return tag;
    // PSP-MSG-14: no message of ours has a group, and skipping one needs a stack.
    if (wireType === WIRE_GROUP) return this.#refuse('PSP-MSG-14', 'a group');
    return this.#refuse('PSP-MSG-8', `wire type ${wireType}`);
  }

  /** Checks the contents of a field with a length, and moves to its end. */
  #contents(end: number, field: FieldShape | undefined): boolean {
    switch (field?.kind) {
      case 'message':
      case 'messages':
        return this.#element() && this.message(end, field.shape);
      case 'string':
        return this.#string(end);
      case 'packed':
        while (this.position < end) if (!this.varint(end)) return false;
        return true;
      case 'varint':
      case 'bytes':
      case undefined:
        // PSP-MSG-7: a varint field that came with a length is as good as unknown.
        this.position = end;
        return true;
    }
  }

  #string(end: number): boolean {
    for (let index = this.position; index < end; index++) {
      if ((this.octets[index] ?? 0) < 0x80) continue;
      if (isUtf8(this.octets.subarray(index, end))) break;
      this.#refuse('PSP-MSG-9', 'a string that is not UTF-8');
      return false;
    }
    this.position = end;
    return true;
  }

  /** Counts what costs the decoder an object of its own, many times its octets in memory. */
  #element(): boolean {
    if (--this.#elementsLeft >= 0) return true;
    this.#refuse('PSP-MSG-21', 'more elements than any use needs');
    return false;
  }

  #refuse(requirement: string, detail: string): undefined {
    this.fault = violation(ErrorCode.MALFORMED_MESSAGE, requirement, detail);
  }
}

function encodeVarint(value: number): number[] {
  const octets: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) octets.push((rest % 128) | 0x80);
  return [...octets, rest];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

const lengthField = (number: number, body: Uint8Array): Uint8Array[] => [
  Uint8Array.from([...encodeVarint(number * 8 + WIRE_LENGTH), ...encodeVarint(body.length)]),
  body,
];

/**
 * Merges the occurrences of singular message fields by joining their bodies, which is what merging
 * means on the wire (PSP-MSG-3). Every other field stays as it is. `octets` passed the scanner.
 */
function mergeDuplicates(octets: Uint8Array, shape: MessageShape): Uint8Array {
  const scanner = new WireScanner(octets);
  const parts: Uint8Array[][] = [];
  const merged = new Map<number, { readonly at: number; readonly bodies: Uint8Array[] }>();
  while (scanner.position < octets.length) {
    const start = scanner.position;
    const tag = scanner.tag(octets.length) ?? 0;
    const field = shape.fields[tag >>> 3];
    if ((tag & 7) !== WIRE_LENGTH) {
      scanner.skip(tag & 7, octets.length);
      parts.push([octets.subarray(start, scanner.position)]);
      continue;
    }
    const end = scanner.length(octets.length) ?? octets.length;
    const body = octets.subarray(scanner.position, end);
    scanner.position = end;
    if (field?.kind === 'messages') {
      parts.push(lengthField(tag >>> 3, mergeDuplicates(body, field.shape)));
    } else if (field?.kind === 'message') {
      const earlier = merged.get(tag >>> 3);
      earlier?.bodies.push(body);
      if (earlier === undefined) merged.set(tag >>> 3, { at: parts.push([]) - 1, bodies: [body] });
    } else {
      parts.push([octets.subarray(start, end)]);
    }
  }
  for (const [number, { at, bodies }] of merged) {
    const field = shape.fields[number];
    if (field?.kind !== 'message') continue;
    parts[at] = lengthField(number, mergeDuplicates(concat(bodies), field.shape));
  }
  return concat(parts.flat());
}

/**
 * Checks the encoding of a message and makes it one that the generated decoder reads as the
 * specification says (PSP-MSG-1 to PSP-MSG-9).
 *
 * @returns the octets to decode, which are `octets` itself unless a singular message field occurs
 * more than once; or MALFORMED_MESSAGE.
 */
export function checkWireFormat(octets: Uint8Array, shape: MessageShape): Uint8Array | Violation {
  const scanner = new WireScanner(octets);
  if (!scanner.message(octets.length, shape) && scanner.fault !== undefined) return scanner.fault;
  return scanner.duplicates ? mergeDuplicates(octets, shape) : octets;
}

/** Counts the fields 1 that have a length; `octets` passed {@link checkWireFormat}. */
export function countFirstField(octets: Uint8Array): number {
  const scanner = new WireScanner(octets);
  let count = 0;
  while (scanner.position < octets.length) {
    const tag = scanner.tag(octets.length) ?? 0;
    if ((tag & 7) !== WIRE_LENGTH) {
      scanner.skip(tag & 7, octets.length);
      continue;
    }
    if (tag >>> 3 === 1) count += 1;
    scanner.position = scanner.length(octets.length) ?? octets.length;
  }
  return count;
}

/**
 * Reads the values of a uint32 field from any message, whatever its other fields are
 * (PSP-INV-3, PSP-INV-4).
 *
 * @returns the values in order, packed or not; or MALFORMED_MESSAGE.
 */
export function readUint32Field(octets: Uint8Array, number: number): number[] | Violation {
  const fields: (FieldShape | undefined)[] = [];
  fields[number] = { kind: 'packed' };
  const checked = checkWireFormat(octets, { name: 'any', fields });
  if (isViolation(checked)) return checked;
  const scanner = new WireScanner(octets);
  const values: number[] = [];
  const read = (end: number): void => {
    const start = scanner.position;
    scanner.varint(end);
    let value = 0n;
    for (let index = scanner.position - 1; index >= start; index--) {
      value = (value << 7n) | BigInt((octets[index] ?? 0) & 0x7f);
    }
    values.push(Number(BigInt.asUintN(32, value)));
  };
  while (scanner.position < octets.length) {
    const tag = scanner.tag(octets.length) ?? 0;
    const wanted = tag >>> 3 === number;
    if ((tag & 7) === WIRE_LENGTH) {
      const end = scanner.length(octets.length) ?? octets.length;
      while (wanted && scanner.position < end) read(end);
      scanner.position = end;
    } else if (wanted && (tag & 7) === WIRE_VARINT) {
      read(octets.length);
    } else {
      scanner.skip(tag & 7, octets.length);
    }
  }
  return values;
}
