// The protocol itself, sealed and durable, from one store file into another.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runPair, RoleProcess, type PairCost, type RoleJob } from '../processes.ts';
import { checkStored, pairSample, resultNumber } from '../scenario.ts';
import type { Context, Sample, Scenario } from '../scenario.ts';
import { createStore, editSome } from '../stores.ts';

interface SessionJob {
  readonly from: string;
  readonly to: string;
  readonly deflate?: boolean;
  readonly mode?: 'LAST_UPDATED';
  readonly cutAfter?: number;
  readonly profiles?: string | undefined;
}

/** One session between two stores, in two fresh processes. */
export async function runSession(job: SessionJob): Promise<PairCost> {
  const { from, to, profiles, ...both } = job;
  const receiver: RoleJob = ['protocol-receiver', { ...both, path: to }];
  return runPair(receiver, ['protocol-sender', { ...both, path: from }], { profiles });
}

/** The figures of a session. @throws Error unless it was complete on both sides. */
export function sessionSample({ listener, dialler }: PairCost, count: number): Sample {
  for (const { result } of [listener, dialler]) {
    if (result['ended'] === 'complete') continue;
    throw new Error(`the session ended as ${String(result['ended'])} ${String(result['detail'])}`);
  }
  return {
    ...pairSample(Math.max(1, count), dialler, listener),
    handshakeMs: resultNumber(dialler, 'handshakeMs'),
    firstEntryMs: resultNumber(listener, 'firstEntryMs'),
    sessionMs: resultNumber(listener, 'sessionMs'),
  };
}

/** A new, empty store. */
export async function emptyStore(folder: string, name = 'to.db'): Promise<string> {
  const path = join(folder, name);
  await createStore(path).close();
  return path;
}

async function fresh(context: Context, deflate: boolean): Promise<Sample> {
  const { count, profiles } = context;
  const from = await context.seeded(count);
  const to = await emptyStore(context.folder);
  const cost = await runSession({ from, to, deflate, profiles });
  checkStored(cost, count);
  return sessionSample(cost, count);
}

/** A session, then another one after nothing or little was changed; the figures are of that one. */
async function again(
  context: Context,
  change: 'nothing' | 'one in a hundred',
  mode?: 'LAST_UPDATED',
): Promise<Sample> {
  const { count, folder, profiles } = context;
  let from = await context.seeded(count);
  if (change !== 'nothing') {
    const copy = join(folder, 'from.db');
    await copyFile(from, copy);
    from = copy;
  }
  const to = await emptyStore(folder);
  checkStored(await runSession({ from, to }), count);
  const edited = change === 'nothing' ? 0 : await editSome(from, count);
  const job = { from, to, profiles };
  const cost = await runSession(mode === undefined ? job : { ...job, mode });
  const {
    sessionMs = 0,
    senderRssMb = 0,
    receiverRssMb = 0,
    ...rest
  } = sessionSample(cost, edited);
  // In mode LAST_UPDATED what has changes is sent each time.
  if (mode === undefined) checkStored(cost, edited);
  const figures = { sessionMs, senderRssMb, receiverRssMb };
  return edited === 0 ? figures : { ...rest, ...figures };
}

/** Cut at half, then a second session; its first entry and what came twice are its extra work. */
async function resumed(context: Context): Promise<Sample> {
  const { count, folder, profiles } = context;
  const from = await context.seeded(count);
  const to = await emptyStore(folder);
  const cut = await runSession({ from, to, cutAfter: Math.floor(count / 2) });
  const before = resultNumber(cut.listener, 'stored');
  const cost = await runSession({ from, to, profiles });
  const { firstEntryMs = 0, handshakeMs = 0, ...rest } = sessionSample(cost, count - before);
  const after = resultNumber(cost.listener, 'stored');
  const { sessionMs = 0, senderRssMb = 0, receiverRssMb = 0 } = rest;
  const deliveredTwice = before + after - count;
  return { firstEntryMs, handshakeMs, deliveredTwice, sessionMs, senderRssMb, receiverRssMb };
}

/** Twenty sessions with one entry between the same two processes; the figure is the median. */
async function handshakes(context: Context): Promise<Sample> {
  const from = await context.seeded(1);
  const to = await emptyStore(context.folder);
  const options = { profiles: context.profiles };
  const receiver = await RoleProcess.start('protocol-receiver', { path: to }, options);
  const job = { ...receiver.info, path: from };
  const sender = await RoleProcess.start('protocol-sender', job, options);
  const times: number[] = [];
  for (let round = 0; round < 20; round += 1) {
    const [, cost] = await Promise.all([receiver.process.go(), sender.process.go()]);
    times.push(resultNumber(cost, 'handshakeMs'));
  }
  await Promise.all([receiver.process.close(), sender.process.close()]);
  times.sort((a, b) => a - b);
  return { handshakeMs: times[Math.floor(times.length / 2)] ?? 0 };
}

/** The protocol's own benchmarks. */
export const protocolScenarios: readonly Scenario[] = [
  {
    name: 'protocol',
    title: 'protocol, sealed, durable, deflate',
    when: 'default',
    run: (context) => fresh(context, true),
  },
  {
    name: 'protocol-identity',
    title: 'protocol, sealed, durable, no deflate',
    when: 'default',
    run: (context) => fresh(context, false),
  },
  {
    name: 'repeat-nothing',
    title: 'protocol again, nothing new',
    when: 'default',
    repetitionsMax: 3,
    run: (context) => again(context, 'nothing'),
  },
  {
    name: 'repeat-1-percent',
    title: 'protocol again, 1 % new',
    when: 'default',
    repetitionsMax: 3,
    run: (context) => again(context, 'one in a hundred'),
  },
  {
    name: 'repeat-by-instant',
    title: 'protocol again by LAST_UPDATED, nothing new',
    when: 'by-name',
    repetitionsMax: 1,
    run: (context) => again(context, 'nothing', 'LAST_UPDATED'),
  },
  {
    name: 'resume',
    title: 'protocol resumed after a cut at half',
    when: 'default',
    repetitionsMax: 3,
    run: resumed,
  },
  {
    name: 'handshake',
    title: 'handshake, code entered at once',
    when: 'default',
    count: 1,
    run: handshakes,
  },
  ...[10_000, 100_000, 1_000_000].map((count): Scenario => ({
    name: `memory-${count / 1_000}k`,
    title: `protocol, ${count / 1_000} thousand resources`,
    when: count === 1_000_000 ? 'by-name' : 'default',
    count,
    repetitionsMax: 1,
    run: (context) => fresh(context, true),
  })),
];
