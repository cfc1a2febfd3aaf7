// Changes that travel before they are uploaded: by a relay, by whoever comes first, and home again.
import { expect, it } from 'vitest';
import type { Store } from '../../src/store/index.ts';
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

it('PSP-CLS-10, S35: a peer’s later edit goes on top of what HAPI made of numbers', async () => {
  const site = await Site.open();
  const [a, b] = [site.device('a'), site.device('b', 'sqlite')];
  const [id, type] = [site.id('o'), 'Observation'];
  const start =
    `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"x"},` +
    '"valueQuantity":{"value":1.10},' +
    '"referenceRange":[{"low":{"value":12345678901234567890.120}}]}';
  const change = async (store: Store, from: string, to: string): Promise<void> => {
    const text = await textOf(store, id, type);
    await store.update(Buffer.from(text.replace(from, to)), '');
  };
  await a.create(Buffer.from(start), '');
  await site.upload(a);
  await handOver(a, b);
  await change(a, '"status":"final"', '"status":"amended"');
  await handOver(a, b);
  await change(b, '"text":"x"', '"text":"y"');
  const unrounded = await textOf(b, id, type);
  expect((await site.upload(a)).outcomes).toEqual({ uploaded: 1 });

  const met = await handOver(a, b);
  expect(met.types[0]?.outcomes).toEqual({ REBASED: 1 });
  // What B holds is HAPI's version, with B's change on top and nothing else.
  const server = await site.text('o', type);
  expect(server).toMatch(/"value":1\.1\}.*:12345678901234567000\}/);
  expect(await textOf(b, id, type)).toBe(server.replace('"text":"x"', '"text":"y"'));
  expect(unrounded).toContain('12345678901234567890.120');
  expect(await pending(b)).toBe(1);
  const { items } = (await site.upload(b)).resources;
  expect(items).toMatchObject([{ outcome: 'uploaded', versionId: '3', alreadyThere: 0 }]);
  expect(await site.story('o', 'status', type)).toEqual(['final', 'amended', 'amended']);
  expect(await textOf(b, id, type)).toBe(await site.text('o', type));
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
