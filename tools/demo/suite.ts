// The last part of the demonstration: the conformance kit tries the reference, started as any team
// would start it. Knows both programs by their command lines only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Say } from './device.ts';

const fromHere = (path: string): string =>
  relative(process.cwd(), fileURLToPath(new URL(`../../${path}`, import.meta.url)));
const kit = fromHere('conformance/src/cli/main.ts');
const testee = fromHere('reference/src/testee/main.ts');

/**
 * Waits of the kit, for a machine that is busy with other things: entries of a million values take
 * their time. A testee that answers is not waited for, so this costs nothing where all is well.
 */
export const unhurried = ['--patience', '60000', '--deadline', '120000'] as const;

// A key at the terminal reaches the kit by itself; what is sent to this process alone does not.
const handedOn = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Plays the profile `core`, in both roles, and writes all reports. The path of the page is the last
 * line that the kit prints.
 *
 * @returns The kit's exit status; 0 when the reference conforms.
 */
export async function runSuite(report: string, say: Say): Promise<number> {
  const args = ['run', '--profile', 'core', ...unhurried, '--report', report, '--'];
  say(`$ peersync-conformance ${args.join(' ')} node ${testee}`);
  const child = spawn(process.execPath, [kit, ...args, process.execPath, testee], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const handOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of handedOn) process.on(signal, handOn);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? 1;
  } finally {
    for (const signal of handedOn) process.off(signal, handOn);
  }
}
