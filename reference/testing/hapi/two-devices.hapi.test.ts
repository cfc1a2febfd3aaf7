// Two devices are prepared from HAPI, edited, synced, and both upload, in both orders: what HAPI
// holds in the end, and how often it was changed, is the same and expected.
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { Defer, mergeOr } from '../../src/sync/index.ts';
import { mergeOntoServer } from '../../src/upload/index.ts';
import { edit, handOver, outcomes, pending } from './site.ts';
import { remove, Site, textOf, write, type Resource } from './site.ts';

const prepared = ['a-only', 'b-only', 'both', 'same', 'gone', 'gone-edited', 'untouched'];

/** What everyone starts with, and what each did to it. */
async function twoDevices(kind: 'memory' | 'sqlite'): Promise<{ site: Site; a: Store; b: Store }> {
  const site = await Site.open();
  for (const name of prepared) {
    await site.put(name, { active: true, name: [{ family: name }], telecom: [{ value: '1' }] });
  }
  const [a, b] = [site.device('a', kind), site.device('b', kind)];
  for (const store of [a, b]) {
    expect((await site.prepare(store, ...prepared)).results).toEqual({ imported: 7 });
  }
  // Several changes to one resource, the last of them by index after an insertion.
  await edit(a, site.id('a-only'), { gender: 'male' });
  await edit(a, site.id('a-only'), { telecom: [{ value: '0' }, { value: '1' }] });
  await edit(a, site.id('a-only'), { telecom: [{ value: '0' }, { value: '2' }] });
  await edit(b, site.id('b-only'), { gender: 'female' });
  await edit(a, site.id('both'), { gender: 'other' });
  await edit(b, site.id('both'), { birthDate: '1980-01-01' });
  await edit(a, site.id('same'), { gender: 'male' });
  await edit(b, site.id('same'), { gender: 'female' });
  await remove(a, site.id('gone'));
  await remove(a, site.id('gone-edited'));
  await edit(b, site.id('gone-edited'), { active: false });
  const created = { resourceType: 'Patient', name: [{ family: 'new' }] };
  await write(a, { ...created, id: site.id('new-a') });
  await write(b, { ...created, id: site.id('new-b') });
  await edit(b, site.id('new-b'), { active: true });
  return { site, a, b };
}

const modes = [
  { order: 'ab', bundleEntriesMax: 50, kind: 'memory' },
  { order: 'ba', bundleEntriesMax: 50, kind: 'sqlite' },
  { order: 'ab', bundleEntriesMax: 1, kind: 'sqlite' },
  { order: 'ba', bundleEntriesMax: 1, kind: 'memory' },
  { order: 'ba', bundleEntriesMax: 3, kind: 'memory' },
] as const;

describe('S2, S7, S8, S11: two devices, edited on both, synced, uploaded from both', () => {
  it.each(modes)('$order, $bundleEntriesMax at once, $kind', async (mode) => {
    const { order, bundleEntriesMax, kind } = mode;
    const { site, a, b } = await twoDevices(kind);
    const report = await handOver(a, b, mergeOr(Defer));
    expect(report.types[0]?.outcomes).toEqual({
      STORED: 1,
      FAST_FORWARDED: 2,
      STALE: 1,
      DUPLICATE: 1,
      CONFLICT_MERGED: 1,
      CONFLICT_DEFERRED: 2,
    });
    const [first, second] = order === 'ab' ? [a, b] : [b, a];
    const options = { bundleEntriesMax, strategy: mergeOntoServer(Defer) };
    const one = await site.upload(first, options);
    const two = await site.upload(second, options);
    expect(one.stopped ?? two.stopped).toBeUndefined();
    // Of two that exclude each other, the first one's is there, and the other one's is told. That
    // B brought A's change inside one of its own is seen as well, and nothing is left of it.
    expect(one.outcomes.conflict).toBeUndefined();
    expect(outcomes(site, two).filter((text) => text.includes('conflict'))).toEqual(
      order === 'ab'
        ? ['gone-edited conflict deleted-on-server', 'same conflict server-moved']
        : [
            'both conflict server-moved',
            'gone-edited conflict delete-against-edit',
            'same conflict server-moved',
          ],
    );
    expect(two.problems.items.map(({ resolution }) => resolution).toSorted()).toEqual(
      order === 'ab' ? ['deferred', 'deferred'] : ['deferred', 'deferred', 'theirs'],
    );
    expect(await stories(site)).toEqual(expected(order));
    // Once more, from both: nothing but what waits for a person, and not a version more.
    for (const store of [a, b]) {
      const again = await site.upload(store, options);
      expect(again.changes.uploaded).toBe(0);
      expect(again.outcomes.unsettled ?? 0).toBe(0);
    }
    expect(await stories(site)).toEqual(expected(order));
    expect(await pending(first)).toBe(0);
    expect(await pending(second)).toBe(2);
    for (const name of ['a-only', 'both', 'new-a']) {
      expect(await textOf(second, site.id(name)), name).toBe(await site.text(name));
    }
  });
});

type Stories = Record<string, { readonly versions: number; readonly end: Resource | undefined }>;

async function stories(site: Site): Promise<Stories> {
  const told: Stories = {};
  for (const name of [...prepared, 'new-a', 'new-b']) {
    const versions = await site.history(name);
    const content = versions.at(-1)?.content;
    if (content !== undefined) expect(content['id']).toBe(site.id(name));
    const { id, resourceType, ...end } = content ?? {};
    void [id, resourceType];
    told[name] = { versions: versions.length, end: content === undefined ? undefined : end };
  }
  return told;
}

function expected(order: 'ab' | 'ba'): Stories {
  const start = (family: string): Resource => ({
    active: true,
    name: [{ family }],
    telecom: [{ value: '1' }],
  });
  const telecom = [{ value: '0' }, { value: '2' }];
  const isA = order === 'ab';
  return {
    'a-only': { versions: 2, end: { ...start('a-only'), gender: 'male', telecom } },
    'b-only': { versions: 2, end: { ...start('b-only'), gender: 'female' } },
    // By A alone first, then by B what B added; or by B both at once.
    both: {
      versions: isA ? 3 : 2,
      end: { ...start('both'), gender: 'other', birthDate: '1980-01-01' },
    },
    same: { versions: 2, end: { ...start('same'), gender: isA ? 'male' : 'female' } },
    gone: { versions: 2, end: undefined },
    'gone-edited': {
      versions: 2,
      end: isA ? undefined : { ...start('gone-edited'), active: false },
    },
    untouched: { versions: 1, end: start('untouched') },
    'new-a': { versions: 1, end: { name: [{ family: 'new' }] } },
    'new-b': { versions: 1, end: { name: [{ family: 'new' }], active: true } },
  };
}
