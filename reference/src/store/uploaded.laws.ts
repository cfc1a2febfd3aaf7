// Laws of what an upload leaves behind: the server's octets become the base, what it contains is
// absorbed, and what was changed since stays on top or nothing is written.
import { expect, it } from 'vitest';
import { ChangeType, type LocalChange } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import type { OpenStore } from './store.laws.ts';
import type { Store, UploadedVersion } from './store.ts';
import {
  at,
  batch,
  changeId,
  dump,
  fullEntry,
  octets,
  patient,
  take,
  text,
  version,
} from './testing/samples.ts';

const idsOf = (changes: readonly LocalChange[]) => changes.map((change) => change.id!);

/** The server's version `versionId` of Patient/a, which contains all that is there now. */
async function seen(
  store: Store,
  versionId: string,
  rest = '',
  more: Partial<UploadedVersion> = {},
): Promise<UploadedVersion> {
  const { payload } = (await store.get('Patient', 'a'))!;
  return {
    resourceType: 'Patient',
    resourceId: 'a',
    baseVersionId: payload.base?.versionId,
    contained: payload.changes,
    version: { versionId, lastUpdated: `2024-01-0${versionId}T00:00:00Z` },
    resource: octets(version('a', versionId, rest)),
    baseResource: undefined,
    ...more,
  };
}

/** Declares the laws. */
export function uploadedLaws(open: OpenStore): void {
  it('S1: a created resource becomes the server version, its changes absorbed', async () => {
    const { store, reopen } = await open();
    await store.create(octets(patient('a')), at);
    await store.update(octets(patient('a', ',"active":true')), at);
    const uploaded = await seen(store, '1', ',"active":true');
    expect(await store.recordUploaded([uploaded])).toEqual(['settled']);
    const entry = (await ((await reopen?.()) ?? store).get('Patient', 'a'))!;
    expect(entry).toMatchObject({
      payload: { base: uploaded.version, changes: [], absorbed: idsOf(uploaded.contained) },
      baseResource: undefined,
      origin: undefined,
    });
    expect(text(entry.payload.resource)).toBe(text(uploaded.resource));
  });

  it('PSP-CLS-12: changes made since stay on top, ids and payloads unaltered', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1', ',"x":1.10')));
    await store.update(octets(version('a', '1', ',"x":1.20')), at);
    const uploaded = await seen(store, '2', ',"x":1.20');
    const edited = await store.update(octets(version('a', '1', ',"x":1.20,"y":2.0')), at);
    expect(await store.recordUploaded([uploaded])).toEqual(['rebased']);
    const entry = (await store.get('Patient', 'a'))!;
    expect(entry.payload.changes).toEqual(edited.payload.changes.slice(1));
    expect(entry.payload.absorbed).toEqual(idsOf(uploaded.contained));
    expect(entry.payload.base).toMatchObject(uploaded.version);
    expect(text(entry.payload.resource)).toBe(version('a', '2', ',"x":1.20,"y":2.0'));
    expect(text(entry.baseResource!)).toBe(version('a', '2', ',"x":1.20'));
    const next = await seen(store, '3', ',"x":1.20,"y":2.0');
    expect(await store.recordUploaded([next])).toEqual(['settled']);
    expect((await store.get('Patient', 'a'))!.payload.absorbed).toEqual(
      idsOf(edited.payload.changes),
    );
  });

  it('PSP-CLS-12: later changes are not put on content that they were not made for', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1')));
    await store.update(octets(version('a', '1', ',"x":1')), at);
    const uploaded = await seen(store, '2', ',"x":1,"language":"fr"');
    await store.update(octets(version('a', '1', ',"x":2')), at);
    const before = await dump(store);
    const altered = [uploaded, { ...uploaded, resource: new Uint8Array(0) }];
    for (const one of altered)
      expect(await store.recordUploaded([one])).toEqual(['content-differs']);
    expect(await dump(store)).toEqual(before);
  });

  it('a base that the store never had is taken from the caller', async () => {
    const { store } = await open();
    const received = { ...fullEntry('a'), resource: octets(version('a', '1', ',"active":false')) };
    await store.updateRemote(batch(received), take);
    const first = { contained: received.changes.slice(0, 1) };
    const uploaded = await seen(store, '2', ',"active":false', first);
    expect(await store.recordUploaded([uploaded])).toEqual(['content-differs']);
    const baseResource = octets(version('a', '1'));
    expect(await store.recordUploaded([{ ...uploaded, baseResource }])).toEqual(['rebased']);
    const { payload } = (await store.get('Patient', 'a'))!;
    expect(payload.changes).toEqual(received.changes.slice(1));
    expect(payload._unknownFields).toEqual(received._unknownFields);
    expect(payload.absorbed).toEqual([...received.absorbed, ...idsOf(uploaded.contained)]);
  });

  it('PSP-SEL-4: S13: a deletion becomes the tombstone of the server', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1')));
    await store.delete('Patient', 'a', at);
    const uploaded = await seen(store, '2', '', { resource: new Uint8Array(0) });
    expect(await store.recordUploaded([uploaded])).toEqual(['settled']);
    expect(await store.get('Patient', 'a')).toMatchObject({
      payload: { resource: new Uint8Array(0), base: uploaded.version, changes: [] },
      baseResource: undefined,
    });
    // S14: what the server then creates again is taken as any newer version.
    expect(await store.importServerVersion(octets(version('a', '3')))).toBe('imported');
    expect((await store.get('Patient', 'a'))!.payload.absorbed).toEqual(idsOf(uploaded.contained));
  });

  it('a deletion made since stays on top', async () => {
    const { store } = await open();
    await store.create(octets(patient('a')), at);
    const uploaded = await seen(store, '1');
    await store.delete('Patient', 'a', at);
    expect(await store.recordUploaded([uploaded])).toEqual(['rebased']);
    const entry = (await store.get('Patient', 'a'))!;
    expect(entry.payload.resource).toHaveLength(0);
    expect(entry.payload.changes).toHaveLength(1);
    expect(text(entry.baseResource!)).toBe(version('a', '1'));
  });

  it('an entry that is no longer the one that was uploaded is left alone', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1')));
    await store.update(octets(version('a', '1', ',"x":1')), at);
    const uploaded = await seen(store, '2', ',"x":1');
    const [sent] = uploaded.contained;
    const before = await dump(store);
    const others: UploadedVersion[] = [
      { ...uploaded, resourceId: 'nobody', resource: octets(version('nobody', '2')) },
      { ...uploaded, baseVersionId: '7' },
      { ...uploaded, baseVersionId: undefined },
      { ...uploaded, contained: [{ ...sent!, id: changeId(0xcc, 1n) }] },
      { ...uploaded, contained: [sent!, { ...sent!, id: changeId(0xcc, 1n) }] },
      { ...uploaded, contained: [{ ...sent!, id: undefined }] },
    ];
    expect(await store.recordUploaded(others)).toEqual(others.map(() => 'changed-meanwhile'));
    expect(await dump(store)).toEqual(before);
    expect(await store.recordUploaded([uploaded, uploaded])).toEqual(['settled', 'settled']);
  });

  it('PSP-CLS-26: a change that came in under the same id was not uploaded', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1')));
    await store.update(octets(version('a', '1', ',"x":1')), at);
    const uploaded = await seen(store, '2', ',"x":1');
    // A copy of this store went on by itself, and its state was taken while the upload was sent.
    const { payload } = (await store.get('Patient', 'a'))!;
    const [sent] = payload.changes;
    const patch = text(sent!.payload).replace(':1}', ':2}');
    const copied = { ...payload, changes: [{ ...sent!, payload: octets(patch) }] };
    await store.updateRemote(
      batch({ ...copied, resource: octets(version('a', '1', ',"x":2')) }),
      take,
    );
    const deletion = { ...copied.changes[0]!, type: ChangeType.DELETE };
    const before = await dump(store);
    for (const contained of [uploaded.contained, [deletion]]) {
      expect(await store.recordUploaded([{ ...uploaded, contained }])).toEqual([
        'changed-meanwhile',
      ]);
    }
    expect(await dump(store)).toEqual(before);
    // The time that a change tells is no part of it (PSP-CLS-26).
    const contained = [{ ...copied.changes[0]!, recordedAt: '' }];
    expect(await store.recordUploaded([{ ...uploaded, contained }])).toEqual(['settled']);
  });

  it('keeps the newest 1 000 absorbed ids', async () => {
    const { store } = await open();
    const absorbed = Array.from({ length: 1_000 }, (_, n) => changeId(0xcc, BigInt(n + 1)));
    await store.updateRemote(batch({ ...fullEntry('a'), absorbed }), take);
    const uploaded = await seen(store, '2', ',"active":false');
    await store.recordUploaded([uploaded]);
    const { payload } = (await store.get('Patient', 'a'))!;
    expect(payload.absorbed).toHaveLength(1_000);
    expect(payload.absorbed.slice(-3)).toEqual([absorbed.at(-1), ...idsOf(uploaded.contained)]);
    expect(payload.absorbed[0]).toEqual(absorbed[2]);
  });

  it('records all or none, and refuses what is no version of the resource', async () => {
    const { store } = await open();
    await store.create(octets(patient('a')), at);
    const good = await seen(store, '1');
    const before = await dump(store);
    const bad: UploadedVersion[] = [
      { ...good, resource: octets(version('b', '1')) },
      { ...good, resource: octets('{') },
      { ...good, version: { versionId: '', lastUpdated: '' } },
    ];
    for (const one of bad) {
      await expect(store.recordUploaded([good, one])).rejects.toThrow(UsageError);
      expect(await dump(store)).toEqual(before);
    }
  });
}
