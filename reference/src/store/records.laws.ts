// Laws of what a session leaves beside the entries: outcomes, archived states, cursors.
import { expect, it } from 'vitest';
import { ErrorCode, Outcome } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import type { OpenStore } from './store.laws.ts';
import type { Decision } from './store.ts';
import {
  batch,
  collect,
  created,
  cursor,
  fullEntry,
  octets,
  peer,
  replica,
  scope,
  take,
} from './testing/samples.ts';

/** Declares the laws. */
export function recordLaws(open: OpenStore): void {
  it('records what was neither stored nor known, the newest of each entry and peer', async () => {
    const { store, reopen } = await open();
    const refused = { code: ErrorCode.ENTRY_JSON_INVALID };
    const deliver = (from: number, id: string, decision: Decision): Promise<unknown> =>
      store.updateRemote({ ...batch(created(id)), peer: replica(from) }, () => decision);
    await deliver(1, 'a/\u0000?', { outcome: Outcome.REFUSED, ...refused });
    await deliver(1, 'b', { outcome: Outcome.STALE });
    await deliver(2, 'b', { outcome: Outcome.CONFLICT_OURS });
    await deliver(1, 'c', { outcome: Outcome.STALE });
    await deliver(1, 'd', { outcome: Outcome.STORED });
    await deliver(1, 'c', { outcome: Outcome.DUPLICATE });
    await deliver(1, 'b', { outcome: Outcome.CONFLICT_DEFERRED });
    const recorded = await collect(((await reopen?.()) ?? store).outcomes());
    expect(
      recorded.map(({ peer: from, resourceId, outcome, code }) => [
        from[0],
        resourceId,
        outcome,
        code,
      ]),
    ).toEqual([
      [1, 'a/\u0000?', Outcome.REFUSED, ErrorCode.ENTRY_JSON_INVALID],
      [2, 'b', Outcome.CONFLICT_OURS, undefined],
      [1, 'b', Outcome.CONFLICT_DEFERRED, undefined],
    ]);
    const positions = recorded.map((record) => record.position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  });

  it('PSP-CLS-15, PSP-CLS-21: archives states in order, page after page', async () => {
    const { store, reopen } = await open();
    const reasons = ['displaced', 'not-taken', 'deferred'] as const;
    const count = 250;
    const entries = Array.from({ length: count }, (_, index) => fullEntry(`e${index}`));
    await store.updateRemote(batch(...entries), (_current, received) => ({
      outcome: Outcome.CONFLICT_OURS,
      archive: { payload: received, reason: reasons[Number(received.resourceId.slice(1)) % 3]! },
    }));
    const archived = await collect(((await reopen?.()) ?? store).archived());
    expect(archived).toEqual(
      entries.map((payload, index) => ({
        payload,
        peer,
        reason: reasons[index % 3],
        position: index + 1,
      })),
    );
  });

  it('PSP-RESUME-1: cursors are kept by peer and scope', async () => {
    const { store, reopen } = await open();
    await store.updateRemote({ ...batch(), cursor: octets('1') }, take);
    await store.updateRemote({ ...batch(), scope: 'other', cursor: octets('2') }, take);
    await store.setCursor(replica(1), scope, octets('3'));
    await store.setCursor(peer, scope, new Uint8Array(256).fill(7));
    await store.updateRemote({ ...batch(created('a')), cursor: new Uint8Array(0) }, take);
    const reopened = (await reopen?.()) ?? store;
    expect(await reopened.getCursor(peer, scope)).toEqual(new Uint8Array(256).fill(7));
    expect(await reopened.getCursor(peer, 'other')).toEqual(octets('2'));
    expect(await reopened.getCursor(replica(1), scope)).toEqual(octets('3'));
    expect(await reopened.getCursor(replica(1), 'other')).toBeUndefined();
    expect(await reopened.getCursor(replica(9), scope)).toBeUndefined();
  });

  it('PSP-RESUME-1: lists its cursors, by peer and scope; a new replica id has none', async () => {
    const { store, reopen } = await open();
    expect(await store.cursors()).toEqual([]);
    // Stored from the last to the first.
    const kept = [
      { peer: replica(1), scope: 'a\u0000b', cursor: octets('4') },
      { peer: replica(1), scope: 'é', cursor: octets('3') },
      { peer: replica(2), scope: '', cursor: octets('2') },
      { peer: replica(0xee), scope: 'a', cursor: octets('1') },
    ];
    for (const one of kept.toReversed()) {
      await store.setCursor(one.peer, one.scope, octets('old'));
      await store.setCursor(one.peer, one.scope, one.cursor);
    }
    const reopened = (await reopen?.()) ?? store;
    expect(await reopened.cursors()).toEqual(kept);
    // What is given is the caller's own.
    (await reopened.cursors())[0]?.cursor.fill(0);
    expect(await reopened.cursors()).toEqual(kept);
    await reopened.renewReplicaId(() => replica(7));
    expect(await reopened.cursors()).toEqual([]);
  });

  it('PSP-RESUME-4, PSP-ID-1: refuses a cursor too long and a peer of another length', async () => {
    const { store } = await open();
    const long = new Uint8Array(257);
    await expect(store.setCursor(peer, scope, long)).rejects.toThrow(/256 octets/);
    await expect(store.updateRemote({ ...batch(), cursor: long }, take)).rejects.toThrow(
      UsageError,
    );
    const odd = { ...batch(created('a')), peer: new Uint8Array(15) };
    await expect(store.updateRemote(odd, take)).rejects.toThrow(/16 octets/);
    await expect(store.setCursor(new Uint8Array(0), scope, cursor)).rejects.toThrow(UsageError);
    expect(await store.lastSequence()).toBe(0n);
  });
}
