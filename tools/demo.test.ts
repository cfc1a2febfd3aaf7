// The demonstration runs as a newcomer would run it, and its comparison notices what differs.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createSqliteStore, type Store } from '../reference/src/index.ts';
import { compareStores, compareWithFiles } from './demo/comparison.ts';

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-demo-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

describe('the demonstration', () => {
  it('S30: ends well, says so, and leaves nothing behind', async () => {
    const child = spawn(process.execPath, ['tools/demo.ts', '--patients', '5'], {
      env: { PATH: process.env['PATH'], TMPDIR: testFolder() },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    const [status] = (await once(child, 'close')) as [number | null];
    expect([status, output]).toEqual([0, expect.stringContaining('Done in')]);
    expect(output).toMatch(/^receiver │ complete: \d+ records received/m);
    expect(output).toContain('octet for octet');
    const folder = /^Stores in (\S+?),/m.exec(output)?.[1] ?? '';
    expect(folder).toContain('peersync-demo-');
    expect(existsSync(folder)).toBe(false);
  });
});

describe('the comparison of two stores', () => {
  async function store(name: string, fill: (store: Store) => Promise<unknown>): Promise<string> {
    const path = join(testFolder(), `${name}.db`);
    const made = createSqliteStore(path, { serverUrl: '', displayName: name }, randomBytes);
    await fill(made);
    await made.close();
    return path;
  }
  const version = (id: string, text: string): Uint8Array =>
    Buffer.from(`{"resourceType":"Patient","id":"${id}","meta":{"versionId":"1"},"x":${text}}`);

  it('S35: notices another octet, a missing resource and a change more', async () => {
    const a = await store('a', (made) =>
      made.importServerVersions([version('p1', '1.10'), version('p2', '1'), version('p3', '1')]),
    );
    const b = await store('b', async (made) => {
      await made.importServerVersions([version('p1', '1.1'), version('p3', '1')]);
      await made.delete('Patient', 'p3', '');
    });
    expect((await compareStores(a, a)).differences).toEqual([]);
    expect((await compareStores(a, b)).differences).toEqual([
      'Patient/p1: the resource differs',
      'Patient/p2: did not arrive',
      'Patient/p3: the resource differs',
      '3 entries there, 2 here',
    ]);
    const octets = Buffer.concat([version('p1', '1.10'), Buffer.from('\n')]);
    const exact = { resource: 'Patient/p1', octets };
    expect(await compareWithFiles(a, [exact])).toEqual([]);
    expect(await compareWithFiles(b, [exact])).toHaveLength(1);
  });
});
