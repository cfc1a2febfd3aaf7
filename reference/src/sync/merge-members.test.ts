import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { jsonFrom, type JsonObject } from '../fhir/json-value.ts';
import {
  meetingMembers,
  mergeMembers,
  undoneMembers,
  type MergeContents,
} from './merge-members.ts';

const json = (plain: object): JsonObject => jsonFrom(plain) as JsonObject;

/** Contents of which only the differences are known. */
const contents = (ancestor: object, ours: object, theirs: object): MergeContents => ({
  ancestor: json(ancestor),
  ours: json(ours),
  theirs: json(theirs),
  oursTouched: new Set(),
  theirsTouched: new Set(),
});

const merge = (ancestor: object, ours: object, theirs: object): unknown => {
  const merged = mergeMembers(contents(ancestor, ours, theirs));
  return merged === undefined ? undefined : [...merged.keys()].toSorted().join(' ');
};

describe('mergeMembers', () => {
  it('S8: takes what either side set, changed or removed', () => {
    const before = { id: 'p1', a: 1, b: 2, c: 3 };
    const [ours, theirs] = [
      { id: 'p1', a: 10, b: 2, mine: true },
      { id: 'p1', a: 1, c: 3, yours: [1] },
    ];
    const merged = mergeMembers(contents(before, ours, theirs));
    expect(merged).toEqual(json({ id: 'p1', a: 10, mine: true, yours: [1] }));
  });

  it('S7: an array that both changed is one member, whatever the positions', () => {
    const before = { telecom: [{ v: 1 }, { v: 2 }, { v: 3 }] };
    const ours = { telecom: [{ v: 2 }, { v: 3 }] };
    const theirs = { telecom: [{ v: 1 }, { v: 2 }, { v: 30 }] };
    expect(merge(before, ours, theirs)).toBeUndefined();
    expect(merge(before, before, theirs)).toBe('telecom');
  });

  it('S8: half a quantity of each side is no quantity', () => {
    const dose = (value: number, unit: string): object => ({ dose: { value, unit } });
    expect(merge(dose(5, 'mg'), dose(6, 'mg'), dose(5, 'g'))).toBeUndefined();
    expect(merge(dose(5, 'mg'), dose(6, 'mg'), dose(6, 'mg'))).toBe('dose');
  });

  it.each([
    ['two types of one choice', { valueInteger: 1 }, { valueString: 'x' }, { valueBoolean: true }],
    ['a choice and its removal', { deceasedBoolean: true }, {}, { deceasedDateTime: '2024' }],
    [
      'a value and its twin',
      { gender: 'male' },
      { gender: 'other' },
      { gender: 'male', _gender: {} },
    ],
    ['a type and its twin', {}, { onsetAge: {} }, { _onsetDateTime: {} }],
  ])('S8: %s can not come from both sides', (_title, before, ours, theirs) => {
    expect(merge(before, ours, theirs)).toBeUndefined();
    expect(merge(before, theirs, ours)).toBeUndefined();
    expect(merge(before, before, theirs)).toBe(Object.keys(theirs).toSorted().join(' '));
  });

  it('S35: numbers differ by lexeme, the order of keys is no difference', () => {
    expect(merge({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, { a: { x: 3, y: 2 } })).toBe('a');
    expect(merge({ a: 1 }, { a: 2 }, { a: 3 })).toBeUndefined();
  });
});

describe('what was touched', () => {
  const touching = (ours: string[], theirs: string[]): Partial<MergeContents> => ({
    oursTouched: new Set(ours),
    theirsTouched: new Set(theirs),
  });

  it('S8: is changed, even where it is again as it was', () => {
    const sides = contents({ a: 1 }, { a: 1 }, { a: 2 });
    expect(mergeMembers(sides)).toEqual(json({ a: 2 }));
    expect(mergeMembers({ ...sides, ...touching(['a'], ['a']) })).toBeUndefined();
    expect(mergeMembers({ ...sides, ...touching(['_a'], []) })).toBeUndefined();
    expect(meetingMembers({ ...sides, ...touching(['a'], []) })).toEqual(['a']);
  });

  it('S8: meets nothing where both have one value', () => {
    const sides = contents({ a: 1 }, { a: 2 }, { a: 2 });
    expect(mergeMembers({ ...sides, ...touching(['a'], ['a']) })).toEqual(json({ a: 2 }));
  });

  it('S8: counts for every type of a choice', () => {
    const sides = contents({}, {}, { valueString: 'x' });
    expect(mergeMembers({ ...sides, ...touching(['valueInteger'], []) })).toBeUndefined();
  });

  it('S8: is undone where it is as it was, and no other side touched it', () => {
    const sides = contents({ a: 1, b: 1, c: 1 }, { a: 1, b: 2, c: 1 }, { a: 1, b: 1, c: 1 });
    const both = { ...sides, ...touching(['a', 'b', 'c', 'd'], ['c']) };
    expect([...undoneMembers(both, 'ours')]).toEqual(['a', 'd']);
    expect([...undoneMembers(both, 'theirs')]).toEqual([]);
    expect([...undoneMembers({ ...sides, ...touching([], ['a']) }, 'theirs')]).toEqual(['a']);
  });
});

describe('meetingMembers', () => {
  const meeting = (ancestor: object, ours: object, theirs: object): readonly string[] =>
    meetingMembers(contents(ancestor, ours, theirs));

  it('S7: names what both changed to two values, and nothing else', () => {
    const before = { a: 1, b: 1, c: 1, d: 1 };
    expect(meeting(before, { a: 2, b: 2, c: 2, d: 1 }, { a: 3, b: 2, c: 1 })).toEqual(['a']);
    expect(meeting(before, { a: 2 }, { a: 1, b: 2, c: 2 })).toEqual(['b', 'c']);
    expect(meeting(before, before, {})).toEqual([]);
  });

  it('S8: names every member of a choice, and a twin by its member', () => {
    const types = meeting({ valueInteger: 1 }, { valueString: 'x' }, { valueBoolean: true });
    expect(types.toSorted()).toEqual(['valueBoolean', 'valueInteger', 'valueString']);
    expect(meeting({ g: 1 }, { g: 2 }, { g: 1, _g: {} })).toEqual(['g']);
  });

  it('is empty exactly where there is a merge', () => {
    const value = fc.record({ a: fc.nat(2), b: fc.nat(2), _b: fc.nat(1) }, { requiredKeys: [] });
    fc.assert(
      fc.property(value, value, value, (ancestor, ours, theirs) => {
        const isMerged = merge(ancestor, ours, theirs) !== undefined;
        expect(meeting(ancestor, ours, theirs).length === 0).toBe(isMerged);
      }),
      { seed: 7 },
    );
  });

  it('S8: takes the names of types off that the specification lists, and no others', () => {
    const path = join(import.meta.dirname, '..', '..', '..', 'spec', 'v1', '16-classification.md');
    const [, rest = ''] = readFileSync(path, 'utf8').split('## 16.4 Merging');
    const [section = ''] = rest.split('\n## ');
    const listed = [...section.matchAll(/^> (.*)$/gm)].map(([, words = '']) => words).join(' ');
    const types = listed.match(/\w+/g) ?? [];
    expect(types.length).toBeGreaterThan(40);
    for (const type of types) {
      expect(merge({}, { [`dose${type}`]: 1 }, { dose: 2 }), type).toBeUndefined();
    }
    for (const other of ['Other', 'Element', 'Extension', 'Narrative', 'Resource', 'Text', 'age']) {
      expect(merge({}, { [`dose${other}`]: 1 }, { dose: 2 }), other).toBe(`dose dose${other}`);
    }
  });
});
