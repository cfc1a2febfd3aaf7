// Sessions between two stores that have a great many resources already, without the hand-over that
// filled them: the receiver's is a copy of the sender's and is given the cursor that the sender
// would have minted. What such a session costs is what a full store makes of it.
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteStore } from '../../reference/src/store/index.ts';
import { encodeCursor, scopeDigest } from '../../reference/src/sync/cursor.ts';
import { scopeOf } from '../../reference/src/sync/scope.ts';
import { resultNumber, type Context, type Sample, type Scenario } from '../scenario.ts';
import { runSession, sessionSample } from './protocol.ts';

/** A copy of a store, as a receiver that has the first `share` of it. */
async function receiverOf(from: string, folder: string, share: number): Promise<string> {
  const to = join(folder, 'to.db');
  await copyFile(from, to);
  const source = openSqliteStore(from);
  const target = openSqliteStore(to);
  const last = await source.lastSequence();
  const sequence = BigInt(Math.floor(Number(last) * share));
  const { replicaId } = source;
  const scope = scopeOf({ types: [] });
  const owner = { replicaId, scopeDigest: scopeDigest(scope, '') };
  await target.setCursor(replicaId, scope, encodeCursor(owner, { sequence, withheldAbove: 0 }));
  await Promise.all([source.close(), target.close()]);
  return to;
}

async function nothingNew(context: Context, mode?: 'LAST_UPDATED'): Promise<Sample> {
  const from = await context.seeded(context.count);
  const to = await receiverOf(from, context.folder, 1);
  const job = { from, to, profiles: context.profiles };
  const cost = await runSession(mode === undefined ? job : { ...job, mode });
  const sample = sessionSample(cost, 1);
  const { sessionMs = 0, senderRssMb = 0, receiverRssMb = 0 } = sample;
  if (mode === undefined && resultNumber(cost.dialler, 'sent') !== 0) {
    throw new Error('something was sent again');
  }
  return { sessionMs, senderRssMb, receiverRssMb };
}

async function resumedAtHalf(context: Context): Promise<Sample> {
  const from = await context.seeded(context.count);
  const to = await receiverOf(from, context.folder, 0.5);
  // What follows the first entries is an ordinary hand-over.
  const cost = await runSession({ from, to, cutAfter: 1, profiles: context.profiles });
  return {
    firstEntryMs: resultNumber(cost.listener, 'firstEntryMs'),
    handshakeMs: resultNumber(cost.dialler, 'handshakeMs'),
  };
}

/** Benchmarks of stores with a million resources. */
export const largeScenarios: readonly Scenario[] = [
  {
    name: 'large-nothing',
    title: 'both have a million, nothing new',
    when: 'by-name',
    count: 1_000_000,
    run: (context) => nothingNew(context),
  },
  {
    name: 'large-by-instant',
    title: 'both have a million, nothing new, by LAST_UPDATED',
    when: 'by-name',
    count: 1_000_000,
    repetitionsMax: 1,
    run: (context) => nothingNew(context, 'LAST_UPDATED'),
  },
  {
    name: 'large-resume',
    title: 'a million, resumed at half, until the first entry',
    when: 'by-name',
    count: 1_000_000,
    run: resumedAtHalf,
  },
];
