// Protobuf messages read and written by the kit's own code, strictly as chapter 6 says: what it
// accepts, what it merges, what it refuses. Only the descriptors come from a library. It knows no
// bound of a format.
import type { DescMessage } from '@bufbuild/protobuf';
import { fault, isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from './limits.ts';
import { concat, textOf, utf8 } from './octets.ts';
import { encodeField, readField, readVarint } from './raw-fields.ts';
import type { Field, FoundField } from './raw-fields.ts';
import { fieldsOf, wireOf } from './schema.ts';
import type { FieldShape } from './schema.ts';

/** uint32 and enums as number, uint64 as bigint. Enums are signed 32-bit numbers. */
export type Value =
  bigint | boolean | number | string | Uint8Array | MessageValue | readonly Value[];

/** A message: the fields that are not at their default, by name, and what the schema lacks. */
export interface MessageValue {
  readonly schema: DescMessage;
  readonly fields: ReadonlyMap<string, Value>;
  /** Unknown fields with their tags as they stood, in their order (PSP-MSG-11). */
  readonly unknown: readonly Uint8Array[];
}

class Reading {
  readonly schema: DescMessage;
  readonly fields = new Map<string, Value>();
  readonly unknown: Uint8Array[] = [];

  constructor(schema: DescMessage) {
    this.schema = schema;
  }
}

interface Budget {
  readonly octets: number;
  elements: number;
}

// PSP-MSG-21: protects the kit, as it may.
function spend(budget: Budget, at: number): Fault | undefined {
  budget.elements += 1;
  const dense = budget.octets < 16 * budget.elements;
  if (budget.elements <= limits.messageElements || !dense) return undefined;
  return fault('MALFORMED_MESSAGE', 'PSP-MSG-21', `${budget.elements} elements`, at);
}

/** What a varint means in a field; the low bits count (PSP-MSG-16, PSP-MSG-18). */
function fromVarint(shape: FieldShape, value: bigint): Value {
  if (shape.kind === 'uint64') return value;
  if (shape.kind === 'bool') return value !== 0n;
  if (shape.kind === 'enum') return Number(BigInt.asIntN(32, value));
  return Number(BigInt.asUintN(32, value));
}

/** Whether a value is the same as an absent field: 0, false, empty, no elements (PSP-MSG-5). */
export function isDefault(value: Value): boolean {
  if (value instanceof Uint8Array || typeof value === 'string') return value.length === 0;
  if (Array.isArray(value)) return value.length === 0;
  return value === 0 || value === 0n || value === false;
}

function append(into: Reading, name: string, value: Value): void {
  const list = into.fields.get(name);
  if (Array.isArray(list)) list.push(value);
  else into.fields.set(name, [value]);
}

function readPacked(
  into: Reading,
  shape: FieldShape,
  octets: Uint8Array,
  budget: Budget,
): Fault | undefined {
  for (let at = 0; at < octets.length;) {
    const read = readVarint(octets, at);
    if (isFault(read)) return read;
    const tooMany = spend(budget, at);
    if (tooMany !== undefined) return tooMany;
    append(into, shape.name, fromVarint(shape, read.value));
    at = read.end;
  }
  return undefined;
}

function readMessage(
  into: Reading,
  shape: FieldShape,
  octets: Uint8Array,
  budget: Budget,
): Fault | undefined {
  const schema = shape.message;
  if (schema === undefined) throw new KitError(`field ${shape.name} is no message`);
  const before = into.fields.get(shape.name);
  // PSP-MSG-3: a further occurrence goes on where the last one ended.
  const target = before instanceof Reading ? before : new Reading(schema);
  const broken = spend(budget, 0) ?? readInto(target, octets, budget);
  if (broken !== undefined) return broken;
  if (shape.repeated) append(into, shape.name, target);
  else into.fields.set(shape.name, target);
  return undefined;
}

function readKnown(
  into: Reading,
  shape: FieldShape,
  field: FoundField,
  budget: Budget,
): Fault | undefined {
  let value: Value;
  if (typeof field.value === 'bigint') {
    value = fromVarint(shape, field.value);
  } else if (shape.kind === 'message') {
    return readMessage(into, shape, field.value, budget);
  } else if (wireOf(shape.kind) === 0) {
    return readPacked(into, shape, field.value, budget);
  } else if (shape.kind === 'string') {
    const text = textOf(field.value);
    // PSP-MSG-9: every occurrence is checked, also one that a later one replaces.
    if (text === undefined) {
      return fault('MALFORMED_MESSAGE', 'PSP-MSG-9', `${shape.name}: no UTF-8`, field.valueStart);
    }
    value = text;
  } else {
    value = field.value;
  }
  if (shape.repeated) {
    append(into, shape.name, value);
    return spend(budget, field.start);
  }
  // PSP-MSG-2: the last occurrence counts; PSP-MSG-5: a default equals an absent field.
  if (isDefault(value)) into.fields.delete(shape.name);
  else into.fields.set(shape.name, value);
  return undefined;
}

function readInto(into: Reading, octets: Uint8Array, budget: Budget): Fault | undefined {
  const shapes = fieldsOf(into.schema);
  for (let at = 0; at < octets.length;) {
    const field = readField(octets, at);
    if (isFault(field)) return field;
    const shape = shapes.find((candidate) => candidate.number === field.number);
    const expected = shape === undefined ? undefined : wireOf(shape.kind);
    const packed = shape?.repeated === true && expected === 0 && field.wire === 2;
    const known = shape !== undefined && (field.wire === expected || packed);
    // PSP-MSG-7, PSP-MSG-11: ignored, and kept as it stands.
    if (!known) into.unknown.push(octets.subarray(field.start, field.end));
    const broken = known ? readKnown(into, shape, field, budget) : spend(budget, field.start);
    if (broken !== undefined) return broken;
    at = field.end;
  }
  return undefined;
}

/**
 * Reads a message, without its type octet and without judging its bounds.
 *
 * @returns MALFORMED_MESSAGE by PSP-MSG-8, 9, 10, 15 or 21. Positions count from the beginning of
 *   the innermost message.
 */
export function decodeMessage(schema: DescMessage, octets: Uint8Array): MessageValue | Fault {
  const into = new Reading(schema);
  return readInto(into, octets, { octets: octets.length, elements: 0 }) ?? into;
}

function toField(shape: FieldShape, value: Value): Field {
  const { number, kind } = shape;
  if (typeof value === 'bigint') return { number, wire: 0, value };
  if (typeof value === 'boolean') return { number, wire: 0, value: value ? 1n : 0n };
  if (typeof value === 'number') {
    // A negative enum takes ten octets.
    return { number, wire: 0, value: BigInt.asUintN(64, BigInt(value)) };
  }
  if (typeof value === 'string') return { number, wire: 2, value: utf8(value) };
  if (value instanceof Uint8Array) return { number, wire: 2, value };
  if (!isMessageValue(value)) throw new KitError(`field ${shape.name}: a ${kind} is no list`);
  return { number, wire: 2, value: encodeMessage(value) };
}

/** Tells a message from a list. */
export function isMessageValue(value: Value | undefined): value is MessageValue {
  return typeof value === 'object' && 'schema' in value;
}

/** The octets of one field in the profile of {@link encodeMessage}; none where it is at default. */
export function encodeValue(shape: FieldShape, value: Value): Uint8Array {
  if (!Array.isArray(value)) {
    return isDefault(value) ? new Uint8Array() : encodeField(toField(shape, value));
  }
  const list: Field[] = (value as readonly Value[]).map((item) => toField(shape, item));
  if (wireOf(shape.kind) === 2) return concat(...list.map(encodeField));
  if (list.length === 0) return new Uint8Array();
  const single = list.map((field) => encodeField({ ...field, number: 1 }).subarray(1));
  return encodeField({ number: shape.number, wire: 2, value: concat(...single) });
}

/**
 * Writes a message in the profile of the vectors: ascending field numbers, minimal varints, packed
 * repeated scalars, defaults left out; then the unknown fields as they are.
 */
export function encodeMessage(message: MessageValue): Uint8Array {
  const known = fieldsOf(message.schema).map((shape) => {
    const value = message.fields.get(shape.name);
    return value === undefined ? new Uint8Array() : encodeValue(shape, value);
  });
  return concat(...known, ...message.unknown);
}
