// A session of a store that was made anew under another replica id. The testee is a real process.
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Case } from '../cases/case.ts';
import { loadCases } from '../cases/load.ts';
import type { Step } from '../peer/script.ts';
import { runSuite } from './suite.ts';

const main = fileURLToPath(new URL('../../../reference/src/testee/main.ts', import.meta.url));

it('PSP-RESUME-5: a store that was made anew starts over, one that was not goes on', async () => {
  const found = loadCases().cases.find(({ id }) => id === 'SND-1818');
  if (found === undefined) throw new RangeError('there is no SND-1818');
  const steps = found.script.steps.map((step): Step =>
    step.do === 'again' ? { id: step.id, do: 'again' } : step,
  );
  const same: Case = { ...found, script: { ...found.script, steps } };
  const { results } = await runSuite({
    cases: [found, same],
    testee: { kind: 'command', command: { argv: [process.execPath, main] } },
    seed: 'renewed',
    profile: 'core',
  });
  expect(results.map(({ verdict }) => verdict)).toEqual(['pass', 'fail']);
  expect(results[1]?.problems[0]?.detail).toContain('"RESUMED"');
});
