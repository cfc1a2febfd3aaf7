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

describe('rebase onto ours', () => {
  const onOurs = (ours: Parameters<typeof stored>[0], theirs: EntryForm): string => {
    const found = classify(stored(ours), entry(theirs));
    if (found.kind !== 'rebase' || found.onto !== 'ours') return shown(found);
    const payload = { ...entry({}), changes: [...found.result.changes] };
    return `${changeNames(payload)} ${text(found.result.resource)}`;
  };
  const uploaded = { base: 'v1', absorbed: 'a1' };

  it('PSP-CLS-25: a creation that was handed on and edited comes home', () => {
    const back = onOurs(uploaded, { changes: '+a1 b1' });
    expect(back).toBe(`b1 ${content('b1', version('v1'))}`);
  });

  it('PSP-CLS-25: also where ours has the beginning of the rest already', () => {
    const ours = { ...uploaded, changes: 'b1', baseFamily: 'new' };
    const on = onOurs(ours, { changes: '+a1 b1 b2' });
    expect(on).toBe(`b1 b2 ${content('b2', version('v1'))}`);
  });

  it('PSP-CLS-25: the rest may delete', () => {
    expect(onOurs(uploaded, { changes: '+a1 -b1' })).toBe('b1 ');
  });

  it.each([
    [
      'they begin with no INSERT',
      { base: 'v2', absorbed: 'a1', family: 'a1' },
      { base: 'v1', changes: 'a1 b1' },
    ],
    ['ours has other content', { ...uploaded, family: 'other' }, { changes: '+a1 b1' }],
    ['one of the rest is absorbed', { base: 'v1', absorbed: 'a1 b2' }, { changes: '+a1 b1 b2' }],
    ['our base is unknown', { ...uploaded, changes: 'b1' }, { changes: '+a1 b1 b2' }],
    ['ours is deleted', { ...uploaded, gone: true }, { changes: '+a1 b1' }],
    [
      'ours goes another way',
      { ...uploaded, changes: 'c1', baseFamily: 'new' },
      { changes: '+a1 b1' },
    ],
    ['nothing is absorbed', { base: 'v1' }, { changes: '+a1 b1' }],
  ])('PSP-CLS-25, PSP-CLS-12: never where %s', (_title, ours, theirs) => {
    expect(onOurs(ours, theirs)).toMatch(
      /^conflict: (server-moved|two-creations|delete-against-edit)$/,
    );
  });

  it.each([
    ['their change has none', { tag: [] }, 'conflict: server-moved'],
    ['their change has ours', { tag: [], ...version('v1') }, 'REBASED, both, by PSP-CLS-25'],
  ])(
    'PSP-CHG-8: judges the rest by our base, not by what it holds: %s',
    (_title, meta, expected) => {
      const home = stored(uploaded);
      const bare = octets(text(home.payload.resource).replace(/"meta":\{[^}]*\},?/, ''));
      const creation = entry({ changes: '+a1 b1' });
      const addsMeta = JSON.stringify([{ op: 'add', path: '/meta', value: meta }]);
      const theirs = { ...creation, changes: [creation.changes[0]!, change('b1', addsMeta)] };
      const ours = { ...home, payload: { ...home.payload, resource: bare } };
      expect(shown(classify(ours, theirs))).toBe(expected);
    },
  );

  const withSource = (octetsOf: Uint8Array, source: string): Uint8Array =>
    octets(text(octetsOf).replace('"meta":{', `"meta":{"source":"${source}",`));

  it.each([
    ['no change speaks of it', 'b1', `REBASED, both, by PSP-CLS-25`],
    ['one of the rest does', 'c1', 'conflict: server-moved'],
  ])('PSP-CLS-25: meta.source of the last request: %s', (_title, name, expected) => {
    const home = stored(uploaded);
    const resource = withSource(home.payload.resource, '#request');
    const source = '[{"op":"test","path":"/meta/source","value":"x"}]';
    const theirs = entry({ changes: `+a1 ${name}` });
    const changes = [theirs.changes[0]!, name === 'c1' ? change(name, source) : change(name)];
    const found = classify(
      { ...home, payload: { ...home.payload, resource } },
      { ...theirs, changes },
    );
    expect(shown(found)).toBe(expected);
    if (found.kind === 'rebase') expect(text(found.result.resource)).toContain('"#request"');
  });

  it.each([
    ['no change speaks of it', '/name/0/family', 'REBASED, both, by PSP-CLS-10'],
    ['one of ours does', '/meta/source', 'conflict: server-moved'],
  ])('PSP-CLS-10: meta.source of the last request: %s', (_title, path, expected) => {
    const state = stored({ base: 'v1', changes: 'b1', baseFamily: 'old' });
    const changes = [change('b1', `[{"op":"add","path":"${path}","value":"mine"}]`)];
    const theirs = entry({ base: 'v2', family: 'old' });
    const received = { ...theirs, resource: withSource(theirs.resource, '#request') };
    const found = classify({ ...state, payload: { ...state.payload, changes } }, received);
    expect(shown(found)).toBe(expected);
  });
});
