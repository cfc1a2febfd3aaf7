// Changes that travel before they are uploaded: by a relay, by whoever comes first, and home again.
import { expect, it } from 'vitest';
import { edit, handOver, outcomes, pending, remove, Site, textOf, write } from './site.ts';

it('S6, S43: A → B → C, C uploads; HAPI has each once, and nobody has anything left', async () => {
  const site = await Site.open();
  for (const name of ['u', 'd']) await site.put(name, { active: true });
  const [a, b, c] = [site.device('a'), site.device('b', 'sqlite'), site.device('c')];
  for (const store of [a, b, c]) await site.prepare(store, 'u', 'd');
  await edit(a, site.id('u'), { active: false });
  await edit(a, site.id('u'), { telecom: [{ value: '1' }] });
  await remove(a, site.id('d'));
  await write(a, { resourceType: 'Patient', id: site.id('n'), active: true });
  await handOver(a, b);
  await edit(b, site.id('n'), { gender: 'female' });
  await handOver(b, c);
  const report = await site.upload(c);
  expect(report.outcomes).toEqual({ uploaded: 3 });
  // Each change under its author's name, however many it came through.
  const authors = new Set(
    report.resources.items.flatMap(({ changes }) => changes.map(({ replicaId }) => replicaId)),
  );
  expect(authors).toEqual(
    new Set([a, b].map(({ replicaId }) => Buffer.from(replicaId).toString('hex'))),
  );
  const stories = async (): Promise<unknown[]> =>
    Promise.all(['u', 'd', 'n'].map((name) => site.story(name)));
  const expected = [[true, false], [true, 'deleted'], [true]];
  expect(await stories()).toEqual(expected);
  // A comes by itself: its changes are there. B hears it from C, and asks HAPI for nothing.
  expect((await site.upload(a)).changes).toMatchObject({ uploaded: 0, left: 1 });
  await handOver(c, b);
  await handOver(c, a);
  site.proxy.asked();
  for (const store of [a, b, c]) {
    expect(await pending(store)).toBe(0);
    expect(await site.upload(store)).toMatchObject({ requests: 0 });
    for (const name of ['u', 'n']) {
      expect(await textOf(store, site.id(name))).toBe(await site.text(name));
    }
  }
  expect(site.proxy.asked()).toEqual([]);
  expect(await stories()).toEqual(expected);
});

it('S4: A uploads, and hands on what HAPI made of it: nothing is left to upload at B', async () => {
  const site = await Site.open();
  for (const name of ['u', 'd']) await site.put(name, { active: true });
  const [a, b] = [site.device('a', 'sqlite'), site.device('b')];
  for (const store of [a, b]) await site.prepare(store, 'u', 'd');
  await edit(a, site.id('u'), { active: false });
  await remove(a, site.id('d'));
  await write(a, { resourceType: 'Patient', id: site.id('n') });
  await handOver(a, b);
  expect(await pending(b)).toBe(3);
  expect((await site.upload(a)).outcomes).toEqual({ uploaded: 3 });
  const again = await handOver(a, b);
  expect(again.types[0]?.outcomes).toEqual({ FAST_FORWARDED: 3 });
  expect(await pending(b)).toBe(0);
  expect(await site.upload(b)).toMatchObject({ requests: 0 });
  for (const name of ['u', 'n']) {
    expect(await textOf(b, site.id(name))).toBe(await site.text(name));
    expect(await site.history(name)).toHaveLength(name === 'u' ? 2 : 1);
  }
});

it('S5: there and back, both upload: each edit is one version', async () => {
  const site = await Site.open();
  await site.put('p', { active: true });
  const [a, b] = [site.device('a'), site.device('b')];
  for (const store of [a, b]) await site.prepare(store, 'p');
  await edit(a, site.id('p'), { gender: 'male' });
  await handOver(a, b);
  await edit(b, site.id('p'), { active: false });
  await handOver(b, a);
  expect(outcomes(site, await site.upload(a))).toEqual(['p uploaded']);
  expect(outcomes(site, await site.upload(b))).toEqual(['p already-there']);
  expect(await site.story('p')).toEqual([true, false]);
  expect(await textOf(a, site.id('p'))).toBe(await textOf(b, site.id('p')));
});
