// Holds the rows of mutants to what they have to be, without starting one; then deletes ten of the
// reference's checks, chosen by seed, and sees the cited cases of the kit fail.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { faultLine, loadCases } from '../../conformance/src/cases/load.ts';
import { loadMutants } from '../../conformance/src/mutants/mutant-file.ts';
import type { MutantResult } from '../../conformance/src/mutants/mutant.ts';
import { runMutants } from '../../conformance/src/mutants/mutant-run.ts';
import { mutantFiles, mutated, MutantError, rowNamed, sourcePath } from './mutant-row.ts';
import type { MutantRow } from './mutant-row.ts';

const folder = import.meta.dirname;
const files = mutantFiles();
const rows = files.flatMap(({ mutants }) => mutants);
const { mutants, faults } = loadMutants(folder, loadCases().cases);

function json(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
}

describe('the rows of mutants', () => {
  it.each(files)('$file has the form that the schema gives', ({ file: _, ...content }) => {
    const ajv = new Ajv2020({ allErrors: true });
    const isValid = ajv.validate(json('schema.json'), content);
    expect(isValid ? [] : ajv.errors).toEqual([]);
  });

  it('have names, sentences and cases that there are, each of the role that is bound', () => {
    expect(faults.map(faultLine)).toEqual([]);
  });

  it('change text that stands in its file exactly once, into what is still TypeScript', () => {
    const stale = rows.flatMap((row) => {
      try {
        stripTypeScriptTypes(mutated(row, readFileSync(sourcePath(row), 'utf8')));
        return [];
      } catch (error) {
        return [`${row.name}: ${error instanceof Error ? error.message : String(error)}`];
      }
    });
    expect(stale).toEqual([]);
  });

  it('make no change twice', () => {
    const changes = rows.map(({ file, find, replace }) => JSON.stringify([file, find, replace]));
    expect(changes.filter((change, index) => changes.indexOf(change) !== index)).toEqual([]);
  });
});

describe('a mutant that cannot be made', () => {
  const row: MutantRow = {
    name: 'a',
    breaks: 'PSP-FRAME-3',
    file: 'reference/src/wire/frame.ts',
    find: 'one',
    replace: 'two',
    kills: [],
  };

  it.each([
    ['is not in', 'nothing'],
    ['is 2 times in', 'one and one'],
  ])('is refused where its text %s the file', (words, source) => {
    expect(() => mutated(row, source)).toThrow(words);
  });

  it('is refused where it changes nothing', () => {
    expect(() => mutated({ ...row, replace: 'one' }, 'one')).toThrow('changes nothing');
  });

  it.each([
    'reference/testing/x.ts',
    'conformance/src/fault.ts',
    'reference/src/../../tools/check.ts',
    'reference/src/wire/frame.test.ts',
  ])('is refused where its file is %s', (file) => {
    expect(() => sourcePath({ ...row, file })).toThrow(MutantError);
  });

  it('does not start: status 3, and the reason', () => {
    const main = join(folder, 'main.ts');
    const { status, stderr } = spawnSync(process.execPath, [main, '--mutant', 'no-such'], {
      encoding: 'utf8',
      input: '',
    });
    expect(stderr).toContain('there is no mutant no-such');
    expect(status).toBe(3);
    expect(() => rowNamed('no-such')).toThrow(MutantError);
  });
});

const seed = process.env['MUTANT_SEED'] ?? String(json('seed.json')['seed']);
const rank = (name: string): string => createHash('sha256').update(`${seed}/${name}`).digest('hex');
const ten = [...mutants].sort((a, b) => (rank(a.name) < rank(b.name) ? -1 : 1)).slice(0, 10);

describe(`ten changes of the reference by seed "${seed}"`, () => {
  let results: readonly MutantResult[] = [];
  beforeAll(async () => {
    results = await runMutants(ten, { seed: 'mutant', jobs: 2 });
  }, 120_000);

  it.each(ten)('$breaks: $name is found by the cases that it cites', ({ name }) => {
    const found = results.find(({ mutant }) => mutant.name === name);
    const misses = found?.trials.map(({ citation, miss }) => [citation.case.id, miss]);
    expect([found?.isKilled, found?.why, misses]).toEqual([
      true,
      undefined,
      misses?.map(([id]) => [id, undefined]),
    ]);
  });
});
