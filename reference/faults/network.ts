// The network and the clock: cuts at drawn octets, peers that drip or fall silent, a date that
// jumps. After each, a session without a fault has to complete, and both stores have to be the
// same.
import { Draws } from './draws.ts';
import type { ClockSteps } from './orders.ts';
import { type Pair, withPair } from './pair.ts';
import { proxyTo, type ProxyOptions } from './proxy.ts';
import { Tally, type FaultRow } from './tally.ts';

/** How often each is tried. */
export interface NetworkOptions {
  readonly runs: number;
  readonly seed: number;
  readonly resources: number;
}

const cutsOfOnePair = 5;
// Idle is 30 s in the protocol; whoever waits for it needs longer than that.
const longest = { everyMs: 2, octets: 64 };

async function through(pair: Pair, options: ProxyOptions): Promise<[string, string, number]> {
  let close = (): void => undefined;
  let carried = { toSender: 0, toReceiver: 0 };
  const between = async (port: number): Promise<number> => {
    const proxy = await proxyTo(port, options);
    ({ close, carried } = proxy);
    return proxy.port;
  };
  const [sent, received] = await pair.session({ between });
  close();
  return [sent.result, received.result, carried.toSender + carried.toReceiver];
}

/** Cuts at drawn octets of either direction, several in a row, then a session to the end. */
export async function tryCuts({ runs, seed, resources }: NetworkOptions): Promise<FaultRow> {
  const tally = new Tally('connection cut at an octet');
  const draws = new Draws(seed);
  await withPair(tally, async (pair, folder) => {
    await pair.fresh(folder, 'measure', resources);
    const [, , all] = await through(pair, {});
    for (let run = 0; tally.struck < runs && run < 4 * runs; run += 1) {
      await pair.fresh(folder, `${run}`, resources);
      const cuts = 1 + draws.below(cutsOfOnePair);
      for (let cut = 0; cut < cuts; cut += 1) {
        const toSender = draws.share() < 0.3;
        // The receiver says little, much of it in the handshake.
        const cutAt = draws.below(toSender ? 2_000 : draws.share() < 0.3 ? 1_500 : all);
        const treatment = toSender ? { toSender: { cutAt } } : { toReceiver: { cutAt } };
        const results = await through(pair, treatment);
        const isOver = results[0] === 'complete';
        if (!isOver) tally.struck += 1;
        tally.count(
          isOver
            ? 'sessions that ended before their cut'
            : `cuts ${toSender ? 'to the sender' : 'to the receiver'}`,
        );
        // PSP-DONE-7: the sender never says more than the receiver has.
        tally.check(
          !isOver || results[1] === 'complete',
          `sender complete, receiver ${results[1]}`,
        );
      }
      await pair.finish();
    }
  });
  return tally.row();
}

/** A link that drips, which is slow and no fault; one that falls silent, which ends a session. */
export async function trySilence({ seed, resources }: NetworkOptions): Promise<FaultRow> {
  const tally = new Tally('slow-drip and silent peers');
  const draws = new Draws(seed);
  const whileSilent = async (name: string, options: ProxyOptions): Promise<void> => {
    await withPair(tally, async (pair, folder) => {
      await pair.fresh(folder, name, resources);
      const startedMs = performance.now();
      const [sent, received] = await through(pair, options);
      tally.struck += 1;
      tally.most(
        's until a silent session ended',
        Math.round((performance.now() - startedMs) / 1000),
      );
      // PSP-DONE-8: a Receipt that left, and that silence swallowed, completes the receiver.
      const mayComplete = name === 'acks';
      const isRight = sent !== 'complete' && (received !== 'complete' || mayComplete);
      tally.check(isRight, `${name}: ${sent}, ${received}`);
      await pair.finish();
    });
  };
  const dripping = withPair(tally, async (pair, folder) => {
    await pair.fresh(folder, 'drip', 20);
    const results = await through(pair, {
      toReceiver: { drip: longest },
      toSender: { drip: longest },
    });
    tally.struck += 1;
    tally.count(`dripping sessions that ended ${results[0]}`);
    await pair.finish();
  });
  // Together: each waits for a timer of the protocol.
  await Promise.all([
    dripping,
    whileSilent('first', { toReceiver: { silentAt: 0 } }),
    whileSilent('handshake', { toSender: { silentAt: draws.below(150) } }),
    whileSilent('transfer', { toReceiver: { silentAt: 1_500 + draws.below(resources * 300) } }),
    whileSilent('acks', { toSender: { silentAt: 330 + draws.below(60) } }),
  ]);
  return tally.row();
}

const hour = 3_600_000;
const clocks: readonly [ClockSteps, ...ClockSteps[]] = [
  { everyMs: 0, stepsMs: [-24 * hour] },
  { everyMs: 0, stepsMs: [400 * 24 * hour] },
  { everyMs: 3, stepsMs: [0, hour, -2 * hour, 30 * 24 * hour, -40 * 24 * hour] },
];

/** The date jumps, before and during sessions; the clock of timers does not. */
export async function tryClock({ runs, resources }: NetworkOptions): Promise<FaultRow> {
  const tally = new Tally('clock steps');
  await withPair(tally, async (pair, folder) => {
    for (let run = 0; run < runs; run += 1) {
      await pair.fresh(folder, `${run}`, resources);
      const clock = clocks[run % clocks.length] ?? clocks[0];
      const [sent, received] = await pair.session({ clock });
      tally.struck += 1;
      const text = `${sent.result} ${sent.codeName}, ${received.result} ${received.codeName}`;
      tally.check(sent.result === 'complete' && received.result === 'complete', text);
      await pair.finish();
    }
  });
  return tally.row();
}
