import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ErrorCode } from '../wire/messages.ts';
import { isEntryFault } from './entry-fault.ts';
import { stringifyLossless } from './json-text.ts';
import { entryJsonLimits, isPlainly, readIdentity, scanJson, scanThoroughly } from './scan-json.ts';
import type { JsonFault, JsonLimits } from './scan-json.ts';
import { jsonValues, octetsOf, propertySeed } from './testing/json-values.ts';

/** The text with `?` replaced by the octets. */
const around = (text: string, octets: readonly number[]): Uint8Array => {
  const [before = '', after = ''] = text.split('?');
  return new Uint8Array([...octetsOf(before), ...octets, ...octetsOf(after)]);
};

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

const ways: [string, (octets: Uint8Array, limits: JsonLimits) => JsonFault | undefined][] = [
  ['scanJson', scanJson],
  ['the thorough scan', scanThoroughly],
];

describe.each(ways)('%s', (_name, judge) => {
  const faultOf = (text: string | Uint8Array, limits = entryJsonLimits): JsonFault | undefined =>
    judge(typeof text === 'string' ? octetsOf(text) : text, limits);
  const reasonOf = (text: string | Uint8Array): string | undefined => faultOf(text)?.reason;

  it.each([
    '{}',
    '[]',
    '0',
    '-0.0e+00',
    '1E400',
    '12345678901234567890.10',
    ' \t\r\n{ "a" : [ true , false , null , "" ] } \n',
    '"\\u00e9\\n\\/\\"\\\\ \\ud83d\\ude00 \u007f é 😀 \uffff"',
    '{"a":{"a":{"a":1}},"b":{"a":2}}',
    '[{"a":1},{"a":1}]',
    '{"proto":1,"constructors":2,"__proto":3,"Prototype":4,"a":"__proto__"}',
    '{"":0}',
  ])('PSP-DATA-4 accepts %s', (text) => {
    expect(faultOf(text)).toBeUndefined();
  });

  it.each([
    '',
    ' ',
    '{',
    '}',
    '[',
    '[1',
    '[1,',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[1}',
    '{"a":1]',
    '{"a"}',
    '{"a":}',
    '{"a" 1}',
    '{"a":1,}',
    '{,}',
    '{a:1}',
    "{'a':1}",
    '{"a":1}{}',
    '{} x',
    'nul',
    'nulll',
    'True',
    'NaN',
    '01',
    '-',
    '+1',
    '.5',
    '1.',
    '1.e1',
    '1e',
    '1e+',
    '0x1',
    '"a',
    '"\\',
    '"\\x"',
    '"\\u12g4"',
    '"\\u123',
    '"a\nb"',
    '"\u001f"',
    '\ufeff{}',
    '/**/{}',
    '\u00a0{}',
  ])('PSP-DATA-4 refuses %j as no JSON', (text) => {
    expect(reasonOf(text)).toBe('syntax');
  });

  it.each([
    ['a lone continuation', [0x80]],
    ['an over-long slash', [0xc0, 0xaf]],
    ['an over-long letter', [0xc1, 0xa1]],
    ['an over-long form of three', [0xe0, 0x9f, 0xbf]],
    ['an over-long form of four', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a lead that never leads', [0xf5, 0x80, 0x80, 0x80]],
    ['0xff', [0xff]],
    ['a cut form of two', [0xc3]],
    ['a cut form of three', [0xe2, 0x82]],
    ['a cut form of four', [0xf0, 0x9f, 0x98]],
  ])('PSP-DATA-4 refuses %s as no UTF-8, in values and in keys', (_, octets) => {
    expect(reasonOf(around('["?"]', octets))).toBe('utf8');
    expect(reasonOf(around('{"?":1}', octets))).toBe('utf8');
  });

  it.each([
    '"\\ud800"',
    '"\\udc00"',
    '"\\ud800\\ud800"',
    '"\\ud800x"',
    '{"\\udfff":1}',
    '"\\ud800\\ue000"',
    '"\\ud83d\\n"',
  ])('PSP-DATA-4 refuses the lone surrogate in %s', (text) => {
    expect(reasonOf(text)).toBe('lone-surrogate');
  });

  it.each(['"\\u0000"', '"\u0000"', '{"a\\u0000":1}', '{"a\u0000":1}', '\u0000', '{\u0000}'])(
    'PSP-DATA-4 refuses U+0000 in %j',
    (text) => {
      expect(reasonOf(text)).toBe('nul');
    },
  );

  it.each([
    '{"a":1,"a":1}',
    '{"a":1,"b":{"c":{}},"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"\\u0061":1,"a":2}',
    '{"é":1,"\\u00e9":2}',
    '{"😀":1,"\\ud83d\\ude00":2}',
    '{"a/b":1,"a\\/b":2}',
    '[[{"x":{"y":1,"z":2,"y":3}}]]',
    '{"":1,"":2}',
  ])('PSP-DATA-4 refuses the key that comes twice in %s', (text) => {
    expect(reasonOf(text)).toBe('duplicate-key');
  });

  it('PSP-DATA-4 tells many keys of one object apart', () => {
    const members = Array.from({ length: 5_000 }, (_, index) => `"k${index}":{"k":1}`);
    expect(reasonOf(`{${members.join(',')}}`)).toBeUndefined();
    for (const again of [0, 31, 32, 33, 4_999]) {
      expect(reasonOf(`{${members.join(',')},"k${again}":1}`)).toBe('duplicate-key');
    }
    expect(reasonOf(`[{${members.join(',')}},{${members.join(',')}}]`)).toBeUndefined();
  });

  it.each(['__proto__', 'constructor', 'prototype', '\\u005f_proto__', 'c\\u006fnstructor'])(
    'PSP-DATA-5 refuses the key %s at any depth',
    (key) => {
      expect(faultOf(`{"a":[{"${key}":1}]}`)).toMatchObject({
        reason: 'forbidden-key',
        code: ErrorCode.ENTRY_KEY_FORBIDDEN,
        requirement: 'PSP-DATA-5',
      });
    },
  );

  it('PSP-LIM-4 accepts a depth of 64 and refuses 65', () => {
    expect(faultOf(nested(64))).toBeUndefined();
    expect(faultOf(nested(65))).toMatchObject({
      reason: 'depth',
      code: ErrorCode.ENTRY_LIMIT_EXCEEDED,
      offset: 64,
    });
    expect(reasonOf('{"a":'.repeat(65))).toBe('depth');
    expect(reasonOf('['.repeat(3_000_000))).toBe('depth');
  });

  it('PSP-LIM-4 accepts as many values as the limit says and refuses one more', () => {
    const limits = { ...entryJsonLimits, valuesMax: 4 };
    expect(faultOf('[1,{"a":[]}]', limits)).toBeUndefined();
    expect(faultOf('[1,{"a":[1]}]', limits)).toMatchObject({ reason: 'values' });
  });

  it('PSP-SEC-1 says where the fault is and nothing of what is there', () => {
    const fault = scanJson(octetsOf('{"secret":1,"secret":2}'));
    expect(fault).toMatchObject({ offset: 13, detail: 'a key that the object has at octet 13' });
  });

  it('PSP-DATA-4 agrees with strict UTF-8 decoding and JSON.parse on mutated texts', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const parses = (octets: Uint8Array): boolean => {
      try {
        JSON.parse(decoder.decode(octets));
        return true;
      } catch {
        return false;
      }
    };
    const seen = { accepted: 0, refused: 0 };
    const mutation = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(...octetsOf('"\\{}[],:0e-')), fc.nat(255)),
    );
    const property = fc.property(
      jsonValues,
      fc.array(mutation, { maxLength: 2 }),
      (value, edits) => {
        const octets = stringifyLossless(value);
        for (const [at, octet] of edits) octets[at % octets.length] = octet;
        const reason = reasonOf(octets);
        if (reason === undefined) expect(parses(octets)).toBe(true);
        if (reason === 'syntax' || reason === 'utf8') expect(parses(octets)).toBe(false);
        seen[reason === undefined ? 'accepted' : 'refused'] += 1;
      },
    );
    fc.assert(property, { ...propertySeed, numRuns: 2_000 });
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(300);
  });
});

describe('isPlainly', () => {
  // The second has a key that only the thorough scan reads.
  it.each([
    '{"resourceType":"Patient","id":"p1","link":[{"reference":"Patient/a"},{"reference":"#b"}]}',
    '{"é":{"reference":"Patient/a"},"id":"p1","resourceType":"Patient","é2":{"reference":"#b"}}',
  ])('PSP-DATA-7 finds who %s is, and what it refers to', (text) => {
    const references: string[] = [];
    // What the text before had is of no account.
    expect(isPlainly(octetsOf('{"ü":{"reference":"of before"}}'), 'Patient', 'p1')).toBe(false);
    expect(isPlainly(octetsOf(text), 'Patient', 'p1', references)).toBe(true);
    expect(references).toEqual(['Patient/a', '#b']);
    expect(isPlainly(octetsOf(text), 'Patient', 'p2')).toBe(false);
    expect(isPlainly(octetsOf(text), 'Group', 'p1')).toBe(false);
    expect(isPlainly(octetsOf(`${text}}`), 'Patient', 'p1')).toBe(false);
  });
});

describe('readIdentity', () => {
  const identity = (text: string): unknown => readIdentity(octetsOf(text));

  it('PSP-DATA-7 finds the identity wherever it stands', () => {
    const text = `{"contained":[{"resourceType":"Other","id":"x","meta":{"versionId":"9"}}],
      "meta":{"tag":[{"id":"t"}],"lastUpdated":"2024-01-01T00:00:00Z","versionId":"\\u0033"},
      "extension":{"id":"e","meta":{"versionId":"8"}},"id":"a.b-1","resourceType":"Patient"}`;
    expect(identity(text)).toEqual({
      kind: 'identity',
      resourceType: 'Patient',
      id: 'a.b-1',
      versionId: '3',
      lastUpdated: '2024-01-01T00:00:00Z',
    });
  });

  it('PSP-DATA-7 reads keys by what they mean, and values that are long or not ASCII', () => {
    const text = `{"resource\\u0054ype":"Patient","\\u0069d":"${'x'.repeat(200)}é"}`;
    expect(identity(text)).toMatchObject({ resourceType: 'Patient', id: `${'x'.repeat(200)}é` });
  });

  it('PSP-DATA-7 takes no other object for meta', () => {
    const text = `{"resourceType":"P","id":"1","meta":{"tag":[]},"text":{"versionId":"9"},
      "a":[{"versionId":"9"}],"versionId":"9"}`;
    expect(identity(text)).toMatchObject({ id: '1', versionId: undefined });
    const types = '{"id":1,"a":"x","resourceType":null,"b":"y","meta":2,"c":{"versionId":"9"}}';
    expect(isEntryFault(identity(types))).toBe(true);
  });

  it('PSP-DATA-7 leaves out versions that are no strings', () => {
    const found = identity(
      '{"resourceType":"P","id":"1","meta":{"versionId":3,"lastUpdated":null}}',
    );
    expect(found).toMatchObject({ versionId: undefined, lastUpdated: undefined });
    const none = identity('{"resourceType":"P","id":"1","meta":"versionId"}');
    expect(none).toMatchObject({ versionId: undefined });
  });

  it.each(['{"id":"1"}', '{"resourceType":"P"}', '{"resourceType":"P","id":1}', '{}'])(
    'PSP-DATA-7 refuses %s, which does not say who it is',
    (text) => {
      expect(identity(text)).toMatchObject({ code: ErrorCode.ENTRY_IDENTITY_MISMATCH });
    },
  );

  it.each(['[]', '"a"', '[{"resourceType":"P","id":"1"}]'])(
    'PSP-DATA-4 refuses %s, which is no object',
    (text) => {
      expect(identity(text)).toMatchObject({ code: ErrorCode.ENTRY_JSON_INVALID });
    },
  );

  it('PSP-DATA-4 forgets what it found in the text before', () => {
    identity('{"resourceType":"P","id":"1","meta":{"versionId":"1"}}');
    expect(isEntryFault(identity('{"a":1}'))).toBe(true);
    expect(identity('{"resourceType":"P","id":"1"}')).toMatchObject({ versionId: undefined });
  });
});
