#!/usr/bin/env node
// `node tools/skew/next/main.ts VARIANT`: the reference's testee changed to an invented next
// version while its sources are loaded. What is shipped stays as it is. Exit status 3: it cannot be
// made.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mutated, MutantError } from '../../../reference/mutants/mutant-row.ts';
import { changes } from './changes.ts';
import { variantKey } from './variant.ts';

const sources = join(import.meta.dirname, '../../../reference/src');

function changedSources(): Map<string, string> {
  const texts = new Map<string, string>();
  for (const { file, find, replace } of changes) {
    const path = join(sources, file);
    const url = pathToFileURL(path).href;
    const row = { name: 'next', breaks: '', file, find, replace, kills: [] };
    texts.set(url, mutated(row, texts.get(url) ?? readFileSync(path, 'utf8')));
  }
  return texts;
}

async function start(variant: string): Promise<void> {
  const texts = changedSources();
  process.env[variantKey] = variant;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const source = texts.get(url);
      return source === undefined ? loaded : { ...loaded, source };
    },
  });
  await import(pathToFileURL(join(sources, 'testee/main.ts')).href);
}

const [variant] = process.argv.splice(2, 1);
try {
  await start(variant ?? 'next');
} catch (error) {
  const isKnown = error instanceof MutantError;
  process.stderr.write(`${isKnown ? error.message : String(error)}\n`);
  process.exit(3);
}
