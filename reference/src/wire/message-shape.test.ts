import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { turnShape } from './turn.ts';
import { batchShape, messageShapes, type FieldShape, type MessageShape } from './message-shape.ts';

interface FieldDescriptor {
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName?: string;
}
interface MessageDescriptor {
  readonly name: string;
  readonly field?: readonly FieldDescriptor[];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));

function readSchema(): Map<string, MessageDescriptor> {
  const args = ['node_modules/@bufbuild/buf/bin/buf', 'build', 'proto', '-o', '-#format=json'];
  const image = JSON.parse(
    execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }),
  ) as {
    file: readonly { messageType?: readonly MessageDescriptor[] }[];
  };
  const messages = image.file.flatMap((file) => file.messageType ?? []);
  return new Map(messages.map((message) => [message.name, message]));
}

function kindOf({ type, label }: FieldDescriptor): FieldShape['kind'] {
  const repeated = label === 'LABEL_REPEATED';
  switch (type) {
    case 'TYPE_MESSAGE':
      return repeated ? 'messages' : 'message';
    case 'TYPE_STRING':
      return 'string';
    case 'TYPE_BYTES':
      return 'bytes';
    case 'TYPE_UINT32':
    case 'TYPE_UINT64':
    case 'TYPE_BOOL':
    case 'TYPE_ENUM':
      return repeated ? 'packed' : 'varint';
    default:
      throw new Error(`the wire format knows no ${type}`);
  }
}

function collect(shape: MessageShape, found = new Map<string, MessageShape>()): typeof found {
  found.set(shape.name, shape);
  for (const field of shape.fields) {
    if (field !== undefined && 'shape' in field) collect(field.shape, found);
  }
  return found;
}

describe('message shapes', () => {
  const schema = readSchema();
  const shapes = [...Object.values<MessageShape>(messageShapes), batchShape, turnShape].reduce(
    (found, shape) => collect(shape, found),
    new Map<string, MessageShape>(),
  );

  it('PSP-MSG-8: every message of the schema has a shape, and no other', () => {
    expect([...shapes.keys()].sort()).toEqual([...schema.keys()].sort());
    for (const [name, shape] of Object.entries<MessageShape>(messageShapes)) {
      expect(shape.name).toBe(name);
    }
  });

  it.each([...shapes.values()])(
    'PSP-MSG-8: the fields of $name are those of the schema',
    (shape) => {
      const fields = schema.get(shape.name)?.field ?? [];
      const expected = fields.map((field) => ({
        number: field.number,
        kind: kindOf(field),
        of: field.type === 'TYPE_MESSAGE' ? field.typeName?.replace('.fhirpeersync.v1.', '') : '',
      }));
      const actual = shape.fields.flatMap((field, index) =>
        field === undefined
          ? []
          : [{ number: index, kind: field.kind, of: 'shape' in field ? field.shape.name : '' }],
      );
      expect(actual).toEqual(expected);
      // The scanner marks message fields in the bits of one integer.
      expect(shape.fields.length).toBeLessThan(32);
    },
  );
});
