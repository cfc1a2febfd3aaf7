// Finds and reads what a command is given: files, folders, standard input. Knows nothing of what is
// in them.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileFault, misuse } from './failure.ts';

/** The argument that means standard input. */
export const standardInput = '-';

const inFolders = /\.(json|ndjson|jsonl)$/i;

/**
 * The files behind the arguments, in their order: a folder stands for every `.json`, `.ndjson` and
 * `.jsonl` file below it, by name.
 *
 * @throws CommandFailure when one of them is not there, or a folder holds none.
 */
export async function filesOf(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === standardInput) files.push(path);
    else files.push(...(await filesBelow(path)));
  }
  return files;
}

async function filesBelow(path: string): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && inFolders.test(entry.name));
    if (names.length === 0) {
      throw misuse(`${path} holds no .json, .ndjson or .jsonl file.`, 'Name the files themselves.');
    }
    return names.map((entry) => join(entry.parentPath, entry.name)).sort();
  } catch (error) {
    throw readingFailed(path, error);
  }
}

/** The octets of a file or of standard input. @throws CommandFailure */
export async function readInput(path: string, stdin: Readable): Promise<Uint8Array> {
  try {
    if (path === standardInput) return new Uint8Array(Buffer.concat(await stdin.toArray()));
    return await readFile(path);
  } catch (error) {
    throw readingFailed(path, error);
  }
}

function readingFailed(path: string, error: unknown): unknown {
  const isFault = error instanceof Error && 'code' in error;
  if (!isFault) return error;
  const name = path === standardInput ? 'standard input' : path;
  return misuse(`Cannot read ${name}: ${fileFault(error)}.`, undefined, { cause: error });
}
