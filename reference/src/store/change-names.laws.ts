// Laws of the names that a store gives to its changes where others have used such names.
import { expect, it } from 'vitest';
import { Outcome, type ChangeId } from '../wire/messages.ts';
import type { OpenStore } from './store.laws.ts';
import type { Store } from './store.ts';
import {
  at,
  batch,
  created,
  fullEntry,
  octets,
  patient,
  replica,
  take,
} from './testing/samples.ts';

/** Declares the laws. */
export function changeNameLaws(open: OpenStore): void {
  it('PSP-CHG-18: a name of ours that a peer used is not given to another change', async () => {
    const { store, reopen } = await open();
    await store.create(octets(patient('mine')), at);
    const own = store.replicaId;
    const named = (replicaId: Uint8Array, counter: bigint): ChangeId => ({ replicaId, counter });
    const ours = { ...created('a').changes[0]!, id: named(own, 7n) };
    const absorbed = [named(own, 9n), named(replica(5), 2n ** 63n)];
    await store.updateRemote(
      batch({ ...created('a'), changes: [ours] }, { ...fullEntry('b'), absorbed }),
      take,
    );
    const next = async (from: Store, id: string): Promise<bigint> => {
      const { payload } = await from.create(octets(patient(id)), at);
      return payload.changes[0]!.id!.counter;
    };
    expect(await next(store, 'c')).toBe(10n);
    const reopened = (await reopen?.()) ?? store;
    expect(await next(reopened, 'd')).toBe(11n);
    // What is refused is nowhere afterwards, and a number of 64 bits stays one.
    const last = { ...fullEntry('e'), absorbed: [named(own, 2n ** 64n - 2n)] };
    await reopened.updateRemote(batch(last), () => ({ outcome: Outcome.REFUSED }));
    expect(await next(reopened, 'f')).toBe(12n);
    await reopened.updateRemote(batch(last), take);
    const again = (await reopen?.()) ?? reopened;
    expect(await next(again, 'g')).toBe(2n ** 64n - 1n);
    await expect(again.create(octets(patient('h')), at)).rejects.toThrow(/new replica id/);
  });
}
