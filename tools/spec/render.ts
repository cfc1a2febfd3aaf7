// `node tools/spec/render.ts`: fills the marked regions of the chapters from the data beside them.
// With `--check` it writes nothing, shows what differs and exits with 1.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { differences } from './regions.ts';
import { renderChapters } from './specification.ts';

const root = join(import.meta.dirname, '..', '..');
const checkOnly = process.argv.includes('--check');

let failures = 0;
let written = 0;
for (const { path, text, changes, faults } of renderChapters(root)) {
  for (const { line, message } of faults) console.error(`${path}:${line}: ${message}`);
  failures += faults.length;
  if (changes.length === 0) continue;
  if (checkOnly) {
    failures += 1;
    console.error(`${path}: text and data differ`);
    const shown = changes.flatMap((change) => differences(change, 20));
    for (const line of shown) console.error(`  ${line}`);
  } else {
    written += 1;
    writeFileSync(join(root, path), text);
    console.log(`${path}: rewritten`);
  }
}
if (failures > 0) {
  console.error(`${failures} faults. Repair regions with \`node tools/spec/render.ts\`.`);
  process.exitCode = 1;
} else {
  console.log(checkOnly ? 'Text and data agree.' : `${written} chapters rewritten.`);
}
