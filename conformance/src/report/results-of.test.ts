import { describe, expect, it } from 'vitest';
import { allCases } from '../cli/case-choice.ts';
import type { CaseResult, Problem, SuiteResult } from '../run/verdict.ts';
import { resultsOf, type RunFacts } from './results-of.ts';

const [first, second] = allCases().filter(({ needs }) => needs.length === 0);
const facts: RunFacts = {
  kit: '0.1.0',
  specification: '1',
  filters: [],
  jobs: 1,
  startedAt: '2026-11-23T08:00:00Z',
  known: [],
  isNamed: (pattern: string) => pattern === 'RCV-9998',
  interrupted: false,
};

function result(more: Partial<CaseResult> = {}): CaseResult {
  const base = { case: first!, delivery: 'whole', verdict: 'pass', problems: [] } as const;
  return { ...base, sessions: [], noise: [], durationMs: 3.7, ...more };
}

function suite(results: readonly CaseResult[], more: Partial<SuiteResult> = {}): SuiteResult {
  return { seed: 's', profile: 'core', results, durationMs: 12.4, ...more };
}

const problem: Problem = {
  part: 'ending',
  requirement: 'PSP-PAY-2',
  level: 'MUST',
  detail: 'nothing came',
  step: 'payload-1',
};

describe('results of a suite', () => {
  it('names what the testee broke, where, and gives the failure a stable signature', () => {
    const store: Problem = { part: 'store', level: 'MUST', detail: 'Patient/p1 is there' };
    const failed = result({ verdict: 'fail', problems: [problem, store], noise: ['x'] });
    const [found] = resultsOf(suite([failed]), facts).cases;
    expect(found).toMatchObject({
      id: first!.id,
      broken: ['PSP-PAY-2'],
      observed: 'nothing came.',
      step: 'payload-1',
      store: ['Patient/p1 is there'],
      noise: ['x'],
      durationMs: 4,
      signature: 'fail: ending PSP-PAY-2 payload-1: nothing came | store: Patient/p1 is there',
    });
  });

  it('blames the sentence that the case proves where the problem names none', () => {
    const nameless: Problem = { part: 'ending', level: 'MUST', detail: 'nothing came' };
    const [found] = resultsOf(
      suite([result({ verdict: 'fail', problems: [nameless] })]),
      facts,
    ).cases;
    expect(found?.broken).toEqual([first!.requirements[0]]);
    const kit: Problem = { part: 'kit', level: 'MUST', requirement: 'PSP-PAY-1', detail: 'd' };
    const [fault] = resultsOf(
      suite([result({ verdict: 'kit-error', problems: [kit] })]),
      facts,
    ).cases;
    expect(fault?.broken).toBeUndefined();
  });

  it('sorts by id, and leaves deliveries in their order', () => {
    const mixed = [
      result({ case: second!, delivery: 'octet' }),
      result({ delivery: 'octet' }),
      result({ delivery: 'coalesced' }),
    ];
    const order = resultsOf(suite(mixed), facts).cases.map(
      ({ id, delivery }) => `${id} ${delivery}`,
    );
    expect(order).toEqual([`${first!.id} octet`, `${first!.id} coalesced`, `${second!.id} octet`]);
  });

  it('a pattern that covers nothing is stale in a whole run, in a part if it names no case', () => {
    const unplayed = {
      pattern: 'RCV-9998',
      delivery: 'any' as const,
      signature: 's',
      reason: 'r',
      until: '2027-01-01',
    };
    const stray = { ...unplayed, pattern: 'RCV-9999' };
    const full = suite([result()], { profile: 'full' });
    const whole = resultsOf(full, { ...facts, known: [unplayed] });
    expect([whole.unmatched, whole.exitCode]).toEqual([['RCV-9998'], 1]);
    const parts = [{ filters: ['RCV-0001'] }, { interrupted: true }];
    const partly = (entry: typeof stray): ReturnType<typeof resultsOf>[] => [
      ...parts.map((part) => resultsOf(full, { ...facts, known: [entry], ...part })),
      resultsOf(suite([result()]), { ...facts, known: [entry] }),
    ];
    for (const found of partly(unplayed)) {
      expect([found.unmatched, found.exitCode]).toEqual([undefined, 0]);
    }
    for (const found of partly(stray)) {
      expect([found.unmatched, found.exitCode]).toEqual([['RCV-9999'], 1]);
    }
  });

  it('a testee that never said hello is nobody, and exit code 3', () => {
    const lost = resultsOf(suite([], { unusable: 'it ended' }), facts);
    expect([lost.testee.impl.name, lost.exitCode]).toEqual(['unknown', 3]);
  });
});
