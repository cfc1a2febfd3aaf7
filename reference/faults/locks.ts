// Another process holds the receiver's store: for a moment, then nobody notices; for good, then the
// wait is bounded and the program says who is in the way.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { compare, holdingOf } from './comparison.ts';
import { Hang } from './device-process.ts';
import { inFolder, makeStore } from './folders.ts';
import { meet } from './program.ts';
import { Tally, type FaultRow } from './tally.ts';

const momentMs = 1_500;
// Two waits of 5 s, for the session and for its record, with room for a slow machine.
const boundMs = 40_000;

/** Tries both. */
export async function tryLocks(resources: number): Promise<FaultRow[]> {
  const tally = new Tally('store locked by another process');
  for (const isShort of [true, false]) {
    await inFolder(async (folder) => {
      const from = await makeStore(join(folder, 'from.db'), resources);
      const to = await makeStore(join(folder, 'to.db'), 0);
      try {
        await locked(tally, from, to, isShort);
        await resumed(tally, from, to);
      } catch (error) {
        if (!(error instanceof Hang)) throw error;
        tally.hung(error.message);
      }
    });
  }
  return [tally.row()];
}

async function locked(tally: Tally, from: string, to: string, isShort: boolean): Promise<void> {
  tally.runs += 1;
  const other = new DatabaseSync(to);
  try {
    other.exec('BEGIN IMMEDIATE');
    if (isShort) setTimeout(() => other.exec('ROLLBACK'), momentMs);
    const { sent, received } = await meet(from, to);
    tally.struck += 1;
    for (const { peakKiB } of [sent, received]) tally.peakKiB = Math.max(tally.peakKiB, peakKiB);
    if (isShort) {
      tally.check(received.status === 0, `locked for a moment: ${received.stderr}`);
      return;
    }
    tally.most('ms until a locked receiver ended', Math.round(received.elapsedMs));
    tally.check(received.elapsedMs < boundMs, `it took ${received.elapsedMs} ms`);
    tally.check(received.status === 4, `exit status ${received.status}`);
    tally.check(/STORAGE_FAILED/.test(received.stderr), `no STORAGE_FAILED: ${received.stderr}`);
    tally.check(/another process/i.test(received.stderr), `nobody is named: ${received.stderr}`);
    tally.check(/STORAGE_FAILED/.test(sent.stderr), `the sender was told: ${sent.stderr}`);
  } finally {
    other.close();
  }
}

async function resumed(tally: Tally, from: string, to: string): Promise<void> {
  tally.runs += 1;
  const { received } = await meet(from, to);
  tally.check(received.status === 0, `the next session: ${received.stderr}`);
  tally.compared(compare(await holdingOf(from), await holdingOf(to)));
}
