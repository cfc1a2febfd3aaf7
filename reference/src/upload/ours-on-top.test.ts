// Conflicts with the server where the user decides that ours goes over what others did there.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { Defer } from '../sync/conflict-resolution.ts';
import { decideWith } from '../sync/decide.ts';
import { Outcome } from '../wire/messages.ts';
import { oursOntoServer } from './onto-server.ts';
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

describe('ours on top', () => {
  const oursOnTop = decideWith(oursOntoServer(Defer));

  it('PSP-CLS-20: one change on the version that was seen, and it settles', async () => {
    await bothEdited(field, store, ',"x":1,"y":1', ',"x":2,"z":3', ',"x":0');
    await write(store, 'a', ',"x":1,"y":2');
    await field.upload(store);
    await store.settleDeferred(1, oursOnTop);
    expect(await held(store)).toBe('2 [a3] {"x":1,"y":2}');
    expect(await archivedIn(store)).toMatchObject([
      { reason: 'taken' },
      {
        reason: 'merged',
        payload: { changes: [{ id: { counter: 1n } }, { id: { counter: 2n } }] },
      },
    ]);
    field.asked();
    expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
    expect(field.asked()).toEqual(['PATCH Patient/a 200']);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":1,"y":2}');
    expect((await field.upload(store)).outcomes).toEqual({});
  });

  it('S16: a version that came since it was seen is a new conflict', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    await field.upload(store);
    await store.settleDeferred(1, oursOnTop);
    field.server.put(patient('a', ',"x":3'));
    expect((await field.upload(store)).resources.items).toMatchObject([
      { outcome: 'conflict', conflict: 'server-moved', resolution: 'deferred', versionId: '3' },
    ]);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":3}');
    await store.settleDeferred(3, oursOnTop);
    expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":1}');
  });

  it('S11: a deletion here of what was edited there is a deletion on top', async () => {
    field.server.put(patient('a'));
    await field.download(store);
    await store.delete('Patient', 'a', at);
    field.server.put(patient('a', ',"x":1'));
    await field.upload(store);
    await store.settleDeferred(1, oursOnTop);
    expect(await held(store)).toBe('2 [a2] deleted');
    expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
    expect(field.server.current('Patient', 'a')).toBeUndefined();
  });

  it('S14: nothing goes on top of a deletion there', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    field.server.delete('Patient', 'a');
    await field.upload(store);
    const { outcome } = await store.settleDeferred(1, oursOnTop);
    expect(outcome).toBe(Outcome.CONFLICT_DEFERRED);
    expect(await held(store)).toBe('1 [a1] {"x":1}');
  });

  it('S16: what others put into meta stays, unless ours changed meta', async () => {
    const label = (code: string): string => `,"meta":{"security":[{"code":"${code}"}]}`;
    await bothEdited(field, store, ',"x":1', `${label('R')},"x":2`);
    await field.upload(store);
    await store.settleDeferred(1, oursOnTop);
    await field.upload(store);
    expect(bare(field.server.current('Patient', 'a'))).toContain('"code":"R"');
    await write(store, 'a', `${label('V')},"x":1`);
    field.server.put(patient('a', `${label('N')},"x":3`));
    await field.upload(store);
    await store.settleDeferred(3, oursOnTop);
    await field.upload(store);
    expect(bare(field.server.current('Patient', 'a'))).toBe(
      '{"meta":{"security":[{"code":"V"}]},"x":1}',
    );
  });

  it('S9: two creations become one, with what the server has in meta', async () => {
    await write(store, 'a', ',"x":1');
    field.server.put(patient('a', ',"meta":{"security":[{"code":"R"}]},"x":2'));
    await field.upload(store);
    await store.settleDeferred(1, oursOnTop);
    expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
    expect(bare(field.server.current('Patient', 'a'))).toBe(
      '{"meta":{"security":[{"code":"R"}]},"x":1}',
    );
  });

  it('S3: where both are the same by content, the server’s version is enough', async () => {
    await bothEdited(field, store, ',"x":1', ',"x":2');
    await field.upload(store);
    await write(store, 'a', ',"x":2');
    const { outcome } = await store.settleDeferred(1, oursOnTop);
    expect(outcome).toBe(Outcome.CONFLICT_THEIRS);
    expect(await held(store)).toBe('2 [] {"x":2}');
  });
});
