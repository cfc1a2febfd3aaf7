// Laws of local writes: create, update, delete, and taking the server's versions.
import { expect, it } from 'vitest';
import { ChangeType } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import type { OpenStore } from './store.laws.ts';
import {
  anyTime,
  at,
  batch,
  created,
  dump,
  everything,
  fullEntry,
  octets,
  patient,
  take,
  text,
  version,
} from './testing/samples.ts';

const { INSERT, UPDATE, DELETE } = ChangeType;

/** Octets that a program which parses and writes again would change. */
export const delicate = [
  patient('d', ',"valueDecimal":1.10,"big":12345678901234567890,"e":1E+2,"z":-0.0'),
  '{ "id" : "d",\n\t"resourceType":"Patient", "name":[{"family":"Ærøskøbing 你好 \\u00e9 🩺"}] }',
  patient('d', ',"_birthDate":{"extension":[]},"given":[null,"x"],"__x":null'),
  patient('d', ',"10":1,"2":2,"text":{"div":"<div xmlns=\\"http://x\\">a\\/b</div>"}'),
];

/** Declares the laws. */
export function localLaws(open: OpenStore): void {
  it('PSP-DATA-1: S35: a created resource is kept octet for octet, in its INSERT too', async () => {
    for (const resource of delicate) {
      const { store } = await open();
      const given = octets(resource);
      const entry = await store.create(given, at);
      given.fill(0);
      const { payload } = (await store.get('Patient', 'd')) ?? entry;
      expect(entry.payload).toEqual(payload);
      expect(text(payload.resource)).toBe(resource);
      expect(text(payload.changes[0]!.payload)).toBe(resource);
      expect(payload).toMatchObject({ base: undefined, absorbed: [] });
      expect(payload.changes).toMatchObject([
        { type: INSERT, baseVersionId: '', recordedAt: at, id: { counter: 1n } },
      ]);
      expect(payload.changes[0]!.id!.replicaId).toEqual(store.replicaId);
    }
  });

  it('PSP-CHG-1: counters go up by one and a refused write gives none away twice', async () => {
    const { store } = await open();
    await store.create(octets(patient('a')), at);
    await expect(store.create(octets(patient('a')), at)).rejects.toThrow(UsageError);
    await expect(store.createAll([octets(patient('b')), octets(patient('a'))], at)).rejects.toThrow(
      UsageError,
    );
    await store.create(octets(patient('c')), at);
    await store.delete('Patient', 'a', at);
    const counters = (await everything(store)).flatMap(({ payload }) =>
      payload.changes.map((change) => change.id!.counter),
    );
    expect(counters.toSorted()).toEqual([1n, 2n, 3n]);
  });

  it('an update is one UPDATE with the difference, and the octets are those given', async () => {
    const { store } = await open();
    await store.create(octets(patient('a', ',"x":1.10,"y":[1,2]')), at);
    const given = patient('a', ', "y":[1,2,3],"x":1.1');
    const entry = await store.update(octets(given), '');
    expect(text(entry.payload.resource)).toBe(given);
    expect(entry.payload.changes.map((change) => change.type)).toEqual([INSERT, UPDATE]);
    expect(JSON.parse(text(entry.payload.changes[1]!.payload))).toEqual([
      { op: 'replace', path: '/x', value: 1.1 },
      { op: 'add', path: '/y/2', value: 3 },
    ]);
    expect(entry.payload.changes[1]).toMatchObject({ recordedAt: '', id: { counter: 2n } });
    expect(entry.baseResource).toBeUndefined();
  });

  it('S46: an edit of the narrative alone is a change', async () => {
    const narrative = (words: string): string =>
      patient('a', `,"text":{"status":"generated","div":"<div>${words}</div>"}`);
    const { store } = await open();
    await store.create(octets(narrative('one')), at);
    const entry = await store.update(octets(narrative('two')), at);
    expect(JSON.parse(text(entry.payload.changes[1]!.payload))).toEqual([
      { op: 'replace', path: '/text/div', value: '<div>two</div>' },
    ]);
  });

  it('S35: a change of a number in its last zero is a change', async () => {
    const { store } = await open();
    await store.create(octets(patient('a', ',"x":12345678901234567890')), at);
    const entry = await store.update(octets(patient('a', ',"x":12345678901234567891')), at);
    expect(text(entry.payload.changes[1]!.payload)).toContain('12345678901234567891');
  });

  it('an update with equal content writes nothing and keeps the octets', async () => {
    const { store } = await open();
    await store.create(octets(patient('a', ',"x":1')), at);
    const before = await dump(store);
    await store.update(octets(patient('a', ',"x":1')), at);
    const same = await store.update(octets('{"x": 1,"id":"a","resourceType":"Patient"}'), at);
    expect(text(same.payload.resource)).toBe(patient('a', ',"x":1'));
    expect(await dump(store)).toEqual(before);
  });

  it('PSP-CHG-8: a difference in server-owned meta alone is no change', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1')));
    const before = await dump(store);
    await store.update(octets(version('a', '2')), at);
    await store.update(octets(patient('a')), at);
    expect(await dump(store)).toEqual(before);
  });

  it('PSP-CLS-12: the server content is kept from the first local change on', async () => {
    const { store } = await open();
    await store.importServerVersion(octets(version('a', '1')));
    const base = { versionId: '1', lastUpdated: '2024-01-01T00:00:00Z' };
    for (const rest of [',"active":true', ',"active":false']) {
      const entry = await store.update(octets(version('a', '1', rest)), at);
      expect(text(entry.baseResource!)).toBe(version('a', '1'));
      expect(entry.payload.base).toMatchObject(base);
      expect(entry.payload.changes.at(-1)!.baseVersionId).toBe('1');
    }
    const gone = await store.delete('Patient', 'a', at);
    expect(text(gone.baseResource!)).toBe(version('a', '1'));
    expect(gone.payload.base).toMatchObject(base);
    expect(gone.payload.changes.map((change) => change.type)).toEqual([UPDATE, UPDATE, DELETE]);
  });

  it('PSP-SEL-4: S12: a deleted resource stays as a tombstone with its changes', async () => {
    const { store } = await open();
    await store.create(octets(patient('a')), at);
    const entry = await store.delete('Patient', 'a', at);
    expect(entry.payload.resource).toHaveLength(0);
    expect(entry.payload.changes).toMatchObject([
      { type: INSERT },
      { type: DELETE, payload: new Uint8Array(0), id: { counter: 2n } },
    ]);
    expect(await everything(store)).toEqual([entry]);
  });

  it('what is not here is neither updated nor deleted', async () => {
    const { store } = await open();
    await expect(store.update(octets(patient('a')), at)).rejects.toThrow(/create it first/);
    await expect(store.delete('Patient', 'a', at)).rejects.toThrow(/is not here/);
    expect(await store.lastSequence()).toBe(0n);
  });

  it('PSP-DATA-4, PSP-DATA-5, PSP-DATA-6: refuses what no peer could take', async () => {
    const { store } = await open();
    const bad = [
      '',
      'x',
      '[]',
      '{"resourceType":"Patient"}',
      patient('a/b'),
      patient(''),
      patient('x'.repeat(65)),
      '{"resourceType":"patient","id":"a"}',
      patient('a', ',"id":"a"'),
      patient('a', ',"constructor":1'),
      patient('a', ',"x":"\\u0000"'),
      patient('a', ',"x":"\\ud800"'),
      patient('a', `,"x":${'['.repeat(64)}${']'.repeat(64)}`),
    ];
    for (const resource of bad) {
      for (const write of ['create', 'update'] as const) {
        await expect(store[write](octets(resource), at), resource).rejects.toThrow(UsageError);
      }
      await expect(store.importServerVersion(octets(resource))).rejects.toThrow(UsageError);
    }
    const notUtf8 = Uint8Array.of(...octets('{"resourceType":"Patient","id":"a","x":"'), 0xff);
    await expect(store.create(notUtf8, at)).rejects.toThrow(UsageError);
    expect(await store.lastSequence()).toBe(0n);
  });

  it('PSP-CHG-3: recordedAt is an instant or empty', async () => {
    const { store } = await open();
    for (const recordedAt of ['yesterday', '2024-05-01', `${at}${' '.repeat(60)}`]) {
      await expect(store.create(octets(patient('a')), recordedAt)).rejects.toThrow(/instant/);
      await expect(store.delete('Patient', 'a', recordedAt)).rejects.toThrow(/instant/);
    }
  });

  it('createAll creates all or none', async () => {
    const { store } = await open();
    await store.createAll(
      ['a', 'b', 'c'].map((id) => octets(patient(id))),
      at,
    );
    expect(await store.count(anyTime)).toEqual(new Map([['Patient', 3]]));
    const before = await dump(store);
    const twice = ['d', 'e', 'd'].map((id) => octets(patient(id)));
    await expect(store.createAll(twice, at)).rejects.toThrow(UsageError);
    expect(await dump(store)).toEqual(before);
  });

  it('PSP-CHG-2, PSP-MSG-11: a local edit appends to received changes only', async () => {
    const { store } = await open();
    const received = fullEntry('a');
    await store.updateRemote(batch(received), take);
    const entry = await store.update(octets(patient('a', ',"active":true')), at);
    expect(entry.payload.changes.slice(0, 2)).toEqual(received.changes);
    expect(entry.payload.changes[2]).toMatchObject({ type: UPDATE, baseVersionId: 'W/1' });
    expect(entry.payload.absorbed).toEqual(received.absorbed);
    expect(entry.payload._unknownFields).toEqual(received._unknownFields);
    expect(entry.payload.base).toEqual(received.base);
  });

  it('PSP-SEL-6: a local write clears the origin', async () => {
    const { store } = await open();
    const fresh = [created('a'), created('b')];
    await store.updateRemote(batch(...fresh), take);
    expect((await everything(store)).map((entry) => entry.origin)).toEqual(
      fresh.map(() => batch().peer),
    );
    await store.update(octets(patient('a', ',"active":true')), at);
    await store.delete('Patient', 'b', at);
    expect((await everything(store)).map((entry) => entry.origin)).toEqual([undefined, undefined]);
  });
}
