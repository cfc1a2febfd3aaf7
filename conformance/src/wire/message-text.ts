// The text form of messages that cases, transcripts and reports use: field names of the schema,
// enums by name, octets with a prefix. Absent means not sent. It knows no connection and no keys.
import type { DescMessage } from '@bufbuild/protobuf';
import { fault, isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import type { draftSchemas } from '../messages.ts';
import { checkBounds } from './message-bounds.ts';
import { decodeMessage, encodeMessage, isDefault, isMessageValue } from './message-codec.ts';
import type { MessageValue, Value } from './message-codec.ts';
import { concat, fromHex, textOf, toHex, utf8 } from './octets.ts';
import { enumName, enumNumber, fieldsOf, schemaNamed, schemaOfType, typeOf } from './schema.ts';
import type { FieldShape } from './schema.ts';

/** A value in text form. uint64 beyond 2^53 - 1 is decimal text. */
export type TextValue = boolean | number | string | TextFields | readonly TextValue[];

/**
 * A message in text form: snake_case names. The key `$unknown` holds fields that the schema lacks,
 * each as octets with its tag; they are written after the others, as they are.
 */
export interface TextFields {
  readonly [name: string]: TextValue;
}

/** A frame's message as text. */
export interface TextMessage {
  /** Name of the message; `Ignorable` for an unknown type of 0x80 or above. */
  readonly name: string;
  readonly type: number;
  readonly fields: TextFields;
}

const unknownKey = '$unknown';

/**
 * Octets from their text form: `hex:`, `utf8:` or `base64:` (standard alphabet) in front.
 *
 * @throws KitError for another prefix or broken content.
 */
export function octetsFromText(text: string): Uint8Array {
  const at = text.indexOf(':');
  const content = text.slice(at + 1);
  switch (text.slice(0, at)) {
    case 'hex':
      return fromHex(content);
    case 'utf8':
      return utf8(content);
    case 'base64': {
      const octets = Buffer.from(content, 'base64');
      if (octets.toString('base64') !== content) throw new KitError(`no base64: ${content}`);
      return new Uint8Array(octets);
    }
    default:
      throw new KitError(`octets begin with hex:, utf8: or base64:, not ${text.slice(0, 20)}`);
  }
}

/** Octets in text form: `hex:` in front. */
export function octetsToText(octets: Uint8Array): string {
  return `hex:${toHex(octets)}`;
}

/** Fields of octets that are JSON. A person reads them as text, where they are some. */
const jsonFields = new Set(['resource', 'payload']);

function jsonToText(octets: Uint8Array): string {
  const text = textOf(octets);
  const printable = text !== undefined && /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text);
  return printable ? `utf8:${text}` : octetsToText(octets);
}

function numberFromText(shape: FieldShape, value: TextValue, max: bigint): bigint {
  const written = typeof value === 'string' && /^(?:0|[1-9]\d*)$/.test(value);
  const whole = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
  const number = written || whole ? BigInt(value) : -1n;
  if (number < 0n || number > max) {
    throw new KitError(`${shape.name}: ${JSON.stringify(value)} is no ${shape.kind}`);
  }
  return number;
}

function enumFromText(shape: FieldShape, value: TextValue): number {
  if (shape.enum === undefined) throw new KitError(`${shape.name} is no enum`);
  if (typeof value !== 'string') return Number(numberFromText(shape, value, 0x7fff_ffffn));
  const number = enumNumber(shape.enum, value);
  if (number === undefined) throw new KitError(`${shape.name}: no value ${value}`);
  return number;
}

function valueFromText(shape: FieldShape, value: TextValue): Value {
  switch (shape.kind) {
    case 'uint32':
      return Number(numberFromText(shape, value, 0xffff_ffffn));
    case 'uint64':
      return numberFromText(shape, value, (1n << 64n) - 1n);
    case 'enum':
      return enumFromText(shape, value);
    case 'message':
      if (typeof value !== 'object' || Array.isArray(value) || shape.message === undefined) break;
      return messageFromText(shape.message, value as TextFields);
    case 'bool':
      if (typeof value !== 'boolean') break;
      return value;
    case 'string':
      if (typeof value !== 'string') break;
      return value;
    case 'bytes':
      if (typeof value !== 'string') break;
      return octetsFromText(value);
  }
  throw new KitError(`${shape.name}: ${JSON.stringify(value)} is no ${shape.kind}`);
}

function listOf(name: string, value: TextValue): readonly TextValue[] {
  if (!Array.isArray(value)) throw new KitError(`${name}: a list is expected`);
  return value as readonly TextValue[];
}

function textItem(name: string, item: TextValue): string {
  if (typeof item !== 'string') throw new KitError(`${name}: text is expected`);
  return item;
}

/**
 * A message from its text form. It may break every bound of its format.
 *
 * @throws KitError for a field that the schema lacks or a value that its type cannot hold.
 */
export function messageFromText(schema: DescMessage, fields: TextFields): MessageValue {
  const known = new Map<string, Value>();
  let unknown: Uint8Array[] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (name === unknownKey) {
      unknown = listOf(name, value).map((item) => octetsFromText(textItem(name, item)));
      continue;
    }
    const shape = fieldsOf(schema).find((candidate) => candidate.name === name);
    if (shape === undefined) throw new KitError(`${schema.name} has no field ${name}`);
    if (!shape.repeated) known.set(name, valueFromText(shape, value));
    else
      known.set(
        name,
        listOf(name, value).map((item) => valueFromText(shape, item)),
      );
  }
  return { schema, fields: known, unknown };
}

function valueToText(shape: FieldShape, value: Value): TextValue {
  if (typeof value === 'bigint') {
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value.toString();
  }
  if (value instanceof Uint8Array) {
    return jsonFields.has(shape.name) ? jsonToText(value) : octetsToText(value);
  }
  if (typeof value === 'number') {
    return shape.enum === undefined ? value : enumName(shape.enum, value);
  }
  if (typeof value !== 'object') return value;
  if (isMessageValue(value)) return messageToText(value);
  return value.map((item) => valueToText(shape, item));
}

/** The text form of a message: fields by ascending number, defaults left out. */
export function messageToText(message: MessageValue): TextFields {
  const out: Record<string, TextValue> = {};
  for (const shape of fieldsOf(message.schema)) {
    const value = message.fields.get(shape.name);
    if (value !== undefined && !isDefault(value)) out[shape.name] = valueToText(shape, value);
  }
  if (message.unknown.length > 0) {
    out[unknownKey] = message.unknown.map(octetsToText);
  }
  return out;
}

/**
 * The encoding of any message of the schema, without a type octet: `Batch`, `SyncPayload`.
 *
 * @throws KitError for an unknown name or field, or a value that its type cannot hold.
 */
export function encodeNested(name: string, fields: TextFields): Uint8Array {
  return encodeMessage(messageFromText(schemaNamed(name), fields));
}

/** Reads what {@link encodeNested} writes, without bounds; MALFORMED_MESSAGE by chapter 6. */
export function decodeNested(name: string, octets: Uint8Array): TextFields | Fault {
  const message = decodeMessage(schemaNamed(name), octets);
  return isFault(message) ? message : messageToText(message);
}

/**
 * The body of a frame in clear: type octet and encoding (PSP-FRAME-9).
 *
 * @throws KitError for a name that no frame carries, and as {@link encodeNested}.
 */
export function encodeText(name: string, fields: TextFields): Uint8Array {
  const type = typeOf(name);
  if (type === undefined) throw new KitError(`no frame carries a ${name}`);
  return concat(Uint8Array.of(type), encodeNested(name, fields));
}

/**
 * A frame's message, read strictly but without its bounds. A receiver needs this step alone to
 * decide on the version first (PSP-INV-6).
 *
 * @param drafts - Types of drafts that were agreed on.
 * @returns undefined for an unknown type of 0x80 or above, which is ignored whole (PSP-FRAME-11).
 */
export function decodeBody(
  body: Uint8Array,
  drafts?: typeof draftSchemas,
): MessageValue | Fault | undefined {
  const type = body[0];
  if (type === undefined) return fault('MALFORMED_FRAME', 'PSP-SEAL-6', 'a message without type');
  const schema = schemaOfType(type) ?? drafts?.get(type);
  if (schema !== undefined) return decodeMessage(schema, body.subarray(1));
  if (type >= 0x80) return undefined;
  return fault('UNEXPECTED_MESSAGE', 'PSP-FRAME-10', `unknown critical type ${type}`, 0);
}

/**
 * A frame's message as text, its encoding and its bounds checked.
 *
 * @param drafts - Types of drafts that were agreed on.
 */
export function decodeToText(body: Uint8Array, drafts?: typeof draftSchemas): TextMessage | Fault {
  const message = decodeBody(body, drafts);
  const type = body[0] ?? 0;
  if (message === undefined) return { name: 'Ignorable', type, fields: {} };
  if (isFault(message)) return message;
  const broken = checkBounds(message);
  return broken ?? { name: message.schema.name, type, fields: messageToText(message) };
}
