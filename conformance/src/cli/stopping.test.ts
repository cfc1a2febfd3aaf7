// Ctrl-C and its like at several moments of a run, with real processes: whatever the moment, no
// process of the run is left, and with the processes their sockets; and no temporary folder.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from '../control/testing/alive.ts';
import { referenceTestee, smallTestee, testFolder } from './testing/program-run.ts';

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const main = pathOf('./main.ts');
const moment = { timeout: 60_000, interval: 5 };

/** A process with a folder of its own for whatever is temporary. */
class Kit {
  readonly folder = testFolder();
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  text = '';

  constructor(argsIn: (folder: string) => readonly string[]) {
    mkdirSync(this.#temporary);
    this.child = spawn(process.execPath, argsIn(this.folder), {
      env: { PATH: process.env['PATH'], TMPDIR: this.#temporary },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.text += text;
      });
    }
    const { promise, resolve } = Promise.withResolvers<number | null>();
    this.child.on('close', resolve);
    this.ended = promise;
    onTestFinished(() => void this.child.kill('SIGKILL'));
  }

  /** Every testee that was started so far, by its id. */
  get testees(): number[] {
    const path = join(this.folder, 'pids');
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    // What follows the last line feed is not written yet.
    return text.split('\n').slice(0, -1).map(Number);
  }

  /** Waits until so many testees have been started. */
  async started(count: number): Promise<void> {
    await expect.poll(() => this.testees.length, moment).toBeGreaterThanOrEqual(count);
    expect(this.child.exitCode).toBeNull();
  }

  /** Names of what is in the folder for temporary things, but for Node's own. */
  get left(): string[] {
    return readdirSync(this.#temporary).filter((name) => name.startsWith('peersync'));
  }

  /** Processes of the run, however they came about: they have its folder in their variables. */
  get processes(): number[] {
    if (!existsSync('/proc/self/environ')) return this.testees.filter(isAlive);
    const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
    return pids.filter((pid) => isAlive(pid) && environmentOf(pid).includes(this.#temporary));
  }

  get #temporary(): string {
    return join(this.folder, 'tmp');
  }
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    // It ended since it was listed.
    return '';
  }
}

/** The words of a testee that writes its id into a file first, whatever it is. */
function noted(folder: string, words: readonly string[]): string[] {
  return ['sh', '-c', 'echo $$ >> "$0"; exec "$@"', join(folder, 'pids'), ...words];
}

async function expectNothingLeft(kit: Kit): Promise<void> {
  expect(kit.testees.filter(isAlive)).toEqual([]);
  // A process that was killed with the kit may take a moment to be gone.
  await expect.poll(() => kit.processes, { timeout: 10_000 }).toEqual([]);
  expect(kit.left).toEqual([]);
}

const long = ['--deadline', '600000', '--patience', '600000'];

describe('Ctrl-C', () => {
  it('while the testee starts: nothing is left', async () => {
    const testee = smallTestee({ FAULT: 'silent' });
    const kit = new Kit((folder) => [main, 'run', ...long, '--', ...noted(folder, testee)]);
    await kit.started(1);
    kit.child.kill('SIGINT');
    expect([await kit.ended, kit.text]).toEqual([130, expect.stringContaining('Stopping')]);
    await expectNothingLeft(kit);
  });

  it('during a case of each of two jobs: nothing is left', async () => {
    const testee = smallTestee({ RUN: 'hang' });
    const only = ['--only', 'RCV-000*', '--jobs', '2'];
    const kit = new Kit((at) => [main, 'run', ...only, ...long, '--', ...noted(at, testee)]);
    await kit.started(2);
    expect(kit.left).toEqual([expect.stringMatching(/^peersync-kit-/)]);
    kit.child.kill('SIGINT');
    expect([await kit.ended, kit.text]).toEqual([130, expect.stringContaining('Stopped early')]);
    await expectNothingLeft(kit);
  });

  it('while a testee that dials in is waited for: nothing is left', async () => {
    const kit = new Kit(() => [main, 'run', '--control-port', '0']);
    await expect.poll(() => kit.text, moment).toContain('Waiting for the testee at');
    kit.child.kill('SIGINT');
    expect(await kit.ended).toBe(130);
    await expectNothingLeft(kit);
  });
});

// Of all moments the one at which most happens.
it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s during crash cases, while testees come and go: nothing is left',
  async (signal) => {
    const kit = new Kit((folder) => {
      const testee = referenceTestee('--store', 'sqlite', join(folder, '{slot}.db'));
      const only = ['--only', 'crash', '--jobs', '2'];
      return [main, 'run', ...only, '--', ...noted(folder, testee)];
    });
    await kit.started(6);
    kit.child.kill(signal);
    expect([await kit.ended, kit.text]).toEqual([130, expect.stringContaining('Stopped early')]);
    await expectNothingLeft(kit);
  },
);

describe('a second Ctrl-C', () => {
  it('ends at once what the first one did not: nothing is left', async () => {
    const kit = new Kit((folder) => {
      const testee = smallTestee({ FAULT: 'silent' });
      return [pathOf('./testing/waiting-kit.ts'), ...noted(folder, testee)];
    });
    await expect.poll(() => kit.text, moment).toContain('waiting');
    kit.child.kill('SIGINT');
    await kit.started(1);
    expect(kit.text).toContain('Ctrl-C once more ends at once');
    expect(kit.left).toEqual([expect.stringMatching(/^peersync-kit-/)]);
    // One that follows within half a second counts as the same key.
    const pressed = (): number | null => {
      kit.child.kill('SIGINT');
      return kit.child.exitCode;
    };
    await expect.poll(pressed, { timeout: 20_000, interval: 100 }).toBe(130);
    await expectNothingLeft(kit);
  });
});
