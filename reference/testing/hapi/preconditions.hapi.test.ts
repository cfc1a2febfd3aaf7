// What stands between an edit here and an edit there: If-Match, the look before a creation or a
// deletion, and what is told where HAPI does not heed a precondition.
import { describe, expect, it } from 'vitest';
import type { Store } from '../../src/store/index.ts';
import { Defer } from '../../src/sync/index.ts';
import { mergeOntoServer } from '../../src/upload/index.ts';
import { contentOf, edit, outcomes, pending, remove, Site, textOf, write } from './site.ts';

const alone = { bundleEntriesMax: 1 };
const isA = (method: string) => (request: { method: string }) => request.method === method;

async function prepared(name: string): Promise<{ site: Site; a: Store; id: string }> {
  const site = await Site.open();
  await site.put(name, { active: true });
  const a = site.device('a');
  await site.prepare(a, name);
  return { site, a, id: site.id(name) };
}

describe('an update', () => {
  it('S16: HAPI answers 409 where others were first; nothing is written, all is told', async () => {
    const { site, a, id } = await prepared('p');
    await edit(a, id, { gender: 'male' });
    await site.put('p', { active: false });
    const report = await site.upload(a, alone);
    expect(outcomes(site, report)).toEqual(['p conflict server-moved']);
    expect(site.proxy.asked().filter(isA('PATCH'))).toMatchObject([{ status: 409 }]);
    expect(await site.story('p')).toEqual([true, false]);
    expect(await pending(a)).toBe(1);
  });

  it('S8: is put on top where the strategy merges, with the newer If-Match', async () => {
    const { site, a, id } = await prepared('p');
    await edit(a, id, { gender: 'male' });
    await site.put('p', { active: true, birthDate: '1980-01-01' });
    const report = await site.upload(a, { ...alone, strategy: mergeOntoServer(Defer) });
    expect(outcomes(site, report)).toEqual(['p uploaded']);
    const tags = site.proxy
      .asked()
      .filter(isA('PATCH'))
      .map(({ ifMatch }) => ifMatch);
    expect(tags).toEqual(['W/"1"', 'W/"2"']);
    expect((await site.history('p')).at(-1)?.content).toMatchObject({
      active: true,
      birthDate: '1980-01-01',
      gender: 'male',
    });
    expect(await textOf(a, id)).toBe(await site.text('p'));
  });

  it('an edit between look and write is not lost either', async () => {
    const { site, a, id } = await prepared('p');
    await edit(a, id, { gender: 'male' });
    site.proxy.justBefore(isA('PATCH'), () => site.put('p', { active: false }));
    expect(outcomes(site, await site.upload(a))).toEqual(['p conflict server-moved']);
    expect(await site.story('p')).toEqual([true, false]);
  });

  it('S35: HAPI rounds numbers that a patch does not touch; it is told, and adopted', async () => {
    const site = await Site.open();
    const a = site.device('a', 'sqlite');
    const id = site.id('o');
    const start =
      `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"x"},` +
      '"valueQuantity":{"value":1.10},' +
      '"referenceRange":[{"low":{"value":12345678901234567890.12}}]}';
    const become = async (status: string): Promise<void> => {
      const text = await textOf(a, id, 'Observation');
      await a.update(Buffer.from(text.replace(/"status":"\w+"/, `"status":"${status}"`)), '');
    };
    await a.create(Buffer.from(start), '');
    const created = await site.upload(a);
    expect(created.resources.items).toMatchObject([{ outcome: 'uploaded', versionId: '1' }]);
    expect(created.resources.items[0]?.altered).toBeUndefined();
    expect(await textOf(a, id, 'Observation')).toContain('"value":1.10}');
    await become('amended');
    site.proxy.cutAnswer(isA('PATCH'));
    const patched = await site.upload(a);
    // The answer was lost, and HAPI's content is not what was sent: it is ours all the same.
    expect(outcomes(site, patched)).toEqual(['o already-there']);
    expect(await site.story('o', 'status', 'Observation')).toEqual(['final', 'amended']);
    expect(await textOf(a, id, 'Observation')).toMatch(/"value":1\.1\}.*:12345678901234567000\}/);
    // With an answer it is told: HAPI reads the decimals of a patch into doubles, too.
    const text = await textOf(a, id, 'Observation');
    await a.update(Buffer.from(text.replace('"value":1.1}', '"value":2.50}')), '');
    const { items } = (await site.upload(a)).resources;
    expect(items).toMatchObject([{ outcome: 'uploaded', versionId: '3', altered: true }]);
    expect(await textOf(a, id, 'Observation')).toContain('"value":2.5}');
    expect(await textOf(a, id, 'Observation')).toBe(await site.text('o', 'Observation'));
    expect(await pending(a)).toBe(0);
  });
});

describe('a deletion', () => {
  it('S13: has its version and instant, though HAPI’s history names no instant', async () => {
    const { site, a, id } = await prepared('p');
    await remove(a, id);
    expect((await site.upload(a)).resources.items).toMatchObject([
      { outcome: 'uploaded', recorded: 'settled', versionId: '2' },
    ]);
    const sent = site.proxy.asked().filter(isA('DELETE'));
    expect(sent).toMatchObject([{ ifMatch: 'W/"1"', status: 200 }]);
    const { base, changes } = (await a.get('Patient', id))!.payload;
    expect(base).toMatchObject({
      versionId: '2',
      lastUpdated: expect.stringMatching(/^2\d{3}-/) as string,
    });
    expect(changes).toEqual([]);
    expect(await site.upload(a)).toMatchObject({ requests: 0 });
    expect(await site.story('p')).toEqual([true, 'deleted']);
  });

  it('S11: of what others changed is not sent: HAPI would not heed its If-Match', async () => {
    const { site, a, id } = await prepared('p');
    await remove(a, id);
    await site.put('p', { active: false });
    expect(outcomes(site, await site.upload(a))).toEqual(['p conflict delete-against-edit']);
    expect(await site.story('p')).toEqual([true, false]);
  });

  it.each([
    [1, ['p']],
    [50, ['p', 'q']],
  ])('a change between look and deletion is told, %i at once', async (size, names) => {
    const site = await Site.open();
    const a = site.device('a');
    for (const name of names) await site.put(name, { active: true });
    await site.prepare(a, ...names);
    for (const name of names) await remove(a, site.id(name));
    site.proxy.justBefore(
      ({ method, body }) => method === 'DELETE' || body.includes('"DELETE"'),
      () => site.put('p', { active: false }),
    );
    const report = await site.upload(a, { bundleEntriesMax: size });
    // HAPI deletes in spite of If-Match: what went with it can only be told.
    expect(await site.story('p')).toEqual([true, false, 'deleted']);
    expect(report.problems.items).toMatchObject([
      { resourceId: site.id('p'), outcome: 'uploaded', versionId: '3', overran: '2' },
    ]);
  });

  it('S42: of what is gone, and an edit of what is gone, end as they should', async () => {
    const { site, a, id } = await prepared('p');
    const b = site.device('b');
    await site.prepare(b, 'p');
    await remove(a, id);
    await edit(b, id, { gender: 'male' });
    await site.deleteDirectly('p');
    expect(outcomes(site, await site.upload(a))).toEqual(['p already-there']);
    expect(await pending(a)).toBe(0);
    expect(outcomes(site, await site.upload(b))).toEqual(['p conflict deleted-on-server']);
    expect(await site.story('p')).toEqual([true, 'deleted']);
  });
});

describe('a creation', () => {
  const patient = (id: string, active: boolean) => ({ resourceType: 'Patient', id, active });

  it('S9: of what is there already is found there, or is a conflict', async () => {
    const site = await Site.open();
    await site.put('same', { active: true });
    await site.put('other', { active: true });
    const a = site.device('a');
    await write(a, patient(site.id('same'), true));
    await write(a, patient(site.id('other'), false));
    expect(outcomes(site, await site.upload(a))).toEqual([
      'other conflict exists',
      'same already-there',
    ]);
    expect(await site.story('other')).toEqual([true]);
    expect(await site.story('same')).toEqual([true]);
    expect(await textOf(a, site.id('same'))).toBe(await site.text('same'));
  });

  it.each([1, 50])('that came to be since the look is told, %i at once', async (size) => {
    const site = await Site.open();
    const a = site.device('a');
    await write(a, patient(site.id('p'), true));
    await write(a, patient(site.id('q'), true));
    // HAPI does not heed If-None-Match: * with PUT: it makes a version of it.
    site.proxy.justBefore(
      ({ method, body }) => method === 'PUT' || body.includes('"PUT"'),
      () => site.put('p', { active: false }),
    );
    const report = await site.upload(a, { bundleEntriesMax: size });
    expect(await site.story('p')).toEqual([false, true]);
    expect(report.problems.items).toMatchObject([
      { resourceId: site.id('p'), outcome: 'uploaded', overran: '1' },
    ]);
    expect(await contentOf(a, site.id('p'))).toMatchObject({ active: true });
  });

  it('S14: of an id that was deleted there is not brought back to life', async () => {
    const site = await Site.open();
    await site.put('p', { active: true });
    await site.deleteDirectly('p');
    const a = site.device('a');
    await write(a, patient(site.id('p'), false));
    expect(outcomes(site, await site.upload(a))).toEqual(['p conflict deleted-on-server']);
    expect(await site.story('p')).toEqual([true, 'deleted']);
  });
});
