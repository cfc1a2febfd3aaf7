// The rows of mutants: one change of one source file each. Reads them and makes the change in a
// text; it starts nothing and knows no case.
import { globSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { parse } from 'yaml';

/** The repository's folder. */
export const root = join(import.meta.dirname, '..', '..');

/** A case that finds a mutant. */
export interface MutantKill {
  readonly case: string;
  /** How frames are cut; default: whole. */
  readonly delivery?: string;
  /** What a problem has to say where none names the sentence. */
  readonly says?: string;
}

/** One mutant. */
export interface MutantRow {
  readonly name: string;
  /** Id of the sentence that it breaks, that one alone. */
  readonly breaks: string;
  /** Below the repository, in the reference's sources. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Of the testee, where its cases need some. */
  readonly arguments?: readonly string[];
  readonly kills: readonly MutantKill[];
}

/** A file of rows. */
export interface MutantFile {
  readonly file: string;
  readonly command: readonly string[];
  readonly baseline: readonly string[];
  readonly mutants: readonly MutantRow[];
}

/** Why a mutant cannot be made. */
export class MutantError extends Error {
  override readonly name = 'MutantError';
}

function textsIn(folder: string): { file: string; text: string }[] {
  const files = globSync('*.yaml', { cwd: folder }).sort();
  return files.map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
}

/** Every file of rows; their form is the business of the schema. */
export function mutantFiles(folder = import.meta.dirname): MutantFile[] {
  return textsIn(folder).map(({ file, text }) => {
    return { file, ...(parse(text) as Omit<MutantFile, 'file'>) };
  });
}

/**
 * The row of a name.
 *
 * @throws MutantError where there is none, or more than one.
 */
export function rowNamed(name: string, folder = import.meta.dirname): MutantRow {
  // Most of a start would go into reading rows that nobody asked for.
  const files = textsIn(folder).filter(({ text }) => text.includes(name));
  const rows = files
    .flatMap(({ text }) => (parse(text) as MutantFile).mutants)
    .filter((row) => row.name === name);
  const [row] = rows;
  if (row === undefined) throw new MutantError(`there is no mutant ${name}`);
  if (rows.length > 1) throw new MutantError(`there are ${rows.length} mutants ${name}`);
  return row;
}

/**
 * Where a row's file lies.
 *
 * @throws MutantError for one outside of the reference's sources, or a test.
 */
export function sourcePath({ name, file }: MutantRow): string {
  const path = join(root, file);
  const below = relative(join(root, 'reference', 'src'), path);
  if (below.startsWith('..') || below.split(sep).includes('testing') || /\.test\.ts$/.test(below)) {
    throw new MutantError(`${name}: ${file} is none of the reference's sources`);
  }
  return path;
}

/**
 * A source text with a row's change.
 *
 * @throws MutantError where the text to change does not stand there exactly once.
 */
export function mutated({ name, file, find, replace }: MutantRow, source: string): string {
  const parts = source.split(find);
  if (parts.length !== 2) {
    const found = parts.length === 1 ? 'is not in' : `is ${parts.length - 1} times in`;
    throw new MutantError(`${name}: its text ${found} ${file}; write the row anew`);
  }
  if (find === replace) throw new MutantError(`${name}: it changes nothing`);
  return parts.join(replace);
}
