// Builds the packages as they would be published and loads every door of theirs: each subpath's
// code and types, and the program. Tests run on sources, so only this sees a build that is broken.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly bin?: Readonly<Record<string, string>>;
}

function build(folder: string): string[] {
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  const compiler = join('node_modules', '.bin', 'tsc');
  const project = join(folder, 'tsconfig.build.json');
  const { status } = spawnSync(compiler, ['-p', project], { stdio: 'inherit' });
  if (status !== 0) return [`${folder}: does not build`];
  const stray = globSync(`${folder}/dist/**/*.{test,laws}.*`);
  return stray.map((path) => `${path}: tests do not belong into the package`);
}

async function load(folder: string, manifest: Manifest): Promise<string[]> {
  const faults: string[] = [];
  for (const [subpath, { types, default: code }] of Object.entries(manifest.exports)) {
    const door = `${manifest.name} ${subpath}`;
    if (!existsSync(join(folder, types))) faults.push(`${door}: no types at ${types}`);
    try {
      await import(pathToFileURL(join(folder, code)).href);
    } catch (error) {
      faults.push(`${door}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return faults;
}

function runPrograms(folder: string, manifest: Manifest): string[] {
  return Object.entries(manifest.bin ?? {}).flatMap(([name, path]) => {
    const program = join(folder, path);
    const { status, stdout } = spawnSync(process.execPath, [program, '--help'], {
      encoding: 'utf8',
    });
    return status === 0 && stdout.includes(name) ? [] : [`${name} --help: exit status ${status}`];
  });
}

const faults: string[] = [];
for (const folder of ['reference', 'conformance']) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const broken = build(folder);
  faults.push(...broken);
  if (broken.length > 0) continue;
  faults.push(...(await load(folder, manifest)), ...runPrograms(folder, manifest));
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
