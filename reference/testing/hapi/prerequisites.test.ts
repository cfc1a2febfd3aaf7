// The run against HAPI where something is missing: it says so, and never that it passed.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DownloadCount, firstError, isUnresolved, javaMajor } from './prerequisites.ts';
import { Progress } from './progress.ts';

const main = fileURLToPath(new URL('./main.ts', import.meta.url));

/** Runs the program with nothing on its path but these scripts of `sh`. */
function runWith(programs: Readonly<Record<string, string>>): { status: number; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'peersync-hapi-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const ended = spawnSync(process.execPath, [main], { env: { PATH: folder }, encoding: 'utf8' });
  return { status: ended.status ?? -1, output: ended.stdout + ended.stderr };
}

const java17 = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`;
const mavenThatSays = (words: string): string =>
  `case "$*" in *-version*) ;; *) echo '${words}'; exit 1;; esac`;

describe('where something is missing', () => {
  it.each([
    ['no Java', {}, 'no Java was found'],
    ['an old Java', { java: `echo 'java version "1.8.0_402"' >&2` }, 'Java 8 was found'],
    ['no Maven', { java: java17 }, 'Apache Maven'],
    ['a Maven that does not work', { java: java17, mvn: 'exit 1' }, 'Apache Maven'],
    [
      'no artifacts',
      { java: java17, mvn: mavenThatSays('[ERROR] Could not resolve dependencies') },
      'artifacts of HAPI FHIR: Could not resolve',
    ],
  ])('%s: the notice names it, and nothing passed', (_name, programs, what) => {
    const { status, output } = runWith(programs);
    expect(output).toContain(`missing: `);
    expect(output).toContain(what);
    expect(output).toMatch(/to get it: .+\nskipped: nothing was tested\n$/);
    expect(output).not.toContain('pass');
    expect(status).toBe(0);
  });

  it('a build that is wrong is a failure, not a reason to skip', () => {
    const mvn = mavenThatSays('[ERROR] COMPILATION ERROR');
    const { status, output } = runWith({ java: java17, mvn });
    expect([status, output]).toEqual([1, expect.stringContaining('COMPILATION ERROR')]);
    expect(output).not.toContain('skipped');
  });
});

describe('the words of the tools', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['java version "1.8.0_402"', 8],
    ['openjdk version "21-ea" 2023-09-19', 21],
    ['command not found', undefined],
  ])('%s', (output, major) => {
    expect(javaMajor(output)).toBe(major);
  });

  it.each([
    ['[ERROR] Could not transfer artifact a:b:pom:1 from/to central: Unknown host', true],
    ['Non-resolvable: [ERROR] a:b:jar:1 was not found in central', true],
    ['[ERROR] [Help 1] org.apache.maven/PluginResolutionException', true],
    ['[ERROR] COMPILATION ERROR : cannot find symbol', false],
  ])('%s: could not be got: %s', (output, unresolved) => {
    expect(isUnresolved(output)).toBe(unresolved);
  });

  it('addresses stay out of what is shown', () => {
    const line = '[ERROR] Could not transfer a from/to x (https://host.example/maven): timeout';
    expect(firstError(`[INFO] x\n${line}\n`)).toBe('Could not transfer a from/to x …: timeout');
  });

  it('downloads are counted, line by line in a pipe', () => {
    const lines: string[] = [];
    const write = (text: string): boolean => lines.push(text) > 0;
    const out = { isTTY: false, write } as unknown as NodeJS.WriteStream;
    const count = new DownloadCount(new Progress(out));
    count.read('[INFO] Downloading from central: x\n[INFO] Downloaded from central: x (1.5 ');
    count.read('MB at 3 MB/s)\nDownloaded from central: y (500 kB at 9 kB/s)\n');
    expect(count.summary).toBe('fetched 2 files, 2.0 MB');
    expect(lines).toEqual(['  fetched 1 file, 1.5 MB\n']);
  });
});
