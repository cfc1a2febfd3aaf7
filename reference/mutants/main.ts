#!/usr/bin/env node
// `node reference/mutants/main.ts --mutant NAME [arguments of the testee]`: the reference's testee
// with one change, made while its sources are loaded. What is shipped stays as it is. Exit status
// 3: the mutant cannot be made.
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { mutated, MutantError, rowNamed, sourcePath } from './mutant-row.ts';

function refuse(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(3);
}

function changeOf(name: string): { url: string; source: string } {
  const row = rowNamed(name);
  const path = sourcePath(row);
  return { url: pathToFileURL(path).href, source: mutated(row, readFileSync(path, 'utf8')) };
}

async function start(name: string): Promise<void> {
  const { url: changed, source } = changeOf(name);
  let isLoaded = false;
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (url !== changed) return loaded;
      isLoaded = true;
      return { ...loaded, source };
    },
  });
  // All of the testee but the program: once that is loaded, it runs.
  for (const part of ['testee.ts', 'store-place.ts', 'control-lines.ts']) {
    await import(new URL(`../src/testee/${part}`, import.meta.url).href);
  }
  const main = new URL('../src/testee/main.ts', import.meta.url).href;
  if (!isLoaded && changed !== main) {
    throw new MutantError(`${name}: the testee does not load its file`);
  }
  await import(main);
}

const [option, name] = process.argv.slice(2);
if (option !== '--mutant' || name === undefined) {
  refuse('usage: main.ts --mutant NAME [arguments of the testee]');
}
// The testee reads its own arguments.
process.argv.splice(2, 2);
try {
  await start(name);
} catch (error) {
  if (error instanceof MutantError) refuse(error.message);
  refuse(`${name}: the changed file does not load: ${String(error)}`);
}
