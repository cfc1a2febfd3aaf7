// S32 to S38: what is inside: references that lead nowhere yet, octets that must not change, sizes,
// and entries that are wrong.
import { expect } from 'vitest';
import { resourceSyncParams, type SyncPayload } from '../src/index.ts';
import { asDoubles } from '../testing/fhir-server/doubles.ts';
import type { Device } from './device.ts';
import { bothTell, meet, type MeetOptions } from './meeting.ts';
import { resource, shown } from './names.ts';
import { createRequests } from './server.ts';
import { bothDownload, scenario, type Site } from './site.ts';

/** Asks for one type only. */
const only = (type: string): MeetOptions => ({
  receiver: { params: resourceSyncParams({ [type]: {} }) },
});

scenario('S32', async ({ server, a, b }) => {
  server.fhir.behaviour.referencesChecked = true;
  const task = '"for":{"reference":"Patient/p"}';
  await a.creates('Patient/p');
  await a.creates('Task/t', task);
  // The receiver asked for tasks. It stores the reference, and is told what it lacks.
  expect(await meet(a, b, only('Task'))).toEqual({
    sender: ['complete', 'Task/t STORED'],
    receiver: ['complete', 'Task/t STORED', 'refers to Patient/p, not here'],
  });
  expect(await b.holds()).toEqual([`Task/t - [+a2] () {${task}}`]);
  // So is the server, which does not want it yet: nothing is lost.
  expect(await b.uploads()).toEqual(['Task/t refused 0+0']);
  expect(server.asked()).toEqual(['GET Task/t → 404', 'PUT Task/t If-None-Match * → 422']);
  expect(await b.holds()).toEqual([`Task/t - [+a2] () {${task}}`]);

  expect(await meet(a, b, only('Patient'))).toEqual(bothTell('Patient/p STORED'));
  expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v1', 'Task/t uploaded 0+1 v1']);
  expect(server.asked()).toEqual([...createRequests('Patient/p'), ...createRequests('Task/t')]);
  expect(server.versions('Task/t')).toEqual([`{${task},@1}`]);
});

scenario('S33', async ({ server, a, b }) => {
  server.fhir.behaviour.referencesChecked = true;
  await a.creates('Patient/p', '"generalPractitioner":[{"reference":"Practitioner/d"}]');
  await a.creates(
    'Practitioner/d',
    '"extension":[{"url":"urn:x","valueReference":{"reference":"Patient/p"}}]',
  );
  expect(await meet(a, b, only('Patient'))).toEqual({
    sender: ['complete', 'Patient/p STORED'],
    receiver: ['complete', 'Patient/p STORED', 'refers to Practitioner/d, not here'],
  });
  // The second session closes the circle: nothing dangles any more.
  expect(await meet(a, b, only('Practitioner'))).toEqual(bothTell('Practitioner/d STORED'));
  expect(await b.holds()).toEqual(await a.holds());

  // Neither can go first alone; in one transaction both can.
  expect(await b.uploads({ bundleEntriesMax: 50 })).toEqual([
    'Practitioner/d uploaded 0+1 v1',
    'Patient/p uploaded 0+1 v1',
  ]);
  expect(server.asked()).toEqual([
    'POST [GET Practitioner/d, GET Patient/p] → 200',
    'POST [PUT Practitioner/d If-None-Match *, PUT Patient/p If-None-Match *] → 200',
  ]);
  expect(await meet(b, a)).toEqual(
    bothTell('Practitioner/d FAST_FORWARDED', 'Patient/p FAST_FORWARDED'),
  );
  expect([await a.uploads(), server.asked()]).toEqual([[], []]);
});

const wild: Readonly<Record<string, string>> = {
  'Patient/decimals':
    '"multipleBirthInteger":12345678901234567890,"extension":[1.10,1.1,-0.0,1E400,1.0e-7]',
  'Patient/padding': '"name":[{"given":["a",null],"_given":[null,{"id":"x"}]}]',
  'Patient/keys': '"z":1,"a":2,"10":3,"9":4,"gender" :\t"male"\n',
  'Patient/escapes': '"x":"\\u0066emale \\/ \\ud83d\\ude00 \u00e9 \ufeff"',
};

scenario('S35', async ({ server, a, b, c }) => {
  for (const [name, members] of Object.entries(wild)) await a.creates(name, members);
  await a.restarts();
  const told = Object.keys(wild).map((name) => `${name} STORED`);
  expect(await meet(a, b, { over: 'sockets' })).toEqual(bothTell(...told));
  await b.restarts();
  expect(await meet(b, c)).toEqual(bothTell(...told));
  await c.restarts();
  for (const [name, members] of Object.entries(wild)) {
    const { payload } = await c.entry(name);
    expect(Buffer.from(payload.resource)).toEqual(Buffer.from(resource(name, members)));
    expect(Buffer.from(payload.changes[0]?.payload ?? [])).toEqual(Buffer.from(payload.resource));
  }

  // The server is sent these very octets.
  expect(await c.uploads()).toEqual(Object.keys(wild).map((name) => `${name} uploaded 0+1 v1`));
  const sent = server.fhir.requests.filter(({ method }) => method === 'PUT');
  expect(sent.map(({ path, body }) => shown(path, body))).toEqual(
    Object.values(wild).map((members) => `{${members}}`),
  );
  expect(server.asked()).toEqual(Object.keys(wild).flatMap(createRequests));

  // A patch beside them, made of what the server made of them, leaves them as they are.
  const { 'Patient/decimals': decimals } = wild;
  await c.edits('Patient/decimals', `${decimals},"active":true`);
  expect(await c.uploads()).toEqual(['Patient/decimals uploaded 0+1 v2']);
  expect(server.fhir.requests[0]?.body).toBe('[{"op":"add","path":"/active","value":true}]');
  expect(server.asked()).toEqual(['PATCH Patient/decimals If-Match W/"1" → 200']);
  expect(server.versions('Patient/decimals')[1]).toBe(`{${decimals},@2,"active":true}`);
});

const exact = '"multipleBirthInteger":12345678901234567890.120,"x":[1.10]';
const rounded = '"multipleBirthInteger":12345678901234567000,"x":[1.1]';

scenario(
  'S35',
  async (site) => {
    const { server, a, b, c } = site;
    await bothDownload(site, 'Patient/p', exact);
    await meet(a, c);
    server.fhir.behaviour.patchedNumbers = 'doubles';
    await a.edits('Patient/p', `${exact},"active":true`);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    await b.edits('Patient/p', `${exact},"active":true,"gender":"male"`);
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);
    const v2 = `{${rounded},@2,"active":true`;
    expect(await a.holds()).toEqual([`Patient/p v2 [] (a1) ${v2}}`]);

    // No conflict: what B adds is on top of what the server made of it, digit by digit.
    expect(await meet(a, b)).toEqual(bothTell('Patient/p REBASED'));
    expect(await b.holds()).toEqual([`Patient/p v2 [b1] (a1) ${v2},"gender":"male"}`]);
    const { payload, baseResource } = await b.entry('Patient/p');
    expect(shown('Patient/p', baseResource)).toBe(`${v2}}`);
    expect(payload.changes.map((change) => Buffer.from(change.payload).toString())).toEqual([
      '[{"op":"add","path":"/gender","value":"male"}]',
    ]);
    // A third one had its own edit of the exact numbers only: A's is not in there, so it asks.
    await c.edits('Patient/p', `${exact},"birthDate":"1990-01-01"`);
    expect(await meet(a, c)).toEqual(bothTell('Patient/p CONFLICT_THEIRS'));

    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v3']);
    expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"2" → 200']);
    expect(server.versions('Patient/p')[2]).toBe(`{${rounded},@3,"active":true,"gender":"male"}`);
  },
  { variant: 'a server that makes doubles of numbers where it patches' },
);

scenario(
  'S35',
  async ({ server, a, b }) => {
    server.fhir.behaviour.alter = asDoubles;
    await a.creates('Patient/p', exact);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
    await b.edits('Patient/p', `${exact},"active":true`);
    expect(await a.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
    expect(server.asked()).toEqual(createRequests('Patient/p'));

    expect(await meet(b, a)).toEqual(bothTell('Patient/p REBASED'));
    const v1 = `Patient/p v1 [b1] (a1) {${rounded},@1,"active":true}`;
    expect(await a.holds()).toEqual([v1]);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect(await b.holds()).toEqual([v1]);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);
  },
  { variant: 'a server that makes doubles of the numbers of a creation' },
);

scenario('S36', async ({ server, a, b }) => {
  const members = `"contentType":"image/png","data":"${'QUJD'.repeat(750_000)}"`;
  await a.creates('Binary/b', members);
  await a.creates('Patient/p');
  // A receiver without the room is told that something was held back, by both sides alike.
  const small = { maxFrameOctets: 65_536, maxBatchOctets: 65_536 };
  expect(await meet(a, b, { receiver: { limits: small } })).toEqual(
    bothTell('Patient/p STORED', 'Binary: 1 withheld, TOO_LARGE'),
  );
  expect(await b.holds()).toEqual(['Patient/p - [+a2] () {}']);
  // With the room it comes: no cursor has passed what was held back.
  expect(await meet(a, b, { over: 'sockets' })).toEqual(
    bothTell('Binary/b STORED', 'Patient/p DUPLICATE'),
  );
  const { resource: octets, changes } = (await b.entry('Binary/b')).payload;
  for (const received of [octets, changes[0]?.payload ?? new Uint8Array()]) {
    expect(Buffer.compare(received, resource('Binary/b', members))).toBe(0);
  }

  expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v1', 'Binary/b uploaded 0+1 v1']);
  expect(server.asked()).toEqual([...createRequests('Patient/p'), ...createRequests('Binary/b')]);
  expect(server.versions('Binary/b')[0] === `{${members},@1}`).toBe(true);
});

/** An entry as a faulty device would send it. */
async function faulty(device: Device, name: string, text: string): Promise<SyncPayload> {
  const { payload } = await device.entry(name);
  return { ...payload, resource: new TextEncoder().encode(text) };
}

const doubleKey = '{"resourceType":"Patient","id":"poison","id":"poison"}';
const elsewhere = '{"resourceType":"Patient","id":"poison","x":2}';
const mended = '{"resourceType":"Patient","id":"poison","x":1}';

/** A faulty entry travels among two good ones. */
async function refusedAlone({ server, a, b }: Site, text: string, code: string): Promise<void> {
  await a.creates('Patient/before');
  await a.creates('Patient/poison', '"x":1');
  await a.plants(await faulty(a, 'Patient/poison', text));
  await a.creates('Patient/after');
  // What came with it is stored, and so is the cursor.
  expect(await meet(a, b)).toEqual(
    bothTell('Patient/before STORED', `Patient/poison REFUSED ${code}`, 'Patient/after STORED'),
  );
  expect(await b.holds()).toEqual(['Patient/after - [+a3] () {}', 'Patient/before - [+a1] () {}']);
  expect(await meet(a, b)).toEqual(bothTell());
  expect(await b.uploads()).toEqual([
    'Patient/before uploaded 0+1 v1',
    'Patient/after uploaded 0+1 v1',
  ]);
  expect(server.asked()).toEqual([
    ...createRequests('Patient/before'),
    ...createRequests('Patient/after'),
  ]);

  // Mended at the sender it comes like any other.
  await a.plants(await faulty(a, 'Patient/poison', mended));
  expect(await meet(a, b)).toEqual(bothTell('Patient/poison STORED'));
  expect(await b.uploads()).toEqual(['Patient/poison uploaded 0+1 v1']);
  expect(server.asked()).toEqual(createRequests('Patient/poison'));
  expect(server.versions('Patient/poison')).toEqual(['{"x":1,@1}']);
}

scenario('S37', (site) => refusedAlone(site, doubleKey, 'ENTRY_JSON_INVALID'));
scenario('S38', (site) => refusedAlone(site, elsewhere, 'ENTRY_CHANGES_MISMATCH'));
