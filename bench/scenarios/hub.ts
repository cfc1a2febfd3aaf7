// Many devices into one hub: the same number of resources, from one, from eight, from thirty-two.
import { join } from 'node:path';
import { runPair } from '../processes.ts';
import { checkStored, pairSample, resultNumber } from '../scenario.ts';
import type { Context, Sample, Scenario } from '../scenario.ts';
import { seed, seedStore } from '../stores.ts';
import { emptyStore } from './protocol.ts';

async function fromMany(context: Context, senders: number): Promise<Sample> {
  const { count, folder, profiles } = context;
  const each = Math.floor(count / senders);
  const paths: string[] = [];
  for (let n = 0; n < senders; n += 1) {
    const path = join(folder, `device-${n}.db`);
    // Each has patients of its own.
    await seedStore(path, each, seed + 1 + n);
    paths.push(path);
  }
  const to = await emptyStore(folder);
  const cost = await runPair(['hub-receiver', { path: to, senders }], ['hub-senders', { paths }], {
    profiles,
  });
  checkStored(cost, each * senders);
  for (const { result } of [cost.listener, cost.dialler]) {
    if (result['ended'] !== 'complete') throw new Error(`it ended as ${String(result['ended'])}`);
  }
  const firstDone = resultNumber(cost.listener, 'firstDone');
  return { ...pairSample(each * senders, cost.dialler, cost.listener), firstDone };
}

/** The hub's benchmarks; the senders share one process. */
export const hubScenarios: readonly Scenario[] = [1, 8, 32].map((senders): Scenario => ({
  name: `hub-${senders}`,
  title: senders === 1 ? 'hub, one sender' : `hub, ${senders} senders at once`,
  when: 'default',
  run: (context) => fromMany(context, senders),
}));
