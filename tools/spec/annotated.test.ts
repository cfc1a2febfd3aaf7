// A message beside the names of its fields: every kind of field, and what is not of the profile.
import { describe, expect, it } from 'vitest';
import { renderAnnotated } from './annotated.ts';
import { parseSchema } from './schema.ts';

const schema = parseSchema(
  [
    'message Outer {',
    '  repeated uint32 versions = 1;',
    '  SomeKind kind = 2;',
    '  Inner inner = 3;',
    '  bytes nonce = 4;',
    '  string name = 5;',
    '  bool critical = 6;',
    '}',
    'message Inner {',
    '  uint64 count = 1;',
    '}',
    'enum SomeKind {',
    '  SOME_KIND_UNSPECIFIED = 0;',
    '  SOME_KIND_QR = 2;',
    '}',
  ].join('\n'),
);
const render = (hex: string) => renderAnnotated(schema, 'Outer', Buffer.from(hex, 'hex'));
const line = (hex: string, note: string) => `${hex.padEnd(47)}  ${note}`;

describe('an annotated message', () => {
  it('has one note for each field, and long fields in several lines', () => {
    const nonce = '00'.repeat(16);
    expect(render(`010a0301ac0210021a0308ac022210${nonce}2a0241423001`)).toEqual([
      '```text',
      line('01', 'type: Outer'),
      line('0a 03 01 ac 02', 'versions = 1, 300'),
      line('10 02', 'kind = QR'),
      line('1a 03', 'inner: Inner, 3 octets'),
      line('08 ac 02', '  count = 300'),
      line(`22 10${' 00'.repeat(14)}`, 'nonce, 16 octets'),
      '00 00',
      line('2a 02 41 42', 'name = "AB"'),
      line('30 01', 'critical = true'),
      '```',
    ]);
  });

  it('shows a value without a name as a number, and a long text by its length', () => {
    const text = '61'.repeat(41);
    expect(render(`0110072a29${text}`).slice(2, 4)).toEqual([
      line('10 07', 'kind = 7'),
      line(`2a 29${' 61'.repeat(14)}`, 'name = 41 octets'),
    ]);
  });

  it.each([
    ['013801', 'Outer has no field 7'],
    ['011580000000', 'wire type 5 in Outer'],
    ['0108', 'the message ends inside a varint'],
  ])('is refused: %s', (hex, message) => {
    expect(() => render(hex)).toThrow(message);
  });
});
