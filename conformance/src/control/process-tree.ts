// Ends processes together with what they started, and sees to it that none is left when the kit
// itself ends, also by Ctrl-C. Knows no control protocol.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const living = new Set<number>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Whether a process can lead a group of its own on this system. */
export const hasGroups = process.platform !== 'win32';

/**
 * Ends a process and its children at once.
 *
 * @param leader - The id of a process that was started as the leader of its group.
 */
export function killTree(leader: number): void {
  if (!hasGroups) {
    spawnSync('taskkill', ['/pid', String(leader), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // ESRCH: nothing of the group is left, which is what was wanted.
  }
}

/** Remembers a process that has to be gone when the kit ends. */
export function watchTree(leader: number): void {
  if (living.size === 0) {
    process.on('exit', endTrees);
    for (const signal of signals) process.on(signal, endBySignal);
  }
  living.add(leader);
}

/** Forgets a process that has ended, and ends what it may have left behind. */
export function forgetTree(leader: number): void {
  if (!living.delete(leader)) return;
  killTree(leader);
  if (living.size === 0) stopWatching();
}

function stopWatching(): void {
  process.off('exit', endTrees);
  for (const signal of signals) process.off(signal, endBySignal);
}

/** Ends every process that is watched, at once. */
export function endTrees(): void {
  for (const leader of living) killTree(leader);
  living.clear();
}

function endBySignal(signal: NodeJS.Signals): void {
  endTrees();
  stopWatching();
  // Whoever else listens decides how the kit ends; where nobody does, it ends as it would have.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}
