// The review gate: changed, new and vanished sentences fail, reviewed ones pass.
import { describe, expect, it } from 'vitest';
import type { IndexEntry } from './index.ts';
import { markReviewed, unreviewed } from './reviewed.ts';

// Made of parts: an id that no sentence has is no citation.
const idOf = (number: number): string => ['PSP', 'X', number].join('-');
const entry = (number: number, hash: string): IndexEntry => ({
  id: idOf(number),
  level: 'MUST',
  role: 'reader',
  text: 'A reader MUST read twice.',
  hash,
  anchor: '05-frames.md#reading',
  observability: { kind: 'wire' },
  cases: ['RCV-0001'],
  namedBy: ['RCV-0002'],
  vectors: ['FRM-0001'],
  mutants: ['reads-once'],
});
const nothing = (): undefined => undefined;

describe('review', () => {
  it('passes where every hash is the reviewed one', () => {
    expect(unreviewed([entry(1, 'a')], { [idOf(1)]: 'a' }, nothing)).toEqual([]);
  });

  it('fails for a changed sentence: before, now, what to read, and the command', () => {
    const texts = new Map([['a', 'A reader MUST read.']]);
    const [fault] = unreviewed([entry(1, 'b')], { [idOf(1)]: 'a' }, (hash) => texts.get(hash));
    expect(fault?.split('\n')).toEqual([
      `${idOf(1)} has changed, spec/v1/05-frames.md#reading`,
      '  before:  A reader MUST read.',
      '  now:     A reader MUST read twice.',
      '  cases:   RCV-0001 RCV-0002',
      '  vectors: FRM-0001',
      '  mutants: reads-once',
      '  Read these again and mend them, then run: ' +
        `npx node tools/coverage/main.ts reviewed ${idOf(1)}`,
    ]);
  });

  it('fails for a new sentence, without a text from before', () => {
    const [fault] = unreviewed([entry(1, 'b')], {}, nothing);
    expect(fault).toContain(`${idOf(1)} is new`);
    expect(fault).not.toContain('before:');
  });

  it('fails for a sentence that is gone', () => {
    const [fault] = unreviewed([], { [idOf(1)]: 'a' }, nothing);
    expect(fault).toContain('spec/v1/retired.json');
  });

  it('is marked for the named sentences alone, in order of the index', () => {
    const index = [entry(1, 'a'), entry(2, 'b'), entry(3, 'c')];
    const marked = markReviewed(index, { [idOf(2)]: 'old', [idOf(1)]: 'old' }, [idOf(2)]);
    expect(marked).toEqual({ [idOf(1)]: 'old', [idOf(2)]: 'b' });
    expect(Object.keys(marked)).toEqual([idOf(1), idOf(2)]);
  });

  it('forgets a sentence that is gone, and refuses one that never was', () => {
    expect(markReviewed([], { [idOf(1)]: 'a' }, [idOf(1)])).toEqual({});
    expect(markReviewed([], {}, [idOf(7)])).toBe(`No such sentence: ${idOf(7)}`);
  });
});
