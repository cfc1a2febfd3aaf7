// Patches read and applied as text by reference/wasm, beside the rules and the values.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUpdate } from './change-list.ts';
import { isEntryFault } from './entry-fault.ts';
import { parseScanned } from './json-text.ts';
import { equalJson } from './json-value.ts';
import { checkPatch } from './patch-rules.ts';
import { makeQuickScan, type QuickScan } from './quick-scan.ts';
import { entryJsonLimits, scanThoroughly } from './scan-json.ts';

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
function made(): QuickScan {
  const scan = makeQuickScan();
  if (scan === undefined) throw new Error('WebAssembly is not to be had');
  return scan;
}

const quick = made();

/** Whether it is in the plain form; a text that was not scanned is not. */
function isPlain(patch: string): boolean {
  quick.run(octets(patch), entryJsonLimits);
  quick.forgetDocument();
  return quick.update();
}

/** The document after patches, one behind the other; undefined where one is not applied here. */
function applied(document: string, ...patches: string[]): string | undefined {
  quick.run(octets(document), entryJsonLimits);
  if (!quick.keepDocument()) return undefined;
  for (const patch of patches) {
    quick.run(octets(patch), entryJsonLimits);
    if (!quick.update()) return undefined;
  }
  return Buffer.from(quick.document).toString();
}

const key = fc.constantFrom('a', 'b', 'meta', 'id', 'name', 'constructor', '__proto__', 'c~1d');
const scalar = fc.oneof(
  fc.constantFrom('1', '1.10', '-0', 'true', 'null', '"x"', '"a\\"b,]}"', '"é"', '[]', '{}'),
);
const json: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'name', 'x'), tie('value')), {
        maxLength: 3,
        selector: ([name]) => name,
      })
      .map((members) => `{ ${members.map(([name, value]) => `"${name}":${value}`).join(' ,')}}`),
  ),
})).value;
/** What most patches find something in. */
const documents = fc
  .tuple(fc.array(json, { maxLength: 3 }), json, json)
  .map(([a, b, name]) => `{"a":[${a.join(',')}],"b" : ${b}, "name":{"a":${name}}}`);
const segment = fc.oneof(key, fc.constantFrom('0', '1', '2', '00', '-', 'x', '1e'));
const anyPath = fc
  .array(segment, { maxLength: 3 })
  .map((parts) => parts.map((one) => `/${one}`).join(''));
const likelyPath = fc.constantFrom('/a/0', '/a/1', '/a/-', '/b', '/name/a', '/name/x', '/new');
const path = fc.oneof(anyPath, likelyPath);
const operation = fc
  .tuple(fc.constantFrom('add', 'replace', 'remove', 'test', 'move'), path, json)
  .map(([op, to, value]) =>
    op === 'remove'
      ? `{"op":"${op}","path":"${to}"}`
      : `{"op":"${op}","path":"${to}","value":${value}}`,
  );
const patches = fc
  .array(operation, { minLength: 1, maxLength: 3 })
  .map((operations) => `[${operations.join(',')}]`);
const seeded = { seed: 20_261_123, numRuns: 4_000 };

describe('a patch in the plain form', () => {
  it('PSP-CHG-7, PSP-CHG-8: is never one that the rules refuse', () => {
    let plain = 0;
    fc.assert(
      fc.property(patches, (text) => {
        if (!isPlain(text)) return;
        plain += 1;
        const judged = checkPatch(octets(text), { versionId: '1', lastUpdated: '' });
        expect(isEntryFault(judged)).toBe(false);
      }),
      seeded,
    );
    expect(plain).toBeGreaterThan(300);
  });

  it('PSP-CHG-10: leads, as text, to what applying it to values leads to', () => {
    let reached = 0;
    fc.assert(
      fc.property(fc.oneof(json, documents), patches, (text, patchText) => {
        const found = applied(text, patchText);
        if (found === undefined) return;
        reached += 1;
        const [result, document] = [octets(found), octets(text)];
        const judged = checkPatch(octets(patchText));
        if (isEntryFault(judged)) throw new Error(judged.detail);
        const expected = applyUpdate(parseScanned(document), judged);
        if (isEntryFault(expected)) throw new Error(expected.detail);
        expect(scanThoroughly(result, entryJsonLimits)).toBeUndefined();
        expect(equalJson(parseScanned(result), expected)).toBe(true);
      }),
      { ...seeded, numRuns: 8_000 },
    );
    expect(reached).toBeGreaterThan(300);
  });

  it.each([
    ['{"e":[1]}', '[{"op":"add","path":"/e/1","value":{"u":"x"}}]', '{"e":[1,{"u":"x"}]}'],
    ['{"e":[1]}', '[{"op":"add","path":"/e/0","value":2}]', '{"e":[2,1]}'],
    ['{"e":[]}', '[{"op":"add","path":"/e/-","value":2}]', '{"e":[2]}'],
    ['{"e":1}', '[{"op":"add","path":"/f","value":2}]', '{"e":1,"f":2}'],
    ['{}', '[{"op":"add","path":"/f","value":2}]', '{"f":2}'],
    ['{"f":1,"g":3}', '[{"op":"replace","path":"/f","value":"y"}]', '{"f":"y","g":3}'],
    ['{"e":[1,2]}', '[{"op":"replace","path":"/e/1","value":-1.50e3}]', '{"e":[1,-1.50e3]}'],
    ['{ "e" : "a\\"}" }', '[{"op":"add","path":"/e","value":"]é"}]', '{ "e" : "]é" }'],
    [
      '{"e":{"d":{"d":[0]}}}',
      '[{"op":"add","path":"/e/d/d/1","value":{}},{"op":"add","path":"/e/d/d/1/d","value":null}]',
      '{"e":{"d":{"d":[0,{"d":null}]}}}',
    ],
    ['{"ab":1}', '[{"op":"add","path":"/a","value":"2"}]', '{"ab":1,"a":"2"}'],
  ])('PSP-CHG-9: %s with %s is %s, octet for octet', (document, patch, result) => {
    expect(applied(document, patch)).toBe(result);
  });

  it.each([
    ['{"e":[1]}', '[{"op":"add","path":"/e/2","value":1}]'],
    ['{"e":[1]}', '[{"op":"replace","path":"/e/1","value":1}]'],
    ['{"e":[1]}', '[{"op":"add","path":"/e/01","value":1}]'],
    ['{"e":1}', '[{"op":"add","path":"/e/f","value":1}]'],
    ['{"\\u0065":1}', '[{"op":"add","path":"/e","value":1}]'],
    ['{"e":1}', '[{"op":"remove","path":"/e"}]'],
    ['{"e":[1]}', '[{"op":"add","path":"/e/0000001","value":1}]'],
    ['{"e":[1]}', '[{"op":"replace","path":"/e/-","value":1}]'],
    ['{"e":[1]}', '[{"op":"add","path":"/e/-1","value":1}]'],
    // A letter is so far behind zero.
    [`{"e":[${Array(17).fill(1).join()}]}`, '[{"op":"add","path":"/e/A","value":1}]'],
    ['{"e":1}', '[{"op":"add","path":"/f/g","value":1}]'],
    ['[1]', '[{"op":"add","path":"/0/a","value":1}]'],
  ])('PSP-CHG-10: is not applied to %s where it is %s', (document, patch) => {
    expect(applied(document, patch)).toBeUndefined();
  });

  it.each([
    '[{"op":"test","path":"/e","value":1}]',
    '[{"op":"add","path":"/meta","value":{}}]',
    '[{"op":"replace","path":"/id","value":"x"}]',
    '[{"op":"add","path":"/a/__proto__","value":1}]',
    '[{"op":"add","path":"/a/constructor","value":1}]',
    '[{"op":"add","path":"","value":1}]',
    '[{"op":"add","path":"/a"}]',
    '[{"op":"add","path":"/a","value":1,"from":"/b"}]',
    '[{"path":"/a","op":"add","value":1}]',
    '[ {"op":"add","path":"/a","value":1}]',
    '[]',
    '{}',
    `[{"op":"add","path":"/a","value":${'['.repeat(17)}${']'.repeat(17)}}]`,
    `[{"op":"add","path":"${'/a'.repeat(17)}","value":1}]`,
    `[${Array(17).fill('{"op":"add","path":"/a","value":1}').join()}]`,
    '[{"op":"addx","path":"/a","value":1}]',
    '[{"op":"add","path":"/a/prototype","value":1}]',
    '[{"op":"add","path":"/resourceType","value":"Patient"}]',
    '[{"op":"add","path":"/a_b","value":1}]',
    '[{"op":"add","path":"ab","value":1}]',
    '[{"op":"add","path":"/","value":1}]',
    '[{"op":"add","path":"/a//b","value":1}]',
    '[{"op":"delete","path":"/a"}]',
    '[{"op":"add","path":"/a","value": 1}]',
    '[{"op":"add","path":"/a","value":1} ]',
    '[{"op":"add","path":"/a","value":1}]\n',
    '[{"op":"add","path":"/a","value":1},5]',
  ])('PSP-CHG-15: is not %s', (patch) => {
    expect(isPlain(patch)).toBe(false);
  });

  it('PSP-CHG-15: is one with a path or a value that is as deep as it may be', () => {
    expect(isPlain(`[{"op":"add","path":"${'/a'.repeat(16)}","value":1}]`)).toBe(true);
    const value = `${'['.repeat(16)}${']'.repeat(16)}`;
    expect(isPlain(`[{"op":"add","path":"/a","value":${value}}]`)).toBe(true);
    expect(isPlain('[{"op":"remove","path":"/a-1/Z"}]')).toBe(true);
  });

  it('PSP-CHG-9: is applied to what the one before it led to', () => {
    const patches = Array.from(
      { length: 20 },
      (_, at) => `[{"op":"add","path":"/-","value":${at}}]`,
    );
    expect(applied('[]', ...patches)).toBe(JSON.stringify(patches.map((_, at) => at)));
  });

  it('PSP-LIM-4: leaves a document alone that would outgrow its place', () => {
    const most = 458_736;
    const add = '[{"op":"add","path":"/b","value":1}]';
    const long = `{"a":"${'x'.repeat(most - 20)}"}`;
    expect(applied(long, add)).toBe(`${long.slice(0, -1)},"b":1}`);
    expect(applied(`{"a":"${'x'.repeat(most - 12)}"}`, add)).toBeUndefined();
  });

  it('PSP-DATA-4: is none, and no document, where the scan did not accept it', () => {
    expect(isPlain('[{"op":"add","path":"/a","value":1,"value":1}]')).toBe(false);
    expect(applied('{"a":1,"a":1}')).toBeUndefined();
    expect(applied('{"a":1}', '[{"op":"add","path":"/b","value":01}]')).toBeUndefined();
  });
});
