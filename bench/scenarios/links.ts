// The protocol over a slow link, and several sessions at a time.
import { RoleProcess, type PairCost } from '../processes.ts';
import { checkStored, pairSample, resultNumber } from '../scenario.ts';
import type { Context, Sample, Scenario } from '../scenario.ts';
import { emptyStore, runSession, sessionSample } from './protocol.ts';

interface Link {
  readonly megabitsPerSecond: number;
  readonly delayMs: number;
  readonly loss: number;
}

async function overLink(context: Context, link: Link, deflate: boolean): Promise<Sample> {
  const { count, folder, profiles } = context;
  const options = { profiles };
  const to = await emptyStore(folder);
  const from = await context.seeded(count);
  const receiver = await RoleProcess.start('protocol-receiver', { path: to, deflate }, options);
  const between = await RoleProcess.start('slow-link', { ...receiver.info, ...link }, options);
  const job = { ...between.info, path: from, deflate };
  const sender = await RoleProcess.start('protocol-sender', job, options);
  const roles = [receiver, between, sender];
  try {
    const running = roles.map(({ process }) => process.go());
    const [listener, , dialler] = await Promise.all(running);
    await Promise.all(roles.map(({ process }) => process.close()));
    if (listener === undefined || dialler === undefined) throw new Error('a role told nothing');
    return linkSample({ listener, dialler }, count, link);
  } catch (error) {
    for (const { process } of roles) process.kill();
    throw error;
  }
}

function linkSample(cost: PairCost, count: number, link: Link): Sample {
  checkStored(cost, count);
  const sample = sessionSample(cost, count);
  const bits = resultNumber(cost.dialler, 'octetsWritten') * 8;
  const possibleMs = bits / (link.megabitsPerSecond * 1_000);
  return { ...sample, linkUse: possibleMs / resultNumber(cost.listener, 'sessionMs') };
}

/**
 * So many pairs at a time, each receiver with a store of its own. It shows what the machine gives,
 * not what one hub gives: that has one store and one writer, and takes this place when it is there.
 */
async function atATime(context: Context, senders: number): Promise<Sample> {
  const { count, folder } = context;
  const each = Math.floor(count / senders);
  const from = await context.seeded(each);
  const startedMs = performance.now();
  const costs = await Promise.all(
    Array.from({ length: senders }, async (_, index) => {
      const to = await emptyStore(folder, `to-${index}.db`);
      return runSession({ from, to });
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  for (const cost of costs) checkStored(cost, each);
  const of = costs.map(({ listener, dialler }) => pairSample(each, dialler, listener));
  const mean = (name: string): number =>
    of.reduce((sum, sample) => sum + (sample[name] ?? 0), 0) / of.length;
  const names = ['senderCpuUs', 'receiverCpuUs', 'senderRssMb', 'receiverRssMb'];
  const means = Object.fromEntries(names.map((name) => [name, mean(name)]));
  return { seconds, resourcesPerSecond: (each * senders) / seconds, ...means };
}

/** So many times as much is sent with deflate: what crosses the link then is about the same. */
const deflatedTimes = 8;

const links: readonly (readonly [string, number, Link])[] = [
  ['1-mbit', 500, { megabitsPerSecond: 1, delayMs: 20, loss: 0 }],
  ['20-mbit', 5_000, { megabitsPerSecond: 20, delayMs: 20, loss: 0 }],
  ['20-mbit-lossy', 5_000, { megabitsPerSecond: 20, delayMs: 20, loss: 0.01 }],
];

/** Slow links and simultaneous senders. */
export const linkScenarios: readonly Scenario[] = [
  ...links.flatMap(([name, count, link]) =>
    [true, false].map((deflate): Scenario => ({
      name: `link-${name}${deflate ? '' : '-identity'}`,
      title:
        `protocol over ${link.megabitsPerSecond} Mbit/s, ${link.delayMs} ms` +
        `${link.loss > 0 ? `, ${link.loss * 100} % lost` : ''}${deflate ? ', deflate' : ''}`,
      when: 'default',
      count: deflate ? deflatedTimes * count : count,
      repetitionsMax: 1,
      run: (context) => overLink(context, link, deflate),
    })),
  ),
  ...[1, 8, 32].map((senders): Scenario => ({
    name: `pairs-${senders}`,
    title: `${senders} pairs at a time, own stores`,
    when: 'by-name',
    repetitionsMax: 1,
    run: (context) => atATime(context, senders),
  })),
];
