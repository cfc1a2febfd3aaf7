import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SliceOptions } from './bundle.ts';
import { resourceSlices } from './bundle.ts';
import { stringifyLossless } from './json-text.ts';
import { octetsOf, propertySeed, resources } from './testing/json-values.ts';

const decoder = new TextDecoder();

/** Each slice as `where: text`, each fault as `where! reason`. */
function slices(text: string, options?: SliceOptions): string[] {
  return [...resourceSlices(octetsOf(text), options)].map((slice) =>
    slice.kind === 'resource'
      ? `${slice.where}: ${decoder.decode(slice.octets)}`
      : `${slice.where}! ${slice.reason}`,
  );
}

const odd = '{ "resourceType":"Observation", "id":"o\\u0031",\n "v" : 1.10, "s":"]}\\"{[é" }';
const plain = '{"resourceType":"Patient","id":"p"}';
const bundle = (type: string, entries: string): string =>
  `{"type":"${type}","entry":${entries},"resourceType":"Bundle"}`;

describe('resourceSlices', () => {
  it('PSP-DATA-1 gives a single resource octet for octet, without what is around it', () => {
    expect(slices(odd)).toEqual([`the file: ${odd}`]);
    expect(slices(`\n\t ${odd}\r\n\n`)).toEqual([`the file: ${odd}`]);
  });

  it.each(['collection', 'searchset', 'transaction', 'batch', 'history'])(
    'PSP-DATA-1 takes a Bundle of type %s apart, octet for octet',
    (type) => {
      const first = `{"fullUrl":"urn:x","resource":${odd}}`;
      const second = `{"resource" : ${plain} ,"request":{"method":"PUT"}}`;
      const entries = `[ ${first} , ${second} ]`;
      expect(slices(bundle(type, entries))).toEqual([`entry 1: ${odd}`, `entry 2: ${plain}`]);
    },
  );

  it('PSP-DATA-1 leaves Bundles whole whose entries belong together, or when asked to', () => {
    for (const type of ['document', 'message']) {
      const text = bundle(type, `[{"resource":${plain}}]`);
      expect(slices(text)).toEqual([`the file: ${text}`]);
    }
    const text = bundle('collection', `[{"resource":${plain}}]`);
    expect(slices(text, { bundles: 'none' })).toEqual([`the file: ${text}`]);
    const nested = bundle('collection', `[{"resource":${text}}]`);
    expect(slices(nested)).toEqual([`entry 1: ${text}`]);
  });

  it('PSP-DATA-1 names the entries of a Bundle that hold no resource', () => {
    const entries = `[{"request":{"method":"DELETE"}},{"resource":${plain}},3,{"resource":[]},{}]`;
    expect(slices(bundle('transaction', entries))).toEqual([
      'entry 1! no-resource',
      `entry 2: ${plain}`,
      'entry 3! no-resource',
      'entry 4! not-an-object',
      'entry 5! no-resource',
    ]);
  });

  it.each(['[]', '{}', 'null', '"entry"'])(
    'PSP-DATA-1 finds nothing in a Bundle with entry %s',
    (entry) => {
      expect(slices(bundle('searchset', entry))).toEqual([]);
    },
  );

  it('PSP-DATA-1 reads one resource on each line', () => {
    const line = odd.replace('\n', '');
    expect(slices(`${plain}\n${line}\r\n\n  \n${plain}`)).toEqual([
      `line 1: ${plain}`,
      `line 2: ${line}`,
      `line 5: ${plain}`,
    ]);
    expect(slices(`${plain}\n${line}\n`)).toHaveLength(2);
  });

  it('PSP-DATA-1 spoils no line with another', () => {
    expect(slices(`${plain}\n{"a":\n${plain}\n[]\n${plain} x`)).toEqual([
      `line 1: ${plain}`,
      'line 2! not-json',
      `line 3: ${plain}`,
      'line 4! not-an-object',
      'line 5! not-json',
    ]);
    expect(slices(`{"broken":}\n${plain}\n`)).toEqual(['line 1! not-json', `line 2: ${plain}`]);
    const twice = '{"a":1,"a":2}';
    expect(slices(`${twice}\n${plain}`)).toEqual(['line 1! not-json', `line 2: ${plain}`]);
  });

  it.each(['', ' \n ', '{', '{\n"a": 1,\n}\n', '{"a":1,\n"b":{"c":2}\n}}\n', '\ufeff{}', 'x\ny\n'])(
    'PSP-DATA-4 gives one fault for %j',
    (text) => {
      expect(slices(text)).toEqual(['the file! not-json']);
    },
  );

  it('PSP-DATA-4 gives one fault for a file of another kind', () => {
    expect(slices('[1,\n2]')).toEqual(['the file! not-an-object']);
  });

  it('PSP-DATA-1 gives back what was put together, in any form', () => {
    const property = fc.property(fc.array(resources, { minLength: 2, maxLength: 5 }), (all) => {
      const texts = all.map((resource) => decoder.decode(stringifyLossless(resource)));
      const found = (text: string): string[] =>
        slices(text).map((slice) => slice.slice(slice.indexOf(': ') + 2));
      expect(found(texts.join('\n'))).toEqual(texts);
      const entries = texts.map((text) => `{"resource":${text}}`);
      expect(found(bundle('collection', `[${entries.join(',')}]`))).toEqual(texts);
    });
    fc.assert(property, propertySeed);
  });
});
