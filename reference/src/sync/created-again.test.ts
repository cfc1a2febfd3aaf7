// S14: an id that was deleted and created again meets devices that know it in every earlier state.
// The rows that fire, and that nothing of either side goes away without a word.
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../store/memory-store.ts';
import type { Store } from '../store/store.ts';
import { Outcome, type SyncPayload } from '../wire/messages.ts';
import { classify } from './classification.ts';
import { Defer, Ours, Theirs } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { at, put, sync } from './testing/devices.ts';
import { entry, octets, replica, text, version, type EntryForm } from './testing/entries.ts';

const device = (letter: string): Store =>
  createMemoryStore({ serverUrl: '', displayName: letter }, () => replica(letter));
const anew = '{"resourceType":"Patient","id":"p1","name":[{"family":"anew"}]}';

/** A device that created p1 (o1), knows that it was uploaded, deleted (o2) and that too: v2. */
async function recreated(): Promise<Store> {
  const a = device('a');
  await put(a, entry({ base: 'v2', gone: true, absorbed: 'o1 o2' }));
  await a.create(octets(anew), at);
  return a;
}

/** What others may hold: the old resource in every state, and the deletion. */
const others: readonly (readonly [string, EntryForm])[] = [
  ['the old resource', { base: 'v1', family: 'old', absorbed: 'o1' }],
  ['the old resource as it was created', { changes: '+o1' }],
  ['an edit of the old resource', { base: 'v1', changes: 'b1', absorbed: 'o1' }],
  ['the deletion, not uploaded', { base: 'v1', changes: '-o2', absorbed: 'o1' }],
  ['another deletion, not uploaded', { base: 'v1', changes: '-b1' }],
  ['the deletion', { base: 'v2', gone: true, absorbed: 'o1 o2' }],
  ['the deletion, of a server that tells no more', { base: 'v2', gone: true }],
];

async function stateOf(store: Store): Promise<SyncPayload> {
  return (await store.get('Patient', 'p1'))!.payload;
}

const shown = ({ resource }: SyncPayload): string =>
  resource.length > 0 ? text(resource) : 'deleted';

async function archiveOf(store: Store): Promise<string[]> {
  const found: string[] = [];
  for await (const { payload } of store.archived()) found.push(shown(payload));
  return found;
}

describe.each(others)('S14: created again, against %s', (_title, form) => {
  it('PSP-CLS-11: is a conflict in both directions', async () => {
    const a = await recreated();
    const b = device('b');
    await put(b, entry(form));
    const [ours, theirs] = [(await a.get('Patient', 'p1'))!, (await b.get('Patient', 'p1'))!];
    for (const found of [classify(ours, theirs.payload), classify(theirs, ours.payload)]) {
      expect(found).toMatchObject({ kind: 'conflict', row: 'PSP-CLS-11', reason: 'two-creations' });
    }
  });

  it.each([
    ['Theirs', Theirs, Outcome.CONFLICT_THEIRS],
    ['Ours', Ours, Outcome.CONFLICT_OURS],
    ['Defer', Defer, Outcome.CONFLICT_DEFERRED],
  ] as const)('PSP-CLS-15: %s tells, and keeps both', async (_name, strategy, told) => {
    for (const direction of ['there', 'back']) {
      const a = await recreated();
      const b = device('b');
      await put(b, entry(form));
      const said = shown(await stateOf(b));
      const [from, to] = direction === 'there' ? [a, b] : [b, a];
      await sync(from, to, { strategy });
      const outcomes: Outcome[] = [];
      for await (const { outcome } of to.outcomes()) outcomes.push(outcome);
      expect(outcomes).toEqual([told]);
      const kept = [shown(await stateOf(to)), ...(await archiveOf(to))];
      expect(kept.sort()).toEqual([anew, said].sort());
    }
  });

  it('PSP-CLS-7, PSP-DATA-13: goes on once the server has it, but for old changes', async () => {
    const a = await recreated();
    const b = device('b');
    await put(b, entry(form));
    const { changes } = await stateOf(a);
    await a.recordUploaded([
      {
        resourceType: 'Patient',
        resourceId: 'p1',
        baseVersionId: undefined,
        contained: changes,
        version: version('v3'),
        resource: octets(anew),
        baseResource: undefined,
      },
    ]);
    const ours = (await b.get('Patient', 'p1'))!;
    const found = classify(ours, await stateOf(a));
    // What others list of the life before is theirs to decide about: nothing tells its fate.
    expect(found.kind).toBe(form.changes === undefined ? 'store' : 'conflict');
  });
});

describe('S14: absorbed ids without a base', () => {
  it('PSP-DATA-13: are dropped by who creates again, and by who is told of some', async () => {
    const a = await recreated();
    expect(await stateOf(a)).toMatchObject({ base: undefined, absorbed: [] });
    // A device that does not drop them, and one that has the life before.
    const told = { ...(await stateOf(a)), absorbed: entry({ absorbed: 'o1 o2' }).absorbed };
    for (const strategy of [Ours, Theirs]) {
      const b = device('b');
      await put(b, entry({ base: 'v1', family: 'old' }));
      const current = await b.get('Patient', 'p1');
      const { outcome, write, archive } = decideWith(strategy)(current, told);
      const isOurs = outcome === Outcome.CONFLICT_OURS;
      expect(write?.payload.absorbed).toEqual(isOurs ? undefined : []);
      expect(archive?.payload.absorbed).toEqual([]);
    }
    const { write } = decideWith(Ours)(undefined, told);
    expect(write).toMatchObject({ payload: await stateOf(a), fromPeer: true });
  });
});

describe('S14: who carries the new resource', () => {
  it('PSP-CLS-5, PSP-CLS-8, PSP-CLS-9: has it like any creation', async () => {
    const a = await recreated();
    const carrier = device('c');
    await sync(a, carrier);
    expect(await stateOf(carrier)).toEqual(await stateOf(a));
    await carrier.update(octets(anew.replace('anew', 'later')), at);
    const { sent } = await sync(carrier, a);
    expect(sent).toEqual(['Patient/p1']);
    expect(text((await stateOf(a)).resource)).toContain('later');
    expect(await archiveOf(a)).toEqual([]);
  });
});
