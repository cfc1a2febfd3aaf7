// Compiles reference/wasm to WebAssembly and writes it as source, so that the package needs neither
// a compiler nor a file beside its code. With --check it only compares: what is committed must be
// exactly what the source and the pinned compiler give.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = 'reference/wasm/quick-scan.ts';
const target = 'reference/src/fhir/gen/quick-scan-module.ts';

async function compiled(): Promise<Uint8Array> {
  let octets: Uint8Array | undefined;
  const stderr = asc.createMemoryStream();
  const options = ['--outFile', 'out.wasm', '--runtime', 'stub', '--enable', 'simd', '--noAssert'];
  const sizes = ['--optimizeLevel', '3', '--shrinkLevel', '0', '--initialMemory', '8'];
  const { error } = await asc.main([source, ...options, ...sizes, '--maximumMemory', '8'], {
    readFile: (name, folder) => {
      try {
        return readFileSync(join(root, folder, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name, contents) => {
      if (typeof contents !== 'string') octets = contents;
    },
    listFiles: () => [],
    stderr,
  });
  if (error !== null || octets === undefined) {
    throw new Error(`${source} does not compile\n${stderr.toString()}`, { cause: error });
  }
  return octets;
}

function moduleOf(octets: Uint8Array): string {
  const lines =
    Buffer.from(octets)
      .toString('base64')
      .match(/.{1,92}/g) ?? [];
  return [
    `// Made by tools/wasm.ts from ${source}.`,
    '',
    '/** A WebAssembly module, Base64. */',
    'export const quickScanModule =',
    `${lines.map((line) => `  '${line}'`).join(' +\n')};`,
    '',
  ].join('\n');
}

const text = moduleOf(await compiled());
if (!process.argv.includes('--check')) {
  writeFileSync(join(root, target), text);
} else if (readFileSync(join(root, target), 'utf8') !== text) {
  console.error(`${target} is not what ${source} gives.`);
  console.error('Run `npm run wasm:generate` and commit the result.');
  process.exitCode = 1;
}
