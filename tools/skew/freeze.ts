// `node tools/skew/freeze.ts NAME [COMMIT]`: packs the reference's testee, as it is in a commit,
// into one file that runs without this repository. A name that exists is refused: what is frozen
// stays.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { baselinePath, recordPath, type FrozenBuild } from './frozen.ts';

const root = join(import.meta.dirname, '..', '..');

/** The program as one text: what names files of the machine that packed it is taken out. */
function bundled(commit: string, folder: string): string {
  const archive = execFileSync('git', ['archive', commit, 'reference'], {
    cwd: root,
    maxBuffer: 1 << 28,
  });
  execFileSync('tar', ['x', '-C', folder], { input: archive });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const out = join(folder, 'testee.mjs');
  // The bundler that comes with the test runner; nothing else needs it.
  const bundler = join(root, 'node_modules', '.bin', 'rolldown');
  const options = ['--platform', 'node', '--format', 'esm', '--file', out];
  execFileSync(bundler, ['reference/src/testee/main.ts', ...options], { cwd: folder });
  return readFileSync(out, 'utf8')
    .replace(/^\/\/#(?:end)?region.*\n/gm, '')
    .replace(/^\/\/ \S*\/(node_modules\/\S+)$/gm, '// $1');
}

function freeze(name: string, reference: string): void {
  const path = baselinePath(name);
  if (existsSync(path)) throw new Error(`${name} is frozen already`);
  const commit = execFileSync('git', ['rev-parse', reference], { cwd: root, encoding: 'utf8' });
  const folder = mkdtempSync(join(tmpdir(), 'peersync-freeze-'));
  try {
    const text = Buffer.from(bundled(commit.trim(), folder));
    const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
    writeFileSync(path, brotliCompressSync(text, { params }));
    const sha256 = createHash('sha256').update(text).digest('hex');
    const record: FrozenBuild = { name, commit: commit.trim(), sha256 };
    writeFileSync(recordPath, `${JSON.stringify(record, null, 2)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [name, commit = 'HEAD'] = process.argv.slice(2);
if (name === undefined || !/^[\w.-]+$/.test(name)) {
  console.error('usage: node tools/skew/freeze.ts NAME [COMMIT]');
  process.exit(2);
}
freeze(name, commit);
