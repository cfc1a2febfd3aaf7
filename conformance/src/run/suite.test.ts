// The runner with real testees: the reference as a process, and one that has no protocol at all.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { loadCases } from '../cases/load.ts';
import type { Case } from '../cases/case.ts';
import { runSuite } from './suite.ts';
import type { CaseResult, SuiteOptions, SuiteResult, TesteeSource } from './verdict.ts';

const { cases } = loadCases();
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
// Shared, so that only the first start is slow.
const cache = mkdtempSync(join(tmpdir(), 'suite-cache-'));
afterAll(() => rmSync(cache, { recursive: true }));
const started = (...argv: string[]): TesteeSource => ({
  kind: 'command',
  command: { argv: [process.execPath, ...argv], env: { NODE_COMPILE_CACHE: cache } },
});
const reference = started(path('../../../reference/src/testee/main.ts'));
const odd = (...args: string[]): TesteeSource => started(path('./testing/odd-testee.ts'), ...args);

const named = (...ids: string[]): Case[] => {
  const found = cases.filter(({ id }) => ids.includes(id));
  expect(found).toHaveLength(ids.length);
  return found;
};
const run = async (more: Partial<SuiteOptions>): Promise<SuiteResult> =>
  runSuite({
    cases: named('RCV-0001', 'RCV-0006'),
    testee: reference,
    seed: 'test',
    profile: 'core',
    patienceMs: 2_000,
    deadlineMs: 4_000,
    ...more,
  });
const verdicts = ({ results }: SuiteResult): string[] =>
  results.map(({ case: { id }, delivery, verdict }) => `${id} ${delivery} ${verdict}`);
const problemsOf = ({ results }: SuiteResult): string[] =>
  results.flatMap(({ problems }) => problems.map(({ part, detail }) => `${part}: ${detail}`));
const first = ({ results }: SuiteResult): CaseResult => results[0]!;

describe('the reference', () => {
  it('kit: coalesced puts all into one write, without an answer in between', async () => {
    const cases = named('RCV-0001');
    const { results } = await run({ cases, profile: 'full', deliveries: ['coalesced'] });
    const entries = results[0]?.sessions[0]?.transcript?.entries ?? [];
    const writes = entries.filter(({ side, kind }) => side === 'kit' && kind === 'octets');
    expect(writes.map(({ step }) => step)).toContain('confirm, identity');
  });

  it('kit: passes a session, a refusal, a resumption and a cell, in every delivery', async () => {
    const ids = [
      'RCV-0001',
      'RCV-0003',
      'RCV-0006',
      'RCV-2011',
      'SND-0001',
      'SND-0003',
      'SND-0008',
    ];
    const result = await run({ cases: named(...ids), profile: 'full', jobs: 2 });
    expect(problemsOf(result)).toEqual([]);
    expect(new Set(result.results.map(({ verdict }) => verdict))).toEqual(new Set(['pass']));
    expect(verdicts(result).slice(0, 5)).toEqual([
      'RCV-0001 whole pass',
      'RCV-0001 octet pass',
      'RCV-0001 header-split pass',
      'RCV-0001 coalesced pass',
      'RCV-0003 whole pass',
    ]);
    expect(result.hello?.impl.name).toContain('eer');
  });

  it('kit: keeps the octets of those results alone that are asked for', async () => {
    const cases = named('RCV-0001', 'RCV-0003');
    const none = await run({ cases, keepsTranscripts: (verdict) => verdict !== 'pass' });
    const all = await run({ cases, keepsTranscripts: () => true });
    const kept = ({ results }: SuiteResult): number[] =>
      results.map(({ sessions }) => sessions.filter((one) => one.transcript !== undefined).length);
    expect([verdicts(none), kept(none)]).toEqual([verdicts(all), [0, 0]]);
    expect(kept(all)).toEqual([1, 2]);
    expect(first(none).sessions[0]?.end).toEqual(first(all).sessions[0]?.end);
  });

  it('kit: is met through control lines as well', async () => {
    const result = await run({ cases: named('RCV-0001', 'SND-0001'), stream: 'inline' });
    expect(verdicts(result)).toEqual(['RCV-0001 whole pass', 'SND-0001 whole pass']);
  });

  it('kit: gets the same octets for the same seed, and others for another', async () => {
    const opening = async (seed: string): Promise<string> => {
      const { sessions } = first(await run({ cases: named('RCV-0001'), seed }));
      const [entry] = sessions[0]?.transcript?.entries ?? [];
      return Buffer.from(entry?.octets ?? []).toString('hex');
    };
    const [once, again, other] = await Promise.all(['a', 'a', 'b'].map(opening));
    expect(again).toBe(once);
    expect(other).not.toBe(once);
  });

  it('kit: gets the same verdicts and texts for the same seed', async () => {
    const [whole, spoiled] = named('RCV-0001', 'RCV-0006');
    const endings = [{ kind: 'abort', codes: ['COUNT_MISMATCH'] }] as const;
    const failing = { ...spoiled!, expectation: { kind: 'ends', endings } as const };
    const said = async (): Promise<unknown> => {
      const { results } = await run({ cases: [whole!, failing], profile: 'full', jobs: 2 });
      return results.map(({ verdict, problems, why, store }) => ({
        verdict,
        problems,
        why,
        store,
      }));
    };
    expect(await said()).toEqual(await said());
  });

  it('kit: leaves no folder behind, and no case after it was stopped', async () => {
    const own = mkdtempSync(join(tmpdir(), 'suite-'));
    vi.stubEnv('TMPDIR', own);
    onTestFinished(() => {
      vi.unstubAllEnvs();
      rmSync(own, { recursive: true });
    });
    const stop = new AbortController();
    const result = await run({
      cases: named('RCV-0001', 'RCV-0002', 'RCV-0003', 'RCV-0004'),
      signal: stop.signal,
      onProgress: (_, done) => {
        if (done === 2) stop.abort();
      },
    });
    expect(verdicts(result)).toEqual(['RCV-0001 whole pass', 'RCV-0002 whole pass']);
    expect(readdirSync(own)).toEqual([]);
  });
});

it('kit: a twin is played once for all cases that share it, and before them', async () => {
  const seen: number[] = [];
  const judges = {
    observe: ({ entries }: { readonly entries: readonly unknown[] }) => {
      seen.push(entries.length);
      return [];
    },
    checkStore: () => [],
  };
  // Three with the twin that RCV-0001 is, each cut short by its change.
  const ids = ['RCV-0006', 'RCV-0007', 'RCV-0302'];
  await run({ cases: named(...ids).map((found) => ({ ...found, breaks: [] })), judges });
  expect(seen).toHaveLength(4);
  expect(seen[0]).toBe(Math.max(...seen));
});

describe('a case that is wrong itself', () => {
  it('kit: is a kit error where the octets do not break what it says', async () => {
    const [whole] = named('RCV-0004');
    const result = await run({ cases: [{ ...whole!, breaks: ['PSP-PAY-1'] }] });
    expect(first(result).verdict).toBe('kit-error');
    expect(problemsOf(result).join()).toContain('should break PSP-PAY-1 and do not');
  });

  it('kit: is a kit error where they break more', async () => {
    const [spoiled] = named('RCV-0006');
    const result = await run({ cases: [{ ...spoiled!, breaks: [] }] });
    expect(first(result).verdict).toBe('kit-error');
    expect(problemsOf(result).join()).toContain('break PSP-PAY-1 as well');
  });

  it('kit: is a kit error where the kit can not play it, and the next case runs', async () => {
    const [flip, whole] = named('RCV-0316', 'RCV-0001').reverse();
    const steps = flip!.script.steps.map((step) =>
      step.do === 'send' && step.tamper?.kind === 'flip'
        ? { ...step, tamper: { kind: 'flip', field: 'nothing' } as const }
        : step,
    );
    const wrong = { ...flip!, script: { ...flip!.script, steps } };
    const result = await run({ cases: [wrong, whole!] });
    expect(verdicts(result)).toEqual(['RCV-0316 whole kit-error', 'RCV-0001 whole pass']);
  });

  it('kit: fails where it awaits what the testee does not do', async () => {
    const [spoiled, whole] = named('RCV-0001', 'RCV-0006').reverse();
    const endings = [{ kind: 'abort', codes: ['COUNT_MISMATCH'] }] as const;
    const other = { ...spoiled!, expectation: { kind: 'ends', endings } as const };
    const goesOn = { ...whole!, expectation: { kind: 'ends', endings } as const };
    const result = await run({ cases: [other, goesOn] });
    expect(problemsOf(result).join('\n')).toContain(
      'it has to end with abort COUNT_MISMATCH; it sent abort SEQUENCE_INVALID',
    );
    expect(problemsOf(result).join('\n')).toContain(
      'it has to end with abort COUNT_MISMATCH; it closed without a word',
    );
    expect(result.results.map(({ verdict }) => verdict)).toEqual(['fail', 'fail']);
  });

  it('kit: warns where the specification says SHOULD', async () => {
    const [spoiled] = named('RCV-0006');
    const endings = [{ kind: 'close' }] as const;
    const softer = {
      ...spoiled!,
      level: 'SHOULD',
      expectation: { kind: 'ends', endings },
    } as const;
    expect(verdicts(await run({ cases: [softer] }))).toEqual(['RCV-0006 whole warn']);
  });

  it('kit: that nobody can play is counted once, in red', async () => {
    const [whole] = named('RCV-0001');
    const cell = { ...whole!, untestable: 'for the reason given here' };
    const result = await run({ cases: [cell], profile: 'full' });
    expect(verdicts(result)).toEqual(['RCV-0001 whole untestable']);
    expect(first(result).why).toBe('for the reason given here');
  });
});

describe('a testee without a protocol', () => {
  let silent: SuiteResult;
  beforeAll(async () => {
    silent = await run({ testee: odd('silent'), patienceMs: 300 });
  });

  it('kit: that says nothing fails, and what has a twin is blocked', () => {
    expect(verdicts(silent)).toEqual(['RCV-0001 whole fail', 'RCV-0006 whole blocked']);
    expect(problemsOf(silent)[0]).toBe('script: Accept was awaited, nothing came');
  });

  it('kit: that hangs is killed and started anew for the next case', async () => {
    const testee = odd('hang');
    const ids = ['RCV-0001', 'RCV-0002'];
    const result = await run({ testee, cases: named(...ids), patienceMs: 200, deadlineMs: 300 });
    expect(verdicts(result)).toEqual(['RCV-0001 whole hang', 'RCV-0002 whole hang']);
  });

  it.each([
    ['crash', 'fail', 'control: The process ended with exit code 3'],
    ['yes', 'fail', 'script: the testee did not make its connection'],
    ['invalid', 'fail', 'control: The answer to run is not valid.'],
    ['babble', 'fail', 'script: Accept was awaited, abort PROTOCOL_VIOLATION came'],
  ])('kit: that does %s: %s', async (mode, verdict, problem) => {
    const result = await run({ testee: odd(mode), cases: named('RCV-0001') });
    expect(first(result).verdict).toBe(verdict);
    expect(problemsOf(result).join('\n')).toContain(problem);
  });

  it('kit: that refuses a value that hello can not declare lacks support', async () => {
    const result = await run({ testee: odd('narrow') });
    expect(verdicts(result)).toEqual(['RCV-0001 whole unsupported', 'RCV-0006 whole unsupported']);
    expect(first(result).why).toBe('too large (params.limits.maxFrameOctets)');
  });

  it('kit: that refuses what it declared fails', async () => {
    const result = await run({ testee: odd('lacking'), cases: named('RCV-0001') });
    expect(first(result).verdict).toBe('fail');
    expect(problemsOf(result)).toContain('control: it answered unsupported: no such mode');
  });

  it('kit: that does not declare a feature or role is not asked', async () => {
    const ids = ['RCV-0012', 'RCV-0017', 'RCV-2020', 'SND-0001'];
    const result = await run({ testee: odd('silent'), cases: named(...ids) });
    expect(result.results.map(({ case: { id }, verdict, why }) => [id, verdict, why])).toEqual([
      ['RCV-0012', 'unsupported', 'the testee has no feature limits'],
      ['RCV-0017', 'unsupported', 'the testee has no feature decide'],
      ['RCV-2020', 'unsupported', expect.stringContaining('the testee has no feature')],
      ['SND-0001', 'not-applicable', 'the testee is no sender'],
    ]);
  });

  it('kit: that answers hello wrongly, or is no program, makes the run unusable', async () => {
    const rude = await run({ testee: odd('rude') });
    expect(rude).toMatchObject({ results: [] });
    expect(rude.unusable).toContain('hello');
    const none = await run({ testee: started('/no/such/file.ts') });
    expect(none.unusable).toContain('exit code 1');
  });
});
