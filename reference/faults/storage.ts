// No room and no right to write: a disk that is full, a file that may not grow, a disk and a file
// that may only be read. The program says what to do, the session ends, and when there is room
// again the next one goes on.
import { chmodSync, chownSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkSqliteStore } from '../src/store/sqlite-check.ts';
import { compare, holdingOf } from './comparison.ts';
import { Hang } from './device-process.ts';
import { Draws } from './draws.ts';
import { inFolder, makeStore, onSmallDisk } from './folders.ts';
import { meet, peersync, type Around, type Said } from './program.ts';
import { skippedRow, Tally, type FaultRow } from './tally.ts';

/** How often each is tried. */
export interface StorageOptions {
  readonly runs: number;
  readonly seed: number;
  readonly resources: number;
}

const roomy = 64 * 1024 * 1024;
/** What a store without resources takes with its log, and a little more. */
const emptyOctets = 1_600 * 1024;
const noMount = 'this user may not mount a disk';
const nobody = 65_534;

/** Tries them all. */
export async function tryStorage(options: StorageOptions): Promise<FaultRow[]> {
  return [await fullDisk(options), await boundFile(options), await readOnly(options)];
}

async function fullDisk({ runs, seed, resources }: StorageOptions): Promise<FaultRow> {
  const tally = new Tally('disk full (ENOSPC)');
  const draws = new Draws(seed);
  for (let run = 0; run < runs; run += 1) {
    // From hardly a store to nearly all of it.
    const octets = emptyOctets + draws.below(resources * 2_400);
    const done = await onSmallDisk(octets, async (disk) => {
      await inFolder(async (folder) => {
        const from = await makeStore(join(folder, 'from.db'), resources);
        const to = join(disk.folder, 'to.db');
        await makeStore(to, 0);
        await exhausted(tally, from, to, {}, /space/i);
        disk.resize(roomy);
        await resumed(tally, from, to);
      });
      return true;
    });
    if (done === undefined) return skippedRow(tally.row().fault, noMount);
  }
  return tally.row();
}

// A limit of the system on a file's size is another error than a full disk, and as final.
async function boundFile({ runs, seed, resources }: StorageOptions): Promise<FaultRow> {
  const tally = new Tally('file may not grow (EFBIG)');
  const draws = new Draws(seed + 1);
  for (let run = 0; run < runs; run += 1) {
    await inFolder(async (folder) => {
      const from = await makeStore(join(folder, 'from.db'), resources);
      const to = await makeStore(join(folder, 'to.db'), 0);
      // Of 512 octets, for the file and for its log.
      const blocks = emptyOctets / 2 / 512 + draws.below(resources * 2);
      const through = ['sh', '-c', `ulimit -f ${blocks}; exec "$@"`, 'sh'];
      await exhausted(tally, from, to, { through }, /space|disk/i);
      await resumed(tally, from, to);
    });
  }
  return tally.row();
}

/** A session whose receiver can't go on storing. */
async function exhausted(
  tally: Tally,
  from: string,
  to: string,
  receiver: Around,
  words: RegExp,
): Promise<void> {
  tally.runs += 1;
  const met = await guarded(tally, () => meet(from, to, { receiver }));
  if (met === undefined) return;
  const { sent, received } = met;
  noteMemory(tally, sent, received);
  if (received.status === 0) {
    tally.count('sessions that had room enough');
    return;
  }
  tally.struck += 1;
  plain(tally, received, words);
  if (!/STORAGE_FAILED/.test(received.stderr)) {
    // It failed before the session or after it: then there is nothing for the other side to know.
    tally.count('failures outside the session');
    return;
  }
  tally.count('sessions ended by STORAGE_FAILED');
  tally.check(/STORAGE_FAILED/.test(sent.stderr), `the sender was told: ${sent.stderr}`);
  tally.check(sent.status === 1, `the sender's exit status is ${sent.status}`);
}

/** A failure as a user should see it: words, what to do, a status, and no stack. */
function plain(tally: Tally, said: Said, words: RegExp): void {
  tally.check(words.test(said.stderr), `the words are not there: ${said.stderr}`);
  tally.check(said.status === 1 || said.status === 4, `exit status ${said.status}: ${said.stderr}`);
  tally.check(!/\n {4}at /.test(said.stderr), `a stack: ${said.stderr}`);
}

/** With room again: nothing was lost, the next session completes, and the check finds it whole. */
async function resumed(tally: Tally, from: string, to: string): Promise<void> {
  tally.runs += 1;
  const before = (await holdingOf(to)).entries.size;
  tally.count('entries kept from before', before);
  const met = await guarded(tally, () => meet(from, to));
  if (met === undefined) return;
  noteMemory(tally, met.sent, met.received);
  tally.check(met.received.status === 0, `the next session: ${met.received.stderr}`);
  tally.compared(compare(await holdingOf(from), await holdingOf(to)));
  const { findings } = checkSqliteStore(to);
  tally.check(findings.length === 0, `the check: ${findings[0]?.detail}`);
}

async function readOnly({ resources }: StorageOptions): Promise<FaultRow> {
  const tally = new Tally('read-only file and disk');
  await inFolder((folder) => readOnlyFile(tally, folder, resources));
  const mounted = await onSmallDisk(roomy, async (disk) => {
    await inFolder(async (folder) => {
      const from = await makeStore(join(folder, 'from.db'), resources);
      const to = await makeStore(join(disk.folder, 'to.db'), 0);
      disk.makeReadOnly(true);
      await refused(tally, from, to, {});
      disk.makeReadOnly(false);
      await resumed(tally, from, to);
    });
    return true;
  });
  if (mounted === undefined) tally.count(`read-only disk not tried: ${noMount}`);
  return tally.row();
}

async function readOnlyFile(tally: Tally, folder: string, resources: number): Promise<void> {
  const from = await makeStore(join(folder, 'from.db'), resources);
  const to = await makeStore(join(folder, 'to.db'), 0);
  // For whoever may do everything, no file is read-only: then the program runs as nobody.
  const isRoot = process.getuid?.() === 0;
  const receiver = isRoot ? { uid: nobody } : {};
  chmodSync(folder, 0o755);
  chmodSync(to, 0o444);
  await refused(tally, from, to, receiver);
  chmodSync(folder, 0o555);
  await refused(tally, from, to, receiver);
  chmodSync(folder, 0o755);
  chmodSync(to, 0o600);
  if (isRoot) chownSync(to, 0, 0);
  tally.check(!existsSync(`${to}-wal`), 'files of SQLite were left behind');
  await resumed(tally, from, to);
}

/** A session whose receiver may not write at all, and a reading command on the same store. */
async function refused(tally: Tally, from: string, to: string, around: Around): Promise<void> {
  tally.runs += 1;
  const met = await guarded(tally, () => meet(from, to, { receiver: around }));
  if (met === undefined) return;
  tally.struck += 1;
  plain(tally, met.received, /may not be written|right|rights/);
  const shown = await peersync(['show', '--store', to], around);
  tally.count(shown.status === 0 ? 'reading it still works' : 'reading it is refused');
  if (shown.status !== 0) plain(tally, shown, /may not be written|rights|may write/);
}

function noteMemory(tally: Tally, ...all: readonly Said[]): void {
  for (const { peakKiB } of all) tally.peakKiB = Math.max(tally.peakKiB, peakKiB);
}

async function guarded<T>(tally: Tally, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Hang) tally.hung(error.message);
    else tally.problem(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
