// Laws of reading: the sequence that every write advances, pages and counts over its ranges, and
// loops that go on while others write.
import { expect, it } from 'vitest';
import { UsageError } from '../wire/violation.ts';
import type { OpenStore } from './store.laws.ts';
import { encodeBatch } from '../wire/batch.ts';
import type { Store, StoredEntry } from './store.ts';
import {
  anyTime,
  at,
  batch,
  collect,
  created,
  everything,
  noLimit,
  octets,
  patient,
  peer,
  replica,
  take,
  version,
} from './testing/samples.ts';

const ids = (entries: readonly StoredEntry[]): string[] =>
  entries.map((entry) => entry.payload.resourceId);
const sequences = (entries: readonly StoredEntry[]): bigint[] =>
  entries.map((entry) => entry.sequence);

const observation = (id: string): Uint8Array =>
  octets(`{"resourceType":"Observation","id":"${id}"}`);

/** Patients p1, p2 … and Observations o1, o2 … in turn. */
async function fill(store: Store, pairs: number): Promise<void> {
  for (let n = 1; n <= pairs; n += 1) {
    await store.createAll([octets(patient(`p${n}`)), observation(`o${n}`)], at);
  }
}

/** Declares the laws. */
export function readingLaws(open: OpenStore): void {
  it('PSP-RESUME-6: every kind of write advances the sequence, once for each entry', async () => {
    const { store } = await open();
    const writes: (() => Promise<unknown>)[] = [
      () => store.create(octets(patient('a')), at),
      () => store.update(octets(patient('a', ',"active":true')), at),
      () => store.delete('Patient', 'a', at),
      () => store.importServerVersion(octets(version('b', '1'))),
      () => store.importServerVersion(octets(version('b', '2'))),
      () => store.updateRemote(batch(created('c')), take),
      () => store.updateRemote(batch(created('b')), take),
      () => store.createAll([octets(patient('d'))], at),
    ];
    expect(await store.lastSequence()).toBe(0n);
    for (const [index, write] of writes.entries()) {
      await write();
      expect(await store.lastSequence()).toBe(BigInt(index + 1));
      expect((await everything(store)).at(-1)!.sequence).toBe(BigInt(index + 1));
    }
    await store.updateRemote(batch(created('e'), created('a'), created('e')), take);
    expect(ids(await everything(store))).toEqual(['c', 'b', 'd', 'a', 'e']);
    expect(sequences(await everything(store))).toEqual([6n, 7n, 8n, 10n, 11n]);
  });

  it('PSP-RESUME-6: cursors and reports move no sequence; it outlives a reopen', async () => {
    const { store, reopen } = await open();
    await store.create(octets(patient('a')), at);
    await store.setCursor(peer, 'x', octets('c'));
    await store.addReport('{}');
    await store.renewReplicaId((count) => new Uint8Array(count).fill(1));
    expect(await store.lastSequence()).toBe(1n);
    const reopened = (await reopen?.()) ?? store;
    await reopened.create(octets(patient('b')), at);
    expect(sequences(await everything(reopened))).toEqual([1n, 2n]);
  });

  it('a page takes what lies after and not after, of the types asked for', async () => {
    const { store } = await open();
    await fill(store, 3);
    const page = async (after: bigint, through: bigint, types?: string[]): Promise<string[]> =>
      ids(await store.page({ after, through, types }, noLimit, noLimit));
    expect(await page(0n, 6n)).toEqual(['p1', 'o1', 'p2', 'o2', 'p3', 'o3']);
    expect(await page(2n, 4n)).toEqual(['p2', 'o2']);
    expect(await page(4n, 4n)).toEqual([]);
    expect(await page(5n, 2n)).toEqual([]);
    expect(await page(6n, 99n)).toEqual([]);
    expect(await page(2n ** 70n, 2n ** 80n)).toEqual([]);
    expect(await page(0n, 2n ** 80n, ['Observation'])).toEqual(['o1', 'o2', 'o3']);
    expect(await page(2n, 5n, ['Patient', 'Nothing'])).toEqual(['p2', 'p3']);
    expect(await page(0n, 9n, ['Nothing'])).toEqual([]);
    expect(await page(0n, 9n, [])).toEqual([]);
    expect(await page(0n, 9n, ['Patient', 'Observation', 'Patient'])).toHaveLength(6);
  });

  it('a page for a sender is the same page, but for what never leaves', async () => {
    const { store } = await open();
    await fill(store, 3);
    const range = { after: 1n, through: 5n, types: ['Patient'] };
    for (const asked of [anyTime, range]) {
      for (const [limit, octetsMax] of [
        [noLimit, noLimit],
        [2, noLimit],
        [noLimit, 1],
      ] as [number, number][]) {
        const whole = await store.page(asked, limit, octetsMax);
        const sent = await store.payloadPage(asked, limit, octetsMax);
        const without = ({ payload, sequence, origin }: Omit<StoredEntry, 'baseResource'>) => ({
          payload,
          sequence,
          origin,
        });
        expect(sent.map(without)).toEqual(whole.map(without));
        for (const { payload, resourceType, resourceId, encoded } of sent) {
          expect(payload).toMatchObject({ resourceType, resourceId });
          const alone = encodeBatch([payload]);
          expect(encoded ?? alone).toEqual(alone);
        }
        expect(whole.length).toBeGreaterThan(0);
      }
    }
    await expect(store.payloadPage(anyTime, 0, noLimit)).rejects.toThrow(UsageError);
  });

  it('a page ends at its limit of entries or octets, and has one entry at least', async () => {
    const { store } = await open();
    const size = octets(patient('a')).length;
    await store.createAll(
      ['a', 'b', 'c'].map((id) => octets(patient(id))),
      at,
    );
    const page = async (limit: number, octetsMax: number): Promise<string[]> =>
      ids(await store.page(anyTime, limit, octetsMax));
    expect(await page(2, noLimit)).toEqual(['a', 'b']);
    // The resource and its INSERT count.
    expect(await page(9, 4 * size)).toEqual(['a', 'b']);
    expect(await page(9, 4 * size - 1)).toEqual(['a']);
    expect(await page(9, 0)).toEqual(['a']);
    await expect(store.page(anyTime, 0, noLimit)).rejects.toThrow(UsageError);
    await expect(store.page(anyTime, 1.5, noLimit)).rejects.toThrow(UsageError);
  });

  it('PSP-SEL-6: counts by type leave out what came from that peer and is unchanged', async () => {
    const { store } = await open();
    await fill(store, 2);
    await store.updateRemote(batch(created('r1'), created('r2'), created('p1')), take);
    await store.updateRemote({ ...batch(created('r3')), peer: replica(1) }, take);
    await store.update(octets(patient('r2', ',"active":true')), at);
    const counts = async (
      except?: Uint8Array,
      range: Partial<typeof anyTime> = {},
    ): Promise<Record<string, number>> =>
      Object.fromEntries(await store.count({ ...anyTime, ...range }, except));
    expect(await counts()).toEqual({ Patient: 5, Observation: 2 });
    expect(await counts(peer)).toEqual({ Patient: 3, Observation: 2 });
    expect(await counts(replica(1))).toEqual({ Patient: 4, Observation: 2 });
    expect(await counts(replica(0x77))).toEqual({ Patient: 5, Observation: 2 });
    expect(await counts(peer, { types: ['Patient'] })).toEqual({ Patient: 3 });
    expect(await counts(peer, { types: [] })).toEqual({});
    expect(await counts(undefined, { after: 2n, through: 4n })).toEqual({
      Patient: 1,
      Observation: 1,
    });
  });

  it('S24: a loop over pages meets each entry once more for each write in between', async () => {
    const { store } = await open();
    await fill(store, 10);
    const through = await store.lastSequence();
    const met: string[] = [];
    let after = 0n;
    for (let round = 1; round < 20; round += 1) {
      const page = await store.page({ after, through, types: undefined }, 4, noLimit);
      if (page.length === 0) break;
      met.push(...ids(page));
      after = page.at(-1)!.sequence;
      // One that was met, one that is still to come.
      await store.update(octets(patient('p1', `,"n":${round}`)), at);
      await store.update(octets(patient('p10', `,"n":${round}`)), at);
    }
    const rest = ids(await store.page({ ...anyTime, after: through }, noLimit, noLimit));
    expect(rest).toEqual(['p1', 'p10']);
    expect(met).toHaveLength(19);
    expect(new Set([...met, ...rest]).size).toBe(20);
  });

  it('every entry with changes, and no other, in order of sequence', async () => {
    const { store } = await open();
    const count = 230;
    const pristine = Array.from({ length: count }, (_, n) => octets(version(`v${n}`, '1')));
    await store.importServerVersions(pristine);
    for (let n = 0; n < count; n += 2) await store.delete('Patient', `v${n}`, at);
    await store.updateRemote(batch(created('r')), take);
    const changed = ids(await collect(store.getAllLocalChanges()));
    expect(changed).toEqual([...Array.from({ length: count / 2 }, (_, n) => `v${n * 2}`), 'r']);
  });

  it('S24: a loop over all changes that writes in the loop comes to an end', async () => {
    const { store } = await open();
    await fill(store, 60);
    const met: string[] = [];
    for await (const { payload } of store.getAllLocalChanges()) {
      met.push(payload.resourceId);
      if (met.length > 200) break;
      await store.delete(payload.resourceType, payload.resourceId, at);
    }
    expect(met).toHaveLength(new Set(met).size);
    expect(met).toHaveLength(120);
  });

  it('a loop that is left early holds nothing', async () => {
    const { store } = await open();
    await fill(store, 3);
    for await (const entry of store.getAllLocalChanges()) {
      expect(entry.sequence).toBe(1n);
      break;
    }
    await store.delete('Patient', 'p1', at);
    expect(await store.lastSequence()).toBe(7n);
  });

  it('getLocalChanges gives the list of one resource, and none for what is not here', async () => {
    const { store } = await open();
    await store.updateRemote(batch(created('a')), take);
    await store.delete('Patient', 'a', at);
    expect(await store.getLocalChanges('Patient', 'a')).toEqual(
      (await store.get('Patient', 'a'))!.payload.changes,
    );
    expect(await store.getLocalChanges('Patient', 'b')).toEqual([]);
    expect(await store.get('Observation', 'a')).toBeUndefined();
  });

  it('PSP-DATA-8: ids that look like paths, and types, are told apart', async () => {
    const { store } = await open();
    for (const id of ['.', '..', 'A', 'a']) await store.create(octets(patient(id)), at);
    await store.create(observation('a'), at);
    expect(ids(await everything(store))).toEqual(['.', '..', 'A', 'a', 'a']);
    expect((await store.get('Observation', 'a'))!.payload.resourceType).toBe('Observation');
  });

  it('S36: a resource of several megabytes goes in and out', async () => {
    const { store, reopen } = await open();
    const large = octets(patient('a', `,"data":"${'QUJD'.repeat(1_500_000)}"`));
    await store.create(large, at);
    const reopened = (await reopen?.()) ?? store;
    const { payload } = (await reopened.get('Patient', 'a'))!;
    expect(Buffer.compare(payload.resource, large)).toBe(0);
    expect(Buffer.compare(payload.changes[0]!.payload, large)).toBe(0);
  });
}
