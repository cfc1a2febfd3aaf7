// S42 to S46: carriers that come late, relays, changes of several authors and several versions.
import { expect } from 'vitest';
import { encodeBatch } from '../src/wire/index.ts';
import type { Device } from './device.ts';
import { bothTell, meet } from './meeting.ts';
import { createRequests } from './server.ts';
import { bothDownload, scenario } from './site.ts';

const history = (count: number): string => `GET Patient/p/_history?_count=${count} → 200`;

scenario('S42', async ({ server, a, b, c }) => {
  await a.creates('Patient/p', '"x":1');
  await meet(a, b);
  expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
  server.deletes('Patient/p');
  expect(server.asked()).toEqual(createRequests('Patient/p'));

  // B carries the creation still. It was there, and it is gone: it does not come back to life.
  expect(await b.uploads()).toEqual(['Patient/p already-there 1+0 v2']);
  expect(server.asked()).toEqual(['GET Patient/p → 410', history(100), history(2)]);
  expect(await b.holds()).toEqual(['Patient/p v2 [] (a1) deleted']);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', 'deleted']);
  // So A learns of the deletion from B; who has an older state changes nothing any more.
  expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await meet(b, c)).toEqual(bothTell('Patient/p STORED'));
  const gone = ['Patient/p v2 [] (a1) deleted'];
  for (const device of [a, b, c]) expect(await device.holds()).toEqual(gone);
});

scenario(
  'S42',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"x":1');
    await meet(a, b);
    await b.edits('Patient/p', '"x":1,"y":2');
    await a.uploads();
    server.deletes('Patient/p');
    expect(server.asked()).toEqual(createRequests('Patient/p'));
    expect(await b.uploads()).toEqual(['Patient/p conflict 1+0 v2 deleted-on-server deferred']);
    expect(server.asked()).toEqual(['GET Patient/p → 410', history(100), history(2)]);
    expect(await b.holds()).toEqual(['Patient/p - [+a1 b1] () {"x":1,"y":2}']);
    expect(await b.archive()).toEqual(['deferred Patient/p v2 [] (a1) deleted']);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', 'deleted']);
  },
  { variant: 'who edited it is told' },
);

scenario(
  'S42',
  async ({ server, a, b, c }) => {
    await a.creates('Patient/p', '"x":1');
    await meet(a, c);
    await a.uploads();
    expect(server.asked()).toEqual(createRequests('Patient/p'));
    await meet(a, b);
    // The carrier brings to B what B knows to be inside the server's version.
    expect(await meet(c, b)).toEqual(bothTell('Patient/p STALE'));
    expect(await b.holds()).toEqual(['Patient/p v1 [] (a1) {"x":1,@1}']);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}']);
  },
  { variant: 'who knows of the upload' },
);

/** All that a device has of a resource, as it would travel: unknown fields included. */
const encoded = async (device: Device, name: string): Promise<string> =>
  Buffer.from(encodeBatch([(await device.entry(name)).payload])).toString('hex');

scenario('S43', async (site) => {
  const { server, a, b, c } = site;
  await bothDownload(site, 'Patient/p');
  await a.edits('Patient/p', '"x":1', '2024-05-01T08:00:00Z');
  // What a later version of the protocol may say: fields that nobody here knows.
  const { payload } = await a.entry('Patient/p');
  const unknown = { [(800 << 3) | 2]: [Uint8Array.of(3, 1, 2, 3)] };
  const changes = payload.changes.map((change) => ({ ...change, _unknownFields: unknown }));
  await a.plants({ ...payload, changes, _unknownFields: unknown });
  const d = site.device('d');
  expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await meet(b, c, { over: 'sockets' })).toEqual(bothTell('Patient/p STORED'));
  expect(await encoded(c, 'Patient/p')).toBe(await encoded(a, 'Patient/p'));
  // A relay that edits adds to what others did, and alters nothing of it.
  await c.edits('Patient/p', '"x":1,"y":2', '2024-05-01T09:00:00Z');
  expect(await meet(c, d)).toEqual(bothTell('Patient/p STORED'));
  expect(await d.holds()).toEqual(['Patient/p v1 [a1 c1] () {"x":1,"y":2}']);
  const relayed = (await d.entry('Patient/p')).payload;
  expect(relayed.changes[0]).toEqual((await a.entry('Patient/p')).payload.changes[0]);
  expect(relayed._unknownFields).toEqual(unknown);

  // Who wrote what, and when, is known to the one who brings it to the server.
  const report = await d.uploadReport();
  expect(report.resources.items[0]?.changes).toEqual([
    {
      replicaId: '61'.repeat(16),
      counter: '1',
      type: 'UPDATE',
      recordedAt: '2024-05-01T08:00:00Z',
    },
    {
      replicaId: '63'.repeat(16),
      counter: '1',
      type: 'UPDATE',
      recordedAt: '2024-05-01T09:00:00Z',
    },
  ]);
  expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);
  expect(server.versions('Patient/p')).toEqual(['{@1}', '{@2,"x":1,"y":2}']);
  // All others learn from D by the names of their changes.
  for (const device of [c, a]) {
    expect(await meet(d, device)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect(await device.holds()).toEqual(['Patient/p v2 [] (a1 c1) {@2,"x":1,"y":2}']);
  }
});

scenario('S45', async (site) => {
  const { server, a, b, c } = site;
  await bothDownload(site, 'Patient/p', '"x":1');
  await a.edits('Patient/p', '"x":2');
  expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  // The server saves it again without a difference; B hears of that version from C.
  server.puts('Patient/p', '"x":1');
  await c.downloads();
  expect(server.asked()).toEqual(['GET Patient?_count=200 → 200']);
  expect(await meet(c, b)).toEqual(bothTell('Patient/p REBASED'));
  await b.edits('Patient/p', '"x":2,"y":3');
  const changes = await b.store.getLocalChanges('Patient', 'p');
  expect(changes.map(({ baseVersionId }) => baseVersionId)).toEqual(['1', '2']);

  // They travel as they are, and lead on from what A has, whose version is the older.
  expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await a.store.getLocalChanges('Patient', 'p')).toEqual(changes);
  expect(await meet(a, c)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  const pending = ['Patient/p v2 [a1 b1] () {"x":2,"y":3}'];
  for (const device of [a, b, c]) expect(await device.holds()).toEqual(pending);

  expect(await c.uploads()).toEqual(['Patient/p uploaded 0+2 v3']);
  expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"2" → 200']);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":1,@2}', '{"x":2,@3,"y":3}']);
});

const told = (div: string): string =>
  `"text":{"status":"generated","div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">${div}</div>"}`;

scenario('S46', async (site) => {
  const { server, a, b } = site;
  await bothDownload(site, 'Patient/p', told('one'));
  await a.edits('Patient/p', told('two é &lt;'));
  expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await b.holds()).toEqual([`Patient/p v1 [a1] () {${told('two é &lt;')}}`]);
  expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
  expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);
  expect(server.versions('Patient/p')).toEqual([
    `{${told('one')},@1}`,
    `{${told('two é &lt;')},@2}`,
  ]);
});
