// Laws of an id that was deleted and is used again (S14): when it is free, and what the new
// resource keeps of the old one.
import { expect, it } from 'vitest';
import { checkEntry } from '../fhir/entry-check.ts';
import { ChangeType, type ServerVersion, type SyncPayload } from '../wire/messages.ts';
import type { OpenStore } from './store.laws.ts';
import type { Store } from './store.ts';
import {
  at,
  batch,
  changeId,
  created,
  dump,
  octets,
  patient,
  take,
  text,
  version,
} from './testing/samples.ts';

const gone: ServerVersion = { versionId: '2', lastUpdated: '2024-01-02T00:00:00Z' };
const nothing = new Uint8Array(0);

/** Declares the laws. */
export function createdAgainLaws(open: OpenStore): void {
  /** The server's word that the newest change of the entry, a deletion, is its version `gone`. */
  async function settleDeletion(store: Store): Promise<void> {
    const { base, changes } = (await store.get('Patient', 'a'))!.payload;
    const uploaded = {
      resourceType: 'Patient',
      resourceId: 'a',
      baseVersionId: base?.versionId,
      contained: changes,
      version: gone,
      resource: nothing,
      baseResource: undefined,
    };
    expect(await store.recordUploaded([uploaded])).toEqual(['settled']);
  }

  /** The server's version 1, deleted here, and the server knows. */
  async function settled(store: Store): Promise<void> {
    await store.importServerVersion(octets(version('a', '1')));
    await store.update(octets(version('a', '1', ',"active":true')), at);
    await store.delete('Patient', 'a', at);
    await settleDeletion(store);
  }

  const tombstone: SyncPayload = {
    ...created('a'),
    resource: nothing,
    base: gone,
    changes: [],
    absorbed: [changeId(0xb0, 1n)],
  };

  it('PSP-CHG-5, PSP-DATA-13: S14: a creation follows a settled deletion', async () => {
    const { store, reopen } = await open();
    await settled(store);
    expect((await store.get('Patient', 'a'))!.payload.absorbed).toHaveLength(2);
    const sequence = await store.lastSequence();
    const entry = await store.create(octets(patient('a', ',"n":1.10')), at);
    expect(entry.payload).toEqual({
      resourceType: 'Patient',
      resourceId: 'a',
      resource: octets(patient('a', ',"n":1.10')),
      base: undefined,
      changes: [
        {
          id: { replicaId: store.replicaId, counter: 3n },
          type: ChangeType.INSERT,
          payload: octets(patient('a', ',"n":1.10')),
          baseVersionId: '2',
          recordedAt: at,
        },
      ],
      // They spoke of the base.
      absorbed: [],
    });
    expect(entry).toMatchObject({ baseResource: undefined, sequence: sequence + 1n });
    expect(checkEntry(entry.payload)).toBeUndefined();
    expect(await ((await reopen?.()) ?? store).get('Patient', 'a')).toEqual(entry);
  });

  it('PSP-CHG-4: S14: it is edited, deleted and uploaded like any creation', async () => {
    const { store } = await open();
    await settled(store);
    await store.create(octets(patient('a')), at);
    const edited = await store.update(octets(patient('a', ',"n":2')), at);
    expect(checkEntry(edited.payload)).toBeUndefined();
    const { payload } = await store.delete('Patient', 'a', at);
    expect(payload.changes.map(({ type }) => type)).toEqual([
      ChangeType.INSERT,
      ChangeType.UPDATE,
      ChangeType.DELETE,
    ]);
    expect(checkEntry(payload)).toBeUndefined();
    await settleDeletion(store);
    expect((await store.get('Patient', 'a'))!.payload.absorbed).toHaveLength(3);
    const again = await store.create(octets(patient('a')), at);
    expect(again.payload.absorbed).toEqual([]);
    expect(again.payload.changes[0]!.id!.counter).toBe(6n);
  });

  it('S14: a deletion that a peer told of is as good, and its origin is not ours', async () => {
    const { store } = await open();
    await store.updateRemote(batch(tombstone), take);
    await store.createAll([octets(patient('a')), octets(patient('b'))], at);
    const entry = (await store.get('Patient', 'a'))!;
    expect(entry.payload).toMatchObject({ base: undefined, absorbed: [] });
    expect(entry.payload.changes).toMatchObject([{ type: ChangeType.INSERT, baseVersionId: '2' }]);
    expect(entry.origin).toBeUndefined();
  });

  it('PSP-CHG-4: S14: nothing follows a deletion that no server knows, and why', async () => {
    const { store } = await open();
    await store.create(octets(patient('a')), at);
    await store.delete('Patient', 'a', at);
    await store.importServerVersion(octets(version('b', '1')));
    await store.delete('Patient', 'b', at);
    const before = await dump(store);
    await expect(store.create(octets(patient('a')), at)).rejects.toThrow(/use a new id/);
    await expect(store.create(octets(patient('b')), at)).rejects.toThrow(/upload first, or use/);
    await expect(store.createAll([octets(patient('b'))], at)).rejects.toThrow(/upload first/);
    for (const id of ['a', 'b']) {
      await expect(store.update(octets(patient(id)), at)).rejects.toThrow(/is deleted/);
      await expect(store.delete('Patient', id, at)).rejects.toThrow(/is deleted/);
    }
    expect(await dump(store)).toEqual(before);
  });

  it('S14: an update does not create, and says that a creation would', async () => {
    const { store } = await open();
    await settled(store);
    const before = await dump(store);
    await expect(store.update(octets(patient('a')), at)).rejects.toThrow(/create it again/);
    await expect(store.delete('Patient', 'a', at)).rejects.toThrow(/is deleted/);
    expect(await dump(store)).toEqual(before);
    await store.create(octets(patient('a')), at);
    await expect(store.create(octets(patient('a')), at)).rejects.toThrow(/exists already/);
    expect(text((await store.get('Patient', 'a'))!.payload.resource)).toBe(patient('a'));
  });
}
