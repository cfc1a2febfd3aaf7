// `peersync check` as a process: a whole store, damaged ones, and the way out of them.
import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { makeOlder } from '../store/testing/older-files.ts';
import { settleNames } from '../store/testing/settled-names.ts';
import { eventsOf, peersync, testFolder } from './testing/program-process.ts';
import { session } from './testing/sessions.ts';
import { entriesIn, makeStore, patient } from './testing/stores.ts';

const all = Array.from({ length: 60 }, (_, index) => patient(`p${index}`));

async function filled(): Promise<{ readonly folder: string; readonly a: string }> {
  const folder = testFolder();
  const a = await makeStore(folder, 'a', async (store) => {
    await store.createAll(all, '');
    await store.update(patient('p0', { active: true }), '');
  });
  return { folder, a };
}

const tamper = (path: string, sql: string): void => {
  const db = new DatabaseSync(path);
  db.exec(sql);
  db.close();
};

describe('peersync check', () => {
  it('says that a store is whole, and writes nothing', async () => {
    const { a } = await filled();
    const before = readFileSync(a);
    const { status, stdout, stderr } = await peersync(['check', '--store', a]);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe('whole: 60 resources with 61 local changes\n');
    expect(readFileSync(a).equals(before)).toBe(true);
  });

  it('names what is not whole, ends with 4, and says what to do', async () => {
    const { a } = await filled();
    tamper(a, "UPDATE resource SET payload = CAST('x' || payload AS BLOB) WHERE id = 'p7'");
    settleNames(a);
    tamper(a, "DELETE FROM name WHERE id = 'p9'");
    const { status, stdout, stderr } = await peersync(['check', '--store', a]);
    expect([status, stdout]).toEqual([4, '']);
    expect(stderr).toContain(`damaged: ${a}\n`);
    expect(stderr).toMatch(/ {2}Patient\/p7: .+\n {2}Patient\/p9: it is not found by its name\n/);
    expect(stderr).toContain('Whole are 59 resources with 60 local changes.');
    expect(stderr).toContain('peersync check --rescue NEW');
    const json = await peersync(['check', '--store', a, '--json']);
    expect(json.status).toBe(4);
    expect(eventsOf(json.stdout)).toMatchObject([
      { event: 'check', exitCode: 4, whole: false, findings: [{ resource: 'Patient/p7' }, {}] },
    ]);
  });

  it('rescues what is whole; another device brings the rest, nothing is there twice', async () => {
    const { folder, a } = await filled();
    const b = await makeStore(folder, 'b');
    expect((await session(a, b)).received.status).toBe(0);
    tamper(
      a,
      "UPDATE resource SET payload = CAST('x' || payload AS BLOB) WHERE id IN ('p7', 'p8')",
    );
    const rescued = join(folder, 'rescued.db');
    const { status, stdout, stderr } = await peersync(['check', '--store', a, '--rescue', rescued]);
    expect([status, stdout]).toEqual([4, expect.stringContaining('58 resources with 59 local')]);
    expect(stderr).toContain(`Go on with ${rescued}: receive from each device`);
    expect(await entriesIn(rescued)).toBe(58);
    expect((await session(b, rescued)).received.status).toBe(0);
    expect(await entriesIn(rescued)).toBe(60);
    const whole = await peersync(['check', '--store', rescued]);
    expect([whole.status, whole.stdout]).toEqual([
      0,
      expect.stringContaining('60 resources with 61'),
    ]);
    const archived = await peersync(['changes', '--archived', '--store', rescued]);
    expect(archived.stdout).toContain('No local changes.');
  });

  it('finds a changed letter and names its resource; so does a command that reads it', async () => {
    const { folder, a } = await filled();
    const b = await makeStore(folder, 'b', async (store) => {
      await store.importServerVersion(patient('v', { meta: { versionId: '1' }, gender: 'male' }));
    });
    tamper(b, "UPDATE resource SET payload = CAST(replace(payload, 'male', 'mala') AS BLOB)");
    const { status, stderr } = await peersync(['check', '--store', b]);
    expect([status, stderr]).toEqual([4, expect.stringContaining('  Patient/v: what is there is')]);
    const shown = await peersync(['show', 'Patient/v', '--store', b]);
    expect([shown.status, shown.stdout]).toEqual([4, '']);
    expect(shown.stderr).toMatch(/Patient\/v in .* is damaged.*\n?.*peersync check --rescue NEW/);
    const { sent, received } = await session(b, a);
    expect([sent.status, sent.stderr]).toEqual([
      4,
      expect.stringMatching(/Patient\/v in .*--rescue/),
    ]);
    // The other device has nothing to repair, and nothing to report.
    expect([received.status, received.stderr]).toEqual([1, expect.stringContaining('INTERNAL')]);
    expect(received.stderr).toContain('See what its screen says; then start again.');
    expect(received.stdout + received.stderr).toContain('nothing was transferred');
    expect(await entriesIn(a)).toBe(60);
  });

  it('says that a store of an older version has no checksums yet', async () => {
    const { a } = await filled();
    makeOlder(a, 2);
    const { status, stdout } = await peersync(['check', '--store', a]);
    expect([status, stdout]).toEqual([0, expect.stringMatching(/no checksums yet.*\nwhole: 60 /)]);
    const shown = await peersync(['show', '--store', a]);
    expect(shown.status).toBe(0);
    expect(shown.stderr).toMatch(/a\.db is of an older version: its 60 resources are brought/);
    const later = await peersync(['check', '--store', a]);
    expect(later.stdout).toBe('whole: 60 resources with 61 local changes\n');
  });

  it('a file of which nothing can be read is said to be so, and is left as it is', async () => {
    const { folder, a } = await filled();
    const cut = join(folder, 'cut.db');
    copyFileSync(a, cut);
    truncateSync(cut, 9_000);
    writeFileSync(join(folder, 'other.db'), 'this is no database, but long enough to be read');
    for (const path of [cut, join(folder, 'other.db')]) {
      const { size } = statSync(path);
      const { status, stderr } = await peersync(['check', '--store', path]);
      expect(status).toBe(4);
      expect(stderr).toMatch(/from a backup|check --rescue/);
      expect(statSync(path).size).toBe(size);
    }
    const missing = await peersync(['check', '--store', join(folder, 'none.db')]);
    expect([missing.status, missing.stderr]).toEqual([4, expect.stringContaining('peersync init')]);
  });

  it('does not write a rescue over anything', async () => {
    const { a } = await filled();
    const { status, stderr } = await peersync(['check', '--store', a, '--rescue', a]);
    expect([status, stderr]).toEqual([4, expect.stringContaining('omething is at')]);
    expect(await entriesIn(a)).toBe(60);
  });
});
