import jsonpatch from 'fast-json-patch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isEntryFault } from './entry-fault.ts';
import { formatPointer, parsePointer } from './json-pointer.ts';
import { stringifyLossless } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { equalByValue, equalJson, isJsonArray, isJsonObject, jsonFrom } from './json-value.ts';
import type { PatchOperation } from './patch.ts';
import {
  applyPatch,
  encodePatch,
  isPatchFault,
  readPatch,
  rewriteMovesAndCopies,
} from './patch.ts';
import { json, jsonValues, propertySeed } from './testing/json-values.ts';

const decoder = new TextDecoder();
const textOf = (value: JsonValue): string => decoder.decode(stringifyLossless(value));

/** Applies a patch written as JSON; the new document as JSON, or the reason and operation. */
function patched(document: string, patch: string): string {
  const operations = readPatch(json(patch));
  const result = isPatchFault(operations) ? operations : applyPatch(json(document), operations);
  return isPatchFault(result) ? `${result.reason} ${result.operation}` : textOf(result);
}

describe('applyPatch', () => {
  it.each([
    ['{"a":1}', '[{"op":"add","path":"/b","value":1.10}]', '{"a":1,"b":1.10}'],
    ['{"a":1,"b":2}', '[{"op":"add","path":"/a","value":[]}]', '{"a":[],"b":2}'],
    ['[1,3]', '[{"op":"add","path":"/1","value":2}]', '[1,2,3]'],
    ['[1]', '[{"op":"add","path":"/-","value":2}]', '[1,2]'],
    ['[1]', '[{"op":"add","path":"/1","value":2}]', '[1,2]'],
    ['{"-":1}', '[{"op":"remove","path":"/-"}]', '{}'],
    ['{"01":1}', '[{"op":"replace","path":"/01","value":2}]', '{"01":2}'],
    ['{"a/b":1,"m~n":2,"~1":3}', '[{"op":"remove","path":"/a~1b"}]', '{"m~n":2,"~1":3}'],
    ['{"a/b":1,"m~n":2,"~1":3}', '[{"op":"remove","path":"/~01"}]', '{"a/b":1,"m~n":2}'],
    ['{"":{"":1}}', '[{"op":"replace","path":"//","value":2}]', '{"":{"":2}}'],
    ['{"a":1}', '[{"op":"replace","path":"","value":[null]}]', '[null]'],
    ['{"a":{"b":1},"c":[]}', '[{"op":"move","from":"/a/b","path":"/c/0"}]', '{"a":{},"c":[1]}'],
    ['{"a":1}', '[{"op":"move","from":"/a","path":"/a"}]', '{"a":1}'],
    ['{"a":1,"ab":2}', '[{"op":"move","from":"/a","path":"/ab"}]', '{"ab":1}'],
    ['{"a":1.10}', '[{"op":"test","path":"/a","value":11e-1}]', '{"a":1.10}'],
    [
      '{"a":{"b":1,"c":[]}}',
      '[{"op":"test","path":"/a","value":{"c":[],"b":1}}]',
      '{"a":{"b":1,"c":[]}}',
    ],
    ['{"a":null}', '[{"op":"test","path":"/a","value":null}]', '{"a":null}'],
    ['{"a":1}', '[{"op":"add","path":"/b","value":2,"note":"ignored","from":7}]', '{"a":1,"b":2}'],
    ['{}', '[]', '{}'],
  ])('PSP-CHG-10 %s with %s', (document, patch, expected) => {
    expect(patched(document, patch)).toBe(expected);
  });

  it.each([
    ['{}', '{}', 'malformed undefined'],
    ['{}', '[1]', 'malformed 0'],
    ['{}', '[{"op":"add","path":"/a"}]', 'malformed 0'],
    ['{}', '[{"op":"add","value":1}]', 'malformed 0'],
    ['{}', '[{"op":"add","path":null,"value":1}]', 'malformed 0'],
    ['{}', '[{"op":"add","path":"a","value":1}]', 'malformed 0'],
    ['{"~":1}', '[{"op":"remove","path":"/~"}]', 'malformed 0'],
    ['{"~2":1}', '[{"op":"remove","path":"/~2"}]', 'malformed 0'],
    ['{"a":1}', '[{"op":"copy","path":"/b"}]', 'malformed 0'],
    ['{"a":1}', '[{"op":"move","from":"a","path":"/b"}]', 'malformed 0'],
    ['{}', '[{"path":"/a","value":1}]', 'operation-forbidden 0'],
    ['{}', '[{"op":"Add","path":"/a","value":1}]', 'operation-forbidden 0'],
    ['[1,2]', '[{"op":"remove","path":"/01"}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"remove","path":"/1e0"}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"remove","path":"/+1"}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"remove","path":"/ 1"}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"remove","path":"/"}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"remove","path":"/-"}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"replace","path":"/-","value":1}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"replace","path":"/2","value":1}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"add","path":"/3","value":1}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"add","path":"/-1","value":1}]', 'missing-target 0'],
    ['[[1]]', '[{"op":"add","path":"/-/0","value":1}]', 'missing-target 0'],
    ['[1,2]', '[{"op":"remove","path":"/length"}]', 'missing-target 0'],
    ['{"a":"text"}', '[{"op":"add","path":"/a/0","value":1}]', 'missing-target 0'],
    ['{}', '[{"op":"add","path":"/a/b","value":1}]', 'missing-target 0'],
    ['{}', '[{"op":"replace","path":"/a","value":1}]', 'missing-target 0'],
    ['{}', '[{"op":"remove","path":"/toString"}]', 'missing-target 0'],
    ['{}', '[{"op":"remove","path":"/__proto__"}]', 'missing-target 0'],
    ['{}', '[{"op":"test","path":"/a","value":null}]', 'missing-target 0'],
    ['{}', '[{"op":"remove","path":""}]', 'missing-target 0'],
    ['{"a":{}}', '[{"op":"move","from":"/a","path":"/a/b"}]', 'missing-target 0'],
    ['[{},{}]', '[{"op":"move","from":"/0","path":"/0/b"}]', 'missing-target 0'],
    ['{"a":1}', '[{"op":"test","path":"/a","value":"1"}]', 'test-failed 0'],
    ['{"a":1}', '[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]', 'missing-target 1'],
  ])('PSP-CHG-10 refuses to apply to %s the patch %s', (document, patch, expected) => {
    expect(patched(document, patch)).toBe(expected);
  });

  it('PSP-CHG-10 copies by value: neither side of a copy sees changes of the other', () => {
    const patch = `[{"op":"add","path":"/a/x/-","value":0},{"op":"copy","from":"/a","path":"/b"},
      {"op":"add","path":"/a/x/-","value":1},{"op":"add","path":"/b/x/-","value":2}]`;
    expect(patched('{"a":{"x":[]}}', patch)).toBe('{"a":{"x":[0,1]},"b":{"x":[0,2]}}');
  });

  it('PSP-CHG-10 adds the same value twice without joining the two', () => {
    const value = json('{"x":[]}');
    const operations: PatchOperation[] = [
      { op: 'add', path: '/a', value },
      { op: 'add', path: '/b', value },
      { op: 'add', path: '/a/x/-', value: '1' },
    ];
    const result = applyPatch(json('{}'), operations) as JsonValue;
    expect(textOf(result)).toBe('{"a":{"x":["1"]},"b":{"x":[]}}');
    expect(textOf(value)).toBe('{"x":[]}');
  });

  it('PSP-LIM-4 refuses what would be deeper than 64, also step by step', () => {
    const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
    const deep = nested(62);
    expect(patched('{}', `[{"op":"add","path":"/a","value":${deep}}]`)).toContain('[[');
    const at = (segments: number): string => '/0'.repeat(segments);
    const steps = (count: number): string =>
      `[{"op":"add","path":"/a","value":${deep}},
        {"op":"add","path":"/a${at(61)}/-","value":${nested(count)}}]`;
    expect(patched('{}', steps(1))).toContain('[[');
    expect(patched('{}', steps(2))).toBe('limit 1');
  });

  it('PSP-LIM-4 refuses copies that double until memory ends', () => {
    const doubling = Array.from({ length: 40 }, () => '{"op":"copy","from":"/a","path":"/a/-"}');
    const limits = { depthMax: 1_000, copiedValuesMax: 1_000_000 };
    const operations = readPatch(json(`[${doubling.join(',')}]`));
    if (isPatchFault(operations)) throw new Error('the patch is well-formed');
    const result = applyPatch(json('{"a":[1,2,3]}'), operations, limits);
    expect(result).toMatchObject({ reason: 'limit', requirement: 'PSP-LIM-4' });
  });
});

/** Pointers that often hit something: paths of the document, some bent at their end. */
function pointersOf(document: JsonValue): fc.Arbitrary<string> {
  const paths: (string | number)[][] = [];
  const walk = (value: JsonValue, path: (string | number)[]): void => {
    paths.push(path);
    if (isJsonArray(value)) value.forEach((item, index) => walk(item, [...path, index]));
    if (isJsonObject(value)) for (const [key, item] of value) walk(item, [...path, key]);
  };
  walk(document, []);
  const ends = fc.constantFrom('a', 'b', '0', '1', '2', '-', '00', 'a/b', 'm~n');
  return fc
    .tuple(fc.constantFrom(...paths), fc.option(ends))
    .map(([path, end]) => formatPointer(end === null ? path : [...path, end]));
}

function operationOn(document: JsonValue): fc.Arbitrary<PatchOperation> {
  const path = pointersOf(document);
  const withValue = fc.record({
    op: fc.constantFrom('add', 'replace', 'test'),
    path,
    value: jsonValues,
  });
  const moving = fc.record({ op: fc.constantFrom('move', 'copy'), from: path, path });
  return fc.oneof(withValue, fc.record({ op: fc.constant('remove'), path }), moving);
}

/** The operations without those that do not apply after the ones before them. */
function feasible(document: JsonValue, operations: readonly PatchOperation[]): PatchOperation[] {
  const kept: PatchOperation[] = [];
  for (const operation of operations) {
    if (!isPatchFault(applyPatch(document, [...kept, operation]))) kept.push(operation);
  }
  return kept;
}

const patchesOn = fc
  .tuple(jsonValues, jsonValues, fc.array(jsonValues, { maxLength: 4 }))
  .map(([a, b, list]): JsonValue => new Map([...Object.entries({ a, b, 'm~n': list })]))
  .chain((document) =>
    fc
      .tuple(fc.array(operationOn(document), { minLength: 1, maxLength: 8 }), fc.nat(3))
      .map(([all, part]): [JsonValue, PatchOperation[]] => [
        document,
        part === 0 ? all : feasible(document, all),
      ]),
  );

describe('applyPatch, any patch', () => {
  it('PSP-CHG-10 changes neither document nor patch, and is all or nothing', () => {
    const property = fc.property(patchesOn, ([document, operations]) => {
      const before = [textOf(document), decoder.decode(encodePatch(operations))];
      const result = applyPatch(document, operations);
      expect([textOf(document), decoder.decode(encodePatch(operations))]).toEqual(before);
      if (isPatchFault(result)) expect(result.operation).toBeLessThan(operations.length);
    });
    fc.assert(property, propertySeed);
  });

  it('PSP-CHG-10 agrees with fast-json-patch wherever both apply', () => {
    let compared = 0;
    const property = fc.property(patchesOn, ([document, operations]) => {
      const ours = applyPatch(document, operations);
      if (isPatchFault(ours)) return;
      const plain = JSON.parse(textOf(document)) as object;
      const patch = JSON.parse(decoder.decode(encodePatch(operations))) as jsonpatch.Operation[];
      let theirs: unknown;
      try {
        theirs = jsonpatch.applyPatch(plain, patch, true, false).newDocument;
      } catch {
        // It judges the target of a move before the value is gone from where it was.
        expect(operations.some(({ op }) => op === 'move')).toBe(true);
        return;
      }
      compared += 1;
      expect(equalByValue(jsonFrom(JSON.parse(textOf(ours))), jsonFrom(theirs))).toBe(true);
    });
    fc.assert(property, { ...propertySeed, numRuns: 1_500 });
    expect(compared).toBeGreaterThan(800);
  });

  it('PSP-CHG-6 says the same without move and copy', () => {
    let rewrites = 0;
    const property = fc.property(patchesOn, ([document, operations]) => {
      const direct = applyPatch(document, operations);
      const rewritten = rewriteMovesAndCopies(operations, document);
      if (isPatchFault(direct)) {
        expect(rewritten).toEqual(direct);
        return;
      }
      if (isPatchFault(rewritten)) throw new Error('a patch that applies can be rewritten');
      expect(rewritten.every(({ op }) => op !== 'move' && op !== 'copy')).toBe(true);
      const result = applyPatch(document, rewritten);
      expect(!isEntryFault(result) && equalJson(result, direct)).toBe(true);
      if (rewritten.length !== operations.length) rewrites += 1;
    });
    fc.assert(property, { ...propertySeed, numRuns: 1_500 });
    expect(rewrites).toBeGreaterThan(50);
  });
});

describe('rewriteMovesAndCopies', () => {
  it('PSP-CHG-6 carries values as they were when they moved', () => {
    const operations = readPatch(
      json(`[{"op":"add","path":"/a/x/-","value":0},{"op":"move","from":"/a","path":"/b"},
        {"op":"add","path":"/b/x/-","value":1},{"op":"move","from":"/b","path":"/b"}]`),
    );
    if (isPatchFault(operations)) throw new Error('the patch is well-formed');
    const rewritten = rewriteMovesAndCopies(operations, json('{"a":{"x":[]}}'));
    expect(isPatchFault(rewritten) ? rewritten : decoder.decode(encodePatch(rewritten))).toBe(
      '[{"op":"add","path":"/a/x/-","value":0},{"op":"remove","path":"/a"},' +
        '{"op":"add","path":"/b","value":{"x":[0]}},{"op":"add","path":"/b/x/-","value":1}]',
    );
  });
});

describe('pointers', () => {
  it('PSP-CHG-10 reads what was written', () => {
    const property = fc.property(fc.array(fc.string()), (segments) => {
      expect(parsePointer(formatPointer(segments))).toEqual(segments);
    });
    fc.assert(property, propertySeed);
  });
});
