// The simulation with a fixed seed, small enough to run always. Longer runs: npm run simulate.
import { describe, it } from 'vitest';
import { checkReaching } from './fixed-runs.ts';

describe('many devices and one server', () => {
  it('every change is applied once or told of, echoes end, all agree at last', async () => {
    await checkReaching('exactly-once', { runs: 110, seed: 20_241_101 });
  }, 120_000);
});
