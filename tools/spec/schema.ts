// Reads the .proto files as far as the chapters show them: one definition with its comments, and
// how each field looks on the wire. It is no compiler; buf checks the schema.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RenderError } from './regions.ts';

/** Definitions by name: each with the comment lines above it. */
export type Schema = ReadonlyMap<string, readonly string[]>;

/** Finds the messages and enums of a .proto text. */
export function parseSchema(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const name = /^(?:message|enum) (\w+) \{$/.exec(line)?.[1];
    if (name === undefined) continue;
    let start = index;
    while (start > 0 && (lines[start - 1] ?? '').startsWith('//')) start--;
    const end = lines.indexOf('}', index);
    found.set(name, lines.slice(start, end + 1));
  }
  return found;
}

/** Reads every definition of version 1 and of its drafts. */
export function readSchema(root: string): Schema {
  const paths = globSync('proto/fhirpeersync/v1{,alpha*}/*.proto', { cwd: root }).sort();
  return new Map(paths.flatMap((path) => [...parseSchema(readFileSync(join(root, path), 'utf8'))]));
}

function definition(schema: Schema, name: string): readonly string[] {
  const lines = schema.get(name);
  if (lines === undefined) throw new RenderError(`no definition of ${name} in the schema`);
  return lines;
}

/** The definition of a message or enum as it stands in the schema. */
export function renderDefinition(schema: Schema, name: string): string[] {
  return ['```protobuf', ...definition(schema, name), '```'];
}

/** One field of a message. */
export interface Field {
  readonly repeated: boolean;
  readonly type: string;
  readonly name: string;
  readonly number: number;
}

/** The fields of a message, in order of the schema. */
export function fieldsOf(schema: Schema, name: string): Field[] {
  return definition(schema, name).flatMap((line) => {
    const match = /^ {2}(repeated )?(\w+) (\w+) = (\d+);/.exec(line);
    if (match === null) return [];
    const [, repeated, type = '', name = '', number = ''] = match;
    return [{ repeated: repeated !== undefined, type, name, number: Number(number) }];
  });
}

/** Whether a name of the schema is a message, and not an enum or a scalar. */
export function isMessage(schema: Schema, name: string): boolean {
  return schema.get(name)?.some((line) => line.startsWith('message ')) === true;
}

const prefixOf = (name: string): string =>
  `${name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase()}_`;

/** The name of an enum's value without the enum's prefix; undefined where there is none. */
export function enumName(schema: Schema, name: string, value: number): string | undefined {
  for (const line of schema.get(name) ?? []) {
    const match = /^ {2}(\w+) = (\d+);/.exec(line);
    if (match !== null && Number(match[2]) === value) {
      return match[1]?.replace(prefixOf(name), '');
    }
  }
  return undefined;
}

/** The names of an enum's values, with the enum's prefix and without; empty for a message. */
export function enumValues(schema: Schema, name: string): string[] {
  const lines = schema.get(name) ?? [];
  if (!lines.some((line) => line.startsWith('enum '))) return [];
  return lines.flatMap((line) => {
    const full = /^ {2}(\w+) = \d+;/.exec(line)?.[1];
    return full === undefined ? [] : [full, full.replace(prefixOf(name), '')];
  });
}

/** The octets of a varint, in hex. */
function varint(value: number): string {
  const octets: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...octets, rest]).toString('hex');
    octets.push((rest % 128) + 128);
  }
}

function imageOf(schema: Schema, field: Field): { tag: string; after: string } {
  const tag = (wireType: number): string => `\`${varint(field.number * 8 + wireType)}\``;
  if (isMessage(schema, field.type))
    return { tag: tag(2), after: 'length (varint), then the encoded message' };
  if (field.type === 'bytes') return { tag: tag(2), after: 'length (varint), then the octets' };
  if (field.type === 'string') return { tag: tag(2), after: 'length (varint), then UTF-8' };
  if (!field.repeated) return { tag: tag(0), after: 'varint' };
  return {
    tag: `${tag(2)} packed, ${tag(0)} not packed`,
    after: 'packed: length (varint), then varints; not packed: one varint for each tag',
  };
}

/** A table of how each field of a message looks on the wire. */
export function renderWireImage(schema: Schema, name: string): string[] {
  const fields = fieldsOf(schema, name);
  if (fields.length === 0) return ['The encoding is empty: no octet follows the message type.'];
  const rows = fields.map((field) => {
    const { tag, after } = imageOf(schema, field);
    const type = `${field.repeated ? 'repeated ' : ''}${field.type}`;
    return `| \`${field.name}\` | ${field.number} | ${type} | ${tag} | ${after} |`;
  });
  const head = '| field | number | type | tag, in hex | after the tag |';
  return [head, '|---|---|---|---|---|', ...rows];
}

/** A table of the values of an enum with what the schema says of them. */
export function renderEnum(schema: Schema, name: string): string[] {
  const lines = definition(schema, name);
  const rows: string[] = [];
  let comment: string[] = [];
  for (const line of lines) {
    const said = /^ {2}\/\/ (.*)$/.exec(line)?.[1];
    const value = /^ {2}(\w+) = (\d+);/.exec(line);
    if (said !== undefined) comment.push(said);
    if (value === null) continue;
    const [, full = '', number = ''] = value;
    rows.push(`| ${number} | \`${full.replace(prefixOf(name), '')}\` | ${comment.join(' ')} |`);
    comment = [];
  }
  return ['| value | name | meaning |', '|---|---|---|', ...rows];
}
