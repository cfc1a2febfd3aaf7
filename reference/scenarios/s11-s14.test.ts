// S11 and S12: deletions. One never wins in silence against an edit, and one that was shared ends
// the resource everywhere, whoever comes to the server first.
import { expect } from 'vitest';
import { Ours, Theirs, UsageError } from '../src/index.ts';
import { bothTell, meet } from './meeting.ts';
import { createRequests } from './server.ts';
import { bothDownload, scenario } from './site.ts';

const patched = 'PATCH Patient/p If-Match W/"1" → 200';
// Not every server heeds If-Match on a DELETE, so it is looked at first; and the answer to one
// names no version, which the history does.
const deleted = [
  'GET Patient/p → 200',
  'DELETE Patient/p If-Match W/"1" → 204',
  'GET Patient/p/_history?_count=2 → 200',
];

for (const deleter of ['A', 'B']) {
  for (const strategy of [Theirs, Ours]) {
    scenario(
      'S11',
      async (site) => {
        const { server, a, b } = site;
        await bothDownload(site, 'Patient/p');
        const [deleting, editing] = deleter === 'A' ? [a, b] : [b, a];
        await deleting.deletes('Patient/p');
        await editing.edits('Patient/p', '"x":1');
        const [state, other] = [await a.holds(), await b.holds()];
        const isTheirs = strategy === Theirs;
        const outcome = isTheirs ? 'CONFLICT_THEIRS' : 'CONFLICT_OURS';
        const told = await meet(a, b, { receiver: { strategy } });
        expect(told).toEqual(bothTell(`Patient/p ${outcome}`));
        const [kept, aside] = isTheirs
          ? [state, `displaced ${other[0]}`]
          : [other, `not-taken ${state[0]}`];
        expect(await b.holds()).toEqual(kept);
        expect(await b.archive()).toEqual([aside]);

        expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
        const isDeleted = kept[0]?.endsWith('deleted') === true;
        expect(server.asked()).toEqual(isDeleted ? deleted : [patched]);
        expect(server.versions('Patient/p')).toEqual([
          '{@1}',
          isDeleted ? 'deleted' : '{@2,"x":1}',
        ]);
      },
      { variant: `${deleter} deletes, ${strategy.name}` },
    );
  }
}

scenario(
  'S11',
  async (site) => {
    const { server, a, b } = site;
    await bothDownload(site, 'Patient/p');
    await a.deletes('Patient/p');
    await b.edits('Patient/p', '"x":1');
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual(deleted);
    expect(await b.uploads()).toEqual(['Patient/p conflict 0+0 v2 deleted-on-server deferred']);
    // Never put back: what it was deleted for is not ours to undo.
    expect(server.asked()).toEqual([
      'PATCH Patient/p If-Match W/"1" → 410',
      'GET Patient/p → 410',
      'GET Patient/p/_history?_count=100 → 200',
      'GET Patient/p/_history?_count=2 → 200',
    ]);
    expect(await b.holds()).toEqual(['Patient/p v1 [b1] () {"x":1}']);
    expect(await b.archive()).toEqual(['deferred Patient/p v2 [] () deleted']);
    expect(server.versions('Patient/p')).toEqual(['{@1}', 'deleted']);
  },
  { variant: 'both upload, the deletion first' },
);

scenario(
  'S11',
  async (site) => {
    const { server, a, b } = site;
    await bothDownload(site, 'Patient/p');
    await a.deletes('Patient/p');
    await b.edits('Patient/p', '"x":1');
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual([patched]);
    expect(await a.uploads()).toEqual(['Patient/p conflict 0+0 v2 delete-against-edit deferred']);
    expect(server.asked()).toEqual([
      'GET Patient/p → 200',
      'GET Patient/p/_history?_count=100 → 200',
    ]);
    expect(await a.holds()).toEqual(['Patient/p v1 [-a1] () deleted']);
    expect(await a.archive()).toEqual(['deferred Patient/p v2 [] () {@2,"x":1}']);
    expect(server.versions('Patient/p')).toEqual(['{@1}', '{@2,"x":1}']);
  },
  { variant: 'both upload, the edit first' },
);

scenario('S12', async ({ server, a, b }) => {
  await a.creates('Patient/p', '"x":1');
  expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
  await a.deletes('Patient/p');
  expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  const gone = ['Patient/p - [+a1 -a2] () deleted'];
  expect([await a.holds(), await b.holds()]).toEqual([gone, gone]);

  // Never there, and never to be: both look, none writes.
  expect(await b.uploads()).toEqual(['Patient/p never-there 0+0']);
  expect(await a.uploads()).toEqual(['Patient/p never-there 0+0']);
  expect(server.asked()).toEqual(['GET Patient/p → 404', 'GET Patient/p → 404']);
  expect(server.versions('Patient/p')).toEqual([]);
});

scenario(
  'S12',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"x":1');
    await meet(a, b);
    await a.deletes('Patient/p');
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
    expect(server.asked()).toEqual(createRequests('Patient/p'));
    expect(await a.uploads()).toEqual(['Patient/p uploaded 1+1 v2']);
    expect(server.asked()).toEqual(deleted);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    const gone = ['Patient/p v2 [] (a1 a2) deleted'];
    expect([await a.holds(), await b.holds()]).toEqual([gone, gone]);
    expect([await a.uploads(), await b.uploads(), server.asked()]).toEqual([[], [], []]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', 'deleted']);
  },
  { variant: 'B uploaded before it heard of the deletion' },
);

scenario(
  'S12',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"x":1');
    await meet(a, b);
    await a.deletes('Patient/p');
    // Nothing to do there yet; but B has it, so the deletion is not over.
    expect(await a.uploads()).toEqual(['Patient/p never-there 0+0']);
    expect(server.asked()).toEqual(['GET Patient/p → 404']);
    expect(await a.holds()).toEqual(['Patient/p - [+a1 -a2] () deleted']);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
    expect(server.asked()).toEqual(createRequests('Patient/p'));
    expect(await a.uploads()).toEqual(['Patient/p uploaded 1+1 v2']);
    expect(server.asked()).toEqual(deleted);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    const gone = ['Patient/p v2 [] (a1 a2) deleted'];
    expect([await a.holds(), await b.holds()]).toEqual([gone, gone]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', 'deleted']);
  },
  { variant: 'A looked there before B uploaded' },
);

scenario('S13', async (site) => {
  const { server, a, b, c } = site;
  await bothDownload(site, 'Patient/p');
  await a.deletes('Patient/p');
  expect(await meet(a, b, { over: 'sockets' })).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await b.holds()).toEqual(['Patient/p v1 [-a1] () deleted']);

  expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
  expect(server.asked()).toEqual(deleted);
  // Who carries the same deletion finds it done, and knows its version too.
  expect(await b.uploads()).toEqual(['Patient/p already-there 1+0 v2']);
  expect(server.asked()).toEqual(['GET Patient/p → 410', 'GET Patient/p/_history?_count=2 → 200']);
  const gone = ['Patient/p v2 [] (a1) deleted'];
  expect([await a.holds(), await b.holds()]).toEqual([gone, gone]);
  for (const device of [a, b]) {
    const { payload } = await device.entry('Patient/p');
    expect(payload.base?.lastUpdated).toBe('2024-01-01T00:00:02.000Z');
  }

  // A device that has the resource still, and one that never had it, both learn of the deletion.
  const d = site.device('d');
  expect(await meet(b, c)).toEqual(bothTell('Patient/p STORED'));
  await d.store.importServerVersion(new TextEncoder().encode(server.octetsOf('Patient/p', '1')));
  expect(await meet(c, d)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect([await c.holds(), await d.holds()]).toEqual([gone, gone]);
  expect([await c.uploads(), await d.uploads(), server.asked()]).toEqual([[], [], []]);
  expect(server.versions('Patient/p')).toEqual(['{@1}', 'deleted']);
});

scenario(
  'S14',
  async (site) => {
    const { server, a, b } = site;
    await bothDownload(site, 'Patient/p', '"x":1');
    await a.deletes('Patient/p');
    // Before the server has heard of the deletion the list has no place for a creation.
    await expect(a.creates('Patient/p', '"x":2')).rejects.toThrow(UsageError);
    expect(await a.holds()).toEqual(['Patient/p v1 [-a1] () deleted']);
    // Nor at a device that was handed the deletion.
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    await expect(b.creates('Patient/p', '"x":2')).rejects.toThrow(UsageError);
    expect(await b.holds()).toEqual(['Patient/p v1 [-a1] () deleted']);
    expect(server.asked()).toEqual([]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}']);
  },
  { variant: 'not before the deletion is uploaded' },
);

scenario(
  'S14',
  async (site) => {
    const { server, a, b, c } = site;
    await bothDownload(site, 'Patient/p', '"x":1');
    await a.deletes('Patient/p');
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual(deleted);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect(await meet(b, c)).toEqual(bothTell('Patient/p STORED'));
    server.puts('Patient/p', '"x":2');
    await a.downloads();
    expect(server.asked()).toEqual(['GET Patient?_count=200 → 200']);
    expect(await a.holds()).toEqual(['Patient/p v3 [] (a1) {"x":2,@3}']);
    // The older deletion does not come over it again.
    expect(await meet(c, a)).toEqual(bothTell('Patient/p STALE'));
    await a.edits('Patient/p', '"x":3');
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect(await b.holds()).toEqual(['Patient/p v3 [a2] (a1) {"x":3}']);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v4']);
    expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"3" → 200']);
    const versions = ['{"x":1,@1}', 'deleted', '{"x":2,@3}', '{"x":3,@4}'];
    expect(server.versions('Patient/p')).toEqual(versions);
  },
  { variant: 'created again at the server' },
);

scenario(
  'S14',
  async (site) => {
    const { server, a, b, c } = site;
    await bothDownload(site, 'Patient/p', '"x":1');
    await a.deletes('Patient/p');
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual(deleted);
    // Now the id is free. The same content again is another resource all the same.
    await a.creates('Patient/p', '"x":1');
    // The absorbed ids spoke of the deletion, which is its base no longer (PSP-DATA-13).
    expect(await a.holds()).toEqual(['Patient/p - [+a2] () {"x":1}']);
    expect(await meet(a, c)).toEqual(bothTell('Patient/p STORED'));
    // Who has the old one can not tell what became of it, and is told so.
    const ours = { receiver: { strategy: Ours } };
    expect(await meet(a, b, ours)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
    expect(await b.archive()).toEqual(['not-taken Patient/p - [+a2] () {"x":1}']);
    const { payload } = await b.entry('Patient/p');
    // Nothing claims that the deletion is inside the version that was deleted.
    expect([payload.base?.versionId, payload.changes, payload.absorbed]).toEqual(['1', [], []]);

    // A carrier brings it, once; then all go on from there.
    expect(await c.uploads()).toEqual(['Patient/p uploaded 0+1 v3']);
    expect(server.asked()).toEqual([
      'GET Patient/p → 410',
      'GET Patient/p/_history?_count=100 → 200',
      'PUT Patient/p If-None-Match * → 201',
    ]);
    expect(await a.uploads()).toEqual(['Patient/p already-there 1+0 v3']);
    expect(server.asked()).toEqual(['GET Patient/p → 200']);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    for (const device of [a, b, c]) {
      expect(await device.holds()).toEqual(['Patient/p v3 [] (a2) {"x":1,@3}']);
    }
    expect([await b.uploads(), server.asked()]).toEqual([[], []]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', 'deleted', '{"x":1,@3}']);
  },
  { variant: 'once the server knows of the deletion' },
);
