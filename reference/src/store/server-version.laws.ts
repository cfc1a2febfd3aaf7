// Laws of taking the server's versions of resources: never a local change, never over one.
import { expect, it } from 'vitest';
import { UsageError } from '../wire/violation.ts';
import type { OpenStore } from './store.laws.ts';
import { at, collect, dump, octets, patient, text, version } from './testing/samples.ts';

/** Declares the laws. */
export function serverVersionLaws(open: OpenStore): void {
  it('S18: a server version is no local change', async () => {
    const { store } = await open();
    expect(await store.importServerVersion(octets(version('a', '1')))).toBe('imported');
    const entry = (await store.get('Patient', 'a'))!;
    expect(text(entry.payload.resource)).toBe(version('a', '1'));
    expect(entry.payload).toMatchObject({
      base: { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z' },
      changes: [],
    });
    expect(entry.baseResource).toBeUndefined();
    expect(await store.getLocalChanges('Patient', 'a')).toEqual([]);
    expect(await collect(store.getAllLocalChanges())).toEqual([]);
  });

  it('PSP-DATA-9: S23: the base comes from meta, whose version id must be there', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(patient('a', ',"meta":{"versionId":"x/1"}')));
    expect((await store.get('Patient', 'a'))!.payload.base).toMatchObject({
      versionId: 'x/1',
      lastUpdated: '',
    });
    for (const meta of ['', ',"meta":{}', ',"meta":{"versionId":""}', ',"meta":{"versionId":1}']) {
      const resource = octets(patient('b', meta));
      await expect(store.importServerVersion(resource)).rejects.toThrow(/no meta.versionId/);
    }
    const long = octets(patient('b', `,"meta":{"versionId":"${'é'.repeat(33)}"}`));
    await expect(store.importServerVersion(long)).rejects.toThrow(/64 octets/);
  });

  it('a newer server version replaces a pristine entry; the same one writes nothing', async () => {
    const { store } = await open();
    const first = [octets(version('a', '1')), octets(version('b', '1'))];
    expect(await store.importServerVersions(first)).toEqual(['imported', 'imported']);
    const before = await store.lastSequence();
    expect(await store.importServerVersions(first)).toEqual(['unchanged', 'unchanged']);
    expect(await store.lastSequence()).toBe(before);
    const next = octets(version('a', '2', ',"active":true'));
    expect(await store.importServerVersions([next, next])).toEqual(['imported', 'unchanged']);
    expect(await store.lastSequence()).toBe(before + 1n);
    expect((await store.get('Patient', 'a'))!.payload.base).toMatchObject({ versionId: '2' });
  });

  it('a server version leaves an entry with local changes alone, a tombstone too', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1')));
    await store.update(octets(version('a', '1', ',"active":true')), at);
    await store.create(octets(patient('b')), at);
    await store.delete('Patient', 'b', at);
    const before = await dump(store);
    const results = await store.importServerVersions([
      octets(version('a', '2')),
      octets(version('b', '2')),
    ]);
    expect(results).toEqual(['kept-local-changes', 'kept-local-changes']);
    expect(await dump(store)).toEqual(before);
  });

  it('importServerVersions takes all or none', async () => {
    const { store } = await open();
    const before = await dump(store);
    const resources = [octets(version('a', '1')), octets(patient('b'))];
    await expect(store.importServerVersions(resources)).rejects.toThrow(UsageError);
    expect(await dump(store)).toEqual(before);
  });
}
