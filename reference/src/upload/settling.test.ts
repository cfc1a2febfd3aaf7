// What an upload makes of entries that others have a hand in: a user who goes on editing, peers who
// delivered them, servers that tell little.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { put } from '../sync/testing/devices.ts';
import { octets } from '../sync/testing/entries.ts';
import { edited, waitingPatch } from './testing/edits.ts';
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
import type { UploadProgress } from './upload.ts';

let field: Field;
let store: Store;

beforeEach(async () => {
  field = await openField();
  store = field.device('a');
});

afterEach(async () => {
  await field.server.close();
});

describe('beside a user', () => {
  it('what is edited during the upload stays on top, and goes next', async () => {
    await edited(field, store, 'a');
    const { arrived, release } = waitingPatch(field);
    const running = field.upload(store);
    await arrived;
    await write(store, 'a', ',"x":1,"y":2');
    release();
    expect((await running).resources.items).toMatchObject([
      { outcome: 'uploaded', uploaded: 1, recorded: 'rebased' },
    ]);
    expect(await held(store)).toBe('2 [a2] {"x":1,"y":2}');
    expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":1,"y":2}');
  });

  it('PSP-CLS-12: not on content that the server altered, and that is told', async () => {
    await edited(field, store, 'a');
    field.server.behaviour.alter = (content) => new Map(content).set('language', 'fr');
    const { arrived, release } = waitingPatch(field);
    const running = field.upload(store);
    await arrived;
    await write(store, 'a', ',"x":1,"y":2');
    release();
    expect((await running).resources.items).toMatchObject([{ recorded: 'content-differs' }]);
    expect(await held(store)).toBe('1 [a1 a2] {"x":1,"y":2}');
    expect(outcomes(await field.upload(store))).toEqual(['a conflict server-moved']);
    expect(field.server.history('Patient', 'a')).toHaveLength(2);
  });

  it('tells its progress, resource by resource', async () => {
    await edited(field, store, 'a', 'b');
    await write(store, 'c');
    const seen: UploadProgress[] = [];
    await field.upload(store, { onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ done, total, last }) => [done, total, last.resourceId])).toEqual([
      [1, 3, 'c'],
      [2, 3, 'a'],
      [3, 3, 'b'],
    ]);
  });
});

describe('what was received', () => {
  it('the base’s content is read from the server where it never was here', async () => {
    field.server.put(patient('a', ',"n":1'));
    await field.download(store);
    await write(store, 'a', ',"n":1,"x":1');
    await write(store, 'a', ',"n":1,"x":1,"y":1');
    const { payload } = (await store.get('Patient', 'a'))!;
    const peer = field.device('b');
    await put(peer, payload);
    // The first of its changes came there by another way.
    field.server.put(patient('a', ',"n":1,"x":1'));
    field.asked();
    expect((await field.upload(peer)).resources.items).toMatchObject([
      { outcome: 'uploaded', alreadyThere: 1, uploaded: 1 },
    ]);
    expect(field.asked()).toEqual([
      'PATCH Patient/a 412',
      'GET Patient/a 200',
      'GET Patient/a/_history/1 200',
      'PATCH Patient/a 200',
    ]);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"n":1,"x":1,"y":1}');
    // And where the server has no history either, it is not guessed.
    field.server.behaviour.history = false;
    field.server.put(patient('a', ',"n":2'));
    await put(peer, payload);
    expect(outcomes(await field.upload(peer))).toEqual(['a conflict base-unknown']);
  });

  it('changes that others built upon are found in the history', async () => {
    await edited(field, store, 'a');
    field.server.put(patient('a', ',"x":1'));
    for (let n = 0; n < 130; n += 1) field.server.put(patient('a', `,"x":1,"n":${n}`));
    expect((await field.upload(store)).resources.items).toMatchObject([
      { outcome: 'already-there', versionId: '132', recorded: 'settled' },
    ]);
    expect(await held(store)).toBe('132 [] {"x":1,"n":129}');
  });

  it('an empty patch is settled by a look', async () => {
    field.server.put(patient('a'));
    await field.download(store);
    await write(store, 'a', ',"x":1');
    const { payload } = (await store.get('Patient', 'a'))!;
    const changes = [{ ...payload.changes[0]!, payload: octets('[]') }];
    const received = { ...payload, changes, resource: octets(patient('a')) };
    const peer = field.device('b');
    await put(peer, received);
    field.asked();
    expect(outcomes(await field.upload(peer))).toEqual(['a already-there']);
    expect(field.asked()).toEqual(['GET Patient/a 200']);
    expect((await peer.get('Patient', 'a'))!.payload.changes).toEqual([]);
  });

  it('a deletion whose version the server does not tell stays, and harms nothing', async () => {
    await edited(field, store, 'a');
    await store.delete('Patient', 'a', at);
    field.server.behaviour.history = false;
    expect((await field.upload(store)).resources.items).toMatchObject([
      { outcome: 'uploaded', recorded: 'version-unknown' },
    ]);
    expect((await field.upload(store)).resources.items).toMatchObject([
      { outcome: 'already-there', recorded: 'version-unknown' },
    ]);
    field.server.behaviour.history = true;
    await field.upload(store);
    expect(await held(store)).toBe('2 [] deleted');
    expect(field.server.history('Patient', 'a')).toHaveLength(2);
  });
});
