// Protobuf without a schema: a message as the list of fields that stand in it, read strictly and
// written in any way, minimal or not (section 6.3). It knows no message of the protocol.
import { fault, isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { concat } from './octets.ts';

/** 0 varint, 1 eight octets, 2 length and octets, 5 four octets. */
export type Wire = 0 | 1 | 2 | 5;

/** One field of a message. */
export interface Field {
  readonly number: number;
  readonly wire: Wire;
  /** Wire type 0: the number, 0 to 2^64 - 1. Others: the octets of the value. */
  readonly value: bigint | Uint8Array;
}

/** A field and where it was found; positions count octets of the parsed message from 0. */
export interface FoundField extends Field {
  readonly start: number;
  /** Where the value begins; with wire type 2, after the length. */
  readonly valueStart: number;
  readonly end: number;
}

/** A field and how to write it. Lengths beyond the minimum make it non-minimal (PSP-MSG-4). */
export interface StyledField extends Field {
  /** Octets of the tag, up to 5. */
  readonly tagOctets?: number;
  /** Octets of the varint, or of the length in front of wire type 2, up to 10. */
  readonly varintOctets?: number;
}

interface Varint {
  readonly value: bigint;
  readonly end: number;
}

const malformed = (requirement: string, detail: string, at: number): Fault =>
  fault('MALFORMED_MESSAGE', requirement, detail, at);

/** A varint of at most 10 octets; bits above the 64th are dropped (PSP-MSG-8, PSP-MSG-19). */
export function readVarint(octets: Uint8Array, start: number): Varint | Fault {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const octet = octets[start + i];
    if (octet === undefined) return malformed('PSP-MSG-8', 'a varint without end', start);
    value |= BigInt(octet & 0x7f) << BigInt(7 * i);
    if (octet < 0x80) return { value: BigInt.asUintN(64, value), end: start + i + 1 };
  }
  return malformed('PSP-MSG-8', 'a varint of more than 10 octets', start);
}

/**
 * Writes a varint, with as many octets as asked for.
 *
 * @throws KitError where the number does not fit 64 bits or that many octets.
 */
export function varint(value: bigint, octets = 1): Uint8Array {
  if (value < 0n || value >= 1n << 64n) throw new KitError(`no varint: ${value}`);
  const out: number[] = [];
  let rest = value;
  do {
    out.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  } while (rest > 0n || out.length < octets);
  if (octets > 10) throw new KitError(`no reader takes a varint of ${octets} octets`);
  const last = out.length - 1;
  out[last] = (out[last] ?? 0) & 0x7f;
  return Uint8Array.from(out);
}

function readTag(octets: Uint8Array, start: number): Varint | Fault {
  const tag = readVarint(octets, start);
  if (isFault(tag)) {
    const cut = tag.detail === 'a varint without end';
    return cut ? tag : malformed('PSP-MSG-15', 'a tag of more than 5 octets', start);
  }
  if (tag.end - start > 5 || tag.value > 0xffff_ffffn) {
    return malformed('PSP-MSG-15', 'a tag of more than 5 octets or 32 bits', start);
  }
  if (tag.value < 8n) return malformed('PSP-MSG-8', 'field number 0', start);
  return tag;
}

/** Reads the field that begins at a position; faults as {@link parseFields}. */
export function readField(octets: Uint8Array, start: number): FoundField | Fault {
  const tag = readTag(octets, start);
  if (isFault(tag)) return tag;
  const number = Number(tag.value >> 3n);
  const wire = Number(tag.value & 7n);
  if (wire === 0) {
    const read = readVarint(octets, tag.end);
    if (isFault(read)) return read;
    return { number, wire, value: read.value, start, valueStart: tag.end, end: read.end };
  }
  if (wire !== 1 && wire !== 2 && wire !== 5) {
    const group = wire === 3 || wire === 4;
    // PSP-MSG-14: the kit takes no groups; no writer may send one (PSP-MSG-10).
    return malformed(group ? 'PSP-MSG-10' : 'PSP-MSG-8', `wire type ${wire}`, start);
  }
  let valueStart = tag.end;
  let length = BigInt(wire === 1 ? 8 : 4);
  if (wire === 2) {
    const read = readVarint(octets, tag.end);
    if (isFault(read)) return read;
    valueStart = read.end;
    length = read.value;
  }
  if (length > BigInt(octets.length - valueStart)) {
    return malformed('PSP-MSG-8', `field ${number} runs past the end of its message`, start);
  }
  const end = valueStart + Number(length);
  return { number, wire, value: octets.subarray(valueStart, end), start, valueStart, end };
}

/**
 * The fields of one message, in the order in which they stand.
 *
 * @returns MALFORMED_MESSAGE where PSP-MSG-8 or PSP-MSG-15 is broken, or where there is a group.
 */
export function parseFields(octets: Uint8Array): FoundField[] | Fault {
  const fields: FoundField[] = [];
  for (let at = 0; at < octets.length;) {
    const field = readField(octets, at);
    if (isFault(field)) return field;
    fields.push(field);
    at = field.end;
  }
  return fields;
}

/**
 * Writes one field.
 *
 * @throws KitError where value and wire type do not go together.
 */
export function encodeField(field: StyledField): Uint8Array {
  const { number, wire, value } = field;
  if (!Number.isInteger(number) || number < 1 || number > 0x1fff_ffff) {
    throw new KitError(`no field number: ${number}`);
  }
  if (field.tagOctets !== undefined && field.tagOctets > 5) {
    throw new KitError(`no reader takes a tag of ${field.tagOctets} octets`);
  }
  const tag = varint(BigInt(number) * 8n + BigInt(wire), field.tagOctets);
  if (wire === 0) {
    if (typeof value !== 'bigint') throw new KitError(`field ${number}: a varint is a number`);
    return concat(tag, varint(value, field.varintOctets));
  }
  if (typeof value === 'bigint') throw new KitError(`field ${number}: octets expected`);
  if (wire === 2) {
    return concat(tag, varint(BigInt(value.length), field.varintOctets), value);
  }
  if (value.length !== (wire === 1 ? 8 : 4)) throw new KitError(`field ${number}: wrong length`);
  return concat(tag, value);
}

/** Writes fields in the order given. */
export function encodeFields(fields: readonly StyledField[]): Uint8Array {
  return concat(...fields.map(encodeField));
}
