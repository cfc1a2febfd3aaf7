// What counts as finding a mutant, and what does not.
import { describe, expect, it } from 'vitest';
import { loadCases } from '../cases/load.ts';
import type { CaseResult, Problem, Verdict } from '../run/verdict.ts';
import { missOf } from './kill.ts';

const [playable] = loadCases().cases;
const must = { breaks: 'PSP-FRAME-2' };
const should = { breaks: 'PSP-SEL-7' };

function result(verdict: Verdict, ...problems: Problem[]): CaseResult {
  if (playable === undefined) throw new Error('there is no case');
  const rest = { sessions: [], noise: [], durationMs: 1 };
  return { case: playable, delivery: 'whole', verdict, problems, ...rest };
}

const names = (requirement: string, part: Problem['part'] = 'ending'): Problem => {
  return { part, level: 'MUST', requirement, detail: 'it closed without a word' };
};

describe('a kill', () => {
  it('is a case that fails with a problem of the broken sentence', () => {
    expect(missOf(must, {}, result('fail', names('PSP-FRAME-2')))).toBeUndefined();
  });

  it('is a case that fails with a problem that says what the row awaits', () => {
    const found = result('fail', names('PSP-FRAME-3'));
    expect(missOf(must, { says: 'without a word' }, found)).toBeUndefined();
  });

  it('is a warning where the sentence is a SHOULD', () => {
    expect(missOf(should, {}, result('warn', names('PSP-SEL-7')))).toBeUndefined();
  });
});

describe('a dump that the control protocol cannot say', () => {
  const dump = { ...names('PSP-FRAME-2', 'control'), detail: 'The answer to dump is not valid. x' };

  it('does not take a finding back, and is none', () => {
    expect(missOf(must, {}, result('fail', names('PSP-FRAME-2', 'script'), dump))).toBeUndefined();
    const bare = { part: dump.part, level: dump.level, detail: dump.detail };
    expect(missOf(must, {}, result('fail', bare))).toContain('no problem names PSP-FRAME-2');
  });
});

describe('no kill', () => {
  it.each<[string, CaseResult, string]>([
    ['a pass', result('pass'), 'passes'],
    ['a warning of a MUST', result('warn', names('PSP-FRAME-2')), 'warns only'],
    ['a hang', result('hang', names('PSP-FRAME-2')), 'verdict hang'],
    ['a blocked case', { ...result('blocked'), why: 'its twin' }, 'verdict blocked: its twin'],
    ['a fault of the kit', result('kit-error', names('PSP-FRAME-2')), 'verdict kit-error'],
    ['another sentence', result('fail', names('PSP-FRAME-3')), 'no problem names PSP-FRAME-2'],
    ['the kit itself', result('fail', names('PSP-FRAME-2', 'kit')), 'no problem names'],
    [
      'a crash',
      result('fail', names('PSP-FRAME-2'), names('PSP-FRAME-2', 'control')),
      'the testee ended, hung or broke',
    ],
  ])('is %s', (_, found, why) => {
    expect(missOf(must, {}, found)).toContain(why);
  });

  it('is a problem that says something else than the row awaits, whatever it names', () => {
    const found = result('fail', names('PSP-FRAME-2'));
    expect(missOf(must, { says: 'a hello' }, found)).toContain('no problem says "a hello"');
  });
});
