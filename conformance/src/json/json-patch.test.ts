// RFC 6902 and the points that section 14.4 makes exact.
import { describe, expect, it } from 'vitest';
import { isFault } from '../fault.ts';
import { utf8 } from '../wire/octets.ts';
import { equalJson, equalOutsideServerMeta, sameNumberValue } from './json-equality.ts';
import { applyPatch, parsePointer, readPatch } from './json-patch.ts';
import { readJson } from './json-reader.ts';
import type { Json } from './json-reader.ts';

function json(text: string): Json {
  const value = readJson(utf8(text));
  if (isFault(value)) throw new Error(value.detail);
  return value;
}

function patched(document: string, patch: string): Json | string {
  const operations = readPatch(json(patch));
  if (isFault(operations)) return operations.requirement;
  const after = applyPatch(json(document), operations);
  return isFault(after) ? after.requirement : after;
}

describe('applyPatch', () => {
  it.each([
    ['{"foo":"bar"}', '[{"op":"add","path":"/baz","value":"qux"}]', '{"baz":"qux","foo":"bar"}'],
    ['{"foo":["bar"]}', '[{"op":"add","path":"/foo/0","value":1}]', '{"foo":[1,"bar"]}'],
    ['{"foo":["bar"]}', '[{"op":"add","path":"/foo/1","value":1}]', '{"foo":["bar",1]}'],
    ['{"foo":["bar"]}', '[{"op":"add","path":"/foo/-","value":[1]}]', '{"foo":["bar",[1]]}'],
    ['{"a":1,"b":2}', '[{"op":"remove","path":"/b"}]', '{"a":1}'],
    ['{"a":[1,2,3]}', '[{"op":"remove","path":"/a/1"}]', '{"a":[1,3]}'],
    ['{"a":1}', '[{"op":"add","path":"/a","value":null}]', '{"a":null}'],
    ['{"a":[1,2]}', '[{"op":"replace","path":"/a/1","value":{}}]', '{"a":[1,{}]}'],
    ['{"a/b":1,"m~n":2}', '[{"op":"replace","path":"/a~1b","value":3}]', '{"a/b":3,"m~n":2}'],
    ['{"~1":1}', '[{"op":"remove","path":"/~01"}]', '{}'],
    ['{"":{"":1}}', '[{"op":"replace","path":"//","value":2}]', '{"":{"":2}}'],
    ['{"-":{"a":1}}', '[{"op":"remove","path":"/-/a"}]', '{"-":{}}'],
    ['{"01":1}', '[{"op":"remove","path":"/01"}]', '{}'],
    [
      '{"a":{"b":[1,{"c":1}]}}',
      '[{"op":"add","path":"/a/b/1/d","value":0}]',
      '{"a":{"b":[1,{"c":1,"d":0}]}}',
    ],
    ['{"a":1}', '[{"op":"test","path":"/a","value":1.00,"from":7,"x":[]}]', '{"a":1}'],
    ['{"a":1}', '[{"op":"test","path":"","value":{"a":1e0}}]', '{"a":1}'],
    [
      '{"a":1}',
      '[{"op":"add","path":"/b","value":1.10},{"op":"remove","path":"/a"}]',
      '{"b":1.10}',
    ],
    ['{"a":1}', '[]', '{"a":1}'],
  ])('PSP-CHG-10 %s %s', (document, patch, expected) => {
    const after = patched(document, patch);
    expect(typeof after === 'object' && equalJson(after, json(expected))).toBe(true);
  });

  it.each([
    ['PSP-CHG-10', '{"a":[1]}', '[{"op":"add","path":"/a/2","value":1}]'],
    ['PSP-CHG-10', '{"a":[1]}', '[{"op":"add","path":"/a/00","value":1}]'],
    ['PSP-CHG-10', '{"a":[1]}', '[{"op":"add","path":"/a/+0","value":1}]'],
    ['PSP-CHG-10', '{"a":[1]}', '[{"op":"remove","path":"/a/-"}]'],
    ['PSP-CHG-10', '{"a":[1]}', '[{"op":"replace","path":"/a/-","value":1}]'],
    ['PSP-CHG-10', '{"a":[1]}', '[{"op":"replace","path":"/a/1","value":1}]'],
    ['PSP-CHG-10', '{"a":[[]]}', '[{"op":"add","path":"/a/-/0","value":1}]'],
    ['PSP-CHG-10', '{"a":1}', '[{"op":"add","path":"/b/c","value":1}]'],
    ['PSP-CHG-10', '{"a":1}', '[{"op":"add","path":"/a/c","value":1}]'],
    ['PSP-CHG-10', '{"a":1}', '[{"op":"replace","path":"/b","value":1}]'],
    ['PSP-CHG-10', '{"a":1}', '[{"op":"remove","path":""}]'],
    ['PSP-CHG-10', '{"a":1}', '[{"op":"test","path":"/b","value":null}]'],
    ['PSP-CHG-10', '{"a":"1"}', '[{"op":"test","path":"/a","value":1}]'],
    ['PSP-CHG-10', '{"a":[1,2]}', '[{"op":"test","path":"/a","value":[2,1]}]'],
    ['PSP-CHG-10', '{"a":{"b":1}}', '[{"op":"test","path":"/a","value":{}}]'],
    ['PSP-CHG-7', '{"a":1}', '[{"op":"copy","from":"/a","path":"/b"}]'],
    ['PSP-CHG-7', '{"a":1}', '[{"op":"Add","path":"/b","value":1}]'],
    ['PSP-CHG-15', '{"a":1}', '{"op":"remove","path":"/a"}'],
    ['PSP-CHG-15', '{"a":1}', '[1]'],
    ['PSP-CHG-15', '{"a":1}', '[{"path":"/a"}]'],
    ['PSP-CHG-15', '{"a":1}', '[{"op":"remove"}]'],
    ['PSP-CHG-15', '{"a":1}', '[{"op":"remove","path":1}]'],
    ['PSP-CHG-15', '{"a":1}', '[{"op":"test","path":"/a"}]'],
    ['PSP-CHG-15', '{"a":1}', '[{"op":"remove","path":"a"}]'],
    ['PSP-CHG-15', '{"a":1}', '[{"op":"remove","path":"/a~2"}]'],
    ['PSP-CHG-15', '{"a":1}', '[{"op":"remove","path":"/a~"}]'],
    ['PSP-DATA-5', '{"a":1}', '[{"op":"remove","path":"/constructor"}]'],
  ])('%s refuses %s %s', (requirement, document, patch) => {
    expect(patched(document, patch)).toBe(requirement);
  });

  it('leaves the document that it was given as it was', () => {
    const document = json('{"a":[1,{"b":2}]}');
    const operations = readPatch(json('[{"op":"remove","path":"/a/1/b"}]'));
    if (isFault(operations)) throw new Error(operations.detail);
    expect(isFault(applyPatch(document, operations))).toBe(false);
    expect(equalJson(document, json('{"a":[1,{"b":2}]}'))).toBe(true);
  });

  it('RFC 6901 resolves ~1 before ~0', () => {
    expect(parsePointer('/~01/a~1b/')).toEqual(['~1', 'a/b', '']);
    expect(parsePointer('')).toEqual([]);
  });
});

describe('equality', () => {
  it.each([
    ['1', '1.0', true],
    ['1.10', '11e-1', true],
    ['-0', '0', true],
    ['0e9', '0.00', true],
    ['1e999999999', '10e999999998', true],
    ['100', '1E+2', true],
    ['0.001', '1e-3', true],
    ['1e999999999', '1e999999998', false],
    ['-1', '1', false],
    ['10', '1', false],
    ['12345678901234567890', '12345678901234567891', false],
  ])('compares %s and %s by value: %s', (left, right, same) => {
    expect(sameNumberValue(left, right)).toBe(same);
    expect(sameNumberValue(right, left)).toBe(same);
  });

  it.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['{"a":"\\u00e9"}', '{"a":"é"}', true],
    ['{"a":1.10}', '{"a":1.1}', false],
    ['{"a":null}', '{}', false],
    ['[1,2]', '[2,1]', false],
    ['{"meta":{"versionId":"1","lastUpdated":"x"}}', '{}', true],
    ['{"meta":{}}', '{}', true],
    ['{"meta":{"versionId":"1","tag":[]}}', '{"meta":{"tag":[]}}', true],
    ['{"meta":{"tag":[]}}', '{}', false],
    ['{"a":{"meta":{"versionId":"1"}}}', '{"a":{"meta":{}}}', false],
    ['{"meta":[]}', '{}', false],
  ])('PSP-CHG-9 %s and %s: %s', (left, right, same) => {
    expect(equalOutsideServerMeta(json(left), json(right))).toBe(same);
    expect(equalOutsideServerMeta(json(right), json(left))).toBe(same);
  });
});
