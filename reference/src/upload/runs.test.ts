// A run as a whole: dry, cut off, cancelled, refused at the door.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { dump } from '../sync/testing/devices.ts';
import { edited, isPatch, waitingPatch } from './testing/edits.ts';
import { at, held, inMemory, openField, outcomes, patient, write } from './testing/field.ts';
import type { Field } from './testing/field.ts';

let field: Field;
let store: Store;

beforeEach(async () => {
  field = await openField();
  store = field.device('a');
});

afterEach(async () => {
  await field.server.close();
});

const alone = { bundleEntriesMax: 1 };

describe('a dry run', () => {
  it('says what would be done, and writes nothing anywhere', async () => {
    await edited(field, store, 'moved', 'same', 'there');
    field.server.put(patient('moved', ',"y":1'));
    field.server.put(patient('there', ',"x":1'));
    await write(store, 'new');
    await write(store, 'taken');
    field.server.put(patient('taken', ',"y":1'));
    await write(store, 'brief');
    await store.delete('Patient', 'brief', at);
    await write(store, 'ahead', ',"x":1');
    field.server.put(patient('ahead', ',"x":1'));
    await write(store, 'ahead', ',"x":2');
    field.server.put(patient('gone'));
    await field.download(store, 'Patient', '_id=gone');
    await store.delete('Patient', 'gone', at);
    const before = await dump(store);
    field.asked();
    const report = await field.upload(store, { dryRun: true });
    expect(outcomes(report).sort()).toEqual([
      'ahead would-update',
      'brief never-there',
      'gone would-delete',
      'moved conflict server-moved',
      'new would-create',
      'same would-update',
      'taken conflict exists',
      'there already-there',
    ]);
    expect(report).toMatchObject({ dryRun: true, changes: { uploaded: 0 } });
    expect(await dump(store)).toEqual(before);
    const asked = field.server.requests.filter(({ method }) => method !== 'GET');
    expect(asked.every(({ body }) => body.includes('"batch"') && !body.includes('PUT'))).toBe(true);
    const real = await field.upload(store);
    expect(real.outcomes).toEqual({
      uploaded: 4,
      'already-there': 1,
      conflict: 2,
      'never-there': 1,
    });
  });
});

describe('cut off', () => {
  it.each([
    ['alone', 1],
    ['together', 50],
  ])('S29: between the server’s commit and our record, sent %s', async (_title, entriesMax) => {
    await edited(field, store, 'a', 'b');
    await write(store, 'c', ',"x":1');
    const broken = new Proxy(store, {
      get(target, key) {
        if (key === 'recordUploaded') return () => Promise.reject(new Error('the power is gone'));
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    await expect(field.upload(broken, { bundleEntriesMax: entriesMax })).rejects.toThrow(/power/);
    const report = await field.upload(store, { bundleEntriesMax: entriesMax });
    expect(report.changes.left).toBe(0);
    expect(report.outcomes['already-there']).toBeGreaterThan(0);
    for (const id of ['a', 'b']) expect(field.server.history('Patient', id)).toHaveLength(2);
    expect(field.server.history('Patient', 'c')).toHaveLength(1);
  });

  it('cancelled in the middle of a write: unsettled, and settled by the next run', async () => {
    await edited(field, store, 'a', 'b', 'c');
    const { arrived, release } = waitingPatch(field);
    const cancel = new AbortController();
    const running = field.upload(store, { ...alone, signal: cancel.signal });
    await arrived;
    cancel.abort();
    const report = await running;
    release();
    expect(report.stopped).toMatchObject({ reason: 'cancelled' });
    expect(outcomes(report)).toEqual(['a unsettled', 'b not-tried', 'c not-tried']);
    expect(report.changes).toEqual({ uploaded: 0, alreadyThere: 0, displaced: 0, left: 3 });
    expect(outcomes(await field.upload(store))).toEqual([
      'a already-there',
      'b uploaded',
      'c uploaded',
    ]);
    expect(field.server.history('Patient', 'a')).toHaveLength(2);
  });

  it('cancelled before the first request: nothing is asked', async () => {
    await edited(field, store, 'a');
    const report = await field.upload(store, { signal: AbortSignal.abort() });
    expect(outcomes(report)).toEqual(['a not-tried']);
    expect(field.asked()).toEqual([]);
  });

  it('a server that cannot be reached ends the run, with all kept here', async () => {
    await edited(field, store, 'a', 'b');
    await field.server.close();
    const report = await field.upload(store);
    expect(report.stopped).toMatchObject({ reason: 'unreachable' });
    expect(report.stopped!.detail).toContain('ECONNREFUSED');
    expect(report.outcomes).toEqual({ unsettled: 2 });
    expect(await held(store)).toBe('1 [a1] {"x":1}');
    await field.server.listen();
  });

  it('a server that does nothing but fail is left alone after a while', async () => {
    const ids = Array.from({ length: 40 }, (_, n) => `p${n}`);
    await edited(field, store, ...ids);
    field.server.fail({ kind: 'answer', status: 500, diagnostics: 'oops' }, () => true, 1_000);
    const report = await field.upload(store);
    expect(report.stopped).toEqual({ reason: 'failing', detail: 'HTTP 500: oops' });
    expect(report.requests).toBeLessThanOrEqual(20);
    expect(report.changes).toEqual({ uploaded: 0, alreadyThere: 0, displaced: 0, left: 40 });
  });

  it.each([301, 307])('HTTP %i: changes are not carried elsewhere', async (status) => {
    await edited(field, store, 'a');
    const headers = { location: `${field.server.url}/Patient/b` };
    field.server.fail({ kind: 'answer', status, headers }, isPatch);
    expect((await field.upload(store)).stopped).toMatchObject({ reason: 'not-fhir' });
    expect(field.server.requests).toHaveLength(1);
  });

  it('an answer that is no FHIR says nothing of the resource', async () => {
    await write(store, 'a');
    const isGet = ({ method }: { method: string }): boolean => method === 'GET';
    field.server.fail({ kind: 'answer', status: 200 }, isGet);
    expect(outcomes(await field.upload(store))).toEqual(['a unsettled']);
    field.server.fail({ kind: 'answer', status: 403, diagnostics: 'not yours' }, isGet);
    const report = await field.upload(store);
    expect(report.problems.items).toMatchObject([{ detail: 'HTTP 403: not yours' }]);
    expect(field.server.history('Patient', 'a')).toEqual([]);
  });
});

describe('the token', () => {
  const token = 'very-secret-0123';

  it('goes with every request, and into no report', async () => {
    field.server.behaviour.token = token;
    await write(store, 'a');
    await write(store, 'b');
    const wrong = await field.upload(store, { token: 'wrong-secret' });
    expect(wrong.stopped).toMatchObject({ reason: 'unauthorized' });
    expect(wrong.outcomes).toEqual({ 'not-tried': 2 });
    const report = await field.upload(store, { token });
    expect(report.outcomes).toEqual({ uploaded: 2 });
    for (const one of [wrong, report]) expect(JSON.stringify(one)).not.toContain('secret');
  });

  it('does not travel in the clear to other machines, nor as two lines', async () => {
    const { createMemoryStore } = await import('../store/memory-store.ts');
    const settings = { serverUrl: 'http://fhir.example/r4', displayName: 'x' };
    const far = createMemoryStore(settings, (count) => new Uint8Array(count));
    await expect(field.upload(far, { token })).rejects.toThrow(/plain http/);
    await expect(field.upload(store, { token: 'a\r\nb: c' })).rejects.toThrow(/one word/);
    expect((await field.upload(far, { token, tokenOverHttp: true })).outcomes).toEqual({});
  });
});

describe('S39: the server', () => {
  it('is the one that the store belongs to, or nothing is asked of any', async () => {
    await write(store, 'a');
    const elsewhere = field.server.url.replace('127.0.0.1', 'localhost');
    await expect(field.upload(store, { server: elsewhere })).rejects.toThrow(/belongs to/);
    await expect(field.upload(store, { server: 'ftp://x' })).rejects.toThrow(/server/);
    await expect(field.upload(inMemory('b', ''))).rejects.toThrow(/no server/);
    await expect(field.download(inMemory('b', ''))).rejects.toThrow(/no server/);
    expect(field.asked()).toEqual([]);
    const same = `${field.server.url}/`;
    expect(outcomes(await field.upload(store, { server: same }))).toEqual(['a uploaded']);
  });
});
