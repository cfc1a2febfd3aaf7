// Folders and stores for faults, and a small disk where this user may mount one.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '../src/store/index.ts';
import { resources } from './content.ts';

/** Makes a folder, uses it, and removes it. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-faults-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Makes a store with so many resources of its own. */
export async function makeStore(path: string, count: number, serverUrl = ''): Promise<string> {
  const store = createSqliteStore(path, { serverUrl, displayName: 'Tablet' }, randomBytes);
  await store.createAll(resources(count), '');
  await store.close();
  return path;
}

/** A disk in memory, of a size that can be changed. */
export class SmallDisk {
  readonly folder: string;

  /** @throws when this user may not mount. */
  constructor(parent: string, octets: number) {
    this.folder = mkdtempSync(join(parent, 'disk-'));
    this.#mount('-t', 'tmpfs', '-o', `size=${octets},mode=777`, 'tmpfs', this.folder);
  }

  resize(octets: number): void {
    this.#mount('-o', `remount,size=${octets}`, this.folder);
  }

  makeReadOnly(isReadOnly: boolean): void {
    this.#mount('-o', `remount,${isReadOnly ? 'ro' : 'rw'}`, this.folder);
  }

  remove(): void {
    execFileSync('umount', [this.folder], { stdio: 'pipe' });
  }

  #mount(...args: string[]): void {
    execFileSync('mount', args, { stdio: 'pipe' });
  }
}

/** Uses a small disk; undefined where this user may not mount one. */
export async function onSmallDisk<T>(
  octets: number,
  work: (disk: SmallDisk) => Promise<T>,
): Promise<T | undefined> {
  return inFolder(async (folder) => {
    let disk: SmallDisk;
    try {
      disk = new SmallDisk(folder, octets);
    } catch {
      return undefined;
    }
    try {
      return await work(disk);
    } finally {
      disk.remove();
    }
  });
}
