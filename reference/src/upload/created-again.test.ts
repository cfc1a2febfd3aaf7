// S14 at the server: what was created after a deletion brings the id back, once, and nothing that
// went before the deletion is taken for it.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { sync } from '../sync/testing/devices.ts';
import { octets } from '../sync/testing/entries.ts';
import { at, bare, held, openField, outcomes, patient, type Field } from './testing/field.ts';

let field: Field;
let [a, b]: Store[] = [];

beforeEach(async () => {
  field = await openField();
  [a, b] = ['a', 'b'].map((letter) => field.device(letter));
});

afterEach(() => field.server.close());

const versions = (): string[] => field.server.history('Patient', 'a').map((text) => bare(text));

/** The server's resource `{"x":1}`, deleted on a device and uploaded: version 2 is the deletion. */
async function deletedFrom(store: Store): Promise<void> {
  field.server.put(patient('a', ',"x":1'));
  await field.download(store);
  await store.delete('Patient', 'a', at);
  expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
  field.asked();
}

const create = (store: Store, rest: string): Promise<unknown> =>
  store.create(octets(patient('a', rest)), at);

describe('S14: created again after the deletion was uploaded', () => {
  it('is a new version after the deletion, by a create-only PUT', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":2');
    expect(await held(a!)).toBe('- [a2] {"x":2}');
    expect(outcomes(await field.upload(a!))).toEqual(['a uploaded']);
    expect(field.server.requests.at(-1)?.headers['if-none-match']).toBe('*');
    expect(field.asked()).toEqual([
      'GET Patient/a 410',
      'GET Patient/a/_history?_count=100 200',
      'PUT Patient/a 201',
    ]);
    expect(versions()).toEqual(['{"x":1}', 'deleted', '{"x":2}']);
    expect(await held(a!)).toBe('3 [] {"x":2}');
    expect(outcomes(await field.upload(a!))).toEqual([]);
  });

  it('with the content that was deleted: what was there before is not taken for it', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":1');
    expect(outcomes(await field.upload(a!))).toEqual(['a uploaded']);
    expect(versions()).toEqual(['{"x":1}', 'deleted', '{"x":1}']);
    expect(await held(a!)).toBe('3 [] {"x":1}');
  });

  it('goes in a transaction with others', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":1');
    await a!.create(octets(patient('b')), at);
    expect(outcomes(await field.upload(a!)).sort()).toEqual(['a uploaded', 'b uploaded']);
    expect(versions()).toEqual(['{"x":1}', 'deleted', '{"x":1}']);
  });

  it('exactly once, where the answer is lost and a carrier has it too', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":1');
    await sync(a!, b!);
    field.server.fail({ kind: 'lost-response' }, ({ method }) => method === 'PUT');
    expect(outcomes(await field.upload(a!))).toEqual(['a already-there']);
    expect(outcomes(await field.upload(b!))).toEqual(['a already-there']);
    expect(versions()).toEqual(['{"x":1}', 'deleted', '{"x":1}']);
    expect([await held(a!), await held(b!)]).toEqual(['3 [] {"x":1}', '3 [] {"x":1}']);
  });

  it('by a carrier that never saw the deletion itself', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":1');
    await sync(a!, b!);
    expect(outcomes(await field.upload(b!))).toEqual(['a uploaded']);
    expect(outcomes(await field.upload(a!))).toEqual(['a already-there']);
    expect(versions()).toEqual(['{"x":1}', 'deleted', '{"x":1}']);
  });

  it('says what it would do, and does nothing, in a dry run', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":2');
    expect(outcomes(await field.upload(a!, { dryRun: true }))).toEqual(['a would-create']);
    expect(versions()).toEqual(['{"x":1}', 'deleted']);
  });
});

describe('S14: created again, and others did something there', () => {
  it('created by someone else: a conflict, even if that once had our content', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":1');
    field.server.put(patient('a', ',"y":1'));
    expect(outcomes(await field.upload(a!))).toEqual(['a conflict exists']);
    expect(await held(a!)).toBe('- [a2] {"x":1}');
    expect(versions()).toEqual(['{"x":1}', 'deleted', '{"y":1}']);
  });

  it('created and deleted by someone else: it does not come back to life unasked', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":2');
    field.server.put(patient('a', ',"y":1'));
    field.server.delete('Patient', 'a');
    expect(outcomes(await field.upload(a!))).toEqual(['a conflict deleted-on-server']);
    expect(await held(a!)).toBe('- [a2] {"x":2}');
    expect(versions()).toEqual(['{"x":1}', 'deleted', '{"y":1}', 'deleted']);
  });

  it('uploaded by a carrier and deleted since: it is gone, and that is known', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":2');
    await sync(a!, b!);
    await field.upload(b!);
    field.server.delete('Patient', 'a');
    expect(outcomes(await field.upload(a!))).toEqual(['a already-there']);
    expect(await held(a!)).toBe('4 [] deleted');
  });

  it('S42: a creation that knows of no deletion still brings nothing back', async () => {
    await create(b!, ',"x":1');
    await deletedFrom(a!);
    expect(outcomes(await field.upload(b!))).toEqual(['a already-there']);
    expect(await held(b!)).toBe('2 [] deleted');
    expect(versions()).toEqual(['{"x":1}', 'deleted']);
  });

  it('a server without a history: told, for nothing shows which deletion it is', async () => {
    await deletedFrom(a!);
    await create(a!, ',"x":2');
    field.server.behaviour.history = false;
    expect(outcomes(await field.upload(a!))).toEqual(['a conflict deleted-on-server']);
    expect(versions()).toEqual(['{"x":1}', 'deleted']);
  });
});
