// Preparing a device from HAPI: pages, HAPI's own octets, and what HAPI adds to them.
import { describe, expect, it } from 'vitest';
import { download } from '../../src/upload/index.ts';
import { contentOf, edit, pending, Site, textOf } from './site.ts';

describe('a download', () => {
  it('S18, S21: comes in pages, all of it, octet for octet, and is nobody’s change', async () => {
    const site = await Site.open();
    const names = Array.from({ length: 23 }, (_, n) => `p${n}`);
    const family = site.id('family');
    for (const name of names) await site.put(name, { name: [{ family }] });
    const store = site.device('a', 'sqlite');
    const shown: unknown[] = [];
    const query = `family:exact=${family}&_count=5`;
    const options = { store, type: 'Patient', query, clock: site.clock };
    const report = await download({ ...options, onProgress: (one) => shown.push(one) });
    expect(report).toMatchObject({ pages: 5, results: { imported: 23 }, refused: { items: [] } });
    expect(report.stopped).toBeUndefined();
    expect(shown.at(-1)).toEqual({ pages: 5, resources: 23, total: 23 });
    for (const name of names) {
      expect(await textOf(store, site.id(name))).toBe(await site.text(name));
    }
    expect(await pending(store)).toBe(0);
    const again = await download(options);
    expect(again.results).toEqual({ unchanged: 23 });
    site.proxy.asked();
    expect(await site.upload(store)).toMatchObject({ requests: 0, outcomes: {} });
    expect(site.proxy.asked()).toEqual([]);
  });

  it('S16, S17: later brings newer versions, and overwrites no edit', async () => {
    const site = await Site.open();
    for (const name of ['p', 'q']) await site.put(name, { active: true });
    const store = site.device('a');
    await site.prepare(store, 'p', 'q');
    await edit(store, site.id('p'), { gender: 'male' });
    for (const name of ['p', 'q']) await site.put(name, { active: false });
    expect((await site.prepare(store, 'p', 'q')).results).toEqual({
      'kept-local-changes': 1,
      imported: 1,
    });
    expect(await contentOf(store, site.id('p'))).toMatchObject({ active: true, gender: 'male' });
    expect(await textOf(store, site.id('q'))).toBe(await site.text('q'));
  });

  it('S35: HAPI keeps decimals, escapes and padding, and stamps its meta', async () => {
    const site = await Site.open();
    const value = { value: 1.5, unit: 'x' };
    await site.put(
      'o',
      { status: 'final', code: { text: 'Ä 😀 "q" \\ /' }, valueQuantity: value },
      'Observation',
    );
    const store = site.device('a', 'sqlite');
    await site.prepareType(store, 'Observation', 'o');
    const here = await textOf(store, site.id('o'), 'Observation');
    expect(here).toBe(await site.text('o', 'Observation'));
    expect(here).toMatch(/"meta":\{"versionId":"1","lastUpdated":"[^"]+","source":"#\w+"\}/);
    expect(here).toContain('"value":1.5,');
  });
});
