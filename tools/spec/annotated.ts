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

/**
 * Renders an encoded message, its type octet in front, as a fenced block with a note on each field.
 *
 * @throws {@link RenderError} where the octets are not of the writing profile, or have fields that
 *   the schema does not know.
 */
export function renderAnnotated(schema: Schema, type: string, message: Uint8Array): string[] {
  const first = { octets: message.subarray(0, 1), note: `type: ${type}` };
  const lines = [first, ...messageLines(schema, type, message.subarray(1), '')];
  return ['```text', ...lines.flatMap(print), '```'];
}
