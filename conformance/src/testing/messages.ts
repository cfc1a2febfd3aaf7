// Random messages of the schema in text form, for properties of the codec.
import type { DescMessage } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import type { TextFields, TextValue } from '../wire/message-text.ts';
import { toHex } from '../wire/octets.ts';
import { fieldsOf } from '../wire/schema.ts';
import type { FieldShape } from '../wire/schema.ts';

function anyElement(shape: FieldShape): fc.Arbitrary<TextValue> {
  switch (shape.kind) {
    case 'uint32':
      return fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 0xffff_ffff }));
    case 'uint64':
      return fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }).map(String);
    case 'bool':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array({ maxLength: 20 }).map((octets) => `hex:${toHex(octets)}`);
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 12 });
    case 'enum':
      return fc.nat({ max: 130 });
    case 'message':
      if (shape.message === undefined) throw new Error(`${shape.name} has no message`);
      return anyMessage(shape.message);
  }
}

/** A message with any of its fields, bounds not heeded. */
export function anyMessage(schema: DescMessage): fc.Arbitrary<TextFields> {
  const model = Object.fromEntries(
    fieldsOf(schema).map((shape) => {
      const element = anyElement(shape);
      return [shape.name, shape.repeated ? fc.array(element, { maxLength: 4 }) : element];
    }),
  );
  return fc.record(model, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<TextFields>;
}
