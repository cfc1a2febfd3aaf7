// A message beside the names of its fields: every kind of field, and what is not of the profile.
import { describe, expect, it } from 'vitest';
import {
  renderAnnotated,
  renderFrame,
  renderLengthValues,
  renderSealed,
  renderStream,
} from './annotated.ts';
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

describe('an annotated stream', () => {
  const octets = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

  it('has the length of each frame, and its message or its octets', () => {
    expect(renderFrame(schema, 'Outer', octets('00000003011002'))).toEqual([
      '```text',
      line('00 00 00 03', 'length: 3'),
      line('01', 'type: Outer'),
      line('10 02', 'kind = QR'),
      '```',
    ]);
    expect(renderStream(octets('00000000000000021e08')).slice(1, -1)).toEqual([
      line('00 00 00 00', 'length: 0'),
      line('00 00 00 02', 'length: 2'),
      line('1e 08', 'body, 2 octets'),
    ]);
  });

  it('shows of a sealed frame what is message and what is tag', () => {
    const tag = '11'.repeat(16);
    expect(renderSealed(octets(`00000011aa${tag}`)).slice(1, -1)).toEqual([
      line('00 00 00 11', 'length: 17'),
      line('aa', 'message, encrypted, 1 octet'),
      line(tag.replace(/..(?=.)/g, '$& '), 'tag, 16 octets'),
    ]);
  });

  it('shows each value with its length', () => {
    expect(renderLengthValues(octets('0241420100')).slice(1, -1)).toEqual([
      line('02 41 42', '2, "AB"'),
      line('01 00', '1 octet'),
    ]);
  });

  it('is refused where it ends inside a frame or a value', () => {
    expect(() => renderStream(octets('000000021e'))).toThrow('ends inside a frame');
    expect(() => renderLengthValues(octets('0241'))).toThrow('ends before its length');
  });
});
