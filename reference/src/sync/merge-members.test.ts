import { describe, expect, it } from 'vitest';
import { jsonFrom, type JsonObject } from '../fhir/json-value.ts';
import { mergeMembers } from './merge-members.ts';

const json = (plain: object): JsonObject => jsonFrom(plain) as JsonObject;

const merge = (ancestor: object, ours: object, theirs: object): unknown => {
  const merged = mergeMembers(json(ancestor), json(ours), json(theirs));
  return merged === undefined ? undefined : [...merged.keys()].toSorted().join(' ');
};

describe('mergeMembers', () => {
  it('S8: takes what either side set, changed or removed', () => {
    const merged = mergeMembers(
      json({ id: 'p1', a: 1, b: 2, c: 3 }),
      json({ id: 'p1', a: 10, b: 2, mine: true }),
      json({ id: 'p1', a: 1, c: 3, yours: [1] }),
    );
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
    expect(mergeMembers(json({ a: 1 }), json({ a: 2 }), json({ a: 3 }))).toBeUndefined();
  });
});
