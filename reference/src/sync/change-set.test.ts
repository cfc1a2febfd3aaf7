import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChangeType, type ChangeId } from '../wire/messages.ts';
import {
  absorbedPrefix,
  compareLists,
  equalIds,
  haveOneIdTwice,
  isContained,
  isPrefix,
  isSameChange,
  touches,
  unionIds,
} from './change-set.ts';
import { change, changeId, replica } from './testing/entries.ts';

const list = (names: string) =>
  names
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => change(name));
const ids = (names: string): ChangeId[] => list(names).map(({ id }) => id!);

describe('change lists', () => {
  it('PSP-CHG-1: a change is its whole id, replica and counter', () => {
    expect(equalIds(changeId('a1'), changeId('a1'))).toBe(true);
    expect(equalIds(changeId('a1'), changeId('a2'))).toBe(false);
    expect(equalIds(changeId('a1'), changeId('b1'))).toBe(false);
    const short = { replicaId: replica('a').subarray(1), counter: 1n };
    expect(equalIds(changeId('a1'), short)).toBe(false);
  });

  it('PSP-CLS-26: the same change has the same id, type and payload octets', () => {
    const [one] = list('a1');
    expect(isSameChange(one, { ...one!, recordedAt: 'then', baseVersionId: '7' })).toBe(true);
    expect(isSameChange(one, list('a1=x')[0])).toBe(false);
    expect(isSameChange(one, list('-a1')[0])).toBe(false);
    expect(isSameChange(one, { ...one!, type: ChangeType.INSERT })).toBe(false);
    expect(isSameChange(one, { ...change('a2'), payload: one!.payload })).toBe(false);
    const spaced = change('a1', `${Buffer.from(one!.payload).toString()} `);
    expect(isSameChange(one, spaced)).toBe(false);
    expect(isSameChange(undefined, undefined)).toBe(false);
  });

  it('PSP-CLS-26: lists are compared by changes, not by ids', () => {
    expect(compareLists(list('a1 b1'), list('a1 b1=x'))).toBe('diverging');
    expect(compareLists(list('a1=x'), list('a1 b1'))).toBe('diverging');
    expect(isPrefix(list('a1=x'), 0, list('a1 b1'))).toBe(false);
  });

  it('PSP-CLS-26: finds one id with two changes, wherever they stand', () => {
    expect(haveOneIdTwice(list('a1 b1'), list('c1 b1=x'))).toBe(true);
    expect(haveOneIdTwice(list('a1 b1'), list('b1'))).toBe(false);
    expect(haveOneIdTwice(list('a1'), list('a2=x'))).toBe(false);
    expect(haveOneIdTwice(list(''), list('a1'))).toBe(false);
    expect(haveOneIdTwice(list('a1'), list(''))).toBe(false);
  });

  it('PSP-CLS-8: contained is what is absorbed, then the beginning of the other list', () => {
    expect(isContained(list('a1 a2'), 2, list(''))).toBe(true);
    expect(isContained(list('a1 a2'), 1, list('a2 b1'))).toBe(true);
    expect(isContained(list('a1 a2'), 1, list('a1 a2 b1'))).toBe(true);
    expect(isContained(list('a1 a2'), 0, list('a1 a2'))).toBe(true);
    expect(isContained(list('a1 a2'), 2, list('a2 b1'))).toBe(true);
    expect(isContained(list('a1 a2 a3'), 2, list('a2 a3'))).toBe(true);
    expect(isContained(list('a1 a2'), 0, list('a2'))).toBe(false);
    expect(isContained(list('a1 a2'), 1, list('a2=x'))).toBe(false);
    expect(isContained(list('a1 a2'), 1, list(''))).toBe(false);
    expect(isContained(list('a1 a2'), 1, list('b1 a2'))).toBe(false);
  });

  it('PSP-CHG-3: compares by position', () => {
    expect(compareLists(list(''), list(''))).toBe('equal');
    expect(compareLists(list('a1 b1'), list('a1 b1'))).toBe('equal');
    expect(compareLists(list(''), list('a1'))).toBe('ours-is-prefix');
    expect(compareLists(list('a1'), list('a1 b1'))).toBe('ours-is-prefix');
    expect(compareLists(list('a1 b1'), list('a1'))).toBe('theirs-is-prefix');
    expect(compareLists(list('a1 b1'), list('b1 a1'))).toBe('diverging');
    expect(compareLists(list('a1'), list('b1 a1'))).toBe('diverging');
  });

  it('finds a tail at the start of another list', () => {
    expect(isPrefix(list('a1 a2'), 1, list('a2 b1'))).toBe(true);
    expect(isPrefix(list('a1 a2'), 2, list(''))).toBe(true);
    expect(isPrefix(list('a1 a2'), 0, list('a1'))).toBe(false);
    expect(isPrefix(list('a1 a2'), 1, list('b1 a2'))).toBe(false);
  });

  it('PSP-CLS-10: absorbed changes count from the start of the list only', () => {
    expect(absorbedPrefix(list('a1 a2 b1'), ids('a2 a1'))).toBe(2);
    expect(absorbedPrefix(list('a1 a2'), ids('a2'))).toBe(0);
    expect(touches(list('a1 a2'), 0, ids('a2'))).toBe(true);
    expect(touches(list('a1 a2'), 1, ids('a1'))).toBe(false);
  });

  it('unites ids without those listed, up to a limit that never drops the first', () => {
    const first = ids('a1');
    expect(unionIds(first, ids('a1'), [], 9)).toBe(first);
    expect(unionIds(first, ids('b1'), list('b1'), 9)).toBe(first);
    expect(unionIds(first, ids('a1 b1 c1'), list('b1'), 9)).toEqual(ids('a1 c1'));
    expect(unionIds(first, ids('b1 c1'), [], 2)).toEqual(ids('a1 b1'));
    const full = ids('a1 a2');
    expect(unionIds(full, ids('b1'), [], 2)).toBe(full);
    expect(unionIds(full, ids('b1'), [], 1)).toBe(full);
  });

  it('gives the same result with few pairs and with many', () => {
    // 256 pairs divide comparing each with each from looking up in an index.
    let indexed = 0;
    fc.assert(
      fc.property(fc.array(fc.nat(60), { maxLength: 60 }), fc.nat(60), (absorbed, length) => {
        const changes = Array.from({ length }, (_, n) => change(`a${n + 1}`));
        const set = new Set(absorbed);
        const known = absorbed.map((n) => changeId(`a${n}`));
        if (known.length * length > 256) indexed += 1;
        let expected = 0;
        while (expected < length && set.has(expected + 1)) expected += 1;
        expect(absorbedPrefix(changes, known)).toBe(expected);
        const inside = [...set].some((n) => n >= 1 && n <= length);
        expect(touches(changes, 0, known)).toBe(inside);
      }),
      { seed: 20240501, numRuns: 300 },
    );
    expect(indexed).toBeGreaterThan(50);
  });
});
