import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyUpdate } from './change-list.ts';
import { isEntryFault } from './entry-fault.ts';
import { parseScanned } from './json-text.ts';
import { equalJson } from './json-value.ts';
import { checkPatch } from './patch-rules.ts';
import { applyPlainPatch, readPlainPatch } from './plain-patch.ts';
import { scanJson } from './scan-json.ts';

const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const textOf = (found: Uint8Array | undefined): string | undefined =>
  found && Buffer.from(found).toString();

/** The document after a patch; undefined where it is not applied here. */
function applied(document: string, patch: string): string | undefined {
  const operations = readPlainPatch(octets(patch));
  return operations && textOf(applyPlainPatch(octets(document), octets(patch), operations));
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
        const patch = octets(text);
        if (scanJson(patch) !== undefined || readPlainPatch(patch) === undefined) return;
        plain += 1;
        const judged = checkPatch(patch, { versionId: '1', lastUpdated: '' });
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
        const [document, patch] = [octets(text), octets(patchText)];
        if (scanJson(document) !== undefined || scanJson(patch) !== undefined) return;
        const operations = readPlainPatch(patch);
        const result = operations && applyPlainPatch(document, patch, operations);
        if (result === undefined) return;
        reached += 1;
        const judged = checkPatch(patch);
        if (isEntryFault(judged)) throw new Error(judged.detail);
        const expected = applyUpdate(parseScanned(document), judged);
        if (isEntryFault(expected)) throw new Error(expected.detail);
        expect(scanJson(result)).toBeUndefined();
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
  ])('PSP-CHG-15: is not %s', (patch) => {
    expect(readPlainPatch(octets(patch))).toBeUndefined();
  });
});
