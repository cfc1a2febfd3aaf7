// Several edits as one patch, by either way: the server ends as if each had been sent by itself.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalOutsideServerMeta, type JsonValue } from '../fhir/json-value.ts';
import type { Store } from '../store/store.ts';
import { sync } from '../sync/testing/devices.ts';
import { octets } from '../sync/testing/entries.ts';
import { at, bare, openField, outcomes, patient, write, type Field } from './testing/field.ts';
import type { Squash } from './upload-step.ts';

const ways: readonly Squash[] = ['concatenate', 'diff'];
const bodies = (field: Field): string[] =>
  field.server.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body);

async function prepared(field: Field, rest: string): Promise<Store> {
  field.server.put(patient('a', rest));
  const store = field.device('a');
  await field.download(store);
  return store;
}

const valueOf = (resource: string): JsonValue => {
  const value = parseLossless(octets(resource));
  if (isEntryFault(value)) throw new Error(value.detail);
  return value;
};

// Arrays whose elements move, members that come and go, numbers that a double would alter.
const content = fc.record(
  {
    t: fc.array(fc.constantFrom('"u"', '"v"', '{"x":1.10}', '{"x":1.1}', '2'), { maxLength: 5 }),
    n: fc.constantFrom('1.0', '1.00', '12345678901234567890'),
    o: fc.constantFrom('{}', '{"a/b":1}', '{"~":{"c":[1]}}'),
  },
  { requiredKeys: [] },
);
const asRest = ({ t, n, o }: { t?: string[]; n?: string; o?: string }): string =>
  [t && `,"t":[${t.join()}]`, n && `,"n":${n}`, o && `,"o":${o}`].filter(Boolean).join('');

it('any edits: squashed by either way they lead where the sequence leads', async () => {
  const reached = { several: 0, shorter: 0 };
  const edits = fc.array(content.map(asRest), { minLength: 2, maxLength: 6 });
  const property = fc.asyncProperty(content.map(asRest), edits, async (before, list) => {
    const ends: string[] = [];
    const patches: string[] = [];
    for (const way of ['sequence', ...ways] as const) {
      const field = await openField();
      const store = await prepared(field, before);
      for (const edit of list) {
        await write(store, 'a', edit);
        if (way === 'sequence') await field.upload(store);
      }
      const squash = way === 'sequence' ? 'concatenate' : way;
      await field.upload(store, { squash });
      ends.push(field.server.current('Patient', 'a') ?? 'null');
      patches.push(bodies(field).join());
      if (way !== 'sequence') expect(bodies(field).length).toBeLessThanOrEqual(1);
      expect((await store.get('Patient', 'a'))!.payload.changes).toEqual([]);
      await field.server.close();
    }
    const [sequence, ...squashed] = ends.map(valueOf);
    for (const end of squashed) expect(equalOutsideServerMeta(end, sequence!)).toBe(true);
    if (patches[0] !== patches[1]) reached.several += 1;
    if (patches[2]!.length < patches[1]!.length) reached.shorter += 1;
  });
  await fc.assert(property, { numRuns: 60, seed: 20_240_503 });
  expect(reached.several).toBeGreaterThan(20);
  expect(reached.shorter).toBeGreaterThan(20);
});

it('S7: an element that moved is the element that was meant', async () => {
  for (const squash of ways) {
    const field = await openField();
    const store = await prepared(field, ',"t":["a","b","c"]');
    await write(store, 'a', ',"t":["b","c"]');
    await write(store, 'a', ',"t":["b","x"]');
    expect(outcomes(await field.upload(store, { squash }))).toEqual(['a uploaded']);
    expect(bare(field.server.current('Patient', 'a'))).toBe('{"t":["b","x"]}');
    await field.server.close();
  }
});

it('concatenate sends every operation; diff the difference, or nothing', async () => {
  const field = await openField();
  const store = await prepared(field, ',"n":1');
  for (const rest of [',"n":2', ',"n":3']) await write(store, 'a', rest);
  await field.upload(store);
  for (const rest of [',"n":4', ',"n":5']) await write(store, 'a', rest);
  await field.upload(store, { squash: 'diff' });
  expect(bodies(field).map((body) => (JSON.parse(body) as object[]).length)).toEqual([2, 1]);
  for (const rest of [',"n":6', ',"n":5']) await write(store, 'a', rest);
  field.asked();
  const report = await field.upload(store, { squash: 'diff' });
  expect(report.resources.items).toMatchObject([{ outcome: 'already-there', alreadyThere: 2 }]);
  expect(field.asked()).toEqual(['GET Patient/a 200']);
  await field.server.close();
});

it('S43: diff is concatenation where the base never was here; authors stay', async () => {
  const field = await openField();
  const store = await prepared(field, ',"n":1');
  for (const rest of [',"n":2', ',"n":3']) await write(store, 'a', rest);
  const carrier = field.device('b');
  await sync(store, carrier);
  await carrier.update(octets(patient('a', ',"n":3,"o":{}')), at);
  const report = await field.upload(carrier, { squash: 'diff' });
  expect(bodies(field).map((body) => (JSON.parse(body) as object[]).length)).toEqual([3]);
  const hex = (one: Store): string => Buffer.from(one.replicaId).toString('hex');
  expect(report.resources.items).toMatchObject([{ authors: [hex(store), hex(carrier)] }]);
  await field.server.close();
});
