// S1 to S6: exchanges without a conflict, until the server has every edit once.
import { expect } from 'vitest';
import { bothTell, meet } from './meeting.ts';
import { createRequests } from './server.ts';
import { scenario } from './site.ts';

const created = createRequests('Patient/p');

for (const variant of ['A first', 'B first']) {
  scenario(
    'S1',
    async ({ server, a, b }) => {
      await a.creates('Patient/p', '"x":1.10');
      await a.edits('Patient/p', '"x":1.10,"active":true');
      expect(await meet(a, b, { over: 'sockets' })).toEqual(bothTell('Patient/p STORED'));
      expect(await b.holds()).toEqual(['Patient/p - [+a1 a2] () {"x":1.10,"active":true}']);

      const [first, second] = variant === 'A first' ? [a, b] : [b, a];
      expect(await first.uploads()).toEqual(['Patient/p uploaded 0+2 v1']);
      expect(server.asked()).toEqual(created);
      expect(await second.uploads()).toEqual(['Patient/p already-there 2+0 v1']);
      expect(server.asked()).toEqual(['GET Patient/p → 200']);
      expect(server.versions('Patient/p')).toEqual(['{"x":1.10,"active":true,@1}']);
      const settled = ['Patient/p v1 [] (a1 a2) {"x":1.10,"active":true,@1}'];
      expect([await a.holds(), await b.holds()]).toEqual([settled, settled]);

      expect(await meet(a, b)).toEqual(bothTell('Patient/p DUPLICATE'));
      expect([await a.uploads(), await b.uploads(), server.asked()]).toEqual([[], [], []]);
    },
    { variant },
  );
}

scenario(
  'S2',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"x":1');
    expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
    await b.edits('Patient/p', '"x":1,"y":2');

    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
    expect(server.asked()).toEqual(created);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 1+1 v2']);
    expect(server.asked()).toEqual(['GET Patient/p → 200', 'PATCH Patient/p If-Match W/"1" → 200']);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":1,@2,"y":2}']);

    expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    const settled = ['Patient/p v2 [] (a1 b1) {"x":1,@2,"y":2}'];
    expect([await a.holds(), await b.holds()]).toEqual([settled, settled]);
    expect([await a.archive(), await b.archive()]).toEqual([[], []]);
    expect([await a.uploads(), await b.uploads(), server.asked()]).toEqual([[], [], []]);
  },
  { variant: 'A first' },
);

scenario(
  'S2',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"x":1');
    await meet(a, b);
    await b.edits('Patient/p', '"x":1,"y":2');

    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+2 v1']);
    expect(server.asked()).toEqual(created);
    // No version there is what A's change led to: A is told, and nothing is sent.
    expect(await a.uploads()).toEqual(['Patient/p conflict 0+0 v1 exists deferred']);
    expect(server.asked()).toEqual([
      'GET Patient/p → 200',
      'GET Patient/p/_history?_count=100 → 200',
    ]);
    expect(await a.holds()).toEqual(['Patient/p - [+a1] () {"x":1}']);

    // B knows that it is, and says so.
    expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    const settled = ['Patient/p v1 [] (a1 b1) {"x":1,"y":2,@1}'];
    expect([await a.holds(), await b.holds()]).toEqual([settled, settled]);
    expect([await a.uploads(), await b.uploads(), server.asked()]).toEqual([[], [], []]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,"y":2,@1}']);
  },
  { variant: 'B first' },
);

scenario(
  'S2',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"x":1');
    await meet(a, b);
    await b.edits('Patient/p', '"x":1,"y":2');
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
    expect(server.asked()).toEqual(created);

    // B hands back before it hears of the upload: only its own edit is new to A.
    expect(await meet(b, a)).toEqual(bothTell('Patient/p REBASED'));
    expect(await a.holds()).toEqual(['Patient/p v1 [b1] (a1) {"x":1,@1,"y":2}']);
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    const settled = ['Patient/p v2 [] (a1 b1) {"x":1,@2,"y":2}'];
    expect([await a.holds(), await b.holds()]).toEqual([settled, settled]);
    expect([await b.uploads(), server.asked()]).toEqual([[], []]);
    expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}', '{"x":1,@2,"y":2}']);
  },
  { variant: 'A first, then B hands back' },
);

scenario('S3', async ({ server, a, b }) => {
  await a.creates('Patient/p', '"x":1');
  expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
  await a.edits('Patient/p', '"x":2');
  // B's changes are A's: no conflict.
  expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await b.holds()).toEqual(['Patient/p - [+a1 a2] () {"x":2}']);
  expect(await b.holds()).toEqual(await a.holds());
  expect(await b.archive()).toEqual([]);

  expect(await b.uploads()).toEqual(['Patient/p uploaded 0+2 v1']);
  expect(await a.uploads()).toEqual(['Patient/p already-there 2+0 v1']);
  expect(server.asked()).toEqual([...created, 'GET Patient/p → 200']);
  expect(server.versions('Patient/p')).toEqual(['{"x":2,@1}']);
});

scenario('S4', async ({ server, a, b }) => {
  await a.creates('Patient/p', '"x":1');
  await meet(a, b);
  expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
  expect(server.asked()).toEqual(created);
  expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await b.holds()).toEqual(['Patient/p v1 [] (a1) {"x":1,@1}']);

  // A uploaded for both.
  expect([await b.uploads(), server.asked()]).toEqual([[], []]);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}']);
});

scenario('S5', async ({ server, a, b }) => {
  await a.creates('Patient/p', '"x":1');
  expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
  const before = await a.entries();
  expect(await meet(b, a)).toEqual(bothTell());
  expect(await meet(a, b)).toEqual(bothTell());
  expect(await a.entries()).toEqual(before);

  // What B adds goes to A once, and does not come back either.
  await b.edits('Patient/p', '"x":1,"y":2');
  expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect(await meet(a, b)).toEqual(bothTell());
  expect(await meet(b, a)).toEqual(bothTell());
  expect(await a.holds()).toEqual(['Patient/p - [+a1 b1] () {"x":1,"y":2}']);
  expect(await b.holds()).toEqual(await a.holds());

  expect(await a.uploads()).toEqual(['Patient/p uploaded 0+2 v1']);
  expect(await b.uploads()).toEqual(['Patient/p already-there 2+0 v1']);
  expect(server.asked()).toEqual([...created, 'GET Patient/p → 200']);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,"y":2,@1}']);
});

scenario('S6', async ({ server, a, b, c }) => {
  await a.creates('Patient/p', '"x":1');
  expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
  expect(await meet(b, c, { over: 'sockets' })).toEqual(bothTell('Patient/p STORED'));
  expect(await meet(a, c)).toEqual(bothTell('Patient/p DUPLICATE'));
  const everywhere = ['Patient/p - [+a1] () {"x":1}'];
  for (const device of [a, b, c]) expect(await device.holds()).toEqual(everywhere);

  expect(await c.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
  expect(await a.uploads()).toEqual(['Patient/p already-there 1+0 v1']);
  expect(server.asked()).toEqual([...created, 'GET Patient/p → 200']);
  // B hears of it from A, and asks the server nothing.
  expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
  expect([await b.uploads(), server.asked()]).toEqual([[], []]);
  const settled = ['Patient/p v1 [] (a1) {"x":1,@1}'];
  for (const device of [a, b, c]) expect(await device.holds()).toEqual(settled);
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}']);
});
