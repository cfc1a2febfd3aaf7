// Names of the schema: messages by name, their types, fields and enum values, from the generated
// descriptors. It knows nothing of octets.
import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { KitError } from '../fault.ts';
import { draftSchemas, messageSchemas } from '../messages.ts';
import { file_fhirpeersync_v1_handshake } from '../gen/fhirpeersync/v1/handshake_pb.ts';
import { file_fhirpeersync_v1_payload } from '../gen/fhirpeersync/v1/payload_pb.ts';
import { file_fhirpeersync_v1_selection } from '../gen/fhirpeersync/v1/selection_pb.ts';
import { file_fhirpeersync_v1_session } from '../gen/fhirpeersync/v1/session_pb.ts';

const files = [
  file_fhirpeersync_v1_handshake,
  file_fhirpeersync_v1_payload,
  file_fhirpeersync_v1_selection,
  file_fhirpeersync_v1_session,
];
const schemas = new Map<string, DescMessage>(
  files.flatMap((file) => file.messages.map((message) => [message.name, message])),
);
for (const schema of draftSchemas.values()) schemas.set(schema.name, schema);
const framed = [...messageSchemas, ...draftSchemas];
const types = new Map(framed.map(([type, schema]) => [schema.name, type]));

/**
 * The descriptor of a message of the schema, framed or not: `Initiate`, `Batch`, `SyncPayload`.
 *
 * @throws KitError where there is none of that name.
 */
export function schemaNamed(name: string): DescMessage {
  const schema = schemas.get(name);
  if (schema === undefined) throw new KitError(`no message ${name} in the schema`);
  return schema;
}

/** The type octet of a framed message, undefined for a message that no frame carries. */
export function typeOf(name: string): number | undefined {
  return types.get(name);
}

/** The descriptor of a frame's message, undefined for an unknown type. */
export function schemaOfType(type: number): DescMessage | undefined {
  return messageSchemas.get(type);
}

/** What kind of value stands in a field, its elements where it is repeated. */
export type Kind = 'uint32' | 'uint64' | 'bool' | 'bytes' | 'string' | 'enum' | 'message';

const scalarKinds: Readonly<Record<number, Kind>> = {
  4: 'uint64',
  8: 'bool',
  9: 'string',
  12: 'bytes',
  13: 'uint32',
};

/** A field of the schema in the kit's words. */
export interface FieldShape {
  readonly name: string;
  readonly number: number;
  readonly kind: Kind;
  readonly repeated: boolean;
  readonly message?: DescMessage;
  readonly enum?: DescEnum;
}

function shapeOf(field: DescField): FieldShape {
  const { name, number, message } = field;
  const repeated = field.fieldKind === 'list';
  if (message !== undefined) return { name, number, kind: 'message', repeated, message };
  if (field.enum !== undefined) return { name, number, kind: 'enum', repeated, enum: field.enum };
  const kind = field.scalar === undefined ? undefined : scalarKinds[field.scalar];
  if (kind === undefined) throw new KitError(`field ${name} has a type that the kit cannot write`);
  return { name, number, kind, repeated };
}

const shapes = new Map<DescMessage, readonly FieldShape[]>();

/** The fields of a message by ascending number. */
export function fieldsOf(schema: DescMessage): readonly FieldShape[] {
  const known = shapes.get(schema);
  if (known !== undefined) return known;
  const made = schema.fields.map(shapeOf).sort((a, b) => a.number - b.number);
  shapes.set(schema, made);
  return made;
}

/** The wire type in which a value of this kind stands alone. */
export function wireOf(kind: Kind): 0 | 2 {
  return kind === 'bytes' || kind === 'string' || kind === 'message' ? 2 : 0;
}

/** The short name of an enum value, or the number where it is not known. */
export function enumName(type: DescEnum, value: number): string | number {
  const found = type.values.find((candidate) => candidate.number === value);
  return found === undefined ? value : found.localName;
}

/** The number of an enum value by its short or full name, undefined where there is none. */
export function enumNumber(type: DescEnum, name: string): number | undefined {
  return type.values.find((value) => value.localName === name || value.name === name)?.number;
}
