// The whole suite, in every delivery, against the reference with its SQLite store: what a team with
// an implementation of its own runs before it says that it conforms. Prints what it took.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { unhurried } from './demo/suite.ts';
import { seconds } from './step-runner.ts';

const ticksPerSecond = 100;

/** Processor seconds of the processes that this one has started and seen end, on Linux. */
function childrenSeconds(): number | undefined {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // The second field is a name, which may hold spaces; cutime and cstime are fields 16 and 17.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  } catch {
    return undefined;
  }
}

const memoryFolder = '/dev/shm';
const storesOctets = 2 ** 30;

/**
 * Where the stores lie: in memory where the system has a folder for that. A killed process loses
 * nothing there that it would keep on a disk, and a busy disk makes minutes of its 600 flushes.
 */
function storesFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(memoryFolder);
    if (bavail * bsize < storesOctets) return tmpdir();
    return memoryFolder;
  } catch {
    return tmpdir();
  }
}

async function main(): Promise<number> {
  const startedMs = performance.now();
  const folder = mkdtempSync(join(storesFolder(), 'peersync-conformance-'));
  const kit = ['conformance/src/cli/main.ts', 'run', '--profile', 'full', ...unhurried];
  // Each job its own file, or one testee at a time would be all that a file allows.
  const store = ['--store', 'sqlite', join(folder, '{slot}.db')];
  const testee = [process.execPath, 'reference/src/testee/main.ts', ...store];
  const args = [...kit, '--seed', 'check', ...process.argv.slice(2), '--', ...testee];
  // Whoever stops this process stops the kit, which ends in good order; then the folder goes.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  const handOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, handOn);
  process.on('SIGINT', () => undefined);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const processor = childrenSeconds();
    const took = processor === undefined ? '' : `, ${processor.toFixed(1)} s of processors`;
    const load = loadavg()[0]?.toFixed(1) ?? '';
    console.log(`${seconds(performance.now() - startedMs)}${took}; load average ${load}`);
    return code ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = await main();
