// JSON without loss: what is kept, what is refused, with which code.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../wire/limits.ts';
import { fromHex, utf8 } from '../wire/octets.ts';
import { isFault } from '../fault.ts';
import { readJson } from './json-reader.ts';
import type { Json } from './json-reader.ts';

function plain(value: Json): unknown {
  switch (value.type) {
    case 'object':
      return Object.fromEntries([...value.members].map(([key, item]) => [key, plain(item)]));
    case 'array':
      return value.items.map(plain);
    case 'string':
      return value.text;
    case 'number':
      return Number(value.lexeme);
    case 'literal':
      return value.value;
  }
}

const read = (text: string): unknown => readJson(utf8(text));
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('readJson', () => {
  it('PSP-DATA-4 reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(0, 1, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        fc.pre(!/\\u0000|\\ud[89a-f]/.test(text));
        const json = readJson(utf8(text));
        if (isFault(json)) throw new Error(json.detail);
        expect(plain(json)).toEqual(JSON.parse(text));
      }),
      { seed: 12, numRuns: 300 },
    );
  });

  it('PSP-DATA-1 keeps the text of numbers and the order of members', () => {
    const json = readJson(utf8('{"b":1.10,"a":-0,"c":12345678901234567890}'));
    expect(json).toEqual({
      type: 'object',
      members: new Map<string, Json>([
        ['b', { type: 'number', lexeme: '1.10' }],
        ['a', { type: 'number', lexeme: '-0' }],
        ['c', { type: 'number', lexeme: '12345678901234567890' }],
      ]),
    });
    const members = isFault(json) || json.type !== 'object' ? new Map() : json.members;
    expect([...members.keys()]).toEqual(['b', 'a', 'c']);
  });

  it('resolves every escape', () => {
    const json = read(String.raw`"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"`);
    expect(json).toEqual({ type: 'string', text: '"\\/\b\f\n\r\té😀' });
  });

  it.each([
    '',
    ' ',
    '01',
    '+1',
    '1.',
    '.5',
    '1e',
    '-',
    'nul',
    'True',
    '[1,]',
    '[,1]',
    '{"a":1,}',
    '{a:1}',
    '{"a"}',
    '{"a":}',
    '[1 2]',
    '"a',
    '"\t"',
    '"\\x"',
    '"\\u12g4"',
    '1 1',
    '\u00a01',
    'NaN',
    '[1}',
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"\\u0000"',
    '{"\\u0000":1}',
    '{"\\ud800":1}',
    '\ufeff{}',
    '/**/1',
    "'a'",
  ])('PSP-DATA-4 refuses %j', (text) => {
    expect(read(text)).toMatchObject({ code: 'ENTRY_JSON_INVALID', requirement: 'PSP-DATA-4' });
  });

  it.each(['ff', '22c08022', '22eda08022', '22f490808022'])(
    'PSP-DATA-4 refuses octets that are no UTF-8: %s',
    (hex) => {
      expect(readJson(fromHex(hex))).toMatchObject({ detail: 'no UTF-8' });
    },
  );

  it('PSP-LIM-4 takes depth 64 and 1 000 000 values, and no more', () => {
    expect(read(nested(64))).not.toHaveProperty('code');
    expect(read(nested(65))).toMatchObject({ code: 'ENTRY_LIMIT_EXCEEDED' });
    expect(read(`${nested(64).slice(0, 64)}1${nested(64).slice(64)}`)).not.toHaveProperty('code');
    const ones = (count: number): string => `[${'1,'.repeat(count - 1)}1]`;
    expect(read(ones(limits.jsonValues - 1))).not.toHaveProperty('code');
    expect(read(ones(limits.jsonValues))).toMatchObject({ code: 'ENTRY_LIMIT_EXCEEDED' });
  });

  it.each(['__proto__', 'constructor', 'prototype', 'const\\u0072uctor'])(
    'PSP-DATA-5 refuses the key %s at any depth',
    (key) => {
      expect(read(`[{"a":{"${key}":1}}]`)).toMatchObject({ code: 'ENTRY_KEY_FORBIDDEN' });
      expect(read(`["${key}"]`)).not.toHaveProperty('code');
    },
  );
});
