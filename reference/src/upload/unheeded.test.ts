// Servers that do not do all that a request asks for, as HAPI's JPA server does not: what cannot be
// prevented there is told. Each behaviour was seen in `npm run test:hapi`.
import { afterEach, describe, expect, it } from 'vitest';
import type { Behaviour, SeenRequest } from '../../testing/fhir-server/behaviour.ts';
import { asDoubles } from '../../testing/fhir-server/doubles.ts';
import type { Store } from '../store/store.ts';
import { text } from '../sync/testing/entries.ts';
import { at, held, openField, outcomes, patient, write, type Field } from './testing/field.ts';

const likeHapi: Partial<Behaviour> = {
  createOnly: false,
  ifMatchOnDelete: false,
  staleStatus: 409,
  deletionInstants: 'words',
};

let field: Field;
let store: Store;

async function open(...ids: string[]): Promise<void> {
  field = await openField(likeHapi);
  store = field.device('a');
  for (const id of ids) field.server.put(patient(id));
  if (ids.length > 0) await field.download(store);
}

afterEach(async () => {
  await field.server.close();
});

/** Something happens at the server just before the first request that matches is done. */
function justBefore(matches: (request: SeenRequest) => boolean, act: () => void): void {
  let isDone = false;
  field.server.fail({ kind: 'no-etag' }, (request) => {
    if (!isDone && matches(request)) {
      isDone = true;
      act();
    }
    return false;
  });
}

const writes =
  (method: string) =>
  (request: SeenRequest): boolean =>
    request.method === method || request.body.includes(`"${method}"`);

describe.each([1, 50])('%i at once', (bundleEntriesMax) => {
  it('S11: a deletion is not sent to where others changed the resource', async () => {
    await open('a', 'b');
    for (const id of ['a', 'b']) await store.delete('Patient', id, at);
    field.server.put(patient('a', ',"x":1'));
    const report = await field.upload(store, { bundleEntriesMax });
    expect(outcomes(report).sort()).toEqual(['a conflict delete-against-edit', 'b uploaded']);
    expect(field.server.current('Patient', 'a')).toContain('"x":1');
  });

  it('a deletion that took more than was seen is told, and needs a person', async () => {
    await open('a', 'b');
    for (const id of ['a', 'b']) await store.delete('Patient', id, at);
    const change = (): unknown => field.server.put(patient('b', ',"x":1'));
    justBefore(writes('DELETE'), change);
    const report = await field.upload(store, { bundleEntriesMax });
    expect(report.outcomes).toEqual({ uploaded: 2 });
    expect(report.problems.items).toMatchObject([
      { resourceId: 'b', versionId: '3', overran: '2', recorded: 'settled' },
    ]);
    expect(report.problems.items[0]?.detail).toContain('version 2');
  });

  it('a creation that went over another one is told, and needs a person', async () => {
    await open();
    for (const id of ['a', 'b']) await write(store, id, ',"x":1');
    justBefore(writes('PUT'), () => field.server.put(patient('a', ',"y":1')));
    const report = await field.upload(store, { bundleEntriesMax });
    expect(report.outcomes).toEqual({ uploaded: 2 });
    expect(report.problems.items).toMatchObject([{ resourceId: 'a', overran: '1' }]);
    expect(await held(store)).toBe('2 [] {"x":1}');
  });

  it('S11: a deletion whose answer was lost is told of in the same way', async () => {
    await open('a', 'b');
    for (const id of ['a', 'b']) await store.delete('Patient', id, at);
    justBefore(writes('DELETE'), () => field.server.put(patient('b', ',"x":1')));
    field.server.fail({ kind: 'lost-response' }, writes('DELETE'), 2);
    const report = await field.upload(store, { bundleEntriesMax });
    expect(report.outcomes).toEqual({ 'already-there': 2 });
    expect(report.problems.items).toMatchObject([
      { resourceId: 'b', versionId: '3', overran: '2', recorded: 'settled' },
    ]);
    expect(report.problems.items[0]?.detail).toMatch(/answer was lost.*may have.*version 2, /);
    expect((await field.upload(store)).requests).toBe(0);
  });

  it('so is a creation whose answer was lost', async () => {
    await open();
    for (const id of ['a', 'b']) await write(store, id, ',"x":1');
    justBefore(writes('PUT'), () => field.server.put(patient('a', ',"y":1')));
    field.server.fail({ kind: 'lost-response' }, writes('PUT'), 2);
    const report = await field.upload(store, { bundleEntriesMax });
    expect(report.outcomes).toEqual({ 'already-there': 2 });
    expect(report.problems.items).toMatchObject([{ resourceId: 'a', overran: '1' }]);
  });

  it('a creation on which others went on before anybody looked went over nothing', async () => {
    await open();
    for (const id of ['a', 'b']) await write(store, id, ',"x":1');
    field.server.fail({ kind: 'lost-response' }, writes('PUT'), 2);
    justBefore(
      () => field.server.history('Patient', 'a').length === 1,
      () => field.server.put(patient('a', ',"x":1,"y":1')),
    );
    const report = await field.upload(store, { bundleEntriesMax });
    expect(report.outcomes).toEqual({ 'already-there': 2 });
    expect(report.problems.items).toEqual([]);
    expect(await held(store)).toBe('2 [] {"x":1,"y":1}');
  });

  it('a deletion that was refused, and done by others, went over nothing of ours', async () => {
    await open('a', 'b');
    field.server.behaviour.ifMatchOnDelete = true;
    for (const id of ['a', 'b']) await store.delete('Patient', id, at);
    justBefore(writes('DELETE'), () => {
      field.server.put(patient('b', ',"x":1'));
      field.server.delete('Patient', 'b');
    });
    const report = await field.upload(store, { bundleEntriesMax });
    expect(outcomes(report).sort()).toEqual(['a uploaded', 'b already-there']);
    expect(report.problems.items).toEqual([]);
  });

  it('S13: the instant of a deletion is taken from a 410 where the history has none', async () => {
    await open('a', 'b');
    for (const id of ['a', 'b']) await store.delete('Patient', id, at);
    const report = await field.upload(store, { bundleEntriesMax });
    expect(report.outcomes).toEqual({ uploaded: 2 });
    expect(report.problems.items).toEqual([]);
    for (const id of ['a', 'b']) {
      const { base, changes } = (await store.get('Patient', id))!.payload;
      expect([base!.versionId, changes]).toEqual(['2', []]);
      expect(base!.lastUpdated).toMatch(/^2024-01-01T00:00:0[34]\.000Z$/);
    }
    expect((await field.upload(store)).requests).toBe(0);
  });

  it('S16: 409 in place of 412 is a version that moved', async () => {
    await open('a', 'b');
    for (const id of ['a', 'b']) await write(store, id, ',"x":1');
    justBefore(writes('PATCH'), () => field.server.put(patient('a', ',"y":1')));
    const report = await field.upload(store, { bundleEntriesMax });
    expect(outcomes(report).sort()).toEqual(['a conflict server-moved', 'b uploaded']);
    expect(field.server.current('Patient', 'a')).toContain('"y":1');
  });
});

describe('a server that reads numbers into doubles', () => {
  it('S35: holds our change all the same, whether or not it could say so', async () => {
    await open();
    field.server.put(patient('a', ',"n":1.10,"m":12345678901234567890.12'));
    await field.download(store);
    field.server.behaviour.patchedNumbers = 'doubles';
    await write(store, 'a', ',"n":1.10,"m":12345678901234567890.12,"x":1');
    field.server.fail({ kind: 'lost-response' }, ({ method }) => method === 'PATCH');
    const { items } = (await field.upload(store)).resources;
    expect(items).toMatchObject([{ outcome: 'already-there', altered: true }]);
    expect(field.server.history('Patient', 'a')).toHaveLength(2);
    expect(text((await store.get('Patient', 'a'))!.payload.resource)).toContain('"n":1.1,');
  });

  it('S35: is told to have altered what was sent', async () => {
    await open();
    field.server.behaviour.alter = asDoubles;
    await write(store, 'a', ',"n":1.10');
    await write(store, 'b', ',"n":1.1');
    const { items } = (await field.upload(store)).resources;
    expect(items.map(({ resourceId, altered }) => [resourceId, altered])).toEqual([
      ['a', true],
      ['b', undefined],
    ]);
  });

  it('an edit of a number’s text alone is not taken for being there', async () => {
    await open();
    field.server.put(patient('a', ',"n":1.1'));
    await field.download(store);
    await store.update(
      Buffer.from(text((await store.get('Patient', 'a'))!.payload.resource).replace('1.1', '1.10')),
      at,
    );
    // The same content again, as a new version.
    field.server.put(patient('a', ',"n":1.1'));
    expect(outcomes(await field.upload(store))).toEqual(['a uploaded']);
    expect(field.server.current('Patient', 'a')).toContain('"n":1.10');
  });
});
