// No scenario is forgotten: the table, the files that play them and the README say the same.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios.ts';

const read = (file: string): string => readFileSync(new URL(`./${file}`, import.meta.url), 'utf8');
const rows = Object.entries(scenarios);
const range = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, n) => `S${first + n}`);

describe('the table of scenarios', () => {
  it('has every number but the four that were never given', () => {
    const missing = ['S10', 'S15', 'S34', 'S44'];
    const expected = range(1, 46).filter((number) => !missing.includes(number));
    expect(rows.map(([number]) => number)).toEqual(expected);
  });

  it('names for each file the scenarios that it plays, and no others', () => {
    const files = readdirSync(new URL('.', import.meta.url)).filter((file) =>
      /^s\d+-s\d+\.test\.ts$/.test(file),
    );
    expect(files.sort()).toEqual([...new Set(rows.map(([, { file }]) => file))].sort());
    for (const file of files) {
      const played = [...read(file).matchAll(/^ *scenario\(\s*'(S\d+)'/gm)].map(([, n]) => n);
      const named = rows.filter(([, row]) => row.file === file).map(([number]) => number);
      expect([...new Set(played)]).toEqual(named);
    }
  });

  it('is what the README shows', () => {
    const shown = read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| S'));
    expect(shown).toEqual(
      rows.map(([number, { title, file }]) => `| ${number} | ${title} | [${file}](${file}) |`),
    );
  });
});
