// The options of `npm run faults`, right and wrong ones.
import { describe, expect, it } from 'vitest';
import { readOptions } from './fault-options.ts';

describe('options of the fault tests', () => {
  it('has defaults, and takes each option', () => {
    const usual = { sessions: 500, seed: 1, only: undefined, json: undefined };
    expect(readOptions([])).toEqual(usual);
    const given = ['--sessions', '7', '--seed', '0', '--only', 'cuts', '--json', 'a.json'];
    expect(readOptions(given)).toEqual({ sessions: 7, seed: 0, only: 'cuts', json: 'a.json' });
  });

  it.each([
    [['--session', '7'], /no option/],
    [['--sessions'], /needs a value/],
    [['--sessions', '0'], /from 1/],
    [['--sessions', '1.5'], /from 1/],
    [['--seed', '1', '--seed', '2'], /twice/],
    [['--seed', 'x'], /whole number/],
    [['--only', 'rain'], /kills, storage/],
  ])('refuses %j', (args, words) => {
    expect(readOptions(args)).toMatch(words);
  });
});
