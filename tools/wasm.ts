// Compiles reference/wasm to WebAssembly and writes it as source, so that the package needs neither
// a compiler nor a file beside its code. With --check it only compares: what is committed must be
// exactly what the source and the pinned compiler give.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = 'reference/wasm/index.ts';
const target = 'reference/src/fhir/gen/quick-scan-module.ts';

const options = ['--runtime', 'stub', '--enable', 'simd', '--noAssert'];
const speed = ['--optimizeLevel', '3', '--shrinkLevel', '0'];
const memory = ['--initialMemory', '22', '--maximumMemory', '22'];

// As a program of its own: its types declare globals, Array among them, for all of ours.
function compiled(folder: string): Uint8Array {
  const compiler = join(root, 'node_modules', 'assemblyscript', 'bin', 'asc.js');
  const file = join(folder, 'quick-scan.wasm');
  const given = [...options, ...speed, ...memory, '--outFile', file];
  execFileSync(process.execPath, [compiler, source, ...given], { cwd: root, stdio: 'inherit' });
  return readFileSync(file);
}

function sourceOf(octets: Uint8Array): string {
  const base64 = Buffer.from(octets).toString('base64');
  const lines = (base64.match(/.{1,92}/g) ?? []).map((line) => `  '${line}'`);
  return [
    `// Made by tools/wasm.ts from ${source}.`,
    '',
    '/** A WebAssembly module, Base64. */',
    `export const quickScanModule =\n${lines.join(' +\n')};`,
    '',
  ].join('\n');
}

const folder = mkdtempSync(join(tmpdir(), 'peersync-wasm-'));
try {
  const text = sourceOf(compiled(folder));
  if (!process.argv.includes('--check')) {
    writeFileSync(join(root, target), text);
  } else if (readFileSync(join(root, target), 'utf8') !== text) {
    console.error(`${target} is not what ${source} gives.`);
    console.error('Run `npm run wasm:generate` and commit the result.');
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
