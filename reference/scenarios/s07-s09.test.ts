// S7 to S9: two sides that did not know of each other. No side is ever mixed with the other by
// position, nothing is overwritten in silence, and every edit is at the server or told.
import { expect } from 'vitest';
import { Defer, mergeOntoServer, mergeOr, Ours, Theirs } from '../src/index.ts';
import { decideWith } from '../src/sync/index.ts';
import { bothTell, meet } from './meeting.ts';
import { createRequests } from './server.ts';
import { bothDownload, scenario, type Site } from './site.ts';

const numbers = '"telecom":[{"value":"1"},{"value":"2"},{"value":"3"}]';
const withoutFirst = '"telecom":[{"value":"2"},{"value":"3"}]';
const secondChanged = '"telecom":[{"value":"1"},{"value":"two"},{"value":"3"}]';

// One device removes telecom[0], the other changes /telecom/1/value: one patch after the other
// would change the wrong number.
async function bothCall(site: Site): Promise<void> {
  await bothDownload(site, 'Patient/p', numbers);
  await site.a.edits('Patient/p', withoutFirst);
  await site.b.edits('Patient/p', secondChanged);
}

const created = createRequests('Patient/p');
const patched = 'PATCH Patient/p If-Match W/"1" → 200';
// The version that is there tells all, or the older ones have to be read.
const looked = ['PATCH Patient/p If-Match W/"1" → 412', 'GET Patient/p → 200'];
const searched = [...looked, 'GET Patient/p/_history?_count=100 → 200'];

scenario(
  'S7',
  async (site) => {
    const { server, a, b } = site;
    await bothCall(site);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p CONFLICT_THEIRS'));
    expect(await b.holds()).toEqual([`Patient/p v1 [a1] () {${withoutFirst}}`]);
    expect(await b.archive()).toEqual([`displaced Patient/p v1 [b1] () {${secondChanged}}`]);
    expect(await b.holds()).toEqual(await a.holds());

    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual([patched]);
    expect(await a.uploads()).toEqual(['Patient/p already-there 1+0 v2']);
    expect(server.asked()).toEqual(looked);
    expect(server.versions('Patient/p')).toEqual([`{${numbers},@1}`, `{${withoutFirst},@2}`]);
  },
  { variant: 'theirs' },
);

scenario(
  'S7',
  async (site) => {
    const { server, a, b } = site;
    await bothCall(site);
    const ours = { receiver: { strategy: Ours } };
    expect(await meet(a, b, ours)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
    expect(await b.holds()).toEqual([`Patient/p v1 [b1] () {${secondChanged}}`]);
    expect(await b.archive()).toEqual([`not-taken Patient/p v1 [a1] () {${withoutFirst}}`]);

    // The same at the server: the second one is told, and the first stays.
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual([patched]);
    const told = 'Patient/p conflict 0+0 v2 server-moved deferred';
    expect(await a.uploads()).toEqual([told]);
    expect(server.asked()).toEqual(searched);
    expect(await a.holds()).toEqual([`Patient/p v1 [a1] () {${withoutFirst}}`]);
    expect(await a.archive()).toEqual([`deferred Patient/p v2 [] () {${secondChanged},@2}`]);
    expect(server.versions('Patient/p')).toEqual([`{${numbers},@1}`, `{${secondChanged},@2}`]);
  },
  { variant: 'ours' },
);

scenario(
  'S7',
  async (site) => {
    const { server, a, b } = site;
    await bothCall(site);
    // An array is one member: a merge leaves it to its fall-back.
    const merge = { receiver: { strategy: mergeOr(Defer) } };
    expect(await meet(a, b, merge)).toEqual(bothTell('Patient/p CONFLICT_DEFERRED'));
    expect(await b.holds()).toEqual([`Patient/p v1 [b1] () {${secondChanged}}`]);
    expect(await b.archive()).toEqual([`deferred Patient/p v1 [a1] () {${withoutFirst}}`]);

    // The user of B decides for A's.
    await b.store.settleDeferred(1, decideWith(Theirs));
    expect(await b.holds()).toEqual([`Patient/p v1 [a1] () {${withoutFirst}}`]);
    expect(await b.archive()).toEqual([
      `taken Patient/p v1 [a1] () {${withoutFirst}}`,
      `displaced Patient/p v1 [b1] () {${secondChanged}}`,
    ]);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual([patched]);
    expect(server.versions('Patient/p')).toEqual([`{${numbers},@1}`, `{${withoutFirst},@2}`]);
  },
  { variant: 'the user decides' },
);

scenario(
  'S7',
  async (site) => {
    const { server, a, b } = site;
    await bothDownload(site, 'Patient/p', numbers);
    await b.edits('Patient/p', secondChanged);
    server.puts('Patient/p', withoutFirst);
    await a.downloads();
    expect(server.asked()).toEqual(['GET Patient?_count=200 → 200']);
    // B's patch would apply to that version, and change the wrong number.
    const ours = { receiver: { strategy: Ours } };
    expect(await meet(a, b, ours)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
    expect(await b.holds()).toEqual([`Patient/p v1 [b1] () {${secondChanged}}`]);
    expect(await b.archive()).toEqual([`not-taken Patient/p v2 [] () {${withoutFirst},@2}`]);
    expect(await b.uploads()).toEqual(['Patient/p conflict 0+0 v2 server-moved deferred']);
    expect(server.asked()).toEqual(searched);
    expect(server.versions('Patient/p')).toEqual([`{${numbers},@1}`, `{${withoutFirst},@2}`]);
  },
  { variant: 'others edited at the server' },
);

/** Each device changed a member that the other left alone. */
async function bothChange(site: Site): Promise<void> {
  await bothDownload(site, 'Patient/p', '"gender":"male"');
  await site.a.edits('Patient/p', '"gender":"female"');
  await site.b.edits('Patient/p', '"gender":"male","active":true');
}

scenario(
  'S8',
  async (site) => {
    const { server, a, b } = site;
    await bothChange(site);
    const merge = { receiver: { strategy: mergeOr(Theirs) } };
    expect(await meet(a, b, merge)).toEqual(bothTell('Patient/p CONFLICT_MERGED'));
    const merged = ['Patient/p v1 [a1 b2] () {"gender":"female",@1,"active":true}'];
    expect(await b.holds()).toEqual(merged);
    expect(await b.archive()).toEqual([
      'merged Patient/p v1 [b1] () {"gender":"male","active":true}',
    ]);
    // A has nothing to merge any more: what B has goes on from what A has.
    expect(await meet(b, a, merge)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect(await a.holds()).toEqual(merged);

    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+2 v2']);
    expect(await b.uploads()).toEqual(['Patient/p already-there 2+0 v2']);
    expect(server.asked()).toEqual([patched, ...looked]);
    expect(server.versions('Patient/p')[1]).toBe('{"gender":"female",@2,"active":true}');
  },
  { variant: 'merged' },
);

scenario(
  'S8',
  async (site) => {
    const { server, a, b } = site;
    await bothChange(site);
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    const strategy = mergeOntoServer(Defer);
    expect(await b.uploads({ strategy })).toEqual(['Patient/p uploaded 0+1 v3']);
    expect(server.asked()).toEqual([patched, ...searched, 'PATCH Patient/p If-Match W/"2" → 200']);
    expect(server.versions('Patient/p')[2]).toBe('{"gender":"female",@3,"active":true}');
    expect(await b.archive()).toEqual([
      'merged Patient/p v1 [b1] () {"gender":"male","active":true}',
    ]);
    expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect([await a.uploads(), server.asked()]).toEqual([[], []]);
  },
  { variant: 'both upload, merged there' },
);

scenario(
  'S8',
  async (site) => {
    const { server, a, b } = site;
    await bothChange(site);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p CONFLICT_THEIRS'));
    expect(await b.holds()).toEqual(['Patient/p v1 [a1] () {"gender":"female"}']);
    expect(await b.archive()).toEqual([
      'displaced Patient/p v1 [b1] () {"gender":"male","active":true}',
    ]);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual([patched]);
    expect(server.versions('Patient/p')[1]).toBe('{"gender":"female",@2}');
  },
  { variant: 'without a merge one gives way whole' },
);

scenario('S9', async ({ server, a, b }) => {
  await a.creates('Patient/p', '"by":"a"');
  await b.creates('Patient/p', '"by":"b"');
  const ours = { receiver: { strategy: Ours } };
  expect(await meet(a, b, ours)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
  expect(await b.holds()).toEqual(['Patient/p - [+b1] () {"by":"b"}']);
  expect(await b.archive()).toEqual(['not-taken Patient/p - [+a1] () {"by":"a"}']);
  expect(await meet(b, a)).toEqual(bothTell('Patient/p CONFLICT_THEIRS'));
  expect(await a.holds()).toEqual(await b.holds());
  expect(await a.archive()).toEqual(['displaced Patient/p - [+a1] () {"by":"a"}']);
  // Settled for good: neither has anything to say to the other.
  expect([await meet(a, b), await meet(b, a)]).toEqual([bothTell(), bothTell()]);

  expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
  expect(await b.uploads()).toEqual(['Patient/p already-there 1+0 v1']);
  expect(server.asked()).toEqual([...created, 'GET Patient/p → 200']);
  expect(server.versions('Patient/p')).toEqual(['{"by":"b",@1}']);
});

scenario(
  'S9',
  async ({ server, a, b }) => {
    await a.creates('Patient/p', '"by":"a"');
    await b.creates('Patient/p', '"by":"b"');
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
    expect(server.asked()).toEqual(created);
    expect(await b.uploads()).toEqual(['Patient/p conflict 0+0 v1 exists deferred']);
    expect(server.asked()).toEqual([
      'GET Patient/p → 200',
      'GET Patient/p/_history?_count=100 → 200',
    ]);
    expect(await b.holds()).toEqual(['Patient/p - [+b1] () {"by":"b"}']);
    expect(await b.archive()).toEqual(['deferred Patient/p v1 [] () {"by":"a",@1}']);
    expect(server.versions('Patient/p')).toEqual(['{"by":"a",@1}']);
  },
  { variant: 'both upload' },
);
