// `npm run coverage`: writes the index of the sentences, the kit's copy of the specification's data
// and the coverage page, and prints the totals. `check` writes nothing and fails where a file is
// out of date or a gate is not satisfied; `reviewed ID …` says that a sentence's cases were read.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { kitData } from '../kit-data.ts';
import { indexPath } from './index.ts';
import type { IndexEntry } from './index.ts';
import { gateFaults, generatedFiles, readRepository, staleFiles } from './repository.ts';
import type { Repository } from './repository.ts';
import { markReviewed, readReviewed, reviewedPath, unreviewed } from './reviewed.ts';
import { countLine, countsByLevel } from './summary.ts';

const root = join(import.meta.dirname, '..', '..');

/** Texts by hash, of the index as it lies on the disk and as it was committed last. */
function olderTexts(): (hash: string) => string | undefined {
  const path = join(root, indexPath);
  const committed = spawnSync('git', ['show', `HEAD:${indexPath.replaceAll('\\', '/')}`], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const sources = [
    ...(existsSync(path) ? [readFileSync(path, 'utf8')] : []),
    ...(committed.status === 0 ? [committed.stdout] : []),
  ];
  const texts = new Map(
    sources.flatMap((source) =>
      (JSON.parse(source) as IndexEntry[]).map(({ hash, text }) => [hash, text] as const),
    ),
  );
  return (hash) => texts.get(hash);
}

function printTotals({ index, results }: Repository): void {
  for (const count of countsByLevel(index, results)) console.log(countLine(count));
}

async function write(): Promise<void> {
  // First what the loader of the cases reads: a new sentence is unknown to it until then.
  for (const [path, text] of await kitData(root)) writeFileSync(join(root, path), text);
  const repository = readRepository(root);
  for (const [path, text] of await generatedFiles(repository)) {
    const full = join(root, path);
    if (existsSync(full) && readFileSync(full, 'utf8') === text) continue;
    writeFileSync(full, text);
    console.log(`${path}: written`);
  }
  printTotals(repository);
}

async function check(): Promise<void> {
  const repository = readRepository(root);
  const faults = [
    ...(await staleFiles(repository)),
    ...unreviewed(repository.index, readReviewed(root), olderTexts()),
    ...gateFaults(repository),
  ];
  for (const fault of faults) console.error(fault);
  printTotals(repository);
  console.log(`${faults.length} faults.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

async function review(ids: readonly string[]): Promise<void> {
  const next = markReviewed(readRepository(root).index, readReviewed(root), ids);
  if (typeof next === 'string' || ids.length === 0) {
    console.error(ids.length === 0 ? 'Which sentences? For example: reviewed PSP-FRAME-1' : next);
    process.exitCode = 2;
    return;
  }
  const path = join(root, reviewedPath);
  const options = { ...(await resolveConfig(path)), filepath: path };
  writeFileSync(path, await format(JSON.stringify(next), options));
  console.log(`${ids.join(' ')}: reviewed.`);
}

const [command = 'write', ...rest] = process.argv.slice(2);
if (command === 'write') await write();
else if (command === 'check') await check();
else if (command === 'reviewed') await review(rest);
else {
  console.error('usage: node tools/coverage/main.ts [write | check | reviewed ID …]');
  process.exitCode = 2;
}
