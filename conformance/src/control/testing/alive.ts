// Looks for a process by its id.
import { existsSync, readFileSync } from 'node:fs';

/** Whether a process runs; one that only waits for its parent to notice its end does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) [ZX] /.test(readFileSync(stat, 'latin1'));
}
