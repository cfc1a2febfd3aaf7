// A run that is late on the kit's own clock.
import { describe, expect, it } from 'vitest';
import { answersFirst, letTimePass } from './kit-time.ts';
import type { TimedRun } from './kit-time.ts';

/** A run that ends when time passes. */
function runOn(clock: TimedRun['clock']) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const advanced: number[] = [];
  const testee: TimedRun['testee'] = {
    ask: async (_, { advanceMs }) => {
      advanced.push(advanceMs);
      resolve();
      return { kind: 'answer', answer: {} } as Awaited<ReturnType<TimedRun['testee']['ask']>>;
    },
  };
  return { run: { clock, patienceMs: 1, testee }, answered: promise, advanced, end: resolve };
}

describe('a run on the clock of the kit', () => {
  it('PSP-CLOSE-1 is late where it waits for more time than it was given', async () => {
    const { run, answered, advanced } = runOn('virtual');
    expect(await answersFirst(run, answered)).toBe(false);
    await letTimePass(run, answered);
    await answered;
    expect(advanced).toHaveLength(1);
  });

  it('is not late once it was answered, and no time passes then', async () => {
    const { run, answered, advanced, end } = runOn('virtual');
    end();
    expect(await answersFirst(run, answered)).toBe(true);
    await letTimePass(run, answered);
    expect(advanced).toEqual([]);
  });
});

describe('a run on its own clock', () => {
  it('is waited for', async () => {
    const { run, answered, advanced, end } = runOn(undefined);
    const first = answersFirst(run, answered);
    await letTimePass(run, answered);
    end();
    expect(await first).toBe(true);
    expect(advanced).toEqual([]);
  });
});
