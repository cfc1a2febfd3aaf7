// The command `upload` of the reference testee: a testee and a FHIR server, each a process of its
// own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { startTestee, type Controlled } from './testing/control-process.ts';
import { patient, replicaA, replicaB, resetTo } from './testing/seeds.ts';

const serverMain = new URL('../../testing/fhir-server/main.ts', import.meta.url).pathname;

/** The base URL of a FHIR server. */
async function startServer(ways: object = {}): Promise<string> {
  const args = [serverMain, JSON.stringify(ways)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return url;
}

async function put(url: string, resource: string): Promise<void> {
  const { resourceType, id } = JSON.parse(resource) as Record<string, string>;
  const headers = { 'content-type': 'application/fhir+json' };
  const path = `${url}/${resourceType}/${id}`;
  expect((await fetch(path, { method: 'PUT', headers, body: resource })).ok).toBe(true);
}

const get = async (url: string, path: string): Promise<string> =>
  (await fetch(`${url}/${path}`)).text();

/** An entry that stands on what the server has. */
async function downloaded(url: string, id: string): Promise<object> {
  const resource = await get(url, `Patient/${id}`);
  const { meta } = JSON.parse(resource) as { meta: object };
  return { type: 'Patient', id, resource, base: meta };
}

async function startedTestee(): Promise<Controlled> {
  const testee = startTestee();
  const { features } = await testee.do('hello', { control: 1, kit: '1.0.0' });
  expect(features).toContain('upload');
  return testee;
}

it('uploads what it holds, and counts what came of it', async () => {
  const [url, testee] = [await startServer(), await startedTestee()];
  for (const id of ['p1', 'p2']) await put(url, patient(id));
  const seed = [await downloaded(url, 'p1'), await downloaded(url, 'p2')];
  const serverUrl = 'https://fhir.example.org/r4';
  await testee.do('reset', resetTo(replicaA, seed as Record<string, unknown>[], { serverUrl }));
  const edits = [
    { op: 'update', resource: patient('p1', '"gender":"male"') },
    { op: 'update', resource: patient('p1', '"gender":"male","weight":1.10') },
    { op: 'update', resource: patient('p2', '"gender":"male"') },
    { op: 'create', resource: patient('p3') },
  ];
  await testee.do('edit', { edits });
  // Someone else was at p2.
  await put(url, patient('p2', '"gender":"other"'));

  const answer = await testee.do('upload', { server: `${url}/` });
  expect(answer).toMatchObject({ changes: 3, conflicts: 1, refused: 0 });
  expect(await get(url, 'Patient/p1')).toContain('"gender":"male","weight":1.10');
  expect(await get(url, 'Patient/p2')).toContain('"gender":"other"');
  const store = await testee.dump();
  expect(store['entries']).toMatchObject([
    { id: 'p1', base: { versionId: '2' }, changes: [], absorbed: [{ counter: 1 }, { counter: 2 }] },
    { id: 'p2', base: { versionId: '1' }, changes: [{ replica: replicaA, counter: 3 }] },
    { id: 'p3', base: { versionId: '1' }, changes: [], absorbed: [{ counter: 4 }] },
  ]);
  expect(store['archive']).toHaveLength(1);
  // The conflict stays one, and nothing is sent twice.
  const again = await testee.do('upload', { server: url });
  expect(again).toMatchObject({ changes: 0, conflicts: 1, refused: 0 });
  expect(await get(url, 'Patient/p1')).toContain('"versionId":"2"');
});

it('tells what was refused from what is in conflict', async () => {
  const url = await startServer({ referencesChecked: true });
  const testee = await startedTestee();
  const lost = { type: 'Patient', id: 'p9', resource: patient('p9'), base: { versionId: '4' } };
  await testee.do('reset', resetTo(replicaB, [lost]));
  const orphan = '"generalPractitioner":[{"reference":"Practitioner/nobody"}]';
  const edits = [
    // The server does not know it: it may not be made anew.
    { op: 'update', resource: patient('p9', '"active":true') },
    { op: 'create', resource: patient('p1', orphan) },
    { op: 'create', resource: patient('p2', orphan) },
    { op: 'create', resource: patient('p3') },
  ];
  await testee.do('edit', { edits });
  const answer = await testee.do('upload', { server: url });
  expect(answer).toMatchObject({ changes: 1, conflicts: 1, refused: 2 });
});

it('is invalid without a store or with no URL, and fails where nobody answers', async () => {
  const testee = await startedTestee();
  const invalid = { ok: false, error: { kind: 'invalid' } };
  const nowhere = { server: 'http://127.0.0.1:1/fhir' };
  expect(await testee.ask('upload', nowhere)).toMatchObject(invalid);
  await testee.do('reset', resetTo(replicaA, []));
  const field = { ok: false, error: { kind: 'invalid', field: 'server' } };
  expect(await testee.ask('upload', { server: 'ftp://x' })).toMatchObject(field);
  expect(await testee.ask('upload', {})).toMatchObject(field);
  expect(await testee.do('upload', nowhere)).toMatchObject({ changes: 0 });
  await testee.do('edit', { edits: [{ op: 'create', resource: patient('p1') }] });
  const failed = { ok: false, error: { kind: 'failed' } };
  expect(await testee.ask('upload', nowhere)).toMatchObject(failed);
  expect((await testee.dump())['entries']).toMatchObject([{ changes: [{ counter: 1 }] }]);
});
