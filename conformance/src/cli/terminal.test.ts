// Ctrl-C at a real terminal: the program in a pseudo-terminal of its own, and SIGTERM without one.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { programOr } from '../report/testing/programs.ts';
import { smallTestee, testFolder } from './testing/program-run.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));
const script = programOr(
  ['script'],
  'skipped: the program script (util-linux) is not there, so no pseudo-terminal is tried',
);

interface Ended {
  readonly status: number | null;
  readonly text: string;
}

/** A process whose output is watched. */
class Watched {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #text = '';

  constructor(words: readonly string[], env: Readonly<Record<string, string>>) {
    const [command = '', ...args] = words;
    const child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env } });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
        for (const watch of this.#watchers) watch();
      });
    }
    this.ended = new Promise((resolve) => {
      child.on('close', (status) => resolve({ status, text: this.#text }));
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
  }

  async seen(pattern: RegExp): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watch = (): void => {
      if (pattern.test(this.#text)) resolve();
    };
    this.#watchers.add(watch);
    watch();
    await Promise.race([promise, this.ended]);
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }
}

interface Place {
  readonly temporary: string;
  readonly pids: string;
  readonly args: readonly string[];
}

/** A run that would last: its testee never answers `run`. */
function lasting(): Place {
  const folder = testFolder();
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const pids = join(folder, 'pids');
  const testee = smallTestee({ PID_FILE: pids, RUN: 'hang' });
  const only = ['--only', 'RCV-0*', '--deadline', '600000', '--patience', '600000'];
  return { temporary, pids, args: [main, 'run', ...only, '--', ...testee] };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function expectNothingLeft({ temporary, pids }: Place): void {
  const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  expect(started.length).toBeGreaterThan(0);
  expect(started.filter(isAlive)).toEqual([]);
  const left = readdirSync(temporary).filter((name) => name.startsWith('peersync'));
  expect(left).toEqual([]);
}

async function untilTesteeRuns({ pids }: Place): Promise<void> {
  const written = (): string => (existsSync(pids) ? readFileSync(pids, 'utf8') : '');
  await expect.poll(written, { timeout: 20_000 }).toContain('\n');
}

describe('stopping a run', () => {
  it.skipIf(script === undefined)(
    'Ctrl-C at a terminal: 130, what was done, nothing left',
    async () => {
      const place = lasting();
      const quoted = [process.execPath, ...place.args].map((word) => `'${word}'`).join(' ');
      const words = [script ?? '', '-qefc', quoted, '/dev/null'];
      const watched = new Watched(words, { TMPDIR: place.temporary, TERM: 'xterm' });
      await untilTesteeRuns(place);
      watched.type('\u0003');
      await watched.seen(/Stopping; Ctrl-C once more/);
      const { status, text } = await watched.ended;
      expect(text).toContain('Stopping; Ctrl-C once more ends at once.');
      expect(text).toMatch(/Stopped early.*: required \d+\/\d+ proven/);
      expect(status).toBe(130);
      expectNothingLeft(place);
    },
  );

  it('SIGTERM, as a build server sends it: the same', async () => {
    const place = lasting();
    const words = [process.execPath, ...place.args];
    const watched = new Watched(words, { TMPDIR: place.temporary });
    await untilTesteeRuns(place);
    watched.signal('SIGTERM');
    const { status, text } = await watched.ended;
    expect(text).toContain('Stopped early: required');
    expect(status).toBe(130);
    expectNothingLeft(place);
  });

  it.skipIf(script === undefined)('a terminal shows progress, then takes it away', async () => {
    const testee = smallTestee();
    const args = [main, 'run', '--only', 'RCV-0001', '--patience', '300', '--', ...testee];
    const quoted = [process.execPath, ...args].map((word) => `'${word}'`).join(' ');
    const watched = new Watched([script ?? '', '-qefc', quoted, '/dev/null'], { TERM: 'xterm' });
    const { status, text } = await watched.ended;
    expect(text).toMatch(/█+ 1\/1 .*RCV-0001 whole/);
    expect(text).toContain('\r\u001b[K');
    expect(status).toBe(1);
  });
});
