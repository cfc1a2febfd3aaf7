// Losses of power around a large Payload: when they come, what is counted, and that a store without
// transactions is caught. Testees are real processes with a store in a file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Case } from '../cases/case.ts';
import { loadCases } from '../cases/load.ts';
import { crashCount, crashLine } from '../report/crash-count.ts';
import { seededOctets } from './seeded-octets.ts';
import { ClosingIn } from './closing-in.ts';
import { defaultJudges } from './default-judges.ts';
import { runSuite } from './suite.ts';
import { judgeTries } from './tries.ts';
import type { SuiteResult } from './verdict.ts';

const { cases } = loadCases();
const path = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const main = path('../../../reference/src/testee/main.ts');

/** A case with fewer moments and smaller Payloads than its own. */
function caseOf(id: string, times: number): Case {
  const found = cases.find((one) => one.id === id);
  if (found === undefined) throw new RangeError(`there is no ${id}`);
  const steps = found.script.steps.map((step) => {
    if (step.do === 'send' && step.entries !== undefined) {
      return { ...step, entries: step.entries.slice(0, 200) };
    }
    if (step.do !== 'kill' || step.moments === undefined) return step;
    return { ...step, moments: { ...step.moments, times } };
  });
  return { ...found, script: { ...found.script, steps } };
}

async function run(ids: readonly string[], times: number, ...node: string[]): Promise<SuiteResult> {
  const folder = mkdtempSync(join(tmpdir(), 'crash-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const argv = [process.execPath, ...node, main, '--store', 'sqlite', join(folder, 'store.db')];
  return runSuite({
    cases: ids.map((id) => caseOf(id, times)),
    testee: { kind: 'command', command: { argv } },
    seed: 'crash',
    profile: 'core',
  });
}

describe('losses of power', () => {
  it('PSP-ATOM-2: come before a Payload has left, inside and after', async () => {
    const { results } = await run(['RCV-1010', 'RCV-1027', 'RCV-1029', 'RCV-1030'], 3);
    expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass']);
    const moments = results.map(({ kills = [] }) => kills.map(({ moment }) => moment));
    expect(moments.slice(0, 3)).toEqual([['after'], ['before'], ['inside']]);
    expect(moments[3]).toHaveLength(3);
    expect(moments[3]).toContain('inside');
    const inside = results
      .flatMap(({ kills = [] }) => kills)
      .filter((kill) => kill.moment === 'inside');
    for (const { isFound } of inside) expect(isFound).toBeTypeOf('boolean');
  });

  it('PSP-ATOM-2: catch a store that writes row by row without a transaction', async () => {
    const torn = path('./testing/torn-store.js');
    const [found] = (await run(['RCV-1030'], 5, '--import', torn)).results;
    expect(found?.verdict).toBe('fail');
    const store = found?.problems.filter(({ part }) => part === 'store') ?? [];
    expect(store.map(({ requirement }) => requirement)).toContain('PSP-ATOM-2');
  });
});

describe('moments', () => {
  it.each([0.1, 0.5, 0.93, 1.2])('kit: close in on a testee that stores at %d', (at) => {
    const closing = new ClosingIn(seededOctets('seed', `${at}`), [0, 1.5]);
    const shares = Array.from({ length: 12 }, () => {
      const share = closing.next();
      closing.learn({ step: 'kill', moment: 'inside', isFound: share >= at });
      return share;
    });
    // Both sides of the moment, and none of the last ones far from it.
    expect(shares.some((share) => share < at)).toBe(true);
    expect(shares.some((share) => share >= at)).toBe(true);
    for (const share of shares.slice(5)) expect(Math.abs(share - at)).toBeLessThan(0.3);
  });

  it('kit: that never came between a Payload and its Ack are a warning, not a pass', () => {
    const { requirements, level, breaks, expectation, results, store, script } = cases[0]!;
    const standard = { requirements, level, breaks, expectation, results, store, script };
    const played = [{ sessions: [], deeds: [] }];
    const of = (hasMissed: boolean): string =>
      judgeTries(standard, { played, kills: [], hasMissed }, defaultJudges).verdict;
    expect(of(false)).toBe('pass');
    expect(of(true)).toBe('warn');
  });
});

describe('the counts', () => {
  it('kit: say how many losses of power came inside, and what was found then', () => {
    const kill = { step: 'kill' };
    const count = crashCount(
      [
        { ...kill, moment: 'elsewhere' },
        { ...kill, moment: 'before' },
        { ...kill, moment: 'inside', isFound: true },
        { ...kill, moment: 'inside', isFound: false },
        { ...kill, moment: 'inside' },
        { ...kill, moment: 'after' },
      ],
      'seed',
    );
    const line = 'kills: 6, 3 of them between a Payload and its Ack (1 found it stored, 1 not)';
    expect(count && crashLine(count)).toBe(line);
    expect(crashCount([], 'seed')).toBeUndefined();
  });
});
