// `peersync` from end to end with HAPI, two devices as a person at a terminal has them: each
// command is a process of its own.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { peersync, testFolder } from '../../src/cli/testing/program-process.ts';
import { session } from '../../src/cli/testing/sessions.ts';
import { createSqliteStore } from '../../src/store/index.ts';
import { Site } from './site.ts';

it('S1: download twice, edit, session, upload from both', { timeout: 60_000 }, async () => {
  const site = await Site.open();
  const names = ['p0', 'p1', 'p2'];
  for (const name of names) await site.put(name, { active: true });
  const folder = testFolder();
  const [a, b] = ['a', 'b'].map((name) => join(folder, `${name}.db`)) as [string, string];
  const run = async (store: string, ...args: string[]): Promise<string> => {
    const { status, stdout, stderr } = await peersync([...args, '--store', store]);
    expect(status, stderr).toBe(0);
    return stdout;
  };
  for (const path of [a, b]) {
    const settings = { serverUrl: site.proxy.url, displayName: 'device' };
    await createSqliteStore(path, settings, randomBytes).close();
    const query = `Patient?_id=${names.map((name) => site.id(name)).join(',')}&_count=2`;
    expect(await run(path, 'download', query)).toContain('3 resources stored');
  }
  await run(a, 'edit', `Patient/${site.id('p0')}`, '--set', '/gender="male"');
  await run(a, 'edit', `Patient/${site.id('p0')}`, '--set', '/active=false');
  await run(a, 'delete', `Patient/${site.id('p1')}`);
  await run(b, 'edit', `Patient/${site.id('p2')}`, '--set', '/active=false');
  const { sent, received } = await session(a, b);
  expect([sent.status, received.status]).toEqual([0, 0]);
  expect(await run(b, 'upload', '--dry-run')).toContain('would be deleted');
  expect(await run(b, 'upload')).toContain('4 changes uploaded, 0 there already, 0 left here');
  expect(await run(a, 'upload')).toContain('0 changes uploaded, 3 there already, 0 left here');
  expect(await run(a, 'upload')).toContain('nothing to upload');
  const stories = await Promise.all(names.map((name) => site.story(name)));
  expect(stories).toEqual([
    [true, false],
    [true, 'deleted'],
    [true, false],
  ]);
});
