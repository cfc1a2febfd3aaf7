// `init`: a testee to begin with, in one file of the user's language. Writes into an empty folder
// alone.
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageFolder } from '../cases/load.ts';
import { misuse } from './failure.ts';
import type { Screen } from './screen.ts';
import { makeFolder } from '../report/folder-making.ts';

interface Language {
  readonly name: string;
  /** Commands that make it ready, in the folder. */
  readonly build: readonly string[];
  /** The command of the testee, in the folder. */
  readonly testee: string;
}

/** The languages that there is a skeleton for. */
export const languages: Readonly<Record<string, Language>> = {
  kotlin: {
    name: 'Kotlin',
    build: ['kotlinc Testee.kt -include-runtime -d testee.jar'],
    testee: 'java -jar testee.jar',
  },
  java: { name: 'Java', build: ['javac -d out Testee.java'], testee: 'java -cp out Testee' },
  python: { name: 'Python', build: [], testee: 'python3 testee.py' },
  go: { name: 'Go', build: ['go build -o testee .'], testee: './testee' },
  ts: { name: 'TypeScript', build: [], testee: 'node testee.ts' },
};

/** Options of `init`. */
export interface InitOptions {
  readonly lang: string;
}

/**
 * Copies a skeleton.
 *
 * @param skeletons - Folder with one folder for each language; default: that of the package.
 * @throws CommandFailure for an unknown language and a folder that is not empty.
 */
export function init(
  screen: Screen,
  folder: string,
  options: InitOptions,
  skeletons = join(packageFolder, 'skeletons'),
): void {
  const language = languages[options.lang];
  const known = Object.keys(languages).join(', ');
  if (language === undefined) {
    const next = `Use one of ${known}; for another, write the five commands of appendix H.`;
    throw misuse(`There is no skeleton for ${options.lang}.`, next);
  }
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw misuse(`${folder} is not empty.`, 'Name a folder that is empty or not there yet.');
  }
  const source = join(skeletons, options.lang);
  makeFolder(folder);
  cpSync(source, folder, { recursive: true });
  const files = readdirSync(folder).sort().join(', ');
  const steps = [
    `cd ${folder}`,
    ...language.build,
    `peersync-conformance doctor -- ${language.testee}`,
  ];
  screen.print(`A testee in ${language.name} is in ${resolve(folder)}: ${files}`);
  screen.print(`${screen.mark('bold', 'Next:')}\n${steps.map((step) => `  ${step}`).join('\n')}`);
}
