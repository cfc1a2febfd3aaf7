// The names that the Wireshark dissector shows, as Lua tables, from the schema. The file of the
// dissector holds this text between two marks; a test keeps both the same.
import type { DescEnum, DescMessage } from '@bufbuild/protobuf';
import { messageSchemas } from '../messages.ts';
import { fieldsOf, schemaNamed, type FieldShape } from '../wire/schema.ts';

function reached(): { messages: DescMessage[]; enums: DescEnum[] } {
  const messages = new Set<DescMessage>([...messageSchemas.values(), schemaNamed('Batch')]);
  const enums = new Set<DescEnum>();
  // A set that grows while it is walked: each message once.
  for (const message of messages) {
    for (const field of fieldsOf(message)) {
      if (field.message !== undefined) messages.add(field.message);
      if (field.enum !== undefined) enums.add(field.enum);
    }
  }
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return { messages: [...messages].sort(byName), enums: [...enums].sort(byName) };
}

const jsonFields = new Set(['resource', 'payload']);

/** What stands in a field: a message, an enum, text, or nothing that has a name. */
function contentOf({ name, kind, message, enum: type }: FieldShape): string {
  if (name === 'batch') return 'Batch';
  if (message !== undefined) return message.name;
  if (type !== undefined) return type.name;
  return kind === 'string' || jsonFields.has(name) ? 'text' : kind;
}

function messageLine(message: DescMessage): string {
  const fields = fieldsOf(message).map((field) => {
    return `    [${field.number}] = { name = "${field.name}", of = "${contentOf(field)}" },`;
  });
  return [`  ${message.name} = {`, ...fields, '  },'].join('\n');
}

function enumLine(type: DescEnum): string {
  const values = type.values.map(({ number, localName }) => `    [${number}] = "${localName}",`);
  return [`  ${type.name} = {`, ...values, '  },'].join('\n');
}

/** The tables `types`, `enums` and `messages`. */
export function dissectorNames(): string {
  const { messages, enums } = reached();
  const types = [...messageSchemas].map(([type, { name }]) => `  [${type}] = "${name}",`);
  return [
    'local types = {',
    ...types,
    '}',
    'local enums = {',
    ...enums.map(enumLine),
    '}',
    'local messages = {',
    ...messages.map(messageLine),
    '}',
  ].join('\n');
}
