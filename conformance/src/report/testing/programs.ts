// Programs of the machine that some tests need and that a machine may lack. A test that misses one
// says so on standard error and is counted as skipped, never as passed.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first of these programs that is there; where none is, the notice is printed. */
export function programOr(names: readonly string[], notice: string): string | undefined {
  const found = names.map(onPath).find((path) => path !== undefined);
  if (found === undefined) process.stderr.write(`${notice}\n`);
  return found;
}
