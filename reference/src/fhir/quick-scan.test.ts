// The quick scan beside the thorough one: what it accepts the other accepts too, and finds the same
// in it; and it does accept what resources commonly look like.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { entryOf, goldenVectors } from '../testing/golden-vectors.ts';
import { JsonScan } from './json-scan.ts';
import { makeQuickScan, type QuickScan } from './quick-scan.ts';
import { entryJsonLimits } from './scan-json.ts';
import { stringifyLossless } from './json-text.ts';
import { jsonValues, octetsOf, propertySeed } from './testing/json-values.ts';

const thorough = new JsonScan();

function made(): QuickScan {
  const scan = makeQuickScan();
  if (scan === undefined) throw new Error('WebAssembly is not to be had');
  return scan;
}

const quick = made();
const accepts = (text: string | Uint8Array): boolean =>
  quick.run(typeof text === 'string' ? octetsOf(text) : text, entryJsonLimits);

/** Both judge it; gives whether the quick one accepts. */
function compare(octets: Uint8Array): boolean {
  const isAccepted = quick.run(octets, entryJsonLimits);
  if (!isAccepted) return false;
  expect(thorough.run(octets, entryJsonLimits)).toBe(true);
  const { found, references, referencesEnd } = thorough;
  // Without a start, an end says nothing.
  const ends = [...quick.found].map((place, index) => (quick.found[index & 2] === 0 ? 0 : place));
  expect(ends).toEqual(
    [...found.slice(0, 4)].map((at, index) => (found[index & 2] === 0 ? 0 : at)),
  );
  expect([...quick.references.slice(0, quick.referencesEnd)]).toEqual([...references]);
  expect(quick.referencesEnd).toBe(referencesEnd);
  return true;
}

const resource = JSON.stringify({
  resourceType: 'Observation',
  id: 'a-1',
  meta: { versionId: '3', reference: 'of no use', tag: [{ id: 'x', reference: 'Tag/1' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">\n\t“38 °C”</div>' },
  subject: { reference: 'Patient/p1' },
  performer: [{ reference: 'Practitioner/é' }, { reference: 7 }, { reference: { reference: '' } }],
  valueQuantity: { value: -37.5e-1, unit: '\u0007', system: null, flag: [true, false, [], {}] },
  reference: 'of no use either',
});

describe('PSP-DATA-4: the quick scan', () => {
  it('agrees with the thorough one on a resource, and on every beginning of it', () => {
    const octets = octetsOf(resource);
    expect(compare(octets)).toBe(true);
    const texts = Array.from({ length: quick.referencesEnd / 2 }, (_, index) =>
      Buffer.from(octets).toString('utf8', ...quick.references.slice(2 * index, 2 * index + 2)),
    );
    expect(texts).toEqual(['Tag/1', 'Patient/p1', 'Practitioner/é', '']);
    // The octets of the text before are still in its memory, behind the end.
    for (let end = 0; end < octets.length; end += 1) {
      expect(accepts(octets)).toBe(true);
      expect(accepts(octets.subarray(0, end))).toBe(false);
    }
  });

  it('agrees with it on mutated texts', () => {
    const octets = fc.oneof(
      fc.constant(octetsOf(resource)),
      jsonValues.map((value) => stringifyLossless(value)),
    );
    const mutation = fc.tuple(
      fc.nat(),
      fc.oneof(fc.constantFrom(...octetsOf('"\\{}[],:0e- ')), fc.nat(255)),
    );
    const seen = { accepted: 0, left: 0 };
    const property = fc.property(octets, fc.array(mutation, { maxLength: 2 }), (text, edits) => {
      const edited = text.slice();
      for (const [at, octet] of edits) edited[at % edited.length] = octet;
      seen[compare(edited) ? 'accepted' : 'left'] += 1;
    });
    fc.assert(property, { ...propertySeed, numRuns: 4_000 });
    expect(Math.min(seen.accepted, seen.left)).toBeGreaterThan(500);
  });

  it('agrees with it on words put together anyhow', () => {
    const words =
      '{ } [ ] , : 1 -0.5E+3 0 01 true null "a" "b" "id" "meta" "reference" "é" "\\u0041"';
    const word = fc.constantFrom(...words.split(' '), ' ', '"resourceType"', '"constructor"');
    const property = fc.property(fc.array(word, { maxLength: 9 }), (text) => {
      compare(octetsOf(text.join('')));
    });
    fc.assert(property, { ...propertySeed, numRuns: 20_000 });
  });

  it('agrees with it on every text of the entries among the vectors, and accepts most', () => {
    const seen = { accepted: 0, left: 0 };
    for (const { vectors } of goldenVectors<string, string>('entry', 'sync-payload')) {
      for (const { resource: text, changes } of vectors.map(({ input }) => entryOf(input))) {
        for (const octets of [text, ...changes.map(({ payload }) => payload)]) {
          if (octets.length === 0) continue;
          const isAcceptable = thorough.run(octets, entryJsonLimits);
          if (isAcceptable) seen[compare(octets) ? 'accepted' : 'left'] += 1;
          else expect(accepts(octets)).toBe(false);
        }
      }
    }
    expect(seen.accepted).toBeGreaterThan(20 * seen.left);
  });

  it.each([
    ' \t\r\n{ "a" : [ true , false , null , "" ] } \n',
    '"\\u00e9\\n\\/\\"\\\\ \\b\\f\\r\\t \u007f é € 😀 \uffff"',
    '[-0.0e+00,1E400,12345678901234567890.10]',
    '{"proto":1,"__prot":{"":1},"Prototype":4,"a":"__proto__","b":"constructor"}',
    '[{"a":1},{"a":{"a":1}}]',
    `"${'x'.repeat(400_000)}"`,
    `{${Array.from({ length: 32 }, (_, index) => `"k${index}":1`).join(',')}}`,
    `[${'{"reference":"a"},'.repeat(511)}{"reference":"a"}]`,
    '[{"reference":"a"}]'.replace('[', '['.repeat(63)).replace(']', ']'.repeat(63)),
  ])('knows %j', (text) => {
    expect(accepts(text)).toBe(true);
    expect(compare(octetsOf(text))).toBe(true);
  });

  it.each([
    ['a pair of surrogates', '"\\ud83d\\ude00"'],
    ['an escape in a key', '{"\\u0061":1}'],
    ['a key that is not ASCII', '{"é":1}'],
    ['a key that begins like one that nobody may use', '{"constructs":1}'],
    ['33 keys', `{${Array.from({ length: 33 }, (_, index) => `"k${index}":1`).join(',')}}`],
    ['513 references', `[${'{"reference":"a"},'.repeat(513)}1]`],
    ['a text larger than its memory', `"${'x'.repeat(500_000)}"`],
  ])('leaves %s to it', (_, text) => {
    expect(accepts(text)).toBe(false);
    expect(thorough.run(octetsOf(text), entryJsonLimits)).toBe(true);
  });

  it('holds both limits, of its caller and of its memory', () => {
    const nested = (depth: number): Uint8Array => octetsOf('['.repeat(depth) + ']'.repeat(depth));
    const valuesMax = 4;
    for (const depthMax of [1, 64, 128]) {
      const limits = { ...entryJsonLimits, depthMax };
      expect(quick.run(nested(depthMax), limits)).toBe(true);
      expect(quick.run(nested(depthMax + 1), limits)).toBe(false);
    }
    expect(quick.run(nested(129), { depthMax: 1_000, valuesMax: 1_000 })).toBe(false);
    expect(quick.run(octetsOf('[1,{"a":[]}]'), { ...entryJsonLimits, valuesMax })).toBe(true);
    expect(quick.run(octetsOf('[1,{"a":[1]}]'), { ...entryJsonLimits, valuesMax })).toBe(false);
    const unlimited = { ...entryJsonLimits, valuesMax: 2 ** 32 };
    expect(quick.run(octetsOf('[1,2,3,4,5]'), unlimited)).toBe(true);
  });

  it('forgets what it found in the text before', () => {
    expect(accepts('{"resourceType":"Patient","id":"1","b":{"reference":"a"}}')).toBe(true);
    expect(accepts('{"meta":"none"}')).toBe(true);
    expect([quick.found[0], quick.found[2], quick.referencesEnd]).toEqual([0, 0, 0]);
  });
});

it('is missing where WebAssembly is, and the thorough scan does everything', () => {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: unknown };
  vi.stubGlobal('WebAssembly', undefined);
  expect(makeQuickScan()).toBeUndefined();
  vi.stubGlobal('WebAssembly', WebAssembly);
  expect(makeQuickScan()).toBeDefined();
  vi.unstubAllGlobals();
});
