// Other encodings of one message, each by a name: what a writer may send and a reader must take for
// the same (PSP-MSG-1 to 7, 16, 18, 19). It refuses to know what the message is for.
import type { DescMessage } from '@bufbuild/protobuf';
import { isFault, KitError } from '../fault.ts';
import { concat } from './octets.ts';
import { encodeFields, parseFields, readVarint, varint } from './raw-fields.ts';
import type { Field, StyledField } from './raw-fields.ts';
import { fieldsOf, wireOf } from './schema.ts';
import type { FieldShape } from './schema.ts';

/** One other encoding. */
export interface WildEncoding {
  readonly name: WildName;
  /** The sentence that makes a reader accept it. */
  readonly requirement: string;
  readonly octets: Uint8Array;
}

type Rewrite = (fields: readonly Field[], schema: DescMessage) => StyledField[];

const shapeOf = (schema: DescMessage, field: Field): FieldShape | undefined =>
  fieldsOf(schema).find((shape) => shape.number === field.number);

const isScalarList = (shape: FieldShape | undefined): boolean =>
  shape !== undefined && shape.repeated && wireOf(shape.kind) === 0;

/** Elements of one repeated field keep their order; numbers change places. */
function regroup(fields: readonly Field[], round: boolean): Field[] {
  const groups = new Map<number, Field[]>();
  for (const field of fields) {
    groups.set(field.number, [...(groups.get(field.number) ?? []), field]);
  }
  const descending = [...groups.keys()].sort((a, b) => b - a).map((n) => groups.get(n) ?? []);
  if (!round) return descending.flat();
  const out: Field[] = [];
  for (let i = 0; out.length < fields.length; i++) {
    for (const group of descending) out.push(...group.slice(i, i + 1));
  }
  return out;
}

function varintsOf(packed: Uint8Array): bigint[] {
  const out: bigint[] = [];
  for (let at = 0; at < packed.length;) {
    const read = readVarint(packed, at);
    if (isFault(read)) throw new KitError('the packed field does not parse');
    out.push(read.value);
    at = read.end;
  }
  return out;
}

const unpack: Rewrite = (fields, schema) =>
  fields.flatMap((field): Field[] => {
    const { number, value } = field;
    if (!isScalarList(shapeOf(schema, field)) || typeof value === 'bigint') return [field];
    return varintsOf(value).map((element) => ({ number, wire: 0, value: element }));
  });

/** Elements alone and elements in pieces by turns, with empty pieces between them. */
const mixPacking: Rewrite = (fields, schema) =>
  unpack(fields, schema).flatMap((field, i): Field[] => {
    const { number, value } = field;
    if (!isScalarList(shapeOf(schema, field)) || typeof value !== 'bigint') return [field];
    const empty: Field = { number, wire: 2, value: new Uint8Array() };
    return i % 2 === 0 ? [field] : [empty, { number, wire: 2, value: varint(value) }];
  });

/** Another value, or none, in front of each singular scalar. */
const repeatScalars: Rewrite = (fields, schema) =>
  fields.flatMap((field): Field[] => {
    const shape = shapeOf(schema, field);
    if (shape === undefined || shape.repeated || shape.kind === 'message') return [field];
    if (typeof field.value === 'bigint') return [{ ...field, value: field.value ^ 1n }, field];
    return [{ ...field, value: Uint8Array.of(0x78) }, field];
  });

/** Each field of a singular message in an occurrence of its own. */
const splitMessages: Rewrite = (fields, schema) =>
  fields.flatMap((field): Field[] => {
    const shape = shapeOf(schema, field);
    const single = shape?.kind === 'message' && !shape.repeated;
    if (!single || typeof field.value === 'bigint') return [field];
    const nested = parsed(field.value);
    if (nested.length < 2) return [field, { ...field, value: new Uint8Array() }];
    return nested.map((part) => ({ ...field, value: encodeFields([part]) }));
  });

/** A default in every scalar that is absent. */
const writeDefaults: Rewrite = (fields, schema) => {
  const absent = fieldsOf(schema).filter(
    (shape) => shape.kind !== 'message' && !fields.some(({ number }) => number === shape.number),
  );
  const defaults = absent.map(({ number, kind, repeated }): Field => {
    const wire = repeated ? 2 : wireOf(kind);
    return { number, wire, value: wire === 0 ? 0n : new Uint8Array() };
  });
  return [...defaults, ...fields];
};

const strange: readonly Field[] = [
  { number: 15_000, wire: 0, value: 42n },
  { number: 15_027, wire: 1, value: new Uint8Array(8).fill(0xa5) },
  { number: 15_999, wire: 2, value: Uint8Array.of(0, 255, 7) },
  { number: 15_500, wire: 5, value: new Uint8Array(4).fill(0x5a) },
];

const addUnknown: Rewrite = (fields) => [...strange.slice(0, 2), ...fields, ...strange.slice(2)];

/** Each known number once more, with a wire type that no field of the schema has. */
const wrongWire: Rewrite = (fields, schema) => [
  ...fields,
  ...fieldsOf(schema).map(({ number }): Field => ({
    number,
    wire: 5,
    value: Uint8Array.of(1, 2, 3, 4),
  })),
];

/** Bits above the 32nd where only the low 32 count; any number for true. */
const highBits: Rewrite = (fields, schema) =>
  fields.map((field): Field => {
    const kind = shapeOf(schema, field)?.kind;
    if (typeof field.value !== 'bigint' || kind === undefined || kind === 'uint64') return field;
    if (kind === 'bool') return field.value === 0n ? field : { ...field, value: 1n << 40n };
    return { ...field, value: field.value | (0x1234_5678n << 32n) };
  });

const rewrites = {
  descending: { requirement: 'PSP-MSG-1', rewrite: (fields) => regroup(fields, false) },
  interleaved: { requirement: 'PSP-MSG-1', rewrite: (fields) => regroup(fields, true) },
  'repeated-scalars': { requirement: 'PSP-MSG-2', rewrite: repeatScalars },
  'split-messages': { requirement: 'PSP-MSG-3', rewrite: splitMessages },
  'long-tags': {
    requirement: 'PSP-MSG-4',
    rewrite: (fields) => fields.map((field) => ({ ...field, tagOctets: 5 })),
  },
  'long-varints': {
    requirement: 'PSP-MSG-4',
    rewrite: (fields) => fields.map((field) => ({ ...field, varintOctets: 10 })),
  },
  'defaults-present': { requirement: 'PSP-MSG-5', rewrite: writeDefaults },
  unpacked: { requirement: 'PSP-MSG-6', rewrite: unpack },
  'mixed-packing': { requirement: 'PSP-MSG-6', rewrite: mixPacking },
  'unknown-fields': { requirement: 'PSP-MSG-7', rewrite: addUnknown },
  'wrong-wire-type': { requirement: 'PSP-MSG-7', rewrite: wrongWire },
  'high-bits': { requirement: 'PSP-MSG-16', rewrite: highBits },
} satisfies Record<string, { requirement: string; rewrite: Rewrite }>;

/** Name of a way to write a message differently. */
export type WildName = keyof typeof rewrites;

/** All names, in the order of their requirements. */
export const wildNames = Object.keys(rewrites) as readonly WildName[];

function parsed(octets: Uint8Array): readonly Field[] {
  const fields = parseFields(octets);
  if (isFault(fields)) throw new KitError(`cannot rewrite: ${fields.detail}`);
  return fields;
}

function rewriteDeep(schema: DescMessage, octets: Uint8Array, rewrite: Rewrite): Uint8Array {
  const nested = parsed(octets).map((field): Field => {
    const shape = shapeOf(schema, field);
    if (shape?.message === undefined || typeof field.value === 'bigint') return field;
    return { ...field, value: rewriteDeep(shape.message, field.value, rewrite) };
  });
  return encodeFields(rewrite(nested, schema));
}

/**
 * Writes one message in another way, nested messages included; octets that are equal to the input
 * where the way does not apply. A Batch inside a Payload is octets and stays as it is.
 *
 * @param octets - The encoding without a type octet.
 * @throws KitError where the octets do not parse.
 */
export function wildEncoding(
  name: WildName,
  schema: DescMessage,
  octets: Uint8Array,
): WildEncoding {
  const { requirement, rewrite } = rewrites[name];
  return { name, requirement, octets: rewriteDeep(schema, octets, rewrite) };
}

/** A frame's body in another way: the type octet stays. As {@link wildEncoding}. */
export function wildBody(name: WildName, schema: DescMessage, body: Uint8Array): Uint8Array {
  return concat(body.subarray(0, 1), wildEncoding(name, schema, body.subarray(1)).octets);
}
