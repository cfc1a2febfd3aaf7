import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLossless, stringifyLossless } from './json-text.ts';
import {
  JsonNumber,
  equalByValue,
  equalJson,
  equalOutsideServerMeta,
  isJsonObject,
  jsonAt,
  jsonDepth,
  jsonFrom,
} from './json-value.ts';
import { json, jsonValues, octetsOf, propertySeed } from './testing/json-values.ts';

const again = (text: string): string => new TextDecoder().decode(stringifyLossless(json(text)));

describe('parseLossless', () => {
  it.each([
    '{"value":1.10,"low":0.0,"high":-0,"big":12345678901234567890,"tiny":1E-400,"exp":1e+02}',
    '{"given":[null,"J."],"_given":[{"id":"a"},null]}',
    '{"10":1,"2":2,"a":{},"b":[]}',
    '["é😀\u2028","\\"\\\\\\n\\u0001"]',
    '[[],[[]],{"":{"":""}}]',
    'true',
    '-1.50',
    '"x"',
  ])('PSP-DATA-1 S35 writes %s as it was read', (text) => {
    expect(again(text)).toBe(text);
  });

  it('PSP-DATA-1 S35 drops white space and needless escapes, and nothing else', () => {
    expect(again(' { "a\\/" : [ 1.0 ,\n"\\u00e9\\u0022" ] } ')).toBe('{"a/":[1.0,"é\\""]}');
  });

  it('PSP-DATA-4 gives the fault of the scan', () => {
    expect(parseLossless(octetsOf('{"a":1,"a":2}'))).toMatchObject({ reason: 'duplicate-key' });
  });

  it('PSP-DATA-1 reads every value that was written', () => {
    const property = fc.property(jsonValues, (value) => {
      const text = stringifyLossless(value);
      const found = parseLossless(text);
      expect(found).toEqual(value);
      expect(equalJson(found as typeof value, value)).toBe(true);
      // Native parsing agrees on everything but the text of numbers.
      const plain: unknown = JSON.parse(new TextDecoder().decode(text));
      expect(equalByValue(jsonFrom(plain), withDoubles(value))).toBe(true);
    });
    fc.assert(property, propertySeed);
  });
});

/** The value with each number as a double prints it: what JSON.parse keeps. */
function withDoubles(value: ReturnType<typeof json>): ReturnType<typeof json> {
  if (value instanceof JsonNumber) return new JsonNumber(String(Number(value.lexeme)));
  if (isJsonObject(value))
    return new Map([...value].map(([key, item]) => [key, withDoubles(item)]));
  return Array.isArray(value) ? value.map((item: typeof value) => withDoubles(item)) : value;
}

describe('equality', () => {
  it('PSP-CHG-9 compares numbers by lexeme, keys in any order, arrays in order', () => {
    expect(equalJson(json('{"a":1.10,"b":[1,2]}'), json('{"b":[1,2],"a":1.10}'))).toBe(true);
    for (const [a, b] of [
      ['1.10', '1.1'],
      ['1', '"1"'],
      ['[1,2]', '[2,1]'],
      ['[1]', '[1,1]'],
      ['{"a":null}', '{}'],
      ['{"a":null}', '{"b":null}'],
      ['{}', '[]'],
      ['[]', 'null'],
      ['{"0":1}', '[1]'],
      ['true', 'false'],
    ] as const) {
      expect(equalJson(json(a), json(b)), `${a} and ${b}`).toBe(false);
      expect(equalJson(json(b), json(a)), `${b} and ${a}`).toBe(false);
    }
  });

  it('PSP-CHG-10 compares numbers by value where a test does', () => {
    expect(equalByValue(json('[{"a":1.10}]'), json('[{"a":11e-1}]'))).toBe(true);
    expect(equalByValue(json('1'), json('"1"'))).toBe(false);
  });

  it('PSP-CHG-9 leaves out what the server owns, and no more', () => {
    const same = (a: string, b: string): boolean => equalOutsideServerMeta(json(a), json(b));
    expect(same('{"meta":{"versionId":"1","tag":[]}}', '{"meta":{"tag":[]}}')).toBe(true);
    expect(same('{"meta":{"lastUpdated":"x","versionId":"1"}}', '{}')).toBe(true);
    expect(same('{"meta":{}}', '{}')).toBe(true);
    expect(same('{"meta":{"tag":[]}}', '{}')).toBe(false);
    expect(same('{"meta":null}', '{}')).toBe(false);
    expect(same('{"a":{"meta":{"versionId":"1"}}}', '{"a":{}}')).toBe(false);
  });
});

describe('values', () => {
  it('PSP-DATA-4 counts depth as the scan does', () => {
    expect(['1', '{}', '[[]]', '{"a":[1,{"b":[]}]}'].map((text) => jsonDepth(json(text)))).toEqual([
      0, 1, 2, 4,
    ]);
  });

  it('PSP-DATA-5 reaches no prototype', () => {
    const value = jsonFrom({ a: [{ b: -0 }] });
    expect(jsonAt(value, 'a', 0, 'b')).toEqual(new JsonNumber('-0'));
    expect(jsonAt(value, 'constructor')).toBeUndefined();
    expect(jsonAt(value, 'a', 'length')).toBeUndefined();
    expect(jsonAt(value, 'a', 1, 'b')).toBeUndefined();
  });

  it.each([[undefined], [NaN], [Infinity], [1n], [() => 1], [{ a: undefined }]])(
    'refuses %s, which JSON can not say',
    (plain) => {
      expect(() => jsonFrom(plain)).toThrow(TypeError);
    },
  );
});
