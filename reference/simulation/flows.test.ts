// Two narrower properties of the simulation, with fixed seeds. Longer runs: npm run simulate.
import { describe, it } from 'vitest';
import { checkReaching } from './fixed-runs.ts';

describe('one device gives, another takes', () => {
  it('the receiver ends with what the sender has, or is told of a conflict', async () => {
    await checkReaching('one-way', { runs: 40, seed: 20_241_102 });
  }, 120_000);
});

describe('squash or sequence', () => {
  it('lists sent as one and changes sent one by one end in the same content', async () => {
    await checkReaching('squash', { runs: 40, seed: 20_241_103 });
  }, 120_000);
});
