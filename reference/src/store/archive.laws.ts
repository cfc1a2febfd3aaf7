// Laws of what conflicts leave behind: changes that a merge made, states that wait for the user.
import { expect, it } from 'vitest';
import { ChangeType, ErrorCode, Outcome, type SyncPayload } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import type { OpenStore } from './store.laws.ts';
import type { Decision, Store, SynthesisedChange } from './store.ts';
import {
  at,
  batch,
  collect,
  created,
  dump,
  octets,
  patient,
  replica,
  take,
} from './testing/samples.ts';

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

  const wrong = { write: { ...merging.write, payload: created('c') } };

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

  const other = (): ReturnType<typeof created> => created('a', 9n, ',"active":false');
  const deferred = (payload: SyncPayload): Decision => ({
    outcome: Outcome.CONFLICT_DEFERRED,
    archive: { payload, reason: 'deferred' },
  });
  /** Resource `a` is ours; one state of it waits, delivered twice, and two others do. */
  async function waiting(store: Store): Promise<void> {
    await store.create(octets(patient('a')), at);
    const putAside = (from: number, ...entries: SyncPayload[]): Promise<unknown> =>
      store.updateRemote({ ...batch(...entries), peer: replica(from) }, (_current, received) =>
        deferred(received),
      );
    await putAside(1, other(), created('b'));
    await putAside(1, other());
    await putAside(2, other());
  }
  const reasonsIn = async (store: Store): Promise<string> =>
    (await collect(store.archived())).map(({ reason }) => reason).join(' ');

  it('PSP-CLS-21, PSP-CLS-14: settles a deferred state and the outcome', async () => {
    const { store, reopen } = await open();
    await waiting(store);
    const ours = (await store.get('Patient', 'a'))!.payload;
    const seen: unknown[] = [];
    const decision = await store.settleDeferred(1, (current, received) => {
      seen.push(current?.payload, received);
      const write = { payload: received, baseResource: undefined, fromPeer: true };
      const archive = { payload: current!.payload, reason: 'displaced' as const };
      return { outcome: Outcome.CONFLICT_THEIRS, write, archive };
    });
    expect(decision.outcome).toBe(Outcome.CONFLICT_THEIRS);
    expect(seen).toEqual([ours, other()]);
    const opened = (await reopen?.()) ?? store;
    expect(await opened.get('Patient', 'a')).toMatchObject({
      payload: other(),
      origin: replica(1),
    });
    expect(await reasonsIn(opened)).toBe('taken deferred deferred displaced');
    expect(await opened.archivedAt(4)).toEqual({
      payload: ours,
      peer: replica(1),
      reason: 'displaced',
      position: 4,
    });
    const outcomes = await collect(opened.outcomes());
    expect(outcomes.at(-1)).toMatchObject({ resourceId: 'a', outcome: Outcome.CONFLICT_THEIRS });
  });

  it('PSP-RESUME-7: archives what waits, or was not taken, once for each peer', async () => {
    const { store, reopen } = await open();
    await waiting(store);
    expect(await reasonsIn(store)).toBe('deferred deferred deferred');
    const opened = (await reopen?.()) ?? store;
    const notTaken = (payload: SyncPayload): Decision => ({
      outcome: Outcome.CONFLICT_OURS,
      archive: { payload, reason: 'not-taken' },
    });
    const deliver = (
      payload: SyncPayload,
      decide: (received: SyncPayload) => Decision,
    ): Promise<unknown> => {
      const twice = { ...batch(payload, payload), peer: replica(1) };
      return opened.updateRemote(twice, (_current, received) => decide(received));
    };
    await deliver(other(), deferred);
    expect(await reasonsIn(opened)).toBe('deferred deferred deferred');
    // For another reason, or another state, it is news: once more.
    for (let again = 0; again < 2; again += 1) {
      await deliver(other(), notTaken);
      await deliver({ ...other(), absorbed: [{ replicaId: replica(5), counter: 1n }] }, deferred);
    }
    expect(await reasonsIn(opened)).toBe('deferred deferred deferred not-taken deferred');
    // What the user has decided waits again when a later session defers it: it was asked to.
    await opened.settleDeferred(1, (_current, received) => notTaken(received));
    await deliver(other(), deferred);
    expect(await reasonsIn(opened)).toBe('not-taken deferred deferred not-taken deferred deferred');
  });

  it('PSP-CLS-15: archives what gives way each time it does', async () => {
    const { store } = await open();
    const displaced = (payload: SyncPayload): Decision => ({
      outcome: Outcome.CONFLICT_THEIRS,
      archive: { payload, reason: 'displaced' },
    });
    for (let again = 0; again < 2; again += 1) {
      await store.updateRemote(batch(other()), (_current, received) => displaced(received));
    }
    expect(await reasonsIn(store)).toBe('displaced displaced');
  });

  it('PSP-CLS-16: what is not taken stays in the archive, for a new reason', async () => {
    const { store } = await open();
    await waiting(store);
    const before = await store.get('Patient', 'a');
    await store.settleDeferred(1, (_current, received) => ({
      outcome: Outcome.CONFLICT_OURS,
      archive: { payload: received, reason: 'not-taken' },
    }));
    expect(await store.get('Patient', 'a')).toEqual(before);
    expect(await reasonsIn(store)).toBe('not-taken deferred deferred');
    const refuse = (): Decision => ({
      outcome: Outcome.REFUSED,
      code: ErrorCode.ENTRY_CHANGES_INVALID,
    });
    await store.settleDeferred(3, refuse);
    expect(await reasonsIn(store)).toBe('not-taken deferred not-taken');
  });

  it('PSP-CLS-21: writes nothing when the decision is to wait, or fails', async () => {
    const { store } = await open();
    await waiting(store);
    const before = await dump(store);
    await store.settleDeferred(1, (_current, received) => deferred(received));
    await expect(store.settleDeferred(1, () => ({ ...merging, ...wrong }))).rejects.toThrow(
      /another one/,
    );
    expect(await dump(store)).toEqual(before);
  });

  it('PSP-CLS-21: settles only what waits', async () => {
    const { store } = await open();
    await waiting(store);
    const keep = (): Decision => ({ outcome: Outcome.STALE });
    await store.settleDeferred(2, keep);
    for (const position of [2, 0, -1, 5, 1.5, NaN]) {
      await expect(store.settleDeferred(position, keep)).rejects.toThrow(UsageError);
    }
    expect(await store.archivedAt(2)).toMatchObject({ position: 2, reason: 'taken' });
    for (const position of [0, 5, 1.5]) expect(await store.archivedAt(position)).toBeUndefined();
  });
}
