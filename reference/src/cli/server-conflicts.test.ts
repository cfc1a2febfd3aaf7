// `peersync resolve` of conflicts with the FHIR server: processes, a real server, stores in SQLite.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { startFhirServer, type FhirServer } from '../../testing/fhir-server/fhir-server.ts';
import { type Ended, eventsOf, peersync, testFolder } from './testing/program-process.ts';
import { makeStore, patient, withStoreAt } from './testing/stores.ts';

let server: FhirServer;
let store: string;

beforeEach(async () => {
  const started = await startFhirServer();
  onTestFinished(() => started.close());
  server = started;
  store = await makeStore(testFolder(), 'a', undefined, server.url);
});

const put = (rest: string): unknown => server.put(`{"resourceType":"Patient","id":"p1"${rest}}`);
const run = (command: string, ...args: string[]): Promise<Ended> =>
  peersync([command, ...args, '--store', store]);
const take = (side: string, ...more: string[]): Promise<Ended> =>
  run('resolve', 'Patient/p1', '--take', side, ...more);

/** Downloads, edits here and there, and uploads into the conflict. */
async function meet(before: string, there: string, ...here: object[]): Promise<void> {
  put(before);
  await run('download', 'Patient');
  await withStoreAt(store, async (opened) => {
    for (const members of here) await opened.update(patient('p1', { ...members }), '');
  });
  put(there);
  expect((await run('upload')).stdout).toContain('Patient/p1: others changed it on the server');
}

describe('peersync resolve, with the server', () => {
  it('S8, PSP-CLS-20: merge puts ours on the server’s version, and upload sends it', async () => {
    await meet(',"active":true', ',"active":true,"birthDate":"1980-01-01"', {
      active: true,
      gender: 'female',
    });
    const merged = await take('merge');
    expect([merged.status, merged.stderr]).toEqual([0, '']);
    expect(merged.stdout).toMatch(
      /^Merged ours onto the server's version;.*\n?.*Next: `peersync u/,
    );
    expect(merged.stdout).toMatch(/Patient\/p1: server version 2 .*, 1 local change/);
    expect((await run('upload')).stdout).toContain('1 change uploaded');
    expect(server.current('Patient', 'p1')).toMatch(/"birthDate":"1980-01-01".*"gender":"female"/);
  });

  it('S7: names the members that meet, keeps both, and says what to do', async () => {
    await meet(',"active":true', ',"active":false,"gender":"male"', { gender: 'other' });
    const refused = await take('merge');
    expect([refused.status, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain("Patient/p1 can't be merged: both changed active, gender.");
    expect(refused.stderr).toContain('--take theirs or --take ours');
    expect((await run('conflicts')).stdout).toContain('at position 1');
  });

  it('PSP-CLS-15, PSP-CLS-20: ours goes on top of what was seen, once and for all', async () => {
    await meet(',"active":true', ',"gender":"male"', { active: false }, { gender: 'other' });
    const { stdout } = await take('ours', '--json');
    expect(eventsOf(stdout)).toMatchObject([
      {
        event: 'resolved',
        outcome: 'CONFLICT_MERGED',
        server: '2',
        archived: [{ counter: '1' }, { counter: '2' }],
      },
    ]);
    expect((await run('conflicts')).stdout).toContain('No conflict waits.');
    const kept = await run('changes', '--archived');
    expect(kept.stdout).toContain('went into a merged state in an upload to the FHIR server');
    expect((await run('upload')).stdout).toContain('1 change uploaded');
    expect(server.current('Patient', 'p1')).toMatch(/"id":"p1","gender":"other",/);
    expect((await run('upload')).stdout).toContain('nothing to upload');
    expect(server.history('Patient', 'p1')).toHaveLength(3);
  });

  it('S16: ours on a version that is old by then is a new conflict', async () => {
    await meet(',"active":true', ',"gender":"male"', { gender: 'other' });
    const taken = await take('ours');
    expect(taken.stdout).toContain("Put ours on top of the server's version");
    put(',"gender":"unknown"');
    expect((await run('upload')).stdout).toContain('others changed it on the server, version 3');
    expect(server.current('Patient', 'p1')).toContain('"gender":"unknown"');
  });

  it('S14, S11: a deletion there takes nothing on top; theirs archives ours', async () => {
    await meet(',"active":true', ',"gender":"male"', { gender: 'other' });
    await take('theirs');
    await withStoreAt(store, (opened) => opened.update(patient('p1', { active: false }), ''));
    server.delete('Patient', 'p1');
    await run('upload');
    for (const [side, words] of [
      ['ours', 'deleted on the server, so ours has nothing to go on top of'],
      ['merge', 'one side deleted it'],
    ] as const) {
      const refused = await take(side);
      expect([refused.status, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toContain(words);
    }
    expect((await take('theirs')).stdout).toContain('Took theirs; ours is in the archive');
    expect((await run('changes', '--archived')).stdout).toContain('ours gave way in an upload');
    expect((await run('upload')).stdout).toContain('nothing to upload');
    const all = await run('changes', 'Patient/p1', '--archived', '--json');
    const [last] = eventsOf(all.stdout)
      .filter(({ event }) => event === 'archived')
      .slice(-1);
    await run('restore', 'Patient/p1', '--position', String(last?.['position']));
    expect((await run('upload')).stdout).toContain('1 change uploaded');
    expect(server.current('Patient', 'p1')).toContain('"active":false');
  });
});
