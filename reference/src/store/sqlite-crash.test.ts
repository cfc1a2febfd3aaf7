// A process is killed while it commits; what it leaves must be whole.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { createSqliteStore, openSqliteStore } from './sqlite-store.ts';
import { crashEntries, crashEntry } from './testing/crash-batch.ts';
import { countingOctets, everything, peer, scope, settings, text } from './testing/samples.ts';

const writer = fileURLToPath(new URL('./testing/crash-writer.ts', import.meta.url));

interface Kill {
  /** Commits to be reported before the kill. */
  readonly after: number;
  /** True: the writer dies in the middle of the next transaction instead of anywhere. */
  readonly inside: boolean;
}

/**
 * Runs the writer until it was killed.
 *
 * @returns The last batch it reported; undefined for none.
 */
async function writeAndKill(path: string, from: number, kill: Kill): Promise<number | undefined> {
  const diesIn = kill.inside ? [String(from + kill.after)] : [];
  const child = spawn(process.execPath, [writer, path, String(from), ...diesIn], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const gone = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let commits = -1;
  let last: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line !== 'ready') last = Number(line);
    commits += 1;
    if (!kill.inside && commits >= kill.after) child.kill('SIGKILL');
  }
  const [, signal] = (await gone) as [number | null, string | null];
  expect(signal).toBe('SIGKILL');
  return last;
}

/** Checks that the store holds one whole batch with its cursor, or nothing; gives its number. */
async function wholeBatch(path: string): Promise<number | undefined> {
  const store = openSqliteStore(path);
  try {
    const cursor = await store.getCursor(peer, scope);
    const payloads = (await everything(store)).map((entry) => entry.payload);
    if (cursor === undefined) {
      expect(payloads).toEqual([]);
      return undefined;
    }
    const number = Number(text(cursor));
    const all = Array.from({ length: crashEntries }, (_, index) => crashEntry(number, index));
    expect(payloads).toEqual(all);
    expect(await store.lastSequence()).toBe(BigInt((number + 1) * crashEntries));
    return number;
  } finally {
    await store.close();
  }
}

it('S28: PSP-ATOM-2, PSP-ATOM-3: a killed process leaves a whole batch and cursor', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  try {
    const path = join(folder, 'store.db');
    await createSqliteStore(path, settings, countingOctets()).close();
    const kills: Kill[] = [
      { after: 0, inside: true },
      { after: 0, inside: false },
      { after: 3, inside: true },
      ...[1, 2, 5, 9].map((after) => ({ after, inside: false })),
    ];
    let next = 0;
    let killsAfterCommit = 0;
    for (const kill of kills) {
      const reported = await writeAndKill(path, next, kill);
      const found = (await wholeBatch(path)) ?? -1;
      // PSP-ACK-1: what was reported as committed is there, whatever came after it.
      expect(found).toBeGreaterThanOrEqual(reported ?? next - 1);
      if (kill.inside) expect(found).toBe(next + kill.after - 1);
      if (reported !== undefined) killsAfterCommit += 1;
      next = found + 1;
    }
    expect(killsAfterCommit).toBeGreaterThanOrEqual(5);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
