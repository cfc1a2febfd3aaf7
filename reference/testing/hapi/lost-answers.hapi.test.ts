// Answers that never arrive although HAPI has done the work: the next look finds it, and HAPI's
// history has every edit once.
import { describe, expect, it } from 'vitest';
import { edit, outcomes, pending, remove, Site, textOf, write } from './site.ts';

const isWrite = ({ method, body }: { method: string; body: string }): boolean =>
  method !== 'GET' && !body.includes('"batch"');

describe.each([1, 50])('S29: a lost answer, %i at once', (bundleEntriesMax) => {
  it('to creates, patches and deletes is found to be no loss', async () => {
    const site = await Site.open();
    for (const name of ['u0', 'u1', 'd0', 'd1']) await site.put(name, { active: true });
    const a = site.device('a', 'sqlite');
    await site.prepare(a, 'u0', 'u1', 'd0', 'd1');
    for (const name of ['c0', 'c1']) {
      await write(a, { resourceType: 'Patient', id: site.id(name), active: true });
    }
    for (const name of ['u0', 'u1']) {
      await edit(a, site.id(name), { active: false });
      await edit(a, site.id(name), { telecom: [{ value: '1' }] });
    }
    for (const name of ['d0', 'd1']) await remove(a, site.id(name));
    // Every write: the second attempt at one would be seen in the history.
    for (let n = 0; n < 12; n += 1) site.proxy.cutAnswer(isWrite);
    const report = await site.upload(a, { bundleEntriesMax });
    expect(report.outcomes).toEqual({ 'already-there': 6 });
    expect(report.changes).toMatchObject({ uploaded: 0, alreadyThere: 8, left: 0 });
    for (const name of ['c0', 'c1']) expect(await site.story(name)).toEqual([true]);
    for (const name of ['u0', 'u1']) expect(await site.story(name)).toEqual([true, false]);
    for (const name of ['d0', 'd1']) expect(await site.story(name)).toEqual([true, 'deleted']);
    expect(await textOf(a, site.id('u0'))).toBe(await site.text('u0'));
    expect(await pending(a)).toBe(0);
    expect(site.proxy.waiting).toBe(bundleEntriesMax === 1 ? 6 : 9);
  });

  it('of a run that ended is found by the next run, after more edits', async () => {
    const site = await Site.open();
    await site.put('p', { active: true });
    await site.put('q', { active: true });
    const a = site.device('a');
    await site.prepare(a, 'p', 'q');
    for (const name of ['p', 'q']) await edit(a, site.id(name), { active: false });
    const stop = new AbortController();
    site.proxy.cutAnswer(isWrite);
    const first = await site.upload(a, {
      bundleEntriesMax,
      signal: stop.signal,
      onWait: () => stop.abort(),
    });
    expect(first.stopped?.reason).toBe('cancelled');
    expect(first.outcomes.unsettled).toBe(bundleEntriesMax === 1 ? 1 : 2);
    await edit(a, site.id('p'), { gender: 'male' });
    const second = await site.upload(a, { bundleEntriesMax });
    expect(second.changes.left).toBe(0);
    expect(outcomes(site, second)).toContain('p uploaded');
    expect(second.resources.items).toContainEqual(
      expect.objectContaining({ resourceId: site.id('p'), alreadyThere: 1, uploaded: 1 }),
    );
    expect(await site.story('p')).toEqual([true, false, false]);
    expect(await site.story('p', 'gender')).toEqual([undefined, undefined, 'male']);
    expect(await site.story('q')).toEqual([true, false]);
  });
});
