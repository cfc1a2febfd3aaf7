// The commands that need no other device, each as a process with a store in SQLite.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ChangeType } from '../wire/messages.ts';
import { eventsOf, peersync, testFolder } from './testing/program-process.ts';
import { makeStore, patient, withStoreAt } from './testing/stores.ts';

describe('peersync init', () => {
  it('PSP-SRV-2: keeps the canonical form of the server URL', async () => {
    const store = join(testFolder(), 'a.db');
    const args = ['--server', 'HTTPS://Fhir.Example.org:443/r4/', '--name', 'Tablet A', '--json'];
    const { status, stdout, stderr } = await peersync(['init', '--store', store, ...args]);
    expect([status, stderr]).toEqual([0, '']);
    expect(eventsOf(stdout)).toMatchObject([{ event: 'created', displayName: 'Tablet A' }]);
    const settings = await withStoreAt(store, async (opened) => opened.settings);
    expect(settings).toEqual({ serverUrl: 'https://fhir.example.org/r4', displayName: 'Tablet A' });
  });

  it('PSP-SRV-3: refuses a server URL that others read differently, and says why', async () => {
    const store = join(testFolder(), 'a.db');
    const url = 'https://fhir.example.org/r4?tenant=1';
    const { status, stderr } = await peersync(['init', '--store', store, '--server', url]);
    expect(status).toBe(2);
    expect(stderr).toContain('--server: Leave the query');
  });

  it('does not touch what is there already', async () => {
    const store = await makeStore(testFolder(), 'a', (opened) => opened.create(patient('p'), ''));
    const { status, stderr } = await peersync(['init', '--store', store]);
    expect(status).toBe(4);
    expect(stderr).toContain('choose another path');
    expect(await withStoreAt(store, (opened) => opened.get('Patient', 'p'))).toBeDefined();
  });
});

describe('peersync import and show', () => {
  it('S35, PSP-DATA-1: gives back the octets that a Bundle and NDJSON held', async () => {
    const folder = testFolder();
    const store = await makeStore(folder, 'a');
    const odd = '{"resourceType":"Observation", "id":"o1","meta":{"versionId":"3"},\n "v": 1.10}';
    const line = '{"id":"p1","resourceType":"Patient","meta":{"versionId":"9"},"x":"\\u00e9"}';
    mkdirSync(join(folder, 'in'));
    const bundle = `{"resourceType":"Bundle","type":"collection","entry":[{"resource":${odd}}]}`;
    writeFileSync(join(folder, 'in', 'bundle.json'), bundle);
    const imported = await peersync(['import', '--store', store, join(folder, 'in'), '-'], line);
    expect([imported.status, imported.stderr]).toEqual([0, '']);
    expect(imported.stdout).toContain('2 resources imported as server versions');
    const shown = await peersync(['show', '--store', store, '--raw', 'Observation/o1']);
    expect(shown.stdout).toBe(odd);
    expect((await peersync(['show', '--store', store, '--raw', 'Patient/p1'])).stdout).toBe(line);
  });

  it('names the option that a resource without meta.versionId needs', async () => {
    const store = await makeStore(testFolder(), 'a');
    const input = '{"resourceType":"Patient","id":"p1","meta":{"tag":[]}}';
    const refused = await peersync(['import', '--store', store, '-'], input);
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('--version-id V');
    expect(refused.stderr).toContain('--as local');
    await peersync(['import', '--store', store, '--version-id', '7', '-'], input);
    const shown = await peersync(['show', '--store', store, '--raw', 'Patient/p1']);
    expect(shown.stdout).toBe(input.replace('{"tag"', '{"versionId":"7","tag"'));
  });

  it('names file and line or entry of what is no resource, and imports the rest', async () => {
    const folder = testFolder();
    const store = await makeStore(folder, 'a');
    const lines = ['{"resourceType":"Patient","id":"p1"}', '{"resourceType":"Patient",', '[1]'];
    writeFileSync(join(folder, 'lines.ndjson'), `${lines.join('\n')}\n`);
    const entries = '[{"resource":{"resourceType":"Patient","id":"p2"}},{"fullUrl":"urn:x"}]';
    const bundle = `{"resourceType":"Bundle","type":"searchset","entry":${entries}}`;
    writeFileSync(join(folder, 'bundle.json'), bundle);
    const files = ['lines.ndjson', 'bundle.json'].map((name) => join(folder, name));
    const ended = await peersync(['import', '--store', store, '--as', 'local', ...files]);
    expect(ended.status).toBe(2);
    expect(ended.stdout).toContain('2 resources created locally');
    expect(ended.stderr).toContain('lines.ndjson, line 2:');
    expect(ended.stderr).toContain('lines.ndjson, line 3:');
    expect(ended.stderr).toContain('bundle.json, entry 2:');
    expect(ended.stderr).not.toContain('    at ');
  });

  it('PSP-DATA-6: names the one of many that may not be stored', async () => {
    const store = await makeStore(testFolder(), 'a');
    const ids = ['p1', 'not_an_id', 'p3'];
    const input = ids.map((id) => `{"resourceType":"Patient","id":"${id}"}`).join('\n');
    const ended = await peersync(['import', '--store', store, '--as', 'local', '-'], input);
    expect(ended.status).toBe(2);
    expect(ended.stderr).toContain('standard input, line 2: id is 1 to 64');
    expect(ended.stdout).toContain('2 resources created locally');
  });
});

describe('peersync edit, delete and changes', () => {
  it('PSP-CHG-6: records by member what changed, as a patch', async () => {
    const fill = { active: true, telecom: [{ value: '1' }] };
    const store = await makeStore(testFolder(), 'a', (opened) =>
      opened.importServerVersion(patient('p1', { meta: { versionId: '4' }, ...fill })),
    );
    const sets = ['--set', '/active=false', '--set', '/gender="female"', '--remove', '/telecom/0'];
    const edited = await peersync(['edit', '--store', store, 'Patient/p1', ...sets]);
    expect([edited.status, edited.stderr]).toEqual([0, '']);
    const changes = await peersync(['changes', '--store', store, '--json', 'Patient/p1']);
    const [change] = eventsOf(changes.stdout);
    expect(change).toMatchObject({ event: 'change', type: 'UPDATE', baseVersionId: '4' });
    const paths = JSON.parse(String(change?.['payload'])) as { path: string }[];
    expect(paths.map(({ path }) => path).sort()).toEqual(['/active', '/gender', '/telecom/0']);
  });

  it('takes the whole content from standard input or a file', async () => {
    const folder = testFolder();
    const fill = patient('p1', { active: true });
    const store = await makeStore(folder, 'a', (opened) => opened.create(fill, ''));
    const piped = patient('p1', { active: false });
    const text = Buffer.from(piped).toString();
    expect((await peersync(['edit', '--store', store, 'Patient/p1'], text)).status).toBe(0);
    writeFileSync(join(folder, 'new.json'), patient('p1', { active: false, gender: 'male' }));
    const file = ['--file', join(folder, 'new.json')];
    expect((await peersync(['edit', '--store', store, 'Patient/p1', ...file])).status).toBe(0);
    const entry = await withStoreAt(store, (opened) => opened.get('Patient', 'p1'));
    expect(entry?.payload.changes.map(({ type }) => type)).toEqual([
      ChangeType.INSERT,
      ChangeType.UPDATE,
      ChangeType.UPDATE,
    ]);
  });

  it('says that nothing changed, and what is no JSON, no place or no such resource', async () => {
    const store = await makeStore(testFolder(), 'a', (opened) =>
      opened.create(patient('p1', { active: true }), ''),
    );
    const edit = (id: string, set: string): ReturnType<typeof peersync> =>
      peersync(['edit', '--store', store, `Patient/${id}`, '--set', set]);
    expect((await edit('p1', '/active=true')).stdout).toContain('Nothing changed');
    expect((await edit('p1', '/gender=male')).stderr).toContain(`--set '/gender="text"'`);
    expect((await edit('p1', '/name/0/family="x"')).stderr).toContain('no such place');
    const other = await edit('p1', '/id="p2"');
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('An edit keeps')]);
    const unknown = await edit('p2', '/active=true');
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('not in this')]);
  });

  it('PSP-SEL-4: deletes into a tombstone, once', async () => {
    const store = await makeStore(testFolder(), 'a', (opened) => opened.create(patient('p'), ''));
    expect((await peersync(['delete', '--store', store, 'Patient/p'])).status).toBe(0);
    const shown = await peersync(['show', '--store', store, 'Patient/p']);
    expect(shown.stdout).toContain('deleted, no server version, 2 local changes');
    const again = await peersync(['delete', '--store', store, 'Patient/p']);
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('is deleted')]);
  });
});
