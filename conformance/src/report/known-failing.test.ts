import { describe, expect, it } from 'vitest';
import {
  applyKnown,
  entriesFor,
  isKnownFileFault,
  knownFileText,
  matchesPattern,
  readKnownFile,
  stillHolding,
  type KnownFailure,
} from './known-failing.ts';
import type { CaseResult } from './results.ts';
import { sampleCase } from './testing/sample-results.ts';

const entry: KnownFailure = {
  pattern: 'RCV-0002',
  delivery: 'any',
  signature: 'fail: ending PSP-PAY-2',
  reason: 'ticket 12: "it\'s" on its way',
  until: '2027-01-31',
};
const today = '2026-11-23';
const failing = (more: Partial<CaseResult> = {}): CaseResult =>
  sampleCase('RCV-0002', { verdict: 'fail', ...more });

function stateOf(known: Partial<KnownFailure>, result: CaseResult): string | undefined {
  return applyKnown([result], [{ ...entry, ...known }], today).cases[0]?.known?.state;
}

describe('an entry', () => {
  it('covers the same failure, in the delivery that it names, up to its last day', () => {
    expect(stateOf({}, failing())).toBe('expected');
    expect(stateOf({ until: today }, failing())).toBe('expected');
    expect(stateOf({ pattern: 'RCV-*' }, failing({ delivery: 'octet' }))).toBe('expected');
    expect(stateOf({ delivery: 'whole' }, failing({ delivery: 'octet' }))).toBeUndefined();
  });

  it('is stale where the case passes, fails otherwise, or the day is past', () => {
    expect(stateOf({}, sampleCase('RCV-0002'))).toBe('passes');
    expect(stateOf({}, failing({ signature: 'fail: close' }))).toBe('changed');
    expect(stateOf({ until: '2026-11-22' }, failing())).toBe('expired');
  });

  it('says nothing of a case that was not played', () => {
    expect(stateOf({}, sampleCase('RCV-0002', { verdict: 'unsupported' }))).toBeUndefined();
  });

  it('matches no case: named, once', () => {
    const stray = { ...entry, pattern: 'RCV-9*' };
    expect(applyKnown([failing()], [entry, stray, stray], today).unmatched).toEqual(['RCV-9*']);
  });

  it('of several that match, the one that holds counts', () => {
    const other = { ...entry, signature: 'fail: close' };
    expect(applyKnown([failing()], [other, entry], today).cases[0]?.known?.state).toBe('expected');
  });
});

describe('patterns', () => {
  it('take characters as they are, but for the star', () => {
    expect(matchesPattern('RCV-0*2', 'RCV-0002')).toBe(true);
    expect(matchesPattern('RCV-000.', 'RCV-0002')).toBe(false);
    expect(matchesPattern('RCV', 'RCV-0002')).toBe(false);
  });
});

describe('the file', () => {
  it('comes back as it was written', () => {
    expect(readKnownFile(knownFileText([entry]))).toEqual([entry]);
    expect(readKnownFile('')).toEqual([]);
  });

  it.each([
    ['known: [', 'it is no YAML'],
    ['knwon: []', 'no list `known`'],
    ['known: [RCV-0001]', 'entry 1 is no object'],
    [knownFileText([entry]).replace('signature', 'signatur'), 'signature is missing'],
    [knownFileText([{ ...entry, until: '2027-02-30' }]), 'until is a day'],
    [knownFileText([{ ...entry, delivery: 'slow' as 'any' }]), 'delivery is any, whole'],
    [`${knownFileText([entry])}    ticket: 12\n`, 'there is no member ticket'],
  ])('refuses %j', (text, detail) => {
    const read = readKnownFile(text);
    expect(isKnownFileFault(read) && read.detail).toContain(detail);
  });
});

describe('baseline', () => {
  it('writes one entry where all deliveries fail alike, else one for each', () => {
    const alike = [failing(), failing({ delivery: 'octet' })];
    const more = { reason: 'r', until: '2027-01-01' };
    expect(entriesFor(alike, more)).toEqual([{ ...entry, ...more }]);
    const some = [failing(), sampleCase('RCV-0002', { delivery: 'octet' })];
    expect(entriesFor(some, more)).toEqual([{ ...entry, ...more, delivery: 'whole' }]);
    const different = [failing(), failing({ delivery: 'octet', signature: 'fail: close' })];
    expect(entriesFor(different, more).map(({ delivery }) => delivery)).toEqual(['whole', 'octet']);
  });

  it('covers exactly what it was written for', () => {
    const results = [failing(), failing({ delivery: 'octet', signature: 'fail: close' })];
    const written = entriesFor(results, { reason: 'r', until: '2027-01-01' });
    const states = applyKnown(results, written, today).cases.map(({ known }) => known?.state);
    expect(states).toEqual(['expected', 'expected']);
  });

  it('prunes what passes, changed, expired or matches nothing, and keeps the rest', () => {
    const holding = { ...entry, pattern: 'RCV-0003' };
    const unplayed = { ...entry, pattern: 'RCV-0004' };
    const stray = { ...entry, pattern: 'RCV-9999' };
    const cases = [
      sampleCase('RCV-0002'),
      sampleCase('RCV-0003', { verdict: 'fail' }),
      sampleCase('RCV-0004', { verdict: 'unsupported' }),
    ];
    const kept = stillHolding([entry, holding, unplayed, stray], cases, ['RCV-9999'], today);
    expect(kept).toEqual([holding, unplayed]);
    expect(stillHolding([holding], cases, [], '2028-01-01')).toEqual([]);
  });
});
