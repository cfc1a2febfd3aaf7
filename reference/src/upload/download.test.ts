// A starting set from a real server: pages stored octet for octet, nothing of ours overwritten.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { text } from '../sync/testing/entries.ts';
import { held, openField, patient, write, type Field } from './testing/field.ts';

let field: Field;
let store: Store;

beforeEach(async () => {
  field = await openField();
  store = field.device('a');
});

afterEach(async () => {
  await field.server.close();
});

it('S18, S35: pages to the end, octets as the server sent them, no local change', async () => {
  for (const id of ['a', 'b', 'c', 'd', 'e']) {
    field.server.put(patient(id, ',"x":1.10,"y":12345678901234567890'));
  }
  field.server.delete('Patient', 'd');
  const report = await field.download(store, 'Patient', '_count=2');
  expect(report).toEqual({
    server: field.server.url,
    type: 'Patient',
    requests: 2,
    pages: 2,
    results: { imported: 4 },
    refused: { items: [], more: 0 },
  });
  for (const id of ['a', 'b', 'c', 'e']) {
    const { payload } = (await store.get('Patient', id))!;
    expect(text(payload.resource)).toBe(field.server.current('Patient', id));
    expect(payload).toMatchObject({ base: { versionId: '1' }, changes: [] });
  }
  expect(await field.download(store)).toMatchObject({ results: { unchanged: 4 }, pages: 1 });
  expect(field.asked().at(-1)).toBe('GET Patient?_count=200 200');
});

it('takes what the search finds, and tells its progress', async () => {
  for (const id of ['a', 'b', 'c']) field.server.put(patient(id));
  const { download } = await import('./download.ts');
  const seen: unknown[] = [];
  const query = '_id=a,c&_count=1';
  const onProgress = (progress: unknown): void => void seen.push(progress);
  await download({ store, type: 'Patient', query, onProgress });
  expect(seen).toEqual([
    { pages: 1, resources: 1, total: 2 },
    { pages: 2, resources: 2, total: 2 },
  ]);
  expect(await store.get('Patient', 'b')).toBeUndefined();
});

it('leaves what was changed here alone', async () => {
  field.server.put(patient('a'));
  await field.download(store);
  await write(store, 'a', ',"x":1');
  field.server.put(patient('a', ',"y":1'));
  field.server.put(patient('b'));
  expect(await field.download(store)).toMatchObject({
    results: { 'kept-local-changes': 1, imported: 1 },
  });
  expect(await held(store)).toBe('1 [a1] {"x":1}');
});

it('names what the store cannot take, and stores the rest', async () => {
  field.server.put(patient('a'));
  field.server.put(patient('b/c'));
  field.server.put(patient('d'));
  const report = await field.download(store);
  expect(report.results).toEqual({ imported: 2 });
  expect(report.refused).toMatchObject({ items: [{ where: 'page 1' }], more: 0 });
});

it('ends where the server refuses, with its words, and keeps the pages before', async () => {
  expect((await field.download(store, 'Patient', 'name=x')).stopped).toEqual({
    reason: 'not-fhir',
    detail: 'HTTP 400: the parameter name is not supported',
  });
  for (const id of ['a', 'b']) field.server.put(patient(id));
  const isSecond = ({ path }: { path: string }): boolean => path.includes('_offset');
  field.server.fail({ kind: 'lost-response' }, isSecond, 5);
  const report = await field.download(store, 'Patient', '_count=1');
  expect(report).toMatchObject({ stopped: { reason: 'unreachable' }, pages: 1 });
  expect(field.clock.waits).toEqual([500, 1000, 2000, 4000]);
  expect((await field.download(store, 'Patient', '_count=1')).results).toEqual({
    unchanged: 1,
    imported: 1,
  });
  await expect(field.download(store, 'patient')).rejects.toThrow(/no resource type/);
});

it('follows no link to another server, and no circle', async () => {
  const page = (url: string): string =>
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'searchset',
      link: [{ relation: 'next', url }],
      entry: [
        { resource: JSON.parse(patient('a', ',"meta":{"versionId":"1"}')) as unknown },
        {
          resource: { resourceType: 'OperationOutcome', id: 'w', meta: { versionId: '1' } },
          search: { mode: 'outcome' },
        },
      ],
    });
  const answer = (url: string): void =>
    field.server.fail({ kind: 'answer', status: 200, body: page(url) });
  answer('http://127.0.0.1:9/fhir?page=2');
  expect(await field.download(store)).toMatchObject({
    stopped: { reason: 'not-fhir', detail: expect.stringContaining('leads away') as string },
    results: { imported: 1 },
  });
  answer(`${field.server.url}?page=2`);
  answer(`${field.server.url}?page=2`);
  expect((await field.download(store)).stopped!.detail).toContain('circle');
  expect(field.server.requests).toHaveLength(3);
  expect(await store.get('OperationOutcome', 'w')).toBeUndefined();
});
