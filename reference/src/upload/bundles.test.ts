// Transactions: what goes together, and what an upload learns of a server that takes less.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { octets, text } from '../sync/testing/entries.ts';
import { at, bare, openField, outcomes, patient, write, type Field } from './testing/field.ts';

let field: Field;
let store: Store;

beforeEach(async () => {
  field = await openField();
  store = field.device('a');
});

afterEach(async () => {
  await field.server.close();
});

const bundleSizes = (): number[] =>
  field.server.requests
    .filter(({ body }) => body.includes('"transaction"'))
    .map(({ body }) => (JSON.parse(body) as { entry: unknown[] }).entry.length);
const named = (count: number): string[] => Array.from({ length: count }, (_, n) => `p${n}`);

async function edited(ids: readonly string[]): Promise<void> {
  for (const id of ids) field.server.put(patient(id));
  await field.download(store);
  for (const id of ids) await write(store, id, ',"x":1');
  field.asked();
}

it('creates, updates and deletes go together, each kind in turn, with preconditions', async () => {
  await edited(['u1', 'u2', 'd1', 'd2']);
  for (const id of ['d1', 'd2']) await store.delete('Patient', id, at);
  for (const id of ['c1', 'c2']) await write(store, id, ',"n":1.50');
  expect((await field.upload(store)).outcomes).toEqual({ uploaded: 6 });
  const bundles = field.server.requests
    .filter(({ body }) => body.includes('"transaction"'))
    .map(({ body }) => JSON.parse(body) as { entry: { request: object }[] })
    .map(({ entry }) => entry.map(({ request }) => request));
  expect(bundles).toEqual([
    ['c1', 'c2'].map((id) => ({ method: 'PUT', url: `Patient/${id}`, ifNoneMatch: '*' })),
    ['u1', 'u2'].map((id) => ({ method: 'PATCH', url: `Patient/${id}`, ifMatch: 'W/"1"' })),
    ['d2', 'd1'].map((id) => ({ method: 'DELETE', url: `Patient/${id}`, ifMatch: 'W/"1"' })),
  ]);
  // A look at creates and deletes, three transactions; of deletions the history tells the rest.
  expect(field.asked()).toEqual([
    ...Array.from({ length: 5 }, () => 'POST / 200'),
    'GET Patient/d2/_history?_count=2 200',
    'GET Patient/d1/_history?_count=2 200',
  ]);
  expect(field.server.current('Patient', 'c1')).toContain('"n":1.50');
  expect(text((await store.get('Patient', 'd1'))!.payload.resource)).toBe('');
});

it('goes in groups of the size asked for', async () => {
  await edited(named(7));
  await field.upload(store, { bundleEntriesMax: 3 });
  expect(bundleSizes()).toEqual([3, 3]);
  expect(field.asked().at(-1)).toBe('PATCH Patient/p6 200');
  await write(store, 'big1', `,"x":"${'x'.repeat(600)}"`);
  await write(store, 'big2', `,"x":"${'x'.repeat(600)}"`);
  await field.upload(store, { bundleOctetsMax: 1000 });
  expect(bundleSizes()).toEqual([]);
});

it('413: learns the size that the server takes', async () => {
  field.server.behaviour.bundleEntriesMax = 4;
  await edited(named(24));
  expect((await field.upload(store, { bundleEntriesMax: 12 })).outcomes).toEqual({ uploaded: 24 });
  expect(bundleSizes()).toEqual([12, 6, 3, 3, 3, 3, 3, 3, 3, 3]);
  for (const id of named(24)) expect(field.server.history('Patient', id)).toHaveLength(2);
});

it('a server that takes no PATCH in a transaction gets patches alone', async () => {
  field.server.behaviour.patchInBundles = false;
  await edited(named(6));
  expect((await field.upload(store)).outcomes).toEqual({ uploaded: 6 });
  expect(bundleSizes()).toEqual([6, 3, 2]);
  for (const id of named(6)) expect(field.server.history('Patient', id)).toHaveLength(2);
  field.asked();
  await edited([...named(3), 'd1', 'd2', 'd3']);
  for (const id of ['d1', 'd2', 'd3']) await store.delete('Patient', id, at);
  for (const id of ['c1', 'c2', 'c3']) await write(store, id);
  await field.upload(store, { bundleEntriesMax: 3 });
  expect(bundleSizes()).toEqual([3, 3, 2, 3]);
});

it('a server without any Bundle gets everything alone', async () => {
  field.server.fail({ kind: 'answer', status: 405 }, ({ path }) => path === '', 1_000);
  await edited(named(3));
  await write(store, 'c1');
  await write(store, 'c2');
  expect((await field.upload(store)).outcomes).toEqual({ uploaded: 5 });
  expect(field.asked().filter((line) => line.startsWith('POST'))).toHaveLength(2);
});

it('several bad ones among many: each is found, nothing is applied twice', async () => {
  const bad = ['p3', 'p4', 'p17', 'p30'];
  for (const id of named(31)) await write(store, id);
  field.server.behaviour.objection = (content) =>
    bad.some((id) => content.get('id') === id) ? 'bad' : undefined;
  const report = await field.upload(store);
  expect(report.outcomes).toEqual({ uploaded: 27, refused: 4 });
  expect(report.problems.items.map(({ resourceId }) => resourceId)).toEqual(bad);
  for (const id of named(31)) {
    expect(field.server.history('Patient', id)).toHaveLength(bad.includes(id) ? 0 : 1);
  }
});

describe('order', () => {
  const visit = (id: string, subject: string): Uint8Array =>
    octets(
      `{"resourceType":"Encounter","id":"${id}",` + `"subject":{"reference":"Patient/${subject}"}}`,
    );

  beforeEach(() => {
    field.server.behaviour.referencesChecked = true;
  });

  it('what is referred to is created first and deleted last', async () => {
    await store.create(visit('e', 'a'), at);
    await write(store, 'a');
    const alone = { bundleEntriesMax: 1 };
    expect(outcomes(await field.upload(store, alone))).toEqual(['a uploaded', 'e uploaded']);
    await store.delete('Patient', 'a', at);
    await store.delete('Encounter', 'e', at);
    expect(outcomes(await field.upload(store, alone))).toEqual(['e uploaded', 'a uploaded']);
    expect(field.server.current('Patient', 'a')).toBeUndefined();
  });

  it('a cycle goes in one transaction', async () => {
    const link = (to: string): string => `,"link":[{"other":{"reference":"Patient/${to}"}}]`;
    await write(store, 'a', link('b'));
    await write(store, 'b', link('a'));
    expect((await field.upload(store)).outcomes).toEqual({ uploaded: 2 });
    expect(bare(field.server.current('Patient', 'a'))).toContain('Patient/b');
  });

  it('a chain as long as the store needs no deep stack', async () => {
    const ids = named(3_000);
    const resources = ids.map((id, n) =>
      octets(patient(id, `,"link":[{"other":{"reference":"Patient/p${n + 1}"}}]`)),
    );
    await store.createAll([...resources, octets(patient('p3000'))], at);
    const report = await field.upload(store, { bundleEntriesMax: 500 });
    expect(report.outcomes).toEqual({ uploaded: 3_001 });
    expect(report.resources).toMatchObject({ more: 2_001 });
    expect(report.resources.items[0]).toMatchObject({ resourceId: 'p3000' });
  });
});
