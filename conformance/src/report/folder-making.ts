// Makes folders for reports. It knows no report.
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and those above it, where they are not there yet. Node's own `recursive` never
 * returns where a file system says "no such folder" to making one, as `/proc` does.
 *
 * @throws the system's error where one can't be made.
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !existsSync(at); at = dirname(at)) missing.unshift(at);
  for (const folder of missing) mkdirSync(folder);
  // What is there and is no folder says so.
  if (missing.length === 0) mkdirSync(path, { recursive: true });
}
