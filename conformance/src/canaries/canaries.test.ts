// The kit against testees that are wrong in a known way: each is found, and named as what it is.
// The first families here, so that the test is quick; `selftest` plays every case.
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadCases } from '../cases/load.ts';
import { startTestee } from '../control/start-testee.ts';
import type { Testee } from '../control/testee.ts';
import type { Results } from '../report/results.ts';
import { resultsOf } from '../report/results-of.ts';
import { runSuite } from '../run/suite.ts';
import {
  canaryScores,
  canaryTimes,
  casesFor,
  commandOf,
  differencesFrom,
  type CanaryScore,
} from './scores.ts';

const scores = canaryScores();
const cases = loadCases().cases.filter(({ id }) => /-0[0-2]/.test(id));

async function play(score: CanaryScore): Promise<Results> {
  const deadlineMs = score.deadlineMs ?? canaryTimes.deadlineMs;
  const suite = await runSuite({
    cases: casesFor(score, cases),
    testee: { kind: 'command', command: commandOf(score) },
    seed: 'canaries',
    profile: 'core',
    patienceMs: canaryTimes.patienceMs,
    deadlineMs,
    jobs: 2,
  });
  return resultsOf(suite, {
    kit: '0',
    specification: '0',
    filters: [],
    jobs: 2,
    startedAt: '2026-03-01T08:00:00Z',
    known: [],
    isNamed: () => true,
    interrupted: false,
  });
}

describe.each(scores.map((score) => ({ ...score })))('canary $name', (score) => {
  it('scores what it has to', { timeout: 120_000 }, async () => {
    const results = await play(score);
    expect(differencesFrom(score, results)).toEqual([]);
    // Nobody it names is left out because the case was renamed or dropped.
    const named = Object.keys({ ...score.verdicts, ...score.says });
    expect(results.cases.map(({ id }) => id)).toEqual(expect.arrayContaining(named));
  });
});

function start(name: string): Testee {
  const score = scores.find((each) => each.name === name);
  if (score === undefined) throw new Error(`no canary ${name}`);
  const testee = startTestee(commandOf(score));
  onTestFinished(async () => void (await testee.kill()));
  return testee;
}

describe('the words of a canary on the control channel', () => {
  const now = '2026-03-01T08:00:00Z';
  const reset = (ids: readonly string[]): Parameters<Testee['ask']>[1] => ({
    case: 'seed',
    replica: '00112233445566778899aabbccddeeff',
    now,
    seed: {
      entries: ids.map((id) => {
        return { type: 'Patient', id, resource: `{"resourceType":"Patient","id":"${id}"}` };
      }),
    },
  });

  it('give away always-yes, which knows commands that nobody has', async () => {
    const testee = start('always-yes');
    expect(await testee.askInvented('teleport')).not.toMatchObject({ why: 'unsupported' });
    expect(await start('echo').askInvented('teleport')).toMatchObject({ why: 'unsupported' });
  });

  it.each([
    ['liar', true],
    ['always-reject', false],
  ])('%s: two seeds dump alike: %s', async (name, isAlike) => {
    const testee = start(name);
    const dumps: unknown[] = [];
    for (const ids of [['a'], ['a', 'b']]) {
      await testee.ask('reset', reset(ids) as never);
      dumps.push(await testee.ask('dump', {}));
    }
    expect(JSON.stringify(dumps[0]) === JSON.stringify(dumps[1])).toBe(isAlike);
  });

  it('give away the liar, which declares what it does not have', async () => {
    const testee = start('liar');
    expect(await testee.ask('hello', { control: 1, kit: '1' })).toMatchObject({
      answer: { features: expect.arrayContaining(['open', 'clock', 'decode']) as unknown },
    });
    expect(await testee.ask('open', { case: 'x', now })).toMatchObject({ why: 'unsupported' });
    expect(await testee.ask('decode', { hex: '1f' })).toMatchObject({ why: 'unsupported' });
  });

  it.each(scores.filter(({ unusable }) => unusable === undefined).map(({ name }) => name))(
    '%s says hello and quits like anybody',
    async (name) => {
      const testee = start(name);
      expect(await testee.ask('hello', { control: 1, kit: '1' })).toMatchObject({ kind: 'answer' });
      expect(await testee.quit()).toMatchObject({ code: 0 });
    },
  );
});

describe('a score that is not met', () => {
  const [first] = scores;
  const never: CanaryScore = { ...first!, passAtMost: -1, failAtLeast: 1, exitCode: 0 };
  const empty = {
    exitCode: 3,
    unusable: 'it is not there',
    cases: [
      { id: 'RCV-0001', verdict: 'pass' },
      { id: 'RCV-0002', verdict: 'hang', observed: 'Nothing came.' },
    ],
  } as unknown as Results;

  it('is told in sentences', () => {
    const score = { ...never, verdicts: { 'RCV-0002': 'pass' }, says: { 'RCV-0001': 'missing' } };
    expect(differencesFrom(score as CanaryScore, empty)).toEqual([
      'the exit code should be 0, it is 3',
      'it should be usable, but: it is not there',
      'at most -1 cases may pass, 1 do: RCV-0001',
      'at least 1 cases have to fail, 0 do',
      'no case may have the verdict hang: RCV-0002',
      'RCV-0001 should say "missing", it says: nothing',
      'RCV-0002 should be pass, it is hang',
    ]);
  });

  it('of a canary that should be unusable and is not, too', () => {
    const usable = { ...empty, unusable: undefined, cases: [] } as unknown as Results;
    const score = { ...never, unusable: 'exit code 139', exitCode: 3, passAtMost: 0 };
    expect(differencesFrom({ ...score, failAtLeast: 0 }, usable)).toEqual([
      'it should be unusable because of "exit code 139", the kit said: nothing',
    ]);
  });
});
