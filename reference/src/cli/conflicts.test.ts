// The commands about conflicts, each as a process with a store in SQLite.
import { describe, expect, it } from 'vitest';
import { decideWith } from '../sync/decide.ts';
import { Defer } from '../sync/conflict-resolution.ts';
import type { Store } from '../store/store.ts';
import { eventsOf, peersync, testFolder } from './testing/program-process.ts';
import { session } from './testing/sessions.ts';
import { makeStore, patient, withStoreAt } from './testing/stores.ts';

const versioned = (members: Readonly<Record<string, unknown>>): Uint8Array =>
  patient('p1', { meta: { versionId: '1' }, ...members });

/** A store that holds the version and one edit of it. */
async function edited(folder: string, name: string, members: object): Promise<string> {
  return makeStore(folder, name, async (store) => {
    await store.importServerVersion(versioned({ active: true }));
    await store.update(versioned({ active: true, ...members }), '');
  });
}

const contentIn = (path: string): Promise<unknown> =>
  withStoreAt(path, async (store) => {
    const entry = await store.get('Patient', 'p1');
    return JSON.parse(Buffer.from(entry?.payload.resource ?? []).toString('utf8')) as unknown;
  });
const parsed = (octets: Uint8Array): unknown => JSON.parse(Buffer.from(octets).toString('utf8'));

/** Hands what one store has to another one, which defers it. */
async function deferInto(to: string, from: string): Promise<void> {
  const [payload, peer] = await withStoreAt(from, async (store) => [
    (await store.get('Patient', 'p1'))!.payload,
    store.replicaId,
  ]);
  const batch = { peer, scope: '', entries: [payload], cursor: new Uint8Array() };
  await withStoreAt(to, (store: Store) => store.updateRemote(batch, decideWith(Defer)));
}

describe('peersync receive --on-conflict', () => {
  it('S8, PSP-CLS-20: merge takes what both changed', async () => {
    const folder = testFolder();
    const a = await edited(folder, 'a', { gender: 'male' });
    const b = await edited(folder, 'b', { active: false });
    const { received } = await session(a, b, { receive: ['--on-conflict', 'merge'] });
    expect(received.stdout).toContain('Patient/p1: conflict:merged');
    expect(await contentIn(b)).toEqual(parsed(versioned({ active: false, gender: 'male' })));
  });

  it('S7, PSP-CLS-21: what can not be merged waits, is shown and settled', async () => {
    const folder = testFolder();
    const a = await edited(folder, 'a', { telecom: [{ value: '1' }] });
    const b = await edited(folder, 'b', { telecom: [{ value: '2' }] });
    const { received } = await session(a, b, { receive: ['--on-conflict', 'merge'] });
    expect(received.stdout).toContain('Patient/p1: conflict:deferred');
    expect(received.stdout).toContain('Next: `peersync conflicts`');
    const shown = await peersync(['conflicts', '--store', b]);
    expect(shown.stdout).toContain('Patient/p1: both changed it, at position 1');
    expect(shown.stdout).toContain('ours:   server version 1, 1 local change');
    expect(shown.stdout).toContain('"path":"/telecom/0/value","value":"1"');
    expect(shown.stdout).toContain('1 conflict. Settle one: peersync resolve');
    const merge = await peersync(['resolve', 'Patient/p1', '--store', b, '--take', 'merge']);
    expect([merge.status, merge.stdout]).toEqual([1, '']);
    expect(merge.stderr).toContain('both changed telecom.');
    const take = await peersync(['resolve', 'Patient/p1', '--store', b, '--take', 'theirs']);
    expect([take.status, take.stderr]).toEqual([0, '']);
    expect(take.stdout).toContain('Took theirs; ours is in the archive. Patient/p1: server');
    expect(await contentIn(b)).toEqual(await contentIn(a));
    const none = await peersync(['conflicts', '--store', b, '--json']);
    expect(none.stdout).toBe('');
  });
});

describe('peersync conflicts and resolve', () => {
  it('S11, PSP-CLS-21: names a deletion, and keeps ours with theirs in the archive', async () => {
    const folder = testFolder();
    const a = await edited(folder, 'a', { gender: 'male' });
    await withStoreAt(a, (store) => store.delete('Patient', 'p1', ''));
    const b = await edited(folder, 'b', { active: false });
    await deferInto(b, a);
    const { stdout } = await peersync(['conflicts', 'Patient/p1', '--store', b, '--json']);
    expect(eventsOf(stdout)).toMatchObject([
      { event: 'conflict', position: 1, reason: 'delete-against-edit', difference: null },
    ]);
    const args = ['resolve', 'Patient/p1', '--store', b, '--take', 'ours', '--json'];
    expect(eventsOf((await peersync(args)).stdout)).toMatchObject([
      {
        event: 'resolved',
        resourceType: 'Patient',
        resourceId: 'p1',
        position: 1,
        outcome: 'CONFLICT_OURS',
      },
    ]);
    expect(await contentIn(b)).toEqual(parsed(versioned({ active: false })));
    const again = await peersync(args);
    expect(again.status).toBe(2);
    expect(again.stderr).toContain('No conflict of Patient/p1 waits.');
    const archived = await peersync(['changes', '--store', b, '--archived']);
    expect(archived.stdout).toMatch(/Patient\/p1: theirs was not taken .*, at position 1/);
  });

  it('PSP-CLS-21: lists a state once, and asks which of several is meant', async () => {
    const folder = testFolder();
    const b = await edited(folder, 'b', { active: false });
    const a = await edited(folder, 'a', { active: null });
    const c = await edited(folder, 'c', { gender: 'other' });
    for (const from of [a, c, a]) await deferInto(b, from);
    const listed = eventsOf((await peersync(['conflicts', '--store', b, '--json'])).stdout);
    expect(listed.map(({ position }) => position)).toEqual([1, 2]);
    const take = ['resolve', 'Patient/p1', '--store', b, '--take', 'merge'];
    const unclear = await peersync(take);
    expect([unclear.status, unclear.stdout]).toEqual([2, '']);
    expect(unclear.stderr).toContain('2 states of Patient/p1 wait: name one with --position');
    expect((await peersync([...take, '--position', '9'])).stderr).toContain('at position 9');
    const merged = await peersync([...take, '--position', '2']);
    expect(merged.stdout).toContain('Merged both. Patient/p1: server version 1, 2 local changes');
    expect(await contentIn(b)).toEqual(parsed(versioned({ active: false, gender: 'other' })));
  });
});

describe('peersync restore', () => {
  it('PSP-CLS-15: makes what gave way the content again, as a change of this device', async () => {
    const folder = testFolder();
    const a = await edited(folder, 'a', { active: false });
    const b = await edited(folder, 'b', { gender: 'male' });
    await deferInto(b, a);
    await peersync(['resolve', 'Patient/p1', '--store', b, '--take', 'theirs']);
    const restore = ['restore', 'Patient/p1', '--store', b, '--position'];
    const done = await peersync([...restore, '2']);
    expect(done.stdout).toBe('Restored Patient/p1 from position 2; it has 2 local changes now.\n');
    expect(await contentIn(b)).toEqual(parsed(versioned({ active: true, gender: 'male' })));
    expect((await peersync([...restore, '2'])).stdout).toContain('has that content already');
    const missing = await peersync([...restore, '3']);
    expect(missing.status).toBe(2);
    expect(missing.stderr).toContain('no state of Patient/p1 at position 3');
    const other = await peersync(['restore', 'Patient/p2', '--store', b, '--position', '2']);
    expect(other.status).toBe(2);
  });

  it('S14: refuses what a deletion ended', async () => {
    const folder = testFolder();
    const a = await edited(folder, 'a', { active: false });
    await withStoreAt(a, (store) => store.delete('Patient', 'p1', ''));
    const b = await edited(folder, 'b', { gender: 'male' });
    await deferInto(b, a);
    await peersync(['resolve', 'Patient/p1', '--store', b, '--take', 'theirs']);
    const refused = await peersync(['restore', 'Patient/p1', '--store', b, '--position', '2']);
    expect([refused.status, refused.stdout]).toEqual([2, '']);
    expect(refused.stderr).toContain('Patient/p1 is deleted');
  });
});
