// The frozen build: where it lies, and how it becomes a program again. Starts nothing.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** What is known of a frozen build. */
export interface FrozenBuild {
  /** Version of the document that it was built for. */
  readonly name: string;
  /** What it was built from. */
  readonly commit: string;
  /** Of the program before compression. */
  readonly sha256: string;
}

const folder = join(import.meta.dirname, 'baseline');

/** Names the frozen build. */
export const recordPath = join(folder, 'baseline.json');

/** Where a build of this name lies. */
export const baselinePath = (name: string): string => join(folder, `${name}.mjs.br`);

/** The frozen build's record. */
export function frozenBuild(): FrozenBuild {
  return JSON.parse(readFileSync(recordPath, 'utf8')) as FrozenBuild;
}

/**
 * Writes the frozen program into a folder. @returns its path.
 *
 * @throws where the program is not the one that was frozen.
 */
export function unpackBaseline(into: string): string {
  const { name, sha256 } = frozenBuild();
  const text = brotliDecompressSync(readFileSync(baselinePath(name)));
  if (createHash('sha256').update(text).digest('hex') !== sha256) {
    throw new Error(`${name} is not what was frozen`);
  }
  const path = join(into, `baseline-${name}.mjs`);
  writeFileSync(path, text);
  return path;
}
