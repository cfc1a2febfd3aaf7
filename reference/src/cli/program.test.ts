// The command line as a whole: help, mistakes, and what the manual promises about exit statuses.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ExitCode, exitCodeMeanings } from './exit-code.ts';
import { run } from './program.ts';
import { FakeTerminal } from './testing/terminal.ts';

async function runs(...args: string[]): Promise<{ status: number; text: string }> {
  const terminal = new FakeTerminal({}, false);
  const status = await run(args, terminal.surroundings);
  // Streams hand on what was written in the turns that follow.
  await new Promise((resolve) => setImmediate(resolve));
  return { status, text: terminal.text };
}

describe('the command line', () => {
  it('--help and the README tell every exit status', async () => {
    const { status, text } = await runs('--help');
    expect(status).toBe(0);
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const told = exitCodeMeanings.map(([code]) => code);
    expect(told.sort()).toEqual(Object.values(ExitCode).sort());
    for (const [code, meaning] of exitCodeMeanings) {
      expect(text).toContain(`\n  ${String(code).padEnd(4)}${meaning}\n`);
      expect(readme.replaceAll('`', '')).toContain(`| ${code} | ${meaning} |`);
    }
  });

  it.each([
    [[], 'Usage: peersync'],
    [['frobnicate'], "unknown command 'frobnicate'"],
    [['imprt'], 'Did you mean import?'],
    [['send', '--frobnicate'], "unknown option '--frobnicate'"],
    [['import'], "missing required argument 'files'"],
    [['import', '--as', 'guess', 'x'], 'Allowed choices are server, local'],
    [['show', '--store', 'x', 'patient/1'], 'names no resource'],
    [['show', '--store', 'x', '--raw'], '--raw shows one resource'],
    [['report', '--store', 'x', '--last', '0'], '--last takes a whole number from 1 on'],
    [['send', '--store', 'x'], 'Neither --listen nor --dial'],
    [['send', '--store', 'x', '--listen', '1', '--dial', 'h:1'], 'not both'],
    [['send', '--store', 'x', '--listen', '99999'], 'no address with a port'],
    [['send', '--store', 'x', '--dial', '7340'], 'no address with a port'],
    [['send', '--store', 'x', '--dial', 'h:0'], 'no address with a port'],
    [['send', '--store', 'x', '--listen', '0', '--only', 'Patient,obs'], '"obs" is no resource'],
    [['receive', '--store', 'x', '--dial', 'h:1', '--mode', 'last-updated'], '--types'],
    [['import', '--store', 'x', '--as', 'local', '--version-id', '1', 'f'], '--version-id is for'],
    [['edit', '--store', 'x', 'Patient/p', '--file', 'f', '--set', '/a=1'], 'Give the whole'],
  ])('%j is a mistake that is named, status 2', async (args, words) => {
    const { status, text } = await runs(...args);
    expect([status, text]).toEqual([2, expect.stringContaining(words)]);
    expect(text).not.toMatch(/\n {4}at /);
  });

  it('colours a terminal unless NO_COLOR says otherwise', async () => {
    const coloured = new FakeTerminal();
    await run(['send'], coloured.surroundings);
    await coloured.seen(/Neither/);
    expect(coloured.text).toContain('\u001b[31merror:\u001b[39m');
    const plain = new FakeTerminal({ NO_COLOR: '1' });
    await run(['send'], plain.surroundings);
    await plain.seen(/Neither/);
    expect(plain.text).not.toContain('\u001b');
  });
});
