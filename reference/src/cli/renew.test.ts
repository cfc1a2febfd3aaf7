// S41 at the command line: files that are really copied, and each command a process.
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf, peersync, testFolder } from './testing/program-process.ts';
import { session } from './testing/sessions.ts';
import { entriesIn, makeStore, patient, withStoreAt } from './testing/stores.ts';

const versioned = (members: object): Uint8Array =>
  patient('p1', { meta: { versionId: '1' }, ...members });

/** A store with one edited version of the server, and the path of a copy that is not made yet. */
async function worked(): Promise<{ folder: string; a: string; b: string }> {
  const folder = testFolder();
  const a = await makeStore(folder, 'a', async (store) => {
    await store.importServerVersion(versioned({ active: true }));
    await store.update(versioned({ active: false }), '');
  });
  return { folder, a, b: join(folder, 'b.db') };
}

const idOf = (path: string): Promise<string> =>
  withStoreAt(path, async (store) => Buffer.from(store.replicaId).toString('hex'));

describe('PSP-ID-3, S41: a copied store', () => {
  it('says once, in one line, that it is one and what it did', async () => {
    const { a, b } = await worked();
    const before = await idOf(a);
    copyFileSync(a, b);
    const first = await peersync(['changes', '--store', b, '--quiet']);
    expect(first.status).toBe(0);
    expect(first.stderr).toMatch(/^Note: this file is a copy of a store, so it took a new .*\n$/);
    expect(first.stderr).toContain(`${before.slice(0, 8)} is ${(await idOf(b)).slice(0, 8)} now`);
    expect(first.stderr).toContain('Nothing in it is lost.');
    const second = await peersync(['changes', '--store', b, '--quiet']);
    expect([second.stderr, second.stdout]).toEqual(['', first.stdout]);
    const original = await peersync(['changes', '--store', a, '--quiet']);
    expect([original.stderr, original.stdout]).toEqual(['', first.stdout]);
    expect([await idOf(a), await idOf(b)]).toEqual([before, expect.not.stringMatching(before)]);
  });

  it('tells a program by an event', async () => {
    const { a, b } = await worked();
    const before = await idOf(a);
    copyFileSync(a, b);
    const [told, ...shown] = eventsOf((await peersync(['show', '--store', b, '--json'])).stdout);
    const after = await idOf(b);
    expect(told).toEqual({ event: 'replica-renewed', reason: 'file-copied', before, after });
    expect(shown).toMatchObject([{ event: 'store', replicaId: after }]);
  });

  it('meets its origin and a third: both edits of one resource are told', async () => {
    const { folder, a, b } = await worked();
    copyFileSync(a, b);
    const set = (store: string, text: string): ReturnType<typeof peersync> =>
      peersync(['edit', '--store', store, 'Patient/p1', '--set', text]);
    expect((await set(a, '/gender="male"')).status).toBe(0);
    expect((await set(b, '/gender="female"')).status).toBe(0);
    const c = await makeStore(folder, 'c');
    const defer = { receive: ['--on-conflict', 'defer'] };
    expect((await session(a, c, defer)).received.stdout).not.toContain('conflict');
    expect((await session(b, c, defer)).received.stdout).toContain('Patient/p1: conflict:deferred');
    const shown = await peersync(['conflicts', '--store', c]);
    expect(shown.stdout).toContain('both changed it');
    expect(shown.stdout).toContain('"female"');
    expect((await session(a, b, defer)).received.stdout).toContain('Patient/p1: conflict:deferred');
  });
});

describe('peersync renew', () => {
  it('takes a new id each time, shows both, and keeps what is there', async () => {
    const { a } = await worked();
    const changes = await peersync(['changes', '--store', a]);
    const before = await idOf(a);
    const { status, stdout, stderr } = await peersync(['renew', '--store', a]);
    const after = await idOf(a);
    expect([status, stderr]).toEqual([0, '']);
    expect(after).not.toBe(before);
    expect(stdout).toContain(`Replica id before: ${before}\nReplica id now:    ${after}\n`);
    expect(stdout).toContain('Nothing is lost');
    expect((await peersync(['changes', '--store', a])).stdout).toBe(changes.stdout);
    const again = await peersync(['renew', '--store', a, '--json']);
    const last = await idOf(a);
    expect(eventsOf(again.stdout)).toEqual([{ event: 'renewed', before: after, after: last }]);
    expect(last).not.toBe(after);
  });

  it('does not renew a copy twice, and says both ids all the same', async () => {
    const { a, b } = await worked();
    copyFileSync(a, b);
    const { stdout, stderr } = await peersync(['renew', '--store', b]);
    expect(stderr).toContain(`is ${(await idOf(b)).slice(0, 8)} now`);
    expect(stdout).toContain(`before: ${await idOf(a)}\n`);
    expect(stdout).toContain(`now:    ${await idOf(b)}\n`);
  });

  it('explains when it is needed, and needs a store', async () => {
    const { stdout } = await peersync(['renew', '--help']);
    expect(stdout).toContain('a backup that was written over the file');
    expect(stdout).toContain('before anything is edited');
    expect((await peersync(['renew'])).status).toBe(2);
    expect((await peersync(['renew', '--store', join(testFolder(), 'none.db')])).status).toBe(4);
  });

  it('PSP-ID-2: is what a store is told that meets its twin; then they sync', async () => {
    const { folder, a } = await worked();
    const backup = join(folder, 'backup.db');
    copyFileSync(a, backup);
    // A twin that nothing shows to be one: the backup in place of the store, the store as it was.
    const before = await session(a, a);
    for (const { stderr } of [before.sent, before.received]) {
      expect(stderr).toContain('SAME_REPLICA');
      expect(stderr).toContain('run `peersync renew` on the copy');
    }
    const b = await makeStore(folder, 'b');
    const { received } = await session(a, b);
    expect(received.status).toBe(0);
    copyFileSync(backup, a);
    for (const suffix of ['-wal', '-shm']) rmSync(a + suffix, { force: true });
    expect((await peersync(['show', '--store', a])).stderr).toBe('');
    await peersync(['renew', '--store', a]);
    await withStoreAt(a, (store) => store.create(patient('p2'), ''));
    expect((await session(a, b)).received.status).toBe(0);
    expect(await entriesIn(b)).toBe(2);
  });
});
