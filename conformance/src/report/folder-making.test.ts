import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { makeFolder } from './folder-making.ts';

function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-folders-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

it('makes a folder with those above it, and leaves one that is there as it is', () => {
  const path = join(testFolder(), 'a', 'b', 'c');
  makeFolder(path);
  makeFolder(path);
  expect(statSync(path).isDirectory()).toBe(true);
});

it('says so where a file stands in the way', () => {
  const file = join(testFolder(), 'file');
  writeFileSync(file, '');
  expect(() => makeFolder(file)).toThrow(/EEXIST/);
  expect(() => makeFolder(join(file, 'below'))).toThrow(/ENOTDIR/);
});

it.skipIf(!existsSync('/proc/self'))('ends where the system has no room for a folder', () => {
  expect(() => makeFolder('/proc/peersync-report')).toThrow(/ENOENT|EACCES|EPERM/);
});
