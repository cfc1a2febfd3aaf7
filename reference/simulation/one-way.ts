// The end of a run in which one device only gives and another only takes: what the second must hold
// after a last, whole meeting.
import { SyncPayload } from '../src/wire/messages.ts';
import { changeName } from './decision-judge.ts';
import { perform } from './deeds.ts';
import { resourceNames, split, type World } from './world.ts';

/** Meets once more, then compares. */
export async function checkOneWay(world: World): Promise<void> {
  await perform(world, {
    do: 'meet',
    from: 0,
    to: 0,
    mode: 'full',
    type: undefined,
    entriesMax: 3,
    strategy: undefined,
    session: { cut: undefined, loseReceipt: false, fragment: undefined, meanwhile: undefined },
    cutAfter: undefined,
    then: 'meet again',
  });
  await world.check();
  const [from, to] = [world.device(0), world.device(1)];
  const told = await toldOf(world);
  for (const name of resourceNames) {
    const sent = (await from.store.get(...split(name)))?.payload;
    const held = (await to.store.get(...split(name)))?.payload;
    if (sent === undefined) continue;
    if (held === undefined) throw new Error(`${name} did not arrive`);
    if (isSame(sent, held)) world.coverage.note('one way: the same on both sides');
    else if (isAhead(sent, held)) world.coverage.note('one way: the receiver went on from there');
    else if (told.has(name)) world.coverage.note('one way: a conflict, told of');
    else throw new Error(`${name} differs, and nobody was told`);
  }
}

/** Resources of which the receiver keeps an outcome that tells of a conflict or a newer state. */
async function toldOf(world: World): Promise<Set<string>> {
  const names = new Set<string>();
  const sender = world.device(0).store.replicaId;
  for await (const { peer, resourceType, resourceId } of world.device(1).store.outcomes()) {
    if (Buffer.compare(peer, sender) === 0) names.add(`${resourceType}/${resourceId}`);
  }
  return names;
}

function isSame(sent: SyncPayload, held: SyncPayload): boolean {
  // What is known to be absorbed may be more on either side.
  const [one, other] = [sent, held].map((payload) =>
    SyncPayload.encode({ ...payload, absorbed: [] }).finish(),
  );
  return one !== undefined && other !== undefined && Buffer.compare(one, other) === 0;
}

/** The receiver has all that was sent, and changes of its own on top. */
function isAhead(sent: SyncPayload, held: SyncPayload): boolean {
  if (sent.base?.versionId !== held.base?.versionId) return false;
  const [first, all] = [sent, held].map(({ changes }) => changes.map(({ id }) => changeName(id)));
  return first !== undefined && all !== undefined && all.join(' ').startsWith(first.join(' '));
}
