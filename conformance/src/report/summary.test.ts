import { describe, expect, it } from 'vitest';
import type { CaseResult, Verdict } from './results.ts';
import { conforms, headlineOf, summaryLine } from './summary.ts';
import { sampleCase, sampleResults } from './testing/sample-results.ts';

const of = (verdict: Verdict, more: Partial<CaseResult> = {}): CaseResult =>
  sampleCase('RCV-0001', { verdict, ...more });

describe('exit codes', () => {
  const codeOf = (cases: readonly CaseResult[], unusable?: string): number =>
    sampleResults(cases, unusable === undefined ? {} : { unusable }).exitCode;

  it('0: every case that applies passed, warned or is not for this testee', () => {
    expect(codeOf([of('pass'), of('warn'), of('unsupported'), of('not-applicable')])).toBe(0);
  });

  it.each(['fail', 'hang', 'blocked'] as const)('1: a case ends with %s', (verdict) => {
    expect(codeOf([of('pass'), of(verdict)])).toBe(1);
  });

  it('1: nothing passed, but a case failed', () => {
    expect(codeOf([of('fail'), of('blocked')])).toBe(1);
  });

  it('0 for a failure that is known, 1 for a known one that passes, changed or expired', () => {
    const known = (state: 'expected' | 'passes' | 'changed' | 'expired'): CaseResult =>
      of(state === 'passes' ? 'pass' : 'fail', { known: { pattern: 'RCV-*', state } });
    expect(codeOf([of('pass'), known('expected')])).toBe(0);
    for (const state of ['passes', 'changed', 'expired'] as const) {
      expect(codeOf([of('pass'), known(state)])).toBe(1);
    }
  });

  it('1 for a pattern that matches no case', () => {
    expect(sampleResults([of('pass')], { unmatched: ['RCV-9999'] }).exitCode).toBe(1);
  });

  it('3 for a testee that cannot be used, 4 for a fault of the kit before all others', () => {
    expect(codeOf([], 'it does not start')).toBe(3);
    expect(codeOf([of('fail'), of('kit-error')], 'it does not start')).toBe(4);
  });

  it('5 where nothing was proven: no case, none that applies, or all blocked', () => {
    expect(codeOf([])).toBe(5);
    expect(codeOf([of('unsupported'), of('not-applicable'), of('untestable')])).toBe(5);
    expect(codeOf([of('blocked')])).toBe(5);
  });
});

describe('the summary', () => {
  it('counts what is required with its denominator; a skip proves nothing', () => {
    const cases = [
      ...Array.from({ length: 212 }, () => of('pass')),
      of('fail', { known: { pattern: 'RCV-*', state: 'expected' } }),
      of('fail', { known: { pattern: 'RCV-*', state: 'expected' } }),
      ...Array.from({ length: 31 }, () => of('unsupported')),
      of('pass', { level: 'SHOULD' }),
    ];
    expect(summaryLine(sampleResults(cases))).toBe(
      'required 212/214 proven, 2 known-failing, 31 unsupported (declared)',
    );
  });

  it('names the state of the run, and never calls an interrupted one conforming', () => {
    const passed = sampleResults([of('pass')]);
    expect([headlineOf(passed), conforms(passed)]).toEqual(['Conforms', true]);
    const stopped = sampleResults([of('pass')], { run: { ...passed.run, interrupted: true } });
    expect([headlineOf(stopped), conforms(stopped)]).toEqual(['Stopped early', false]);
    const known = { pattern: 'RCV-*', state: 'expected' } as const;
    expect(headlineOf(sampleResults([of('pass'), of('fail', { known })]))).toBe(
      'Conforms but for known failures',
    );
  });
});
