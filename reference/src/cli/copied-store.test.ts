// What people are told where two devices work on copies of one store, each command as a process.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventsOf, peersync, testFolder } from './testing/program-process.ts';
import { session } from './testing/sessions.ts';
import { makeStore, patient, withStoreAt } from './testing/stores.ts';

const versioned = (members: Readonly<Record<string, unknown>>): Uint8Array =>
  patient('p1', { meta: { versionId: '1' }, ...members });
const edit = (path: string, gender: string): Promise<unknown> =>
  withStoreAt(path, (store) => store.update(versioned({ gender }), ''));

describe('a store that was copied', () => {
  it('S41, PSP-CLS-26: one name for two changes is a conflict that says what to do', async () => {
    const folder = testFolder();
    const fill = { gender: 'unknown' };
    const a = await makeStore(folder, 'a', (store) => store.importServerVersion(versioned(fill)));
    const backup = join(folder, 'backup.db');
    copyFileSync(a, backup);
    await edit(a, 'male');
    const c = await makeStore(folder, 'c');
    await session(a, c);
    // Written over the very file, which nothing shows: any other copy takes a new id by itself.
    copyFileSync(backup, a);
    await edit(a, 'female');
    const receive = ['--on-conflict', 'defer', '--mode', 'full'];
    const { received } = await session(a, c, { receive });
    expect(received.stdout).toContain(
      'Patient/p1: conflict:deferred, both made another change of one name',
    );
    expect(received.stdout).toContain('Run `peersync renew` on the copy');
    const shown = await peersync(['conflicts', '--store', c]);
    expect(shown.stdout).toContain('one store is a copy of the other');
    expect(shown.stdout).toContain('Run `peersync renew` on the copy');
    const listed = await peersync(['conflicts', '--store', c, '--json']);
    expect(eventsOf(listed.stdout)).toMatchObject([{ reason: 'copied-store' }]);
    const report = await peersync(['report', '--store', c, '--last', '1']);
    expect(report.stdout).toContain('both made another change of one name');
    const merge = await peersync(['resolve', 'Patient/p1', '--store', c, '--take', 'merge']);
    expect(merge.status).toBe(1);
  });
});
