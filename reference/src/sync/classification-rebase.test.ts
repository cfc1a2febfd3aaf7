import { describe, expect, it } from 'vitest';
import { classify } from './classification.ts';
import { shown } from './testing/classified.ts';
import {
  change,
  changeNames,
  content,
  entry,
  octets,
  stored,
  text,
  version,
  type EntryForm,
} from './testing/entries.ts';

describe('rebase', () => {
  const rebasedFrom = (ours: Parameters<typeof stored>[0], theirs: EntryForm): string => {
    const found = classify(stored(ours), entry(theirs));
    if (found.kind !== 'rebase') return shown(found);
    const payload = { ...entry({}), ...found.result, changes: [...found.result.changes] };
    return `${changeNames(payload)} ${text(payload.resource)}`;
  };

  it('PSP-CLS-10: puts the rest on a version that holds what it was made for', () => {
    const ours = { base: 'v1', changes: 'a1 b1', baseFamily: 'old' };
    const theirs = { base: 'v2', absorbed: 'a1', family: 'a1' };
    expect(rebasedFrom(ours, theirs)).toBe(`b1 ${content('b1', version('v2'))}`);
  });

  it('PSP-CLS-10: also from a local creation, and onto a version without changes of ours', () => {
    const created = { changes: '+a1 b1' };
    const uploaded = { base: 'v1', absorbed: 'a1', family: 'new' };
    expect(rebasedFrom(created, uploaded)).toBe(`b1 ${content('b1', version('v1'))}`);
    const edited = { base: 'v1', changes: 'b1', baseFamily: 'old' };
    expect(rebasedFrom(edited, { base: 'v2', family: 'old' })).toMatch(/^b1 /);
  });

  it('PSP-CLS-10: a deletion stays one', () => {
    const ours = { base: 'v1', changes: 'a1 -b1', baseFamily: 'old' };
    expect(rebasedFrom(ours, { base: 'v2', absorbed: 'a1', family: 'a1' })).toBe('b1 ');
  });

  it.each([
    ['content differs', { base: 'v2', absorbed: 'a1', family: 'other' }],
    ['their list is not empty', { base: 'v2', absorbed: 'a1', changes: 'c1', family: 'a1' }],
    ['absorbed beyond a prefix', { base: 'v2', absorbed: 'a1 b2', family: 'a1' }],
  ])('PSP-CLS-12 S7: never where %s', (_title, theirs) => {
    const ours = { base: 'v1', changes: 'a1 b1 b2', baseFamily: 'old' };
    expect(rebasedFrom(ours, theirs)).toBe('conflict: server-moved');
  });

  it('PSP-CLS-12: never where our base was not here', () => {
    const theirs = { base: 'v2', absorbed: 'a1', family: 'a1' };
    expect(rebasedFrom({ base: 'v1', changes: 'a1 b1' }, theirs)).toBe('conflict: server-moved');
  });

  it('PSP-CHG-8: never where a change would take server-owned meta away', () => {
    const ours = stored({ base: 'v1', changes: 'b1' });
    const addsMeta = change('b1', '[{"op":"add","path":"/meta","value":{"tag":[]}}]');
    const bare = '{"resourceType":"Patient","id":"p1","name":[]}';
    const state = {
      ...ours,
      baseResource: octets(bare),
      payload: { ...ours.payload, changes: [addsMeta] },
    };
    const meta = '"meta":{"versionId":"v2"}';
    const theirs = {
      ...entry({ base: 'v2' }),
      resource: octets(`{"resourceType":"Patient","id":"p1",${meta},"name":[]}`),
    };
    expect(shown(classify(state, theirs))).toBe('conflict: server-moved');
  });
});
