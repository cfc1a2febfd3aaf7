import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  readResults,
  readTranscriptFile,
  resultsFault,
  ResultsFileError,
  transcriptFault,
  writeResults,
} from './results-file.ts';
import type { Results } from './results.ts';
import {
  failureWithTranscript,
  manyResults,
  sampleCase,
  sampleResults,
} from './testing/sample-results.ts';

const results = sampleResults([
  failureWithTranscript(),
  sampleCase('RCV-0001', { known: { pattern: 'RCV-*', state: 'passes' } }),
]);

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'peersync-results-'));
  onTestFinished(() => {
    rmSync(made, { recursive: true, force: true });
  });
  return made;
}

/** The results with one member replaced; undefined takes it away. */
function broken(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(results)) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<Record<string, unknown>>(
    (here, name) => here[name] as Record<string, unknown>,
    copy,
  );
  parent[last] = value;
  return JSON.parse(JSON.stringify(copy));
}

describe('results-v1.json', () => {
  it('takes results with everything in them, and a thousand', () => {
    expect(resultsFault(results)).toBeUndefined();
    expect(resultsFault(manyResults(250))).toBeUndefined();
    const whole: Results = { ...results, unusable: 'it ended', unmatched: ['RCV-9*'] };
    const run = { ...results.run, interrupted: true as const };
    expect(resultsFault({ ...whole, run })).toBeUndefined();
  });

  it.each([
    ['format', 'peersync-results/2'],
    ['kit', ''],
    ['testee.impl.name', undefined],
    ['testee.roles.0', 'observer'],
    ['run.profile', 'fast'],
    ['run.startedAt', 'yesterday'],
    ['run.durationMs', -1],
    ['run.jobs', 0],
    ['summary.required.total', 1.5],
    ['summary.verdicts.hang', undefined],
    ['exitCode', 2],
    ['cases.0.id', 'rcv-1'],
    ['cases.0.verdict', 'passed'],
    ['cases.0.delivery', 'slow'],
    ['cases.0.requirements', []],
    ['cases.0.findings.0.octets', [1]],
    ['cases.0.findings.0.requirement', 'RULE-1'],
    ['cases.0.transcripts.0.secret.hex', '0'],
    ['cases.0.transcripts.0.entries.0.side', 'peer'],
    ['cases.1.known.state', 'unknown'],
    ['cases.1.surprise', true],
  ])('refuses %s as %j, and names the place', (path, value) => {
    const fault = resultsFault(broken(path, value));
    const parts = path.split('.');
    const parent = parts.slice(0, -1).join('/');
    expect(fault).toContain(parent === '' ? (parts[0] ?? '') : `/${parent}`);
  });
});

describe('results on disk', () => {
  it('come back as they were written, with transcripts from beside them', () => {
    const path = join(folder(), 'deep', 'results.json');
    writeResults(path, results);
    expect(readResults(path)).toEqual(results);
    const file = join(path, '..', 'transcripts', 'RCV-0102.whole.json');
    expect(readTranscriptFile(file).seed).toBe('7f3a');
    expect(transcriptFault({ ...readTranscriptFile(file), seed: '' })).toBeDefined();
  });

  it('a second run takes away the transcripts of the first, and nothing else', () => {
    const path = join(folder(), 'results.json');
    const transcripts = join(path, '..', 'transcripts');
    mkdirSync(transcripts);
    writeFileSync(join(transcripts, 'notes.txt'), 'mine');
    writeResults(path, results);
    writeResults(path, sampleResults([sampleCase('RCV-0102')]));
    expect(readdirSync(transcripts)).toEqual(['notes.txt']);
    expect(readResults(path).cases[0]?.transcripts).toBeUndefined();
  });

  it('octets of another run are not shown for this one', () => {
    const path = join(folder(), 'results.json');
    writeResults(path, results);
    const text = JSON.stringify({ ...results, run: { ...results.run, seed: 'other' } });
    const bare = JSON.parse(text, (key, value: unknown) =>
      key === 'transcripts' ? undefined : value,
    ) as Results;
    writeFileSync(path, JSON.stringify(bare));
    expect(readResults(path).cases[0]?.transcripts).toBeUndefined();
  });

  it('what is no results file is refused with a reason', () => {
    const path = join(folder(), 'results.json');
    expect(() => readResults(path)).toThrow(ResultsFileError);
    for (const text of ['{', '{}', '[]', JSON.stringify(broken('exitCode', 7))]) {
      writeFileSync(path, text);
      expect(() => readResults(path)).toThrow(ResultsFileError);
    }
  });

  it('the kit writes no results that break its own schema', () => {
    const path = join(folder(), 'results.json');
    const wrong = sampleResults([sampleCase('bad id')]);
    expect(() => writeResults(path, wrong)).toThrow(/break their schema: \/cases\/0\/id/);
    expect(readdirSync(join(path, '..'))).toEqual([]);
  });
});
