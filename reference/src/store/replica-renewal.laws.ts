// Laws of a store that becomes another replica: what it forgets, and what it does not.
import { expect, it } from 'vitest';
import { ErrorCode, Outcome } from '../wire/messages.ts';
import type { OpenStore } from './store.laws.ts';
import type { Decision, Store } from './store.ts';
import {
  at,
  batch,
  changeId,
  created,
  cursor,
  dump,
  fullEntry,
  octets,
  patient,
  peer,
  replica,
  scope,
  take,
  version,
} from './testing/samples.ts';

/** Fills a store with something of everything that it can remember. */
export async function lived(store: Store): Promise<void> {
  await store.importServerVersion(octets(version('server', '1')));
  await store.update(octets(version('server', '1', ',"active":true')), at);
  await store.create(octets(patient('ours')), at);
  await store.delete('Patient', 'ours', at);
  await store.updateRemote(batch(created('theirs'), fullEntry('full')), take);
  const aside: Decision[] = [
    { outcome: Outcome.CONFLICT_DEFERRED, archive: { payload: created('a'), reason: 'deferred' } },
    { outcome: Outcome.REFUSED, code: ErrorCode.ENTRY_INVALID },
  ];
  for (const decision of aside) await store.updateRemote(batch(created('a')), () => decision);
  await store.create(octets(patient('up')), at);
  const { payload } = (await store.get('Patient', 'up'))!;
  await store.recordUploaded([
    {
      resourceType: 'Patient',
      resourceId: 'up',
      baseVersionId: undefined,
      contained: payload.changes,
      version: { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z' },
      resource: octets(version('up', '1')),
      baseResource: undefined,
    },
  ]);
  await store.setCursor(replica(7), 'another', octets('cursor 2'));
  await store.addReport('{"n":1}');
}

/** Declares the laws. */
export function renewalLaws(open: OpenStore): void {
  const drawn = replica(0xee);

  it('PSP-ID-3: S41: keeps all but its id and its cursors', async () => {
    const { store, reopen } = await open();
    await lived(store);
    const before = (await dump(store)) as object;
    await store.renewReplicaId(() => drawn);
    const after = { ...before, replicaId: drawn, cursor: undefined };
    expect(await dump(store)).toEqual(after);
    const opened = (await reopen?.()) ?? store;
    expect(await dump(opened)).toEqual(after);
    const up = (await opened.get('Patient', 'up'))!.payload;
    expect(up.absorbed).toHaveLength(1);
    expect((await opened.get('Patient', 'theirs'))!.origin).toEqual(peer);
  });

  it('PSP-SEL-6: S41: forgets the cursors of every peer, and keeps new ones', async () => {
    const { store, reopen } = await open();
    await lived(store);
    expect(await store.getCursor(peer, scope)).toEqual(cursor);
    await store.renewReplicaId(() => drawn);
    expect(await store.getCursor(peer, scope)).toBeUndefined();
    expect(await store.getCursor(replica(7), 'another')).toBeUndefined();
    await store.setCursor(peer, scope, octets('cursor 3'));
    expect(await ((await reopen?.()) ?? store).getCursor(peer, scope)).toEqual(octets('cursor 3'));
  });

  it('PSP-CHG-1: S41: a source that repeats the present id changes nothing', async () => {
    const { store } = await open();
    await lived(store);
    const before = await dump(store);
    await expect(store.renewReplicaId(() => store.replicaId)).rejects.toThrow(/present replica id/);
    expect(await dump(store)).toEqual(before);
    const next = await store.create(octets(patient('next')), at);
    expect(next.payload.changes[0]!.id).toMatchObject({ replicaId: store.replicaId, counter: 5n });
  });

  it('PSP-CHG-2: S41: what is new has a new name, what was there its old one', async () => {
    const { store } = await open();
    const old = store.replicaId;
    await lived(store);
    await store.renewReplicaId(() => drawn);
    const edited = await store.update(octets(version('server', '1', ',"active":false')), at);
    expect(edited.payload.changes.map(({ id }) => id)).toMatchObject([
      { replicaId: old, counter: 1n },
      changeId(0xee, 1n),
    ]);
    const twice = await store.renewReplicaId(() => replica(0xef));
    const { payload } = await store.create(octets(patient('new')), at);
    expect(payload.changes[0]!.id).toMatchObject({ replicaId: twice, counter: 1n });
  });
}
