// Laws of what conflicts leave behind: changes that a merge made, states that wait for the user.
import { expect, it } from 'vitest';
import { ChangeType, Outcome } from '../wire/messages.ts';
import type { OpenStore } from './store.laws.ts';
import type { SynthesisedChange } from './store.ts';
import { at, batch, created, octets, patient, take } from './testing/samples.ts';

/** Declares the laws. */
export function archiveLaws(open: OpenStore): void {
  const further: SynthesisedChange = {
    type: ChangeType.UPDATE,
    payload: octets('[{"op":"add","path":"/active","value":true}]'),
    baseVersionId: '',
    recordedAt: '',
  };
  const merging = {
    outcome: Outcome.CONFLICT_MERGED,
    write: {
      payload: { ...created('a'), resource: octets(patient('a', ',"active":true')) },
      baseResource: undefined,
      fromPeer: false,
      synthesised: [further],
    },
  };

  it('PSP-CLS-20, PSP-CHG-1: names what a merge adds by the ids of this store', async () => {
    const { store, reopen } = await open();
    await store.create(octets(patient('other')), at);
    await store.updateRemote(batch(created('a')), take);
    await store.updateRemote(batch(created('a')), () => merging);
    const opened = (await reopen?.()) ?? store;
    const { payload, origin } = (await opened.get('Patient', 'a'))!;
    expect(payload).toEqual({
      ...merging.write.payload,
      changes: [
        ...created('a').changes,
        { ...further, id: { replicaId: opened.replicaId, counter: 2n } },
      ],
    });
    expect(origin).toBeUndefined();
    const next = await opened.create(octets(patient('next')), at);
    expect(next.payload.changes[0]?.id?.counter).toBe(3n);
  });

  it('PSP-ATOM-3: takes the ids back with the batch that fails', async () => {
    const { store } = await open();
    const failing = store.updateRemote(batch(created('a'), created('b')), (_current, received) => {
      if (received.resourceId === 'b') throw new Error('no');
      return merging;
    });
    await expect(failing).rejects.toThrow('no');
    const next = await store.create(octets(patient('next')), at);
    expect(next.payload.changes[0]?.id?.counter).toBe(1n);
  });
}
