// The numbered scenarios that two or three devices can show without a server, part one: who has
// what after which exchange.
import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { Ours, Theirs } from './conflict-resolution.ts';
import {
  at,
  device,
  dump,
  entryOf,
  patientIn,
  put,
  sync,
  upload,
  type SyncDone,
} from './testing/devices.ts';
import { content, entry, octets, text, version } from './testing/entries.ts';

let a: Store;
let b: Store;
let c: Store;

beforeEach(() => {
  [a, b, c] = [device('a'), device('b'), device('c')];
});

const create = (store: Store) => store.create(octets(content('new')), at);
const edit = (store: Store, family: string, on?: string) =>
  store.update(octets(content(family, on === undefined ? undefined : version(on))), at);
const fromServer = (store: Store, family: string, on: string) =>
  store.importServerVersion(octets(content(family, version(on))));
const outcomes = ({ receiver }: SyncDone): unknown => receiver.types[0]?.outcomes;
const v1 = ['v1', '2024-01-01T00:00:00Z'] as const;

describe('exchanges without a conflict', () => {
  it('S1 A→B, both upload: the second upload is recognised, not a conflict', async () => {
    await create(a);
    await sync(a, b);
    await upload(a, 'Patient/p1', ...v1);
    await upload(b, 'Patient/p1', ...v1);
    expect(outcomes(await sync(a, b))).toEqual({ DUPLICATE: 1 });
    expect(await patientIn(b)).toBe('v1 [] new');
  });

  it('S2 A→B, B edits more, A uploads: B keeps its edit on top', async () => {
    await create(a);
    await sync(a, b);
    await edit(b, 'mine');
    await upload(a, 'Patient/p1', ...v1);
    expect(outcomes(await sync(a, b))).toEqual({ REBASED: 1 });
    expect(await patientIn(b)).toBe('v1 [b1] mine');
    // And further: the edit goes back to A as the continuation of what A has.
    expect(outcomes(await sync(b, a))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(a)).toBe('v1 [b1] mine');
  });

  it('S3 A→B, A edits, A→B: no false conflict', async () => {
    await create(a);
    await sync(a, b);
    await edit(a, 'next');
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(b)).toBe('- [a1 a2] next');
  });

  it('S4 A→B, A uploads, A→B: B has nothing left to upload', async () => {
    await create(a);
    await sync(a, b);
    await upload(a, 'Patient/p1', ...v1);
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(b)).toBe('v1 [] new');
    expect((await entryOf(b, 'Patient/p1')).payload.absorbed).toHaveLength(1);
  });

  it('S5 A→B→A: nothing is echoed, and a second sync sends nothing', async () => {
    await create(a);
    await sync(a, b);
    expect((await sync(b, a)).sent).toEqual([]);
    expect((await sync(a, b)).sent).toEqual([]);
    const before = await dump(a);
    await edit(b, 'mine');
    expect((await sync(b, a)).sent).toEqual(['Patient/p1']);
    expect(await dump(a)).not.toEqual(before);
    expect((await sync(a, b)).sent).toEqual([]);
  });

  it('S6 A→B→C and A→C: the second way brings a duplicate', async () => {
    await create(a);
    await sync(a, b);
    expect(outcomes(await sync(b, c))).toEqual({ STORED: 1 });
    expect(outcomes(await sync(a, c))).toEqual({ DUPLICATE: 1 });
    expect(await dump(c)).toEqual(await dump(a));
  });

  it('S12 delete after the insert was shared', async () => {
    await create(a);
    await sync(a, b);
    await a.delete('Patient', 'p1', at);
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(b)).toBe('- [a1 a2] deleted');
  });

  it('S13 the tombstone of an uploaded resource travels, and its upload settles it', async () => {
    await fromServer(a, 'x', 'v1');
    await sync(a, b);
    await a.delete('Patient', 'p1', at);
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(b)).toBe('v1 [a1] deleted');
    await upload(a, 'Patient/p1', 'v2', '2024-01-02T00:00:00Z');
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(b)).toBe('v2 [] deleted');
    await put(c, entry({ base: 'v1' }));
    expect(outcomes(await sync(b, c))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(c)).toBe('v2 [] deleted');
  });

  it('S16 the receiver’s base is newer: it stays', async () => {
    await fromServer(a, 'old', 'v1');
    await fromServer(b, 'new', 'v2');
    expect(outcomes(await sync(a, b))).toEqual({ STALE: 1 });
    expect(await patientIn(b)).toBe('v2 [] new');
  });

  it('S17 pristine but older at the receiver: it is replaced', async () => {
    await fromServer(a, 'new', 'v2');
    await fromServer(b, 'old', 'v1');
    expect(outcomes(await sync(a, b))).toEqual({ FAST_FORWARDED: 1 });
    expect(await patientIn(b)).toBe('v2 [] new');
  });

  it('S18 a pristine server resource becomes no local change', async () => {
    await fromServer(a, 'x', 'v1');
    await sync(a, b);
    expect(await patientIn(b)).toBe('v1 [] x');
    const changed: unknown[] = [];
    for await (const found of b.getAllLocalChanges()) changed.push(found);
    expect(changed).toEqual([]);
    // An edit at the receiver stands on the server's content, as at the sender.
    await edit(b, 'y', 'v1');
    const { payload, baseResource } = await entryOf(b, 'Patient/p1');
    expect(payload.changes[0]?.baseVersionId).toBe('v1');
    expect(text(baseResource!)).toBe(content('x', version('v1')));
  });

  it('S19 content that no server has seen arrives with its INSERT', async () => {
    await create(a);
    await edit(a, 'second');
    await sync(a, b);
    const sent = (await entryOf(a, 'Patient/p1')).payload;
    expect((await entryOf(b, 'Patient/p1')).payload).toEqual(sent);
    expect(sent.base).toBeUndefined();
  });
});

describe('exchanges with a conflict', () => {
  const telecom = (numbers: string[], family = 'x'): string =>
    `{"resourceType":"Patient","id":"p1","meta":{"versionId":"v1",` +
    `"lastUpdated":"2024-01-01T00:00:00Z"},"name":[{"family":"${family}"}],` +
    `"telecom":[${numbers.map((value) => `{"value":"${value}"}`).join(',')}]}`;

  async function bothEdit(here: string, there: string): Promise<void> {
    for (const store of [a, b]) await store.importServerVersion(octets(telecom(['1', '2', '3'])));
    await a.update(octets(here), at);
    await b.update(octets(there), at);
  }

  it('S7 same base edited on both: one side wins as a unit', async () => {
    await bothEdit(telecom(['2', '3']), telecom(['1', 'two', '3']));
    const there = (await entryOf(b, 'Patient/p1')).payload;
    expect(outcomes(await sync(a, b))).toEqual({ CONFLICT_THEIRS: 1 });
    const { payload, baseResource } = await entryOf(b, 'Patient/p1');
    expect(payload).toEqual((await entryOf(a, 'Patient/p1')).payload);
    expect(text(payload.resource)).toBe(telecom(['2', '3']));
    expect(text(baseResource!)).toBe(telecom(['1', '2', '3']));
    const archived: unknown[] = [];
    for await (const kept of b.archived()) archived.push([kept.reason, kept.payload]);
    expect(archived).toEqual([['displaced', there]]);
  });

  it('S8 disjoint fields: without a merge one side gives way whole', async () => {
    await bothEdit(telecom(['1', '2', '3'], 'married'), telecom(['1', '2']));
    const there = (await entryOf(b, 'Patient/p1')).payload;
    const done = await sync(a, b, { strategy: Ours });
    expect(outcomes(done)).toEqual({ CONFLICT_OURS: 1 });
    expect((await entryOf(b, 'Patient/p1')).payload).toEqual(there);
    const conflict = { resourceType: 'Patient', resourceId: 'p1', outcome: 'CONFLICT_OURS' };
    const why = { ...conflict, reason: 'concurrent-changes' };
    expect(done.receiver.conflicts).toEqual({ items: [why], more: 0 });
    expect(done.sender.conflicts).toEqual({ items: [conflict], more: 0 });
  });

  it('S9 two INSERTs of one id', async () => {
    await create(a);
    await b.create(octets(content('other')), at);
    expect(outcomes(await sync(a, b, { strategy: Ours }))).toEqual({ CONFLICT_OURS: 1 });
    expect(await patientIn(b)).toBe('- [b1] other');
    expect(outcomes(await sync(b, a, { strategy: Theirs }))).toEqual({ CONFLICT_THEIRS: 1 });
    expect(await patientIn(a)).toBe('- [b1] other');
    // Settled for good: neither way has anything to say any more.
    expect(outcomes(await sync(a, b))).toBeUndefined();
    expect(outcomes(await sync(b, a))).toBeUndefined();
  });

  it.each([
    [Theirs, 'v1 [a1] deleted', { CONFLICT_THEIRS: 1 }],
    [Ours, 'v1 [b1] mine', { CONFLICT_OURS: 1 }],
  ])('S11 delete against edit (%#)', async (strategy, state, expected) => {
    await fromServer(a, 'x', 'v1');
    await fromServer(b, 'x', 'v1');
    await a.delete('Patient', 'p1', at);
    await edit(b, 'mine', 'v1');
    expect(outcomes(await sync(a, b, { strategy }))).toEqual(expected);
    expect(await patientIn(b)).toBe(state);
  });

  it('S20 clocks: equal instants have no order, a clock set back decides nothing', async () => {
    await put(a, { ...entry({ base: 'v1', family: 'one' }) });
    const base = { versionId: 'w1', lastUpdated: '2024-01-01T01:00:00.000+01:00' };
    await put(b, { ...entry({ base: 'v1', family: 'two' }), base });
    expect(outcomes(await sync(a, b, { strategy: Ours }))).toEqual({ CONFLICT_OURS: 1 });
    await create(c);
    await c.update(octets(content('later')), '1999-01-01T00:00:00Z');
    const d = device('d');
    await sync(c, d);
    expect(await patientIn(d)).toBe('- [c1 c2] later');
  });
});
