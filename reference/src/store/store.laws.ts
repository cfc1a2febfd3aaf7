// What every store obeys, whatever it keeps its rows in. An implementation runs all of it.
import { describe, expect, it } from 'vitest';
import { archiveLaws } from './archive.laws.ts';
import { createdAgainLaws } from './created-again.laws.ts';
import { changeNameLaws } from './change-names.laws.ts';
import { localLaws } from './local.laws.ts';
import { readingLaws } from './reading.laws.ts';
import { recordLaws } from './records.laws.ts';
import { remoteLaws } from './remote.laws.ts';
import { renewalLaws } from './replica-renewal.laws.ts';
import { serverVersionLaws } from './server-version.laws.ts';
import type { Store } from './store.ts';
import { uploadedLaws } from './uploaded.laws.ts';
import { at, dump, octets, patient, settings } from './testing/samples.ts';

/** A new, empty store with the samples' settings. */
export interface OpenedStore {
  readonly store: Store;
  /** Closes the store and opens it again from what it keeps; absent where nothing outlives it. */
  readonly reopen?: () => Promise<Store>;
}

/** Opens a store for one test; what it leaves behind is for the opener to remove. */
export type OpenStore = () => Promise<OpenedStore>;

/**
 * Declares the laws as tests of one implementation.
 *
 * @param name - The implementation, for the titles.
 */
export function storeLaws(name: string, open: OpenStore): void {
  describe(`${name}, local writes`, () => {
    localLaws(open);
  });
  describe(`${name}, names of changes`, () => {
    changeNameLaws(open);
  });
  describe(`${name}, created after a deletion`, () => {
    createdAgainLaws(open);
  });
  describe(`${name}, received entries`, () => {
    remoteLaws(open);
  });
  describe(`${name}, server versions`, () => {
    serverVersionLaws(open);
  });
  describe(`${name}, uploads`, () => {
    uploadedLaws(open);
  });
  describe(`${name}, records of sessions`, () => {
    recordLaws(open);
  });
  describe(`${name}, conflicts`, () => {
    archiveLaws(open);
  });
  describe(`${name}, reading`, () => {
    readingLaws(open);
  });
  describe(`${name}, a new replica id`, () => {
    renewalLaws(open);
  });
  describe(`${name}, identity and life`, () => {
    lifeLaws(open);
  });
}

function lifeLaws(open: OpenStore): void {
  it('PSP-ID-1: has a replica id of 16 octets that its caller cannot change', async () => {
    const { store } = await open();
    const before = store.replicaId;
    expect(before).toHaveLength(16);
    store.replicaId.fill(0);
    expect(store.replicaId).toEqual(before);
    expect(store.settings).toEqual(settings);
  });

  it('PSP-ID-3: S41: a new replica id restarts the counter, old changes keep theirs', async () => {
    const { store } = await open();
    const old = store.replicaId;
    await store.create(octets(patient('a')), at);
    await store.create(octets(patient('b')), at);
    const renewed = await store.renewReplicaId((count) => new Uint8Array(count).fill(0xee));
    expect(renewed).toEqual(new Uint8Array(16).fill(0xee));
    expect(store.replicaId).toEqual(renewed);
    await store.update(octets(patient('a', ',"active":true')), at);
    const ids = (await store.getLocalChanges('Patient', 'a')).map((change) => change.id);
    expect(ids).toMatchObject([
      { replicaId: old, counter: 1n },
      { replicaId: renewed, counter: 1n },
    ]);
  });

  it('PSP-ID-3: a source that gives too few octets changes nothing', async () => {
    const { store } = await open();
    const before = store.replicaId;
    await expect(store.renewReplicaId(() => new Uint8Array(15))).rejects.toThrow(/16 octets/);
    expect(store.replicaId).toEqual(before);
  });

  it('keeps reports, newest first', async () => {
    const { store } = await open();
    for (const report of ['{"n":1}', '{"n":2}', '{"n":"é\u0000"}']) await store.addReport(report);
    expect(await store.reports(2)).toEqual(['{"n":"é\u0000"}', '{"n":2}']);
    expect(await store.reports(10)).toHaveLength(3);
    expect(await store.reports(0)).toEqual([]);
  });

  it('a closed store refuses everything, and closing again does nothing', async () => {
    const { store } = await open();
    await store.close();
    await store.close();
    await expect(store.create(octets(patient('a')), at)).rejects.toThrow(/closed/);
    await expect(store.get('Patient', 'a')).rejects.toThrow(/closed/);
    await expect(store.getAllLocalChanges()[Symbol.asyncIterator]().next()).rejects.toThrow(
      /closed/,
    );
    expect(() => store.replicaId).toThrow(/closed/);
    expect(store.settings).toEqual(settings);
  });

  it('a dump of two new stores differs in nothing but their identity', async () => {
    const [{ store: a }, { store: b }] = [await open(), await open()];
    const [left, right] = [await dump(a), await dump(b)];
    expect({ ...(left as object), replicaId: 0 }).toEqual({ ...(right as object), replicaId: 0 });
  });
}
