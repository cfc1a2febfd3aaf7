// Conflicts with the server: they wait for the user beside ours, or a strategy settles them.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { Defer, Ours, Theirs } from '../sync/conflict-resolution.ts';
import { decideWith } from '../sync/decide.ts';
import { sync } from '../sync/testing/devices.ts';
import { text } from '../sync/testing/entries.ts';
import { mergeOntoServer } from './onto-server.ts';
import { archivedIn, bothEdited } from './testing/edits.ts';
import {
  at,
  bare,
  held,
  openField,
  outcomes,
  patient,
  write,
  type Field,
} from './testing/field.ts';

let field: Field;
let store: Store;

beforeEach(async () => {
  field = await openField();
  store = field.device('a');
});

afterEach(async () => {
  await field.server.close();
});

describe('by default', () => {
  it('S16: the server’s version waits beside ours, once however often it is tried', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    for (let run = 0; run < 3; run += 1) {
      expect((await field.upload(store)).resources.items).toMatchObject([
        { outcome: 'conflict', conflict: 'server-moved', resolution: 'deferred', versionId: '2' },
      ]);
    }
    expect(await held(store)).toBe('1 [a1] {"x":1}');
    const waiting = await archivedIn(store);
    expect(waiting).toMatchObject([{ reason: 'deferred', payload: { base: { versionId: '2' } } }]);
    expect(text(waiting[0]!.payload.resource)).toBe(field.server.current('Patient', 'a'));
    field.server.put(patient('a', ',"x":3'));
    await field.upload(store);
    expect(await archivedIn(store)).toHaveLength(2);
  });

  it('S16: the user takes the server’s side, or ours on top of it', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    await field.upload(store);
    await store.settleDeferred(1, decideWith(Theirs));
    expect(await held(store)).toBe('2 [] {"x":2}');
    expect((await field.upload(store)).outcomes).toEqual({});
    const displaced = (await archivedIn(store)).find(({ reason }) => reason === 'displaced')!;
    expect(bare(text(displaced.payload.resource))).toBe('{"x":1}');
    await store.update(displaced.payload.resource, at);
    expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":1}');
  });

  it('S11: so does a deletion there of what was edited here', async () => {
    field.server.put(patient('a'));
    await field.download(store);
    await write(store, 'a', ',"x":1');
    field.server.delete('Patient', 'a');
    expect((await field.upload(store)).resources.items).toMatchObject([
      { conflict: 'deleted-on-server', resolution: 'deferred', versionId: '2' },
    ]);
    await store.settleDeferred(1, decideWith(Theirs));
    expect(await held(store)).toBe('2 [] deleted');
  });

  it('S9: so does other content under the id that was created here', async () => {
    await write(store, 'a', ',"x":1');
    field.server.put(patient('a', ',"x":2'));
    expect((await field.upload(store)).resources.items).toMatchObject([
      { conflict: 'exists', resolution: 'deferred' },
    ]);
    await store.settleDeferred(1, decideWith(Theirs));
    expect(await held(store)).toBe('1 [] {"x":2}');
  });

  it('PSP-RESUME-7: nor does a strategy put the same aside again, whatever its name', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    for (const strategy of [mergeOntoServer(Defer), Ours]) {
      for (let run = 0; run < 3; run += 1) await field.upload(store, { strategy });
    }
    expect((await archivedIn(store)).map(({ reason }) => reason)).toEqual([
      'deferred',
      'not-taken',
    ]);
  });

  it('a dry run puts nothing aside', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    await field.upload(store, { dryRun: true });
    expect(await archivedIn(store)).toEqual([]);
  });
});

describe('by a strategy', () => {
  it('theirs: the server wins, ours is archived and counted as displaced', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    const report = await field.upload(store, { strategy: Theirs });
    expect(report.problems.items).toMatchObject([{ resolution: 'theirs', uploaded: 0 }]);
    expect(report.changes).toEqual({ uploaded: 0, alreadyThere: 0, displaced: 1, left: 0 });
    expect(await held(store)).toBe('2 [] {"x":2}');
    expect(await archivedIn(store)).toMatchObject([{ reason: 'displaced' }]);
  });

  it('ours: it stays as it is, for an edit of another version is not sent', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    const report = await field.upload(store, { strategy: Ours });
    expect(report.problems.items).toMatchObject([{ resolution: 'ours' }]);
    expect(await held(store)).toBe('1 [a1] {"x":1}');
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":2}');
  });

  it('S8: merge: what does not meet goes on top of the server’s version', async () => {
    await bothEdited(field, store, ',"x":0,"y":1.10', ',"x":0,"z":2');
    await write(store, 'a', ',"x":0,"y":1.20');
    await sync(store, field.device('b'));
    const report = await field.upload(store, { strategy: mergeOntoServer(Defer) });
    expect(report.resources.items).toMatchObject([
      {
        outcome: 'uploaded',
        uploaded: 1,
        versionId: '3',
        changes: [{ counter: '3', type: 'UPDATE' }],
        mergedFrom: [{ counter: '1' }, { counter: '2' }],
      },
    ]);
    expect(field.server.current('Patient', 'a')).toMatch(/"z":2,.*"y":1.20/);
    expect(await held(store)).toBe('3 [] {"x":0,"z":2,"y":1.2}');
    const [merged] = await archivedIn(store);
    expect(merged).toMatchObject({ reason: 'merged' });
    expect(merged!.payload.changes).toHaveLength(2);
  });

  it('S7: merge: what meets in one member, such as an array, is left to the fallback', async () => {
    await bothEdited(field, store, ',"t":[2,3]', ',"t":[1,9,3]', ',"t":[1,2,3]');
    const report = await field.upload(store, { strategy: mergeOntoServer(Defer) });
    expect(report.resources.items).toMatchObject([{ resolution: 'deferred' }]);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"t":[1,9,3]}');
  });

  it('merge: where both did the same, the server’s version is enough', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":1,"z":2');
    const report = await field.upload(store, { strategy: mergeOntoServer(Defer) });
    expect(report.resources.items).toMatchObject([{ resolution: 'theirs' }]);
    expect(await held(store)).toBe('2 [] {"x":1,"z":2}');
    expect(field.server.history('Patient', 'a')).toHaveLength(2);
  });

  it('S8: merge: members of meta that servers write are nobody’s change', async () => {
    const source = (id: string): string => `"meta":{"source":"#${id}"`;
    await bothEdited(
      field,
      store,
      `,${source('1')},"tag":[{"code":"t"}]},"x":0`,
      `,${source('2')}},"x":2`,
      `,${source('1')}},"x":0`,
    );
    const report = await field.upload(store, { strategy: mergeOntoServer(Defer) });
    expect(report.outcomes).toEqual({ uploaded: 1 });
    expect(bare(field.server.current('Patient', 'a'))).toBe(
      '{"meta":{"source":"#2","tag":[{"code":"t"}]},"x":2}',
    );
  });

  it('S16: merge: the base’s content is asked for where changes came without it', async () => {
    await bothEdited(field, store, ',"x":0,"y":1', ',"x":0,"z":2');
    const carrier = field.device('b');
    await sync(store, carrier);
    expect((await carrier.get('Patient', 'a'))!.baseResource).toBeUndefined();
    for (let run = 0; run < 2; run += 1) await field.upload(carrier);
    expect(text((await carrier.get('Patient', 'a'))!.baseResource!)).toContain('"versionId":"1"');
    const sequence = await carrier.lastSequence();
    await field.upload(carrier);
    expect(await carrier.lastSequence()).toBe(sequence);
    await carrier.settleDeferred(1, decideWith(mergeOntoServer(Defer)));
    expect(await held(carrier)).toBe('2 [b1] {"x":0,"z":2,"y":1}');
    const fresh = field.device('c');
    await sync(store, fresh);
    const report = await field.upload(fresh, { strategy: mergeOntoServer(Defer) });
    expect(report.outcomes).toEqual({ uploaded: 1 });
  });

  it('merge: deletions, and what has no known base, are left to the fallback', async () => {
    const strategy = mergeOntoServer(Defer);
    field.server.put(patient('a'));
    await field.download(store);
    await store.delete('Patient', 'a', at);
    field.server.put(patient('a', ',"x":1'));
    await write(store, 'b', ',"x":1');
    field.server.put(patient('b', ',"y":1'));
    const report = await field.upload(store, { strategy });
    expect(report.problems.items.map(({ resolution }) => resolution)).toEqual([
      'deferred',
      'deferred',
    ]);
  });

  it('merge in a transaction: the others are not held up', async () => {
    await bothEdited(field, store, ',"x":0,"y":1', ',"x":0,"z":2');
    for (const id of ['b', 'c']) field.server.put(patient(id));
    await field.download(store);
    for (const id of ['b', 'c']) await write(store, id, ',"x":1');
    const report = await field.upload(store, { strategy: mergeOntoServer(Defer) });
    expect(report.outcomes).toEqual({ uploaded: 3 });
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":0,"z":2,"y":1}');
  });
});
