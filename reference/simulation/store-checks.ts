// What can be said of stores alone, before and after something: whether one has what the other has,
// whether one stayed as it was, and what in one came from another.
import { dump } from '../src/sync/testing/devices.ts';
import type { Store } from '../src/store/store.ts';
import { changeName } from './decision-judge.ts';
import { resourceNames, split } from './world.ts';

/**
 * After a whole meeting the receiver knows every change of the sender, one way or another.
 *
 * @param past - Names of changes that the receiver knew until it created their resource again.
 */
export async function checkCovered(
  from: Store,
  to: Store,
  past: ReadonlySet<string>,
): Promise<void> {
  const known = new Map<string, Set<string>>();
  const of = (name: string): Set<string> => {
    const names = known.get(name) ?? new Set<string>();
    known.set(name, names);
    return names;
  };
  for await (const { payload } of to.archived()) {
    const names = of(`${payload.resourceType}/${payload.resourceId}`);
    for (const { id } of payload.changes) names.add(changeName(id));
    for (const id of payload.absorbed) names.add(changeName(id));
  }
  for (const resource of resourceNames) {
    const [sent, here] = await Promise.all(
      [from, to].map((store) => store.get(...split(resource))),
    );
    if (sent === undefined) continue;
    if (here === undefined) throw new Error(`${resource} did not arrive`);
    const names = of(resource);
    for (const { id } of here.payload.changes) names.add(changeName(id));
    for (const id of here.payload.absorbed) names.add(changeName(id));
    for (const { id } of sent.payload.changes) {
      const change = changeName(id);
      if (!names.has(change) && !past.has(change)) throw new Error(`${change} did not arrive`);
    }
  }
}

/** Does something that must leave a store as it is. */
export async function expectUnchanged(store: Store, work: () => Promise<void>): Promise<void> {
  const before = await dump(store);
  await work();
  if ((await dump(store)).join() !== before.join()) {
    throw new Error('a delivery that was known changed the store (PSP-RESUME-7)');
  }
}

/** Names of the entries that are exactly as a peer sent them. */
export async function namesFrom(store: Store, peer: Uint8Array): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const name of resourceNames) {
    const origin = (await store.get(...split(name)))?.origin;
    if (origin !== undefined && Buffer.compare(origin, peer) === 0) names.add(name);
  }
  return names;
}
