// Octets of one frame as rows: which octets are which field, by name, and what they say. Made from
// the schema alone, octet for octet, also where a message breaks its bounds. It knows no rule.
import type { DescMessage } from '@bufbuild/protobuf';
import { isFault } from '../fault.ts';
import { parseFields, readVarint, type FoundField } from '../wire/raw-fields.ts';
import { textOf, toHex } from '../wire/octets.ts';
import {
  enumName,
  fieldsOf,
  schemaNamed,
  schemaOfType,
  wireOf,
  type FieldShape,
} from '../wire/schema.ts';
import type { TranscriptFrame } from './transcript-frames.ts';

/** Some octets of a frame and what they are. */
export interface FieldRow {
  /** Octets of the frame, its length octets counted: first, and one after the last. */
  readonly from: number;
  readonly to: number;
  /** How deep in nested messages; 0: the frame itself. */
  readonly depth: number;
  readonly name: string;
  /** For a person; absent where the octets say it all. */
  readonly value?: string;
  /** Hex of these octets as they can be read, shortened; sealed ones are shown opened. */
  readonly hex: string;
}

const shownOctets = 48;
const shownCharacters = 200;
const packedShown = 16;
const headerOctets = 4;

/** Hex of octets, the middle of long ones left out. */
export function shownHex(octets: Uint8Array): string {
  if (octets.length <= shownOctets) return toHex(octets);
  const head = toHex(octets.subarray(0, shownOctets - 8));
  return `${head}…${toHex(octets.subarray(octets.length - 8))}`;
}

function shownText(text: string): string {
  const characters = Array.from(text);
  const cut = characters.slice(0, shownCharacters).join('');
  return JSON.stringify(cut) + (characters.length > shownCharacters ? ' …' : '');
}

const asText = new Set(['resource', 'payload']);

function scalarText(shape: FieldShape | undefined, field: FoundField): string {
  const { value } = field;
  if (typeof value === 'bigint') {
    if (shape?.kind === 'bool') return value === 0n ? 'false' : 'true';
    if (shape?.enum !== undefined) {
      return String(enumName(shape.enum, Number(BigInt.asIntN(32, value))));
    }
    return value.toString();
  }
  const isText = shape?.kind === 'string' || asText.has(shape?.name ?? '');
  const text = isText ? textOf(value) : undefined;
  return text === undefined ? `${value.length} octets` : shownText(text);
}

/** The values of a packed field, a few of many; undefined where it is none. */
function packedText(shape: FieldShape, field: FoundField): string | undefined {
  if (!shape.repeated || wireOf(shape.kind) !== 0 || typeof field.value === 'bigint') {
    return undefined;
  }
  const values: bigint[] = [];
  for (let at = 0; at < field.value.length;) {
    const read = readVarint(field.value, at);
    if (isFault(read)) return read.detail;
    values.push(read.value);
    at = read.end;
  }
  const shown = values.slice(0, packedShown).join(', ');
  return values.length > packedShown ? `${shown}, … (${values.length})` : shown;
}

/** The message inside a field, where there is one. */
function innerOf(shape: FieldShape, field: FoundField, isPlain: boolean): DescMessage | undefined {
  if (typeof field.value === 'bigint') return undefined;
  // A batch is a message of its own in a bytes field, unless it is compressed.
  const isBatch = shape.name === 'batch' && isPlain && !isFault(parseFields(field.value));
  return isBatch ? schemaNamed('Batch') : shape.message;
}

interface Place {
  /** The frame's octets as they can be read. */
  readonly octets: Uint8Array;
  readonly base: number;
  readonly depth: number;
}

function row(place: Place, from: number, to: number, name: string, value?: string): FieldRow {
  const [start, end] = [place.base + from, place.base + to];
  const hex = shownHex(place.octets.subarray(start, end));
  return { from: start, to: end, depth: place.depth, name, hex, ...(value && { value }) };
}

function fieldRow(
  place: Place,
  schema: DescMessage,
  field: FoundField,
  isPlain: boolean,
): FieldRow[] {
  const { number, wire, start, valueStart, end } = field;
  const shape = fieldsOf(schema).find((candidate) => candidate.number === number);
  if (shape === undefined) {
    const value = `unknown to version 1; ${scalarText(undefined, field)}`;
    return [row(place, start, end, `field ${number}`, value)];
  }
  const inner = innerOf(shape, field, isPlain);
  if (wire !== wireOf(shape.kind) && !shape.repeated) {
    return [row(place, start, end, shape.name, `wire type ${wire}, so unknown`)];
  }
  if (inner === undefined) {
    const value = packedText(shape, field) ?? scalarText(shape, field);
    return [row(place, start, end, shape.name, value)];
  }
  const below = { ...place, base: place.base + valueStart, depth: place.depth + 1 };
  const head = row(
    place,
    start,
    valueStart,
    shape.name,
    `${inner.name}, ${end - valueStart} octets`,
  );
  return [head, ...messageRows(below, inner, end - valueStart)];
}

function messageRows(place: Place, schema: DescMessage, length: number): FieldRow[] {
  const octets = place.octets.subarray(place.base, place.base + length);
  const fields = parseFields(octets);
  if (isFault(fields)) return [row(place, 0, length, 'unreadable', fields.detail)];
  // Encoding 1 is IDENTITY; the field may be absent where the case wants it so.
  const isPlain = fields.some(({ number, value }) => number === 2 && value === 1n);
  return fields.flatMap((field) => fieldRow(place, schema, field, isPlain));
}

/** Octets of the frame with the sealed part opened: the same places mean the same octets. */
function readable({ wire, sealing, body }: TranscriptFrame): Uint8Array {
  const out = Uint8Array.from(wire);
  if (sealing === 'opened' || sealing === 'odd') out.set(body, headerOctets);
  return out;
}

/** The rows of a frame, which together are all of its octets. */
export function rowsOf(frame: TranscriptFrame): FieldRow[] {
  const { wire, body, sealing } = frame;
  const octets = readable(frame);
  const place = { octets, base: 0, depth: 0 };
  const declared = new DataView(octets.buffer).getUint32(0);
  const rows = [row(place, 0, headerOctets, 'length', `${declared}`)];
  if (sealing === 'closed' || body.length === 0) {
    if (wire.length > headerOctets) rows.push(row(place, headerOctets, wire.length, 'body'));
    return rows;
  }
  const type = body[0] ?? 0;
  const schema = schemaOfType(type);
  rows.push(row(place, headerOctets, headerOctets + 1, 'type', frame.name));
  const [start, end] = [headerOctets + 1, headerOctets + body.length];
  if (schema === undefined) {
    if (end > start) rows.push(row(place, start, end, 'message'));
  } else {
    rows.push(...messageRows({ octets, base: start, depth: 1 }, schema, end - start));
  }
  if (end < wire.length) rows.push(row(place, end, wire.length, 'tag', 'of the seal'));
  return rows;
}
