// Shows an encoded message field by field, by the schema's names: what a person reads beside a hex
// dump. It takes only what the writing profile of the vectors makes, and says so of anything else.
import { RenderError } from './regions.ts';
import { enumName, fieldsOf, isMessage } from './schema.ts';
import type { Field, Schema } from './schema.ts';

const octetsPerLine = 16;
const hexColumns = octetsPerLine * 3 - 1;
const textMax = 40;

interface Line {
  readonly octets: Uint8Array;
  readonly note: string;
}

/** A varint at a position, and where it ends. */
function varintAt(octets: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let index = 0; at + index < octets.length; index++) {
    const octet = octets[at + index] ?? 0;
    value += (octet & 0x7f) * 128 ** index;
    if (octet < 0x80) return [value, at + index + 1];
  }
  throw new RenderError('the message ends inside a varint');
}

function valueNote(schema: Schema, field: Field, value: number): string {
  if (field.type === 'bool') return value === 0 ? 'false' : 'true';
  return enumName(schema, field.type, value) ?? String(value);
}

function packedNote(schema: Schema, field: Field, content: Uint8Array): string {
  const values: string[] = [];
  for (let at = 0; at < content.length;) {
    const [value, end] = varintAt(content, at);
    values.push(valueNote(schema, field, value));
    at = end;
  }
  return values.join(', ');
}

function textNote(content: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(content);
  return text.length > textMax ? `${content.length} octets` : `"${text}"`;
}

function lengthLines(
  schema: Schema,
  field: Field,
  whole: Uint8Array,
  content: Uint8Array,
  indent: string,
): Line[] {
  const { name, type } = field;
  if (isMessage(schema, type)) {
    const head = whole.subarray(0, whole.length - content.length);
    const note = `${indent}${name}: ${type}, ${content.length} octets`;
    return [{ octets: head, note }, ...messageLines(schema, type, content, `${indent}  `)];
  }
  if (type === 'bytes') {
    return [{ octets: whole, note: `${indent}${name}, ${content.length} octets` }];
  }
  const said = type === 'string' ? textNote(content) : packedNote(schema, field, content);
  return [{ octets: whole, note: `${indent}${name} = ${said}` }];
}

function messageLines(schema: Schema, type: string, octets: Uint8Array, indent: string): Line[] {
  const fields = fieldsOf(schema, type);
  const lines: Line[] = [];
  for (let at = 0; at < octets.length;) {
    const [tag, valueAt] = varintAt(octets, at);
    const field = fields.find(({ number }) => number === Math.floor(tag / 8));
    if (field === undefined) throw new RenderError(`${type} has no field ${Math.floor(tag / 8)}`);
    const [value, valueEnd] = varintAt(octets, valueAt);
    if (tag % 8 === 0) {
      const note = `${indent}${field.name} = ${valueNote(schema, field, value)}`;
      lines.push({ octets: octets.subarray(at, valueEnd), note });
      at = valueEnd;
    } else if (tag % 8 === 2) {
      const end = valueEnd + value;
      const content = octets.subarray(valueEnd, end);
      lines.push(...lengthLines(schema, field, octets.subarray(at, end), content, indent));
      at = end;
    } else {
      throw new RenderError(`wire type ${tag % 8} in ${type}`);
    }
  }
  return lines;
}

function print({ octets, note }: Line): string[] {
  const hex = [...octets].map((octet) => octet.toString(16).padStart(2, '0'));
  const rows: string[] = [];
  for (let index = 0; index < hex.length; index += octetsPerLine) {
    const row = hex.slice(index, index + octetsPerLine).join(' ');
    rows.push(index === 0 ? `${row.padEnd(hexColumns)}  ${note}` : row);
  }
  return rows;
}

function messageRows(schema: Schema, type: string, message: Uint8Array): Line[] {
  const first = { octets: message.subarray(0, 1), note: `type: ${type}` };
  return [first, ...messageLines(schema, type, message.subarray(1), '')];
}

const block = (lines: readonly Line[]): string[] => ['```text', ...lines.flatMap(print), '```'];

/**
 * Renders an encoded message, its type octet in front, as a fenced block with a note on each field.
 *
 * @throws {@link RenderError} where the octets are not of the writing profile, or have fields that
 *   the schema does not know.
 */
export function renderAnnotated(schema: Schema, type: string, message: Uint8Array): string[] {
  return block(messageRows(schema, type, message));
}

interface Frame {
  readonly header: Line;
  readonly body: Uint8Array;
}

function framesOf(stream: Uint8Array): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < stream.length;) {
    const length = new DataView(stream.buffer, stream.byteOffset + at).getUint32(0);
    const body = stream.subarray(at + 4, at + 4 + length);
    if (body.length < length) throw new RenderError('the stream ends inside a frame');
    const note = `length: ${length}`;
    frames.push({ header: { octets: stream.subarray(at, at + 4), note }, body });
    at += 4 + length;
  }
  return frames;
}

/** Renders one frame before keys: its length, then its message field by field. */
export function renderFrame(schema: Schema, type: string, stream: Uint8Array): string[] {
  return block(
    framesOf(stream).flatMap(({ header, body }) => [header, ...messageRows(schema, type, body)]),
  );
}

/** Renders frames of which nothing but the cut matters. */
export function renderStream(stream: Uint8Array): string[] {
  return block(
    framesOf(stream).flatMap(({ header, body }) => {
      const note = `body, ${body.length} octet${body.length === 1 ? '' : 's'}`;
      return body.length === 0 ? [header] : [header, { octets: body, note }];
    }),
  );
}

const tagOctets = 16;

/** Renders a frame after keys: its length, the encrypted message and the tag. */
export function renderSealed(stream: Uint8Array): string[] {
  return block(
    framesOf(stream).flatMap(({ header, body }) => {
      const length = body.length - tagOctets;
      const tag = { octets: body.subarray(length), note: `tag, ${tagOctets} octets` };
      const note = `message, encrypted, ${length} octet${length === 1 ? '' : 's'}`;
      return [header, { octets: body.subarray(0, length), note }, tag];
    }),
  );
}

/** Renders octet strings with their length in front of each, as CPace joins them. */
export function renderLengthValues(octets: Uint8Array): string[] {
  const lines: Line[] = [];
  for (let at = 0; at < octets.length;) {
    const [length, valueAt] = varintAt(octets, at);
    const value = octets.subarray(valueAt, valueAt + length);
    if (value.length < length) throw new RenderError('a value ends before its length');
    const isText = value.length > 0 && value.every((octet) => octet >= 0x20 && octet < 0x7f);
    const said = isText
      ? `"${Buffer.from(value).toString('ascii')}"`
      : `${length} octet${length === 1 ? '' : 's'}`;
    lines.push({
      octets: octets.subarray(at, valueAt + length),
      note: isText ? `${length}, ${said}` : said,
    });
    at = valueAt + length;
  }
  return block(lines);
}
