// Provenances at a server that validates them, checks references and does not heed If-None-Match.
import { expect, it } from 'vitest';
import { edit, handOver, remove, Site, write } from './site.ts';

it.each([1, 50])('S43: HAPI takes one for each upload, %i at a time, once', async (together) => {
  const site = await Site.open();
  for (const name of ['u', 'd']) await site.put(name, { active: true });
  const [a, b] = [site.device('a'), site.device('b')];
  for (const store of [a, b]) await site.prepare(store, 'u', 'd');
  await edit(a, site.id('u'), { active: false });
  await remove(a, site.id('d'));
  await write(a, { resourceType: 'Patient', id: site.id('n'), active: true });
  await handOver(a, b);
  await edit(b, site.id('u'), { gender: 'female' });
  const options = { provenance: true, bundleEntriesMax: together };
  const report = await site.upload(b, options);
  expect(report.outcomes).toEqual({ uploaded: 3 });
  expect(report.problems.items).toEqual([]);
  const written = report.resources.items.flatMap(({ provenance = [] }) => provenance);
  expect(written.map(({ result }) => result)).toEqual(['written', 'written', 'written']);
  // A brings what B brought for it: where the changes are the same, so is the Provenance.
  const again = await site.upload(a, options);
  const there = again.resources.items.flatMap(({ provenance = [] }) => provenance);
  expect(there.filter(({ result }) => result === 'there')).toHaveLength(2);
  for (const { id } of written) {
    const answer = await fetch(`${process.env['PEERSYNC_HAPI_URL']}/Provenance/${id}`);
    const { meta, agent, entity } = (await answer.json()) as {
      meta: { versionId: string };
      agent: unknown[];
      entity: unknown[];
    };
    expect([answer.status, meta.versionId]).toEqual([200, '1']);
    expect([agent.length, entity.length]).toEqual(entity.length === 2 ? [2, 2] : [1, 1]);
  }
});
