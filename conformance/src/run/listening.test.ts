// A testee that listens goes on for others to come. Where a script is over and it should not, the
// kit stops it as its user would, so that it is told what is wrong instead of being waited for.
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { Case } from '../cases/case.ts';
import { loadCases } from '../cases/load.ts';
import type { Step } from '../peer/script.ts';
import { runSuite } from './suite.ts';
import type { CaseResult } from './verdict.ts';

const { cases } = loadCases();
const main = fileURLToPath(new URL('../../../reference/src/testee/main.ts', import.meta.url));

/** The case with other steps, on the reference. */
async function played(id: string, change: (step: Step) => readonly Step[]): Promise<CaseResult> {
  const found = cases.find((one) => one.id === id)!;
  const steps = found.script.steps.flatMap(change);
  const changed: Case = { ...found, script: { ...found.script, steps } };
  const { results } = await runSuite({
    cases: [changed],
    testee: { kind: 'command', command: { argv: [process.execPath, main] } },
    seed: 'listening',
    profile: 'core',
    patienceMs: 1_000,
    // Of a run that nobody ends the verdict would be `hang`.
    deadlineMs: 60_000,
  });
  return results[0]!;
}

describe('a testee that listens', () => {
  it('kit: is stopped where it left the script, and fails; it is not waited for', async () => {
    const where = { session_nonce: 'hex:00' };
    const result = await played('SND-0353', (step) =>
      step.id === 'initiate-2' ? [{ ...step, where } as Step] : [step],
    );
    expect(result.verdict).toBe('fail');
    expect(result.problems).toContainEqual(expect.objectContaining({ step: 'initiate-2' }));
  });

  it('PSP-CODE-8: fails where it goes on when it has to have stopped', async () => {
    const result = await played('SND-0353', (step) => (step.id.endsWith('-3') ? [] : [step]));
    expect(result.verdict).toBe('fail');
    const detail = 'the run should have ended rejected, it ended cancelled';
    const wanted = { step: 'stopped', requirement: 'PSP-CODE-8', detail };
    expect(result.problems).toContainEqual(expect.objectContaining(wanted));
  });

  it('kit: is stopped where a script ends while it waits for the next', async () => {
    const result = await played('SND-0353', (step) =>
      step.id.endsWith('-3') || step.id === 'stopped' ? [] : [step],
    );
    expect(result.verdict).toBe('fail');
    const detail = 'its user has to be told rejected, was told cancelled';
    expect(result.problems).toContainEqual(expect.objectContaining({ detail }));
  });
});
