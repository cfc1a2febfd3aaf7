// S16 to S20: whose base is newer, what is nobody's change, and what clocks have to say.
import { expect } from 'vitest';
import { Ours } from '../src/index.ts';
import { bothTell, meet } from './meeting.ts';
import { createRequests } from './server.ts';
import { bothDownload, scenario, type Site } from './site.ts';

const search = 'GET Patient?_count=200 → 200';

/** A has the server's first version, B the second. */
async function downloadApart({ server, a, b }: Site): Promise<void> {
  server.puts('Patient/p', '"x":1');
  await a.downloads();
  server.puts('Patient/p', '"x":2');
  await b.downloads();
  expect(server.asked()).toEqual([search, search]);
}

scenario('S16', async (site) => {
  const { server, a, b } = site;
  await downloadApart(site);
  expect(await meet(a, b)).toEqual(bothTell('Patient/p STALE'));
  expect(await b.holds()).toEqual(['Patient/p v2 [] () {"x":2,@2}']);
  expect([await a.uploads(), await b.uploads(), server.asked()]).toEqual([[], [], []]);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":2,@2}']);
});

scenario(
  'S16',
  async (site) => {
    const { server, a, b } = site;
    await downloadApart(site);
    await a.edits('Patient/p', '"x":1,"y":1');
    const ours = { receiver: { strategy: Ours } };
    expect(await meet(a, b, ours)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
    expect(await b.holds()).toEqual(['Patient/p v2 [] () {"x":2,@2}']);
    expect(await b.archive()).toEqual(['not-taken Patient/p v1 [a1] () {"x":1,"y":1}']);

    // Nor is the server's newer version overwritten: A is told, and keeps its edit.
    expect(await a.uploads()).toEqual(['Patient/p conflict 0+0 v2 server-moved deferred']);
    expect(server.asked()).toEqual([
      'PATCH Patient/p If-Match W/"1" → 412',
      'GET Patient/p → 200',
      'GET Patient/p/_history?_count=100 → 200',
    ]);
    expect(await a.holds()).toEqual(['Patient/p v1 [a1] () {"x":1,"y":1}']);
    expect(await a.archive()).toEqual(['deferred Patient/p v2 [] () {"x":2,@2}']);
    expect([await b.uploads(), server.asked()]).toEqual([[], []]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":2,@2}']);
  },
  { variant: 'the sender edited the older' },
);

scenario(
  'S16',
  async ({ server, a }) => {
    server.puts('Patient/p', '"x":1');
    await a.downloads();
    await a.edits('Patient/p', '"x":1,"y":1');
    server.puts('Patient/p', '"x":1');
    expect(server.asked()).toEqual([search]);
    // It is what the edit was made for.
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v3']);
    expect(server.asked()).toEqual([
      'PATCH Patient/p If-Match W/"1" → 412',
      'GET Patient/p → 200',
      // Nobody had brought it there and had it taken back.
      'GET Patient/p/_history?_count=100 → 200',
      'PATCH Patient/p If-Match W/"2" → 200',
    ]);
    expect(await a.holds()).toEqual(['Patient/p v3 [] (a1) {"x":1,@3,"y":1}']);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":1,@2}', '{"x":1,@3,"y":1}']);
  },
  { variant: 'the server saved it again without a difference' },
);

scenario('S17', async (site) => {
  const { server, a, b } = site;
  await downloadApart(site);
  expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await a.holds()).toEqual(['Patient/p v2 [] () {"x":2,@2}']);
  expect(await a.archive()).toEqual([]);
  expect([await a.uploads(), await b.uploads(), server.asked()]).toEqual([[], [], []]);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":2,@2}']);
});

scenario('S18', async ({ server, a, b, c }) => {
  server.puts('Patient/p', '"x":1');
  await a.downloads();
  expect(server.asked()).toEqual([search]);
  expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
  expect(await meet(b, c)).toEqual(bothTell('Patient/p STORED'));
  for (const device of [b, c]) {
    expect(await device.holds()).toEqual(['Patient/p v1 [] () {"x":1,@1}']);
    expect(await device.store.getLocalChanges('Patient', 'p')).toEqual([]);
    expect([await device.uploads(), server.asked()]).toEqual([[], []]);
  }

  // An edit at the receiver stands on the server's version, as at the one who fetched it.
  await c.edits('Patient/p', '"x":2');
  const [change] = await c.store.getLocalChanges('Patient', 'p');
  expect(change?.baseVersionId).toBe('1');
  expect(await c.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
  expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":2,@2}']);
});

scenario('S19', async ({ server, a, b }) => {
  await a.creates('Patient/p', '"x":1');
  await a.edits('Patient/p', '"x":2');
  expect(await meet(a, b, { over: 'sockets' })).toEqual(bothTell('Patient/p STORED'));
  expect(await b.holds()).toEqual(['Patient/p - [+a1 a2] () {"x":2}']);
  expect((await b.entry('Patient/p')).payload).toEqual((await a.entry('Patient/p')).payload);

  // B brings the creation there, whole; A learns of it from B.
  expect(await b.uploads()).toEqual(['Patient/p uploaded 0+2 v1']);
  expect(server.asked()).toEqual(createRequests('Patient/p'));
  expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  const settled = ['Patient/p v1 [] (a1 a2) {"x":2,@1}'];
  expect([await a.holds(), await b.holds()]).toEqual([settled, settled]);
  expect([await a.uploads(), server.asked()]).toEqual([[], []]);
  expect(server.versions('Patient/p')).toEqual(['{"x":2,@1}']);
});

scenario(
  'S20',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"x":1', '2024-05-01T12:00:00Z');
    await a.edits('Patient/p', '"x":2', '2024-05-01T12:00:00Z');
    await meet(a, b);
    await a.edits('Patient/p', '"x":3', '1999-01-01T00:00:00Z');
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect(await b.holds()).toEqual(['Patient/p - [+a1 a2 a3] () {"x":3}']);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+3 v1']);
    expect(server.asked()).toEqual(createRequests('Patient/p'));
    expect(server.versions('Patient/p')).toEqual(['{"x":3,@1}']);
  },
  { variant: 'a clock set back' },
);

scenario(
  'S20',
  async ({ server, a, b }) => {
    const millisecond = '2024-01-01T00:00:00.000Z';
    server.puts('Patient/p', '"x":1', millisecond);
    await a.downloads();
    // The same moment, written otherwise.
    server.puts('Patient/p', '"x":2', '2024-01-01T01:00:00.000+01:00');
    await b.downloads();
    expect(server.asked()).toEqual([search, search]);
    // Nothing tells which is newer: a conflict, not a guess.
    const ours = { receiver: { strategy: Ours } };
    expect(await meet(a, b, ours)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
    expect(await b.holds()).toEqual(['Patient/p v2 [] () {"x":2,@2}']);
    expect(await b.archive()).toEqual(['not-taken Patient/p v1 [] () {"x":1,@1}']);
    expect([await a.uploads(), await b.uploads(), server.asked()]).toEqual([[], [], []]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":2,@2}']);
  },
  { variant: 'equal milliseconds' },
);

scenario(
  'S20',
  async (site) => {
    const { server, a, b } = site;
    await bothDownload(site, 'Patient/p', '"x":1');
    // Two devices record two edits at one moment: position and names tell them apart.
    await a.edits('Patient/p', '"x":2');
    await meet(a, b);
    await b.edits('Patient/p', '"x":3');
    await meet(b, a);
    expect(await a.holds()).toEqual(['Patient/p v1 [a1 b1] () {"x":3}']);
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+2 v2']);
    expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":3,@2}']);
  },
  { variant: 'two edits of one moment' },
);
