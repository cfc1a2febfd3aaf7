// Transactions as HAPI takes them: PATCH in a Binary, one bad resource among good ones, references,
// and what a version that moved does to the rest.
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { edit, outcomes, pending, remove, Site, textOf, write } from './site.ts';

const named = (count: number): string[] => Array.from({ length: count }, (_, n) => `p${n}`);

async function prepared(count: number): Promise<{ site: Site; a: Store; names: string[] }> {
  const site = await Site.open();
  const names = named(count);
  for (const name of names) await site.put(name, { active: true });
  const a = site.device('a');
  await site.prepare(a, ...names);
  site.proxy.asked();
  return { site, a, names };
}

const written = (site: Site): string[] =>
  site.proxy
    .asked()
    .filter(({ method, body }) => method !== 'GET' && !body.includes('"batch"'))
    .map(({ method, path, status }) => `${method} ${path === '' ? '/' : 'one'} ${status}`);

describe('a transaction', () => {
  it('PATCH goes as a Binary, and HAPI makes one version of each', async () => {
    const { site, a, names } = await prepared(7);
    for (const name of names) {
      await edit(a, site.id(name), { gender: 'male' });
      await edit(a, site.id(name), { active: false });
    }
    const report = await site.upload(a);
    expect(report.outcomes).toEqual({ uploaded: 7 });
    expect(report.changes).toMatchObject({ uploaded: 14, left: 0 });
    expect(written(site)).toEqual(['POST / 200']);
    for (const name of names) {
      expect(await site.story(name)).toEqual([true, false]);
      expect(await textOf(a, site.id(name))).toBe(await site.text(name));
    }
  });

  it('creates, updates and deletes each go together', async () => {
    const { site, a } = await prepared(4);
    await edit(a, site.id('p0'), { active: false });
    await edit(a, site.id('p1'), { active: false });
    for (const name of ['p2', 'p3']) await remove(a, site.id(name));
    for (const name of ['n0', 'n1']) {
      await write(a, { resourceType: 'Patient', id: site.id(name), active: true });
    }
    expect((await site.upload(a)).outcomes).toEqual({ uploaded: 6 });
    expect(written(site)).toEqual(['POST / 200', 'POST / 200', 'POST / 200']);
    expect(await pending(a)).toBe(0);
    const stories = await Promise.all(['p0', 'p2', 'n0'].map((name) => site.story(name)));
    expect(stories).toEqual([[true, false], [true, 'deleted'], [true]]);
  });

  it('S37: one that HAPI refuses is found, and blocks no other', async () => {
    const { site, a, names } = await prepared(8);
    for (const name of names) await edit(a, site.id(name), { active: false });
    // HAPI: 400, HAPI-1821 unknown code. Our device does not know what HAPI wants.
    await edit(a, site.id('p5'), { gender: 'purple' });
    const bad = { resourceType: 'Patient', id: site.id('bad'), birthDate: 'yesterday' };
    await write(a, bad);
    await write(a, { ...bad, id: site.id('good'), birthDate: '1980' });
    const report = await site.upload(a);
    expect(report.outcomes).toEqual({ uploaded: 8, refused: 2 });
    expect(report.problems.items.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^HTTP 400: HAPI-\d+: .*birthDate/),
      expect.stringMatching(/^HTTP 400: HAPI-\d+: .*purple/),
    ]);
    for (const name of names) {
      expect(await site.story(name), name).toEqual(name === 'p5' ? [true] : [true, false]);
    }
    expect([await site.story('bad'), await site.story('good', 'birthDate')]).toEqual([
      [],
      ['1980'],
    ]);
    // HAPI undid the whole of each transaction that it refused: nobody has a version too many.
    expect(await pending(a)).toBe(3);
  });

  it('S37: a version that moved takes no other with it', async () => {
    const { site, a, names } = await prepared(6);
    for (const name of names) await edit(a, site.id(name), { gender: 'male' });
    await site.put('p3', { active: false });
    const report = await site.upload(a);
    expect(report.outcomes).toEqual({ uploaded: 5, conflict: 1 });
    expect(outcomes(site, report)[3]).toBe('p3 conflict server-moved');
    for (const name of names) expect(await site.history(name)).toHaveLength(2);
    // The whole was refused with 409, a look found the one, the rest went at once.
    expect(written(site)).toEqual(['POST / 409', 'POST / 200']);
  });

  it('S32: what others refer to goes first, and is deleted last', async () => {
    const site = await Site.open();
    const a = site.device('a');
    const subject = { reference: `Patient/${site.id('p')}` };
    const id = site.id('o');
    await write(a, { resourceType: 'Observation', id, status: 'final', code: {}, subject });
    await write(a, { resourceType: 'Patient', id: site.id('p') });
    // HAPI refuses references to what is not there, and deletions of what is referred to.
    expect((await site.upload(a, { bundleEntriesMax: 1 })).outcomes).toEqual({ uploaded: 2 });
    await remove(a, site.id('p'));
    expect(outcomes(site, await site.upload(a))).toEqual(['p refused']);
    await remove(a, id, 'Observation');
    expect((await site.upload(a, { bundleEntriesMax: 1 })).outcomes).toEqual({ uploaded: 2 });
    expect(await site.story('p')).toEqual([undefined, 'deleted']);
  });

  it('squashed or one by one, HAPI ends with the same content', async () => {
    const { site, a } = await prepared(2);
    const steps = [
      { telecom: [{ value: '1' }, { value: '2' }] },
      { telecom: [{ value: '0' }, { value: '1' }, { value: '2' }] },
      { telecom: [{ value: '0' }, { value: '2', use: 'home' }] },
      { active: undefined, telecom: [{ value: '2', use: 'home' }] },
    ];
    for (const step of steps) await edit(a, site.id('p0'), step);
    for (const step of steps) {
      await edit(a, site.id('p1'), step);
      expect((await site.upload(a)).stopped).toBeUndefined();
    }
    const [squashed, sequence] = [await site.history('p0'), await site.history('p1')];
    expect([squashed.length, sequence.length]).toEqual([2, 5]);
    const end = (versions: typeof squashed): object => ({ ...versions.at(-1)?.content, id: '' });
    expect(end(squashed)).toEqual(end(sequence));
    expect(end(squashed)).toMatchObject({ telecom: [{ value: '2', use: 'home' }] });
  });
});
