// Regenerates the code made from the schema beside the tree and compares: what is committed must be
// exactly what the schema and the pinned generators give.
import { execFileSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folders = ['reference/src/wire/gen', 'conformance/src/gen'];

function contents(root: string): Map<string, string> {
  const files = folders.flatMap((folder) => globSync(`${folder}/**/*.*`, { cwd: root }));
  return new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));
}

function differences(committed: Map<string, string>, fresh: Map<string, string>): string[] {
  const paths = [...new Set([...committed.keys(), ...fresh.keys()])].sort();
  return paths.flatMap((path) => {
    if (!fresh.has(path)) return [`${path}: nothing in the schema makes this file`];
    if (!committed.has(path)) return [`${path}: missing`];
    return committed.get(path) === fresh.get(path) ? [] : [`${path}: differs from the schema`];
  });
}

const folder = mkdtempSync(join(tmpdir(), 'peersync-generated-'));
try {
  execFileSync(join('node_modules', '.bin', 'buf'), ['generate', '--output', folder], {
    stdio: 'inherit',
  });
  const found = differences(contents('.'), contents(folder));
  for (const line of found) console.error(line);
  if (found.length > 0) {
    console.error('Run `npm run proto:generate` and commit the result.');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
