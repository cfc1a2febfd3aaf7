// S14 at the command line: an id that was deleted and is used again, each command a process.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { Outcome } from '../wire/messages.ts';
import { peersync, testFolder, type Ended } from './testing/program-process.ts';
import { makeStore, patient, withStoreAt } from './testing/stores.ts';

/** Deletes p1, and the server knows: its version 2 is the deletion. */
async function deleteSettled(store: Store): Promise<void> {
  await store.importServerVersion(patient('p1', { meta: { versionId: '1' }, active: true }));
  const { payload } = await store.delete('Patient', 'p1', '');
  await store.recordUploaded([
    {
      resourceType: 'Patient',
      resourceId: 'p1',
      baseVersionId: '1',
      contained: payload.changes,
      version: { versionId: '2', lastUpdated: '' },
      resource: new Uint8Array(),
      baseResource: undefined,
    },
  ]);
}

const settled = (): Promise<string> => makeStore(testFolder(), 'a', deleteSettled);

/** A store that created p1 and deleted it, and one that deleted what the server has. */
async function unsettled(): Promise<{ a: string; b: string }> {
  const folder = testFolder();
  const a = await makeStore(folder, 'a', async (store) => {
    await store.create(patient('p1'), '');
    await store.delete('Patient', 'p1', '');
  });
  const b = await makeStore(folder, 'b', async (store) => {
    await store.importServerVersion(patient('p1', { meta: { versionId: '1' } }));
    await store.delete('Patient', 'p1', '');
  });
  return { a, b };
}

const content = Buffer.from(patient('p1', { active: false })).toString();
const imported = (store: string): Promise<Ended> =>
  peersync(['import', '--store', store, '--as', 'local', '-'], content);
const shown = async (store: string): Promise<string> =>
  (await peersync(['show', '--store', store, 'Patient/p1'])).stdout;

describe('S14: peersync import --as local after a deletion', () => {
  it('creates again what the server knows to be deleted', async () => {
    const store = await settled();
    const { status, stdout } = await imported(store);
    expect([status, stdout]).toEqual([0, '1 resource created locally.\n']);
    expect(await shown(store)).toContain('Patient/p1: no server version, 1 local change');
    const changes = await peersync(['changes', '--store', store]);
    expect(changes.stdout).toContain('INSERT');
    expect(changes.stdout).toContain('on version 2');
  });

  it('refuses while the deletion is not uploaded, and says what to do', async () => {
    const { a, b } = await unsettled();
    const first = await imported(a);
    expect([first.status, first.stderr]).toEqual([2, expect.stringContaining('use a new id')]);
    const second = await imported(b);
    expect(second.status).toBe(2);
    expect(second.stderr).toContain('the server does not know yet; upload first, or use a new id');
  });
});

describe('S14: peersync edit after a deletion', () => {
  const edit = (store: string, ...more: string[]): Promise<Ended> =>
    peersync(['edit', '--store', store, 'Patient/p1', ...more], content);

  it('creates it again by its whole content, and edits it from then on', async () => {
    const store = await settled();
    const created = await edit(store);
    expect(created.stdout).toBe('Created again: Patient/p1; it has 1 local change now.\n');
    const member = await edit(store, '--set', '/gender="male"');
    expect(member.stdout).toBe('Changed Patient/p1; it has 2 local changes now.\n');
    const entry = await withStoreAt(store, (opened) => opened.get('Patient', 'p1'));
    expect(entry?.payload).toMatchObject({ base: undefined, absorbed: [] });
  });

  it('takes the content from a file, and no members of what is gone', async () => {
    const store = await settled();
    const refused = await edit(store, '--set', '/active=false');
    expect(refused.status).toBe(2);
    expect(refused.stderr).toContain('Give its whole content with --file to create it again.');
    const file = join(testFolder(), 'p1.json');
    writeFileSync(file, content);
    expect((await edit(store, '--file', file)).status).toBe(0);
    expect(await shown(store)).toContain('1 local change');
  });

  it('refuses while the deletion is not uploaded, and says what to do', async () => {
    const { a, b } = await unsettled();
    for (const store of [a, b]) {
      const before = await shown(store);
      const { status, stderr } = await edit(store);
      expect([status, stderr]).toEqual([2, expect.stringContaining('use a new id')]);
      expect(await shown(store)).toBe(before);
    }
  });
});

describe('S14: peersync restore after a deletion', () => {
  it('makes what was put aside a new creation', async () => {
    const store = await settled();
    const entry = await withStoreAt(store, (opened) => opened.get('Patient', 'p1'));
    const aside = { ...entry!.payload, resource: Buffer.from(content) };
    const batch = {
      peer: new Uint8Array(16),
      scope: '',
      entries: [aside],
      cursor: new Uint8Array(),
    };
    await withStoreAt(store, (opened) =>
      opened.updateRemote(batch, () => ({
        outcome: Outcome.CONFLICT_THEIRS,
        archive: { payload: aside, reason: 'displaced' },
      })),
    );
    const restore = ['restore', 'Patient/p1', '--store', store, '--position', '1'];
    expect((await peersync(restore)).stdout).toContain('Restored Patient/p1 from position 1');
    expect(await shown(store)).toContain('Patient/p1: no server version, 1 local change');
    expect((await peersync(restore)).stdout).toContain('has that content already');
  });
});
