import { describe, expect, it } from 'vitest';
import { readOptions } from './simulate-options.ts';

describe('the options of the simulation', () => {
  it.each([
    ['', { runs: 1_000, seed: 7, property: undefined, minutes: undefined, path: undefined }],
    ['--runs 5 --seed 0 --replicas 3', { runs: 5, seed: 0, replicas: 3 }],
    ['--minutes 2', { minutes: 2, runs: Number.POSITIVE_INFINITY }],
    ['--minutes 2 --runs 9', { minutes: 2, runs: 9 }],
    ['--property squash --seed 3 --path 12:0:1', { path: { at: '12:0:1', commands: undefined } }],
    ['--property one-way --seed 3 --path 4@AB:/C', { path: { at: '4', commands: 'AB:/C' } }],
  ])('takes "%s"', (line, wanted) => {
    const read = readOptions(line === '' ? [] : line.split(' '), 7);
    expect(read).toMatchObject(wanted);
  });

  it.each([
    ['--run 5', '--run is no option of the simulation'],
    ['5', '5 is no option of the simulation'],
    ['--runs', '--runs needs a value'],
    ['--runs --seed 4', '--runs needs a value'],
    ['--runs 5 --runs 6', '--runs is given twice'],
    ['--runs 0', '--runs takes a whole number from 1 to 10000000, not 0'],
    ['--seed 1e3', '--seed takes a whole number from 0 to 2147483647, not 1e3'],
    ['--replicas 1', '--replicas takes a whole number from 2 to 8, not 1'],
    ['--minutes -1', '--minutes takes a whole number from 1 to 10000, not -1'],
    ['--property all', '--property is one of exactly-once, one-way, squash, not all'],
    ['--path 3', '--path repeats one run: give the --seed and the --property that it belongs to'],
    ['--property squash --seed 1 --path x', '--path is what a failed run prints, not x'],
  ])('refuses "%s"', (line, told) => {
    expect(readOptions(line.split(' '), 7)).toBe(told);
  });
});
