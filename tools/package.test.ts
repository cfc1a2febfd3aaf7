// The kit as a team gets it: packed, installed into an empty folder outside of the repository, and
// run there. Nothing is fetched: what the package depends on is linked from here.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const team = mkdtempSync(join(tmpdir(), 'peersync-team-'));
const installed = join(team, 'node_modules', 'peersync-conformance');
afterAll(() => rmSync(team, { recursive: true, force: true }));

const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Links what a package says that it needs, and what that needs; nothing else is there. */
function linkNeeds(folder: string): void {
  for (const name of Object.keys(manifestOf(folder).dependencies ?? {})) {
    const [from, to] = [join(modules, name), join(team, 'node_modules', name)];
    if (existsSync(to)) continue;
    mkdirSync(dirname(to), { recursive: true });
    symlinkSync(from, to);
    linkNeeds(from);
  }
}

/** A dozen processes, each of which reads all cases; for a machine that is busy. */
const timeout = 120_000;

let program = '';
beforeAll(() => {
  const build = join('conformance', 'tsconfig.build.json');
  const tsc = join(modules, 'typescript', 'bin', 'tsc');
  // Types are checked elsewhere.
  execFileSync(process.execPath, [tsc, '-p', build, '--noCheck'], { cwd: root });
  const pack = ['pack', '--silent', '--offline', '--pack-destination', team];
  const printed = execFileSync('npm', pack, { cwd: join(root, 'conformance'), encoding: 'utf8' });
  const file = join(team, printed.trim().split('\n').at(-1) ?? '');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['xzf', file, '-C', installed, '--strip-components', '1']);
  linkNeeds(installed);
  program = join(installed, manifestOf(installed).bin['peersync-conformance'] ?? '');
}, timeout);

interface Ran {
  readonly status: number;
  readonly text: string;
}

async function kit(...args: string[]): Promise<Ran> {
  const options = { cwd: team, env: { ...process.env, NO_COLOR: '1', CI: '1' } };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], options);
    return { status: 0, text: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, text: `${stdout}${stderr}` };
  }
}

const reference = ['--', process.execPath, join(root, 'reference/src/testee/main.ts')];

describe('the packed kit', () => {
  it('says its version, explains, and shows what is covered', { timeout }, async () => {
    expect((await kit('--version')).text).toMatch(/^\d/);
    const explained = await kit('explain', 'RCV-0006');
    expect(explained.text).toContain('SEQUENCE_INVALID');
    expect((await kit('coverage')).status).toBe(0);
  });

  it('has a skeleton in every language', { timeout }, async () => {
    const languages = ['kotlin', 'java', 'python', 'go', 'ts'];
    const made = languages.map(async (lang) => kit('init', '--lang', lang, `my-${lang}`));
    for (const { status, text } of await Promise.all(made)) {
      expect(text).toContain('doctor');
      expect(status).toBe(0);
    }
  });

  it('tells the author of a skeleton what is next', { timeout }, async () => {
    await kit('init', '--lang', 'ts', 'next');
    const { status, text } = await kit('doctor', '--', process.execPath, 'next/testee.ts');
    expect(text).toContain('run is not connected to your implementation yet');
    expect(status).toBe(3);
  });

  it('runs cases, replays one, and makes reports again', { timeout }, async () => {
    const only = ['--only', 'RCV-0001', '--only', 'SND-0001'];
    const ran = await kit('run', ...only, '--transcripts', 'all', '--report', 'out', ...reference);
    expect(ran.text).toContain('required 2/2 proven');
    expect(ran.text.trim().split('\n').at(-1)).toMatch(/report\.html$/);
    const transcript = join('out', 'transcripts', 'RCV-0001.whole.json');
    expect(await kit('replay', transcript, ...reference)).toMatchObject({ status: 0 });
    const again = await kit('report', join('out', 'results.json'), '--html', 'again.html');
    expect([again.status, existsSync(join(team, 'again.html'))]).toEqual([0, true]);
  });

  it('carries the golden vectors and its canaries', { timeout }, async () => {
    const vectors = await kit('vectors', 'verify');
    expect(vectors.text).toContain(' 0 differ');
    expect(vectors.status).toBe(0);
    const canary = await kit('selftest', '--canary', 'always-reject', '--only', 'RCV-0001');
    expect(canary.text).toContain('1/1 canaries');
  });
});
