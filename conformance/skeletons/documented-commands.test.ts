// Commands that newcomers are told to type: each exists, with the options that it is shown with.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { languages } from '../src/cli/init-command.ts';
import { wordsOf } from '../src/cli/command-words.ts';
import { run } from '../src/cli/program.ts';
import { isKnownFileFault, readKnownFile } from '../src/report/known-failing.ts';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const guide = 'docs/validate-your-implementation.md';
const readmes = Object.keys(languages).map((language) => `skeletons/${language}/README.md`);

/** Blocks of code in a language; without one, what is typed or seen in a terminal. */
function blocks(text: string, language: string): string[] {
  const found = text.matchAll(/^```([a-z]*)\n(.*?)^```$/gms);
  return [...found].filter(([, name]) => name === language).map(([, , block = '']) => block);
}

function commandsIn(path: string): string[] {
  const lines = blocks(read(path), '').flatMap((block) => block.split('\n'));
  return lines.filter((line) => line.startsWith('peersync-conformance '));
}

const helps = new Map<string, string>();

async function helpOf(...command: string[]): Promise<string> {
  const name = command.join(' ');
  const known = helps.get(name);
  if (known !== undefined) return known;
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
  expect(await run([...command, '--help'], { stdin, stdout, stderr, env: {} })).toBe(0);
  const text = String(stdout.read());
  helps.set(name, text);
  return text;
}

describe.each([guide, ...readmes])('%s', (path) => {
  const commands = commandsIn(path);

  it('shows commands', () => {
    expect(commands.length).toBeGreaterThan(1);
  });

  it.each(commands)('%s', async (line) => {
    const all = wordsOf(line).slice(1);
    const end = all.indexOf('--');
    const words = end < 0 ? all : all.slice(0, end);
    const isGroup = words[0] === 'baseline' || words[0] === 'vectors';
    const names = words.slice(0, isGroup ? 2 : 1);
    const help = await helpOf(...names);
    // What is not there gets the help of the program itself.
    expect(help).toContain(`Usage: peersync-conformance ${names.join(' ')}`);
    const options = words.filter((word) => word.startsWith('--'));
    expect(options.filter((option) => !help.includes(`  ${option} `))).toEqual([]);
  });
});

describe.each(Object.entries(languages))('the README for %s', (name, { build, testee }) => {
  it('builds and starts the testee as init says', () => {
    const text = read(`skeletons/${name}/README.md`);
    for (const command of [...build, `peersync-conformance doctor -- ${testee}`]) {
      expect(text).toContain(`\n${command}\n`);
    }
  });
});

describe('the guide', () => {
  const [known = '', action = ''] = blocks(read(guide), 'yaml');

  it('shows a known-failing file that is one', () => {
    expect(isKnownFileFault(readKnownFile(known))).toBe(false);
  });

  it('shows an action whose command exists', async () => {
    const { jobs } = parse(action) as {
      readonly jobs: { readonly conformance: { readonly steps: readonly { run?: string }[] } };
    };
    const [step] = jobs.conformance.steps.filter((each) => each.run?.includes('npx'));
    const words = wordsOf(step?.run ?? '').slice(0, -2);
    const { version } = JSON.parse(read('package.json')) as { readonly version: string };
    expect(words.slice(0, 4)).toEqual(['npx', '--yes', `peersync-conformance@${version}`, 'run']);
    const options = words.slice(4).filter((word) => word.startsWith('--'));
    const help = await helpOf('run');
    expect(options.filter((option) => !help.includes(`  ${option} `))).toEqual([]);
  });
});
