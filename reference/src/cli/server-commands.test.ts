// `peersync upload` and `download` as processes, against a real server and stores in SQLite.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import type { SeenRequest } from '../../testing/fhir-server/behaviour.ts';
import { startFhirServer, type FhirServer } from '../../testing/fhir-server/fhir-server.ts';
import { eventsOf, peersync, ProgramProcess, testFolder } from './testing/program-process.ts';
import { makeStore, patient, withStoreAt } from './testing/stores.ts';

let server: FhirServer;
let folder: string;
let store: string;

beforeEach(async () => {
  const started = await startFhirServer();
  onTestFinished(() => started.close());
  server = started;
  folder = testFolder();
  store = await makeStore(folder, 'a', undefined, server.url);
});

const put = (id: string, rest = ''): unknown =>
  server.put(`{"resourceType":"Patient","id":"${id}"${rest}}`);
const run = (command: string, ...args: string[]) =>
  peersync([command, ...args, '--store', store], '', { PEERSYNC_TOKEN: '' });
const edit = (id: string, set: string) => run('edit', `Patient/${id}`, '--set', set);

it('S1: download, edit, upload: the round trip of a device', async () => {
  for (const id of ['p1', 'p2', 'p3']) put(id, ',"multipleBirthInteger":2');
  const fetched = await run('download', 'Patient?_id=p1,p2', 'Encounter');
  expect(fetched).toMatchObject({ status: 0, stderr: expect.stringContaining('2 of 2') as string });
  expect(fetched.stdout).toBe('Patient: 2 resources stored.\nEncounter: nothing found.\n');
  await edit('p1', '/active=true');
  const dry = await run('upload', '--dry-run');
  expect(dry).toMatchObject({ status: 0 });
  expect(dry.stdout).toContain('1 would be updated');
  expect(server.history('Patient', 'p1')).toHaveLength(1);
  const sent = await run('upload');
  expect(sent.status).toBe(0);
  expect(sent.stdout).toContain('complete:');
  expect(sent.stdout).toContain('1 change uploaded, 0 there already, 0 left here');
  expect(server.current('Patient', 'p1')).toContain('"active":true');
  const nothing = await run('upload', '--server', server.url);
  expect(nothing.stdout).toContain('nothing to upload');
  const kept = await run('report', '--last', '2');
  expect(kept.stdout).toMatch(/^upload .*: complete[\s\S]*nothing to[\s\S]*upload .*: complete/);
});

it('S16: what others changed there waits among the conflicts, or is merged', async () => {
  put('p1', ',"active":true');
  put('p2', ',"active":true');
  await run('download', 'Patient');
  await edit('p1', '/active=false');
  await edit('p2', '/gender="female"');
  put('p1', ',"gender":"male"');
  put('p2', ',"active":true,"birthDate":"1980-01-01"');
  const sent = await run('upload', '--on-conflict', 'merge');
  expect(sent.status).toBe(1);
  expect(sent.stdout).toContain('done, but:');
  expect(sent.stdout).toContain('1 uploaded');
  expect(sent.stdout).toMatch(
    /Patient\/p1: others changed it on the server, version 2 there \(1 change by [0-9a-f]{8}\)/,
  );
  expect(sent.stdout).toContain('Next: `peersync conflicts`');
  expect(server.current('Patient', 'p2')).toMatch(/"birthDate":"1980-01-01".*"gender":"female"/);
  const waiting = await run('conflicts');
  expect(waiting.stdout).toMatch(/theirs: server version 2 .*, from the FHIR server/);
  expect((await run('resolve', 'Patient/p1', '--take', 'theirs')).status).toBe(0);
  expect((await run('upload')).stdout).toContain('nothing to upload');
});

it('a refusal is told with the server’s words, made safe to show', async () => {
  server.behaviour.objection = () => 'no \u001b[31mred\u202e patients';
  await withStoreAt(store, (opened) => opened.create(patient('p1'), ''));
  const sent = await run('upload');
  expect(sent.status).toBe(1);
  expect(sent.stdout).toContain('HTTP 422: no [31mred patients (1 change by');
  const { stdout } = await run('upload', '--json');
  expect(eventsOf(stdout).at(-1)).toMatchObject({
    event: 'upload',
    exitCode: 1,
    problems: { items: [{ resourceId: 'p1', outcome: 'refused' }] },
  });
});

it('what the server altered, and what was overrun there, is said in words and JSON', async () => {
  for (const id of ['p1', 'p2']) put(id, ',"multipleBirthInteger":1.10');
  put('p3');
  await run('download', 'Patient');
  Object.assign(server.behaviour, { patchedNumbers: 'doubles', ifMatchOnDelete: false });
  await edit('p1', '/active=true');
  await edit('p3', '/active=true');
  await run('delete', 'Patient/p2');
  const beforeDelete = ({ method, body }: SeenRequest): boolean => {
    const isDelete = method === 'DELETE' || body.includes('"DELETE"');
    if (isDelete && server.history('Patient', 'p2').length === 1) put('p2', ',"active":false');
    return false;
  };
  server.fail({ kind: 'no-etag' }, beforeDelete);
  const sent = await run('upload');
  expect(sent.status).toBe(1);
  expect(sent.stdout).toContain('done, but:');
  expect(sent.stdout).toContain(
    '\n  1 altered by the server, and taken as it made them: Patient/p1\n',
  );
  expect(sent.stdout).toMatch(
    /Patient\/p2: uploaded, version 3 there; the server did not heed .* went over version 2, /,
  );
  expect(sent.stdout).toContain('see Patient/p2/_history/2 there (1 change by');
  expect((await run('report')).stdout).toContain('  1 altered by the server');

  await edit('p1', '/multipleBirthInteger=2.50');
  const { stdout, status } = await run('upload', '--json');
  expect(status).toBe(0);
  expect(eventsOf(stdout).at(-1)).toMatchObject({
    resources: { items: [{ resourceId: 'p1', outcome: 'uploaded', altered: true }] },
  });
  const [kept] = eventsOf((await run('report', '--json', '--last', '2')).stdout).slice(-1);
  expect(JSON.stringify(kept)).toContain('"overran":"2"');
});

it('S43: --provenance tells the server who made changes, and what it refused', async () => {
  for (const id of ['p1', 'p2']) put(id);
  await run('download', 'Patient');
  await edit('p1', '/active=true');
  const sent = await run('upload', '--provenance', '--squash', 'diff');
  expect(sent).toMatchObject({ status: 0 });
  expect(sent.stdout).toMatch(/changes on the server now: 1 by [0-9a-f]{8}/);
  expect(server.log.filter((line) => line.startsWith('PUT Provenance/'))).toHaveLength(1);
  server.behaviour.objection = (content) =>
    content.get('resourceType') === 'Provenance' ? 'not here' : undefined;
  await edit('p2', '/active=true');
  const refused = await run('upload', '--provenance');
  expect(refused.status).toBe(1);
  expect(refused.stdout).toContain('p2: uploaded, version 2 there; its Provenance is not written');
  expect(refused.stdout).toContain('HTTP 422: not here');
  expect(refused.stdout).toContain('peersync report --json');
  expect((await run('upload', '--squash', 'path')).status).toBe(2);
});

it('a token comes from a file or the environment, and is shown nowhere', async () => {
  server.behaviour.token = 's3cret';
  await withStoreAt(store, (opened) => opened.create(patient('p1'), ''));
  const without = await run('upload');
  expect(without.status).toBe(3);
  expect(without.stderr).toContain('The server wants a token');
  expect(without.stderr).toContain('PEERSYNC_TOKEN');
  const file = join(folder, 'token');
  expect((await run('upload', '--token-file', file)).stderr).toContain('no such file');
  writeFileSync(file, 's3cret\n');
  const dry = await run('upload', '--dry-run', '--json', '--token-file', file);
  const env = { PEERSYNC_TOKEN: 's3cret', PEERSYNC_DEBUG: '1' };
  const sent = await peersync(['upload', '--store', store], '', env);
  const kept = await run('report', '--json', '--last', '5');
  expect([dry.status, sent.status]).toEqual([0, 0]);
  for (const { stdout, stderr } of [without, dry, sent, kept]) {
    expect(stdout + stderr).not.toContain('s3cret');
  }
});

it('S39: another server, or none, is a mistake that is named', async () => {
  const other = await run('upload', '--server', 'https://other.example/fhir');
  expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('belongs to http')]);
  const homeless = await makeStore(folder, 'b');
  const none = await peersync(['download', 'Patient', '--store', homeless]);
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('no server')]);
  const search = await run('download', 'patient');
  expect([search.status, search.stderr]).toEqual([2, expect.stringContaining('no search')]);
  const size = await run('upload', '--together', '0');
  expect([size.status, size.stderr]).toEqual([2, expect.stringContaining('--together')]);
  expect(server.log).toEqual([]);
});

it('a server that is away, and Ctrl-C in the middle, lose nothing', async () => {
  put('p1');
  await run('download', 'Patient');
  await edit('p1', '/active=true');
  let arrived = (): void => undefined;
  const asked = new Promise<void>((resolve) => (arrived = resolve));
  server.fail({ kind: 'slow', until: new Promise(() => undefined) }, ({ method }) => {
    if (method === 'PATCH') arrived();
    return method === 'PATCH';
  });
  const uploading = new ProgramProcess(['upload', '--store', store]);
  await asked;
  uploading.signal('SIGINT');
  const ended = await uploading.ended();
  expect(ended.status).toBe(130);
  expect(ended.stderr).toContain('stopped: Cancelled.');
  expect(ended.stdout).toContain('Patient/p1: not settled; the next upload looks first');
  expect((await run('upload')).stdout).toContain('0 change');
  expect(server.history('Patient', 'p1')).toHaveLength(2);
  await edit('p1', '/active=false');
  await server.close();
  const away = new ProgramProcess(['upload', '--store', store]);
  await away.seen(/waiting 0\.5 s: no answer \(ECONNREFUSED\)/);
  away.signal('SIGTERM');
  expect((await away.ended()).status).toBe(130);
  await server.listen();
});
