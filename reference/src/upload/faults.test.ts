// Everything that can go wrong between a device and its server, with entries sent by themselves and
// together: what is applied is applied once, what is not is told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { edited } from './testing/edits.ts';
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
  expect(field.server.faultsLeft).toBe(0);
  await field.server.close();
});

const isWrite = ({ method, path }: { method: string; path: string }): boolean =>
  method === 'PATCH' || method === 'PUT' || method === 'DELETE' || path === '';
const isTransaction = ({ body }: { body: string }): boolean => body.includes('"transaction"');

/** Patients of the server, each edited here. */
describe.each([
  ['alone', 1],
  ['together', 50],
])('sent %s', (_title, bundleEntriesMax) => {
  const upload = () => field.upload(store, { bundleEntriesMax });

  it('a lost response is looked at, and nothing is sent twice', async () => {
    await edited(field, store, 'a', 'b');
    field.server.fail({ kind: 'lost-response' }, isWrite);
    const report = await upload();
    expect(report.changes).toMatchObject({ left: 0 });
    expect(report.outcomes['already-there']).toBe(bundleEntriesMax === 1 ? 1 : 2);
    for (const id of ['a', 'b']) {
      expect(field.server.history('Patient', id)).toHaveLength(2);
      expect(await held(store, id)).toBe('2 [] {"x":1}');
    }
    expect(field.server.requests.filter(isTransaction)).toHaveLength(
      bundleEntriesMax === 1 ? 0 : 1,
    );
  });

  it('a lost request is sent again, after a look', async () => {
    await edited(field, store, 'a', 'b');
    field.server.fail({ kind: 'lost-request' }, isWrite);
    expect(outcomes(await upload())).toEqual(['a uploaded', 'b uploaded']);
    expect(field.asked()).toEqual(
      bundleEntriesMax === 1
        ? [
            'PATCH Patient/a lost',
            'GET Patient/a 200',
            'PATCH Patient/a 200',
            'PATCH Patient/b 200',
          ]
        : ['POST / lost', 'POST / 200', 'POST / 200'],
    );
    expect(field.clock.waits).toEqual([500]);
  });

  it('a created resource whose answer was lost is not created again', async () => {
    await write(store, 'a', ',"x":1.0');
    await write(store, 'b');
    await write(store, 'b', ',"y":1');
    field.server.fail({ kind: 'lost-response' }, isWrite);
    expect((await upload()).changes).toMatchObject({ left: 0 });
    for (const id of ['a', 'b']) expect(field.server.history('Patient', id)).toHaveLength(1);
    expect(await held(store)).toBe('1 [] {"x":1}');
  });

  it('429: waits as long as asked, and goes on', async () => {
    await edited(field, store, 'a', 'b');
    const headers = { 'retry-after': '7' };
    field.server.fail({ kind: 'answer', status: 429, headers, diagnostics: 'slow' }, isWrite, 2);
    expect((await upload()).outcomes).toEqual({ uploaded: 2 });
    expect(field.clock.waits).toEqual([7000, 7000]);
    for (const id of ['a', 'b']) expect(field.server.history('Patient', id)).toHaveLength(2);
  });

  it('429: a moment to wait for is read by the server’s clock', async () => {
    await edited(field, store, 'a');
    const headers = {
      date: 'Wed, 01 May 2024 12:00:00 GMT',
      'retry-after': 'Wed, 01 May 2024 12:00:09 GMT',
    };
    field.server.fail({ kind: 'answer', status: 429, headers, diagnostics: 'slow' }, isWrite);
    await upload();
    expect(field.clock.waits).toEqual([9000]);
  });

  it.each([
    ['asked to wait an hour', { 'retry-after': '3600' }, 1, []],
    ['refused again and again', {}, 5, [500, 1000, 2000, 4000]],
  ])('429: %s, the run ends and says so', async (_name, headers, times, waits) => {
    await edited(field, store, 'a', 'b');
    field.server.fail(
      { kind: 'answer', status: 429, headers, diagnostics: 'slow' },
      isWrite,
      times,
    );
    const report = await upload();
    expect(report.stopped).toMatchObject({ reason: 'busy' });
    expect(report.changes).toEqual({ uploaded: 0, alreadyThere: 0, displaced: 0, left: 2 });
    expect(field.clock.waits).toEqual(waits);
    expect((await upload()).outcomes).toEqual({ uploaded: 2 });
  });

  it('500: looked at, and sent again', async () => {
    await edited(field, store, 'a', 'b');
    field.server.fail({ kind: 'answer', status: 500, diagnostics: 'oops' }, isWrite);
    expect((await upload()).outcomes).toEqual({ uploaded: 2 });
    for (const id of ['a', 'b']) expect(field.server.history('Patient', id)).toHaveLength(2);
  });

  it('500 for one resource, always: it is reported, the others go', async () => {
    await edited(field, store, 'a', 'b', 'c');
    const speaksOfB = ({ method, path, body }: Parameters<typeof isWrite>[0] & { body: string }) =>
      method !== 'GET' &&
      (path === 'Patient/b' || (isTransaction({ body }) && body.includes('/b"')));
    const times = bundleEntriesMax === 1 ? 5 : 4 + 5;
    field.server.fail({ kind: 'answer', status: 500, diagnostics: 'oops' }, speaksOfB, times);
    const report = await upload();
    expect(report.outcomes).toEqual({ uploaded: 2, refused: 1 });
    expect(report.problems.items).toMatchObject([
      { resourceId: 'b', detail: 'HTTP 500: oops', changes: [{ type: 'UPDATE' }], uploaded: 0 },
    ]);
    expect(await held(store, 'b')).toBe('1 [a2] {"x":1}');
  });

  it('422: the one resource is found and told with the server’s words, the others go', async () => {
    for (let number = 0; number < 9; number += 1) await write(store, `p${number}`);
    field.server.behaviour.objection = (content) =>
      content.get('id') === 'p6' ? 'no such patients here' : undefined;
    const report = await upload();
    expect(report.outcomes).toEqual({ uploaded: 8, refused: 1 });
    expect(report.problems).toMatchObject({
      items: [{ resourceId: 'p6', detail: 'HTTP 422: no such patients here' }],
      more: 0,
    });
    expect(report.changes).toEqual({ uploaded: 8, alreadyThere: 0, displaced: 0, left: 1 });
    field.server.behaviour.objection = () => undefined;
    expect((await upload()).outcomes).toEqual({ uploaded: 1 });
  });

  it('412: the one that moved is told, the others go', async () => {
    await edited(field, store, 'a', 'b', 'c');
    field.server.put(patient('b', ',"z":1'));
    const report = await upload();
    expect(report.outcomes).toEqual({ uploaded: 2, conflict: 1 });
    expect(report.problems.items).toMatchObject([
      { resourceId: 'b', conflict: 'server-moved', versionId: '2' },
    ]);
    expect(bare(field.server.current('Patient', 'b'))).toBe('{"z":1}');
  });

  it.each([409, 412])('%i without a reason that a look would show is a refusal', async (status) => {
    await edited(field, store, 'a');
    field.server.fail({ kind: 'answer', status, diagnostics: 'not now' }, isWrite);
    const report = await upload();
    expect(report.problems.items).toMatchObject([{ detail: `HTTP ${status}: not now` }]);
    expect(field.server.requests.filter(isWrite)).toHaveLength(1);
    expect((await upload()).outcomes).toEqual({ uploaded: 1 });
  });

  it('no ETag and no content in the answers: it reads what the server made of it', async () => {
    field.server.behaviour.representation = false;
    field.server.behaviour.etags = 'none';
    await edited(field, store, 'a', 'b');
    await write(store, 'c');
    await store.delete('Patient', 'b', at);
    expect((await upload()).outcomes).toEqual({ uploaded: 3 });
    expect(await held(store)).toBe('2 [] {"x":1}');
    expect(await held(store, 'b')).toBe('2 [] deleted');
    expect(await held(store, 'c')).toBe('1 [] {}');
  });

  it('strong ETags: If-Match is written as this server writes them', async () => {
    field.server.behaviour.etags = 'strong';
    await edited(field, store, 'a', 'b', 'c');
    expect((await upload()).outcomes).toEqual({ uploaded: 3 });
    const last = field.server.requests.filter(({ method }) => method === 'PATCH').at(-1)!;
    expect(last.headers['if-match']).toBe('"1"');
  });

  it('the server alters what it is given: its octets are ours from then on', async () => {
    field.server.behaviour.alter = (content) => new Map(content).set('language', 'fr');
    await write(store, 'a', ',"x":1');
    await write(store, 'b', ',"x":1');
    await upload();
    expect(await held(store)).toBe('1 [] {"x":1,"language":"fr"}');
    await write(store, 'a', ',"language":"fr","x":2');
    expect((await upload()).outcomes).toEqual({ uploaded: 1 });
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"x":2,"language":"fr"}');
  });

  it('altered, and the answer lost: nothing is sent twice, a person is asked', async () => {
    await edited(field, store, 'a', 'b');
    field.server.behaviour.alter = (content) => new Map(content).set('language', 'fr');
    field.server.fail({ kind: 'lost-response' }, isWrite);
    const report = await upload();
    expect(report.outcomes.conflict).toBe(bundleEntriesMax === 1 ? 1 : 2);
    for (const id of ['a', 'b']) expect(field.server.history('Patient', id)).toHaveLength(2);
  });

  it('meta.source that servers set by themselves is no difference', async () => {
    let request = 0;
    field.server.behaviour.alter = (content) => {
      request += 1;
      const meta = new Map([['source', `#r${request}`]]);
      return new Map(content).set('meta', meta);
    };
    await edited(field, store, 'a', 'b');
    field.server.fail({ kind: 'lost-response' }, isWrite);
    expect((await upload()).changes.left).toBe(0);
    for (const id of ['a', 'b']) expect(field.server.history('Patient', id)).toHaveLength(2);
  });

  it('an answer that takes too long is a lost one', async () => {
    await edited(field, store, 'a', 'b');
    let arrived = (): void => undefined;
    const asked = new Promise<void>((resolve) => (arrived = resolve));
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    const timeouts: AbortController[] = [];
    const clock = {
      wait: async () => undefined,
      now: () => new Date(0),
      timeout: () => {
        timeouts.push(new AbortController());
        return timeouts.at(-1)!.signal;
      },
    };
    field.server.fail({ kind: 'slow', until }, (request) => {
      if (isWrite(request)) arrived();
      return isWrite(request);
    });
    const running = field.upload(store, { bundleEntriesMax, clock });
    await asked;
    timeouts.at(-1)!.abort();
    const report = await running;
    release();
    expect(report.changes.left).toBe(0);
    expect(report.outcomes['already-there']).toBe(bundleEntriesMax === 1 ? 1 : 2);
    for (const id of ['a', 'b']) expect(field.server.history('Patient', id)).toHaveLength(2);
  });
});
