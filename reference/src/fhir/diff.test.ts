import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffPatch, operationsMax } from './diff.ts';
import { isEntryFault } from './entry-fault.ts';
import { stringifyLossless } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { equalOutsideServerMeta } from './json-value.ts';
import { applyPatch, encodePatch } from './patch.ts';
import { checkOperations } from './patch-rules.ts';
import { scanJson } from './scan-json.ts';
import { json, propertySeed, resources } from './testing/json-values.ts';

const who = '"resourceType":"Basic","id":"b1"';

function patchText(before: string, after: string, hasBase?: boolean): string {
  const options = hasBase === undefined ? {} : { hasBase };
  const operations = diffPatch(json(`{${who}${before}}`), json(`{${who}${after}}`), options);
  return new TextDecoder().decode(encodePatch(operations));
}

describe('diffPatch', () => {
  it.each([
    ['nothing', ',"a":[1,{"b":null}]', ',"a":[1,{"b":null}]', '[]'],
    ['the order of keys', ',"a":1,"b":2', ',"b":2,"a":1', '[]'],
    [
      'the precision of a number',
      ',"a":1.0',
      ',"a":1.00',
      '[{"op":"replace","path":"/a","value":1.00}]',
    ],
    ['a new member', '', ',"a/b":{"c":[]}', '[{"op":"add","path":"/a~1b","value":{"c":[]}}]'],
    ['a member gone', ',"m~n":1', '', '[{"op":"remove","path":"/m~0n"}]'],
    [
      'a member that became null',
      ',"a":1',
      ',"a":null',
      '[{"op":"replace","path":"/a","value":null}]',
    ],
    [
      'an element within',
      ',"a":[{"b":1},{"b":2},{"b":3}]',
      ',"a":[{"b":1},{"b":4},{"b":3}]',
      '[{"op":"replace","path":"/a/1/b","value":4}]',
    ],
    [
      'an element at the head',
      ',"a":[2,3]',
      ',"a":[1,2,3]',
      '[{"op":"add","path":"/a/0","value":1}]',
    ],
    [
      'an element at the end',
      ',"a":[1,2]',
      ',"a":[1,2,3]',
      '[{"op":"add","path":"/a/2","value":3}]',
    ],
    [
      'elements gone',
      ',"a":[1,2,3,4]',
      ',"a":[1,4]',
      '[{"op":"remove","path":"/a/2"},{"op":"remove","path":"/a/1"}]',
    ],
    [
      'equal elements gone',
      ',"a":[1,1,1]',
      ',"a":[1]',
      '[{"op":"remove","path":"/a/2"},{"op":"remove","path":"/a/1"}]',
    ],
    ['another kind of value', ',"a":[]', ',"a":{}', '[{"op":"replace","path":"/a","value":{}}]'],
  ])('PSP-CHG-6 says %s', (_, before, after, expected) => {
    expect(patchText(before, after)).toBe(expected);
  });

  it.each([
    ['a new version', ',"meta":{"versionId":"1"}', ',"meta":{"versionId":"2"}', '[]'],
    ['a version gone', ',"meta":{"versionId":"1"}', '', '[]'],
    ['a first version', '', ',"meta":{"versionId":"1","lastUpdated":"x"}', '[]'],
    ['an empty meta', ',"meta":{}', '', '[]'],
    [
      'a tag with a version',
      '',
      ',"meta":{"versionId":"1","tag":[]}',
      '[{"op":"add","path":"/meta","value":{"tag":[]}}]',
    ],
    [
      'a tag',
      ',"meta":{"versionId":"1"}',
      ',"meta":{"tag":[]}',
      '[{"op":"add","path":"/meta/tag","value":[]}]',
    ],
    [
      'a whole meta gone',
      ',"meta":{"versionId":"1","tag":[]}',
      '',
      '[{"op":"remove","path":"/meta/tag"}]',
    ],
    [
      'the last tag gone',
      ',"meta":{"tag":[]}',
      ',"meta":{"versionId":"1"}',
      '[{"op":"remove","path":"/meta"}]',
    ],
  ])('PSP-CHG-8 leaves the server its part of meta: %s', (_, before, after, expected) => {
    expect(patchText(before, after)).toBe(expected);
  });

  it('PSP-CHG-8 changes meta member by member where there is a base', () => {
    const added = '[{"op":"add","path":"/meta/tag","value":[]}]';
    expect(patchText('', ',"meta":{"tag":[]}', true)).toBe(added);
    expect(patchText(',"meta":{"tag":[]}', '', true)).toBe('[{"op":"remove","path":"/meta/tag"}]');
  });

  it.each([
    ['1', '1', 'objects'],
    ['{"id":"1"}', '{"id":"2"}', 'the same id'],
    ['{"id":"1"}', '{}', 'the same id'],
    ['{"resourceType":"A"}', '{"resourceType":"B"}', 'the same resourceType'],
    ['{"meta":1}', '{}', 'meta is an object'],
    ['{}', '{"meta":[]}', 'meta is an object'],
  ])(
    'PSP-CHG-8 finds no difference of %s and %s: they are no versions of one resource',
    (a, b, why) => {
      expect(() => diffPatch(json(a), json(b))).toThrow(why);
    },
  );

  it('PSP-LIM-4 replaces whole members where small steps would be too many', () => {
    const list = (from: number): string =>
      Array.from({ length: operationsMax + 1 }, (_, index) => index + from).join(',');
    const [before, after] = [`,"a":[${list(0)}],"b":1`, `,"a":[${list(5_000)}],"b":2`].map((text) =>
      json(`{${who},"meta":{"versionId":"1","tag":[1]}${text}}`),
    ) as [JsonValue, JsonValue];
    const operations = diffPatch(before, after);
    expect(operations.map(({ op, path }) => `${op} ${path}`)).toEqual(['replace /a', 'replace /b']);
    expect(applyPatch(before, operations)).toEqual(after);
  });

  it('PSP-LIM-4 uses all 1 000 operations before it does', () => {
    const list = (from: number, count: number): string =>
      Array.from({ length: count }, (_, index) => index + from).join(',');
    const steps = (count: number): number =>
      diffPatch(json(`{"a":[${list(0, count)}]}`), json(`{"a":[${list(9_000, count)}]}`)).length;
    expect([steps(operationsMax), steps(operationsMax + 1)]).toEqual([operationsMax, 1]);
  });

  it('PSP-LIM-4 gives up where a patch could not hold a value', () => {
    const nested = (depth: number): JsonValue =>
      json(`{"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(scanJson(encodePatch(diffPatch(json('{}'), nested(62))))).toBeUndefined();
    expect(() => diffPatch(json('{}'), nested(63))).toThrow(RangeError);
  });

  it('PSP-LIM-4 gives up where even that is too much', () => {
    const members = (value: number): string =>
      Array.from({ length: operationsMax + 1 }, (_, index) => `"k${index}":${value}`).join(',');
    expect(() => diffPatch(json(`{${members(1)}}`), json(`{${members(2)}}`))).toThrow(RangeError);
  });

  it('PSP-CHG-6 leads from any version to any other, with operations that peers accept', () => {
    const seen = { same: 0, large: 0 };
    const property = fc.property(resources, resources, fc.nat(2), (before, other, kind) => {
      // A third of the pairs differ in one member only, as edits do; a third in meta only.
      const parts =
        kind === 0 ? [...other].slice(-1) : [...other].filter(([key]) => key === 'meta');
      const after = kind === 2 ? other : new Map([...before, ...parts]);
      const texts = [before, after].map((value) => stringifyLossless(value));
      const operations = diffPatch(before, after);
      const result = applyPatch(before, operations);
      if (isEntryFault(result)) throw new Error(result.detail);
      expect(equalOutsideServerMeta(result, after)).toBe(true);
      expect(checkOperations(operations)).toBe(operations);
      expect([before, after].map((value) => stringifyLossless(value))).toEqual(texts);
      const same = equalOutsideServerMeta(before, after);
      expect(operations.length === 0).toBe(same);
      if (same) seen.same += 1;
      if (operations.length > 3) seen.large += 1;
    });
    fc.assert(property, { ...propertySeed, numRuns: 1_500 });
    expect(Math.min(seen.same, seen.large)).toBeGreaterThan(100);
  });
});
