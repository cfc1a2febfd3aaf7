// What a device records about its own edits is what a peer would accept, and leads to the content.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replay } from '../fhir/change-list.ts';
import { checkEntry } from '../fhir/entry-check.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { equalOutsideServerMeta, type JsonValue } from '../fhir/json-value.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { UsageError } from '../wire/violation.ts';
import { createMemoryStore } from './memory-store.ts';
import type { StoredEntry } from './store.ts';
import { at, countingOctets, octets, patient, settings, text, version } from './testing/samples.ts';

const keys = fc.constantFrom('a', 'b', 'a/b', '~', '', '0', 'meta');
const leaf = fc.constantFrom(
  'null',
  'true',
  '1',
  '1.0',
  '1.10',
  '"x"',
  '""',
  '18446744073709551617',
);
const { value } = fc.letrec<{ value: string; list: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 3, depthSize: 'small' }, leaf, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join()}]`),
  object: fc
    .uniqueArray(fc.tuple(keys, tie('value')), { maxLength: 4, selector: ([key]) => key })
    .map((members) => `{${members.map(([key, item]) => `${JSON.stringify(key)}:${item}`).join()}}`),
}));
const tags = fc.constantFrom('', '"tag":[{"code":"a"}]', '"tag":[]', '"profile":["p"],"tag":[{}]');
const body = fc.uniqueArray(fc.tuple(fc.constantFrom('name', 'x', 'y~1/'), value), {
  maxLength: 3,
  selector: ([key]) => key,
});

/** Patient/p; `served` gives it the server's part of meta, which an app may or may not keep. */
const resource = (served: fc.Arbitrary<boolean>): fc.Arbitrary<string> =>
  fc.tuple(served, tags, fc.boolean(), body).map(([fromServer, tag, hasMeta, members]) => {
    const server = fromServer ? '"versionId":"1","lastUpdated":"2024-01-01T00:00:00Z"' : '';
    const meta = [server, tag].filter((part) => part !== '').join();
    const parts = members.map(([key, item]) => `,${JSON.stringify(key)}:${item}`);
    if (fromServer || hasMeta || meta !== '') parts.unshift(`,"meta":{${meta}}`);
    return patient('p', parts.join(''));
  });

const start = fc.oneof(
  resource(fc.constant(true)).map((first) => ({ imported: true, first })),
  resource(fc.boolean()).map((first) => ({ imported: false, first })),
);

const content = (bytes: Uint8Array): JsonValue => {
  const parsed = parseLossless(bytes);
  if (isEntryFault(parsed)) throw new Error(parsed.detail);
  return parsed;
};

/** PSP-CHG-9 and PSP-CHG-10 at the author: the changes lead from the base to the resource. */
function expectWhole({ payload, baseResource }: StoredEntry): void {
  expect(checkEntry(payload)).toBeUndefined();
  const start = payload.base === undefined ? undefined : content(baseResource ?? payload.resource);
  const end = replay(payload.changes, start);
  expect(isEntryFault(end)).toBe(false);
  if (payload.resource.length === 0) expect(end).toBeUndefined();
  else expect(equalOutsideServerMeta(end as JsonValue, content(payload.resource))).toBe(true);
}

describe('local changes', () => {
  it('PSP-CHG-6, PSP-CHG-8, PSP-CHG-9: any edits make an entry that a peer accepts', async () => {
    let updates = 0;
    const property = fc.asyncProperty(
      start,
      fc.array(resource(fc.boolean()), { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async ({ imported, first }, edits, deleted) => {
        const store = createMemoryStore(settings, countingOctets());
        if (imported) await store.importServerVersion(octets(first));
        else expectWhole(await store.create(octets(first), at));
        for (const given of edits) {
          const entry = await store.update(octets(given), at);
          expectWhole(entry);
          updates += entry.payload.changes.length;
        }
        if (deleted) expectWhole(await store.delete('Patient', 'p', at));
      },
    );
    await fc.assert(property, { numRuns: 300, seed: 46 });
    expect(updates).toBeGreaterThan(500);
  });

  it('PSP-LIM-4: an edit of more than 1 000 places is one change of at most 1 000', async () => {
    const store = createMemoryStore(settings, countingOctets());
    const list = (first: number): string =>
      patient('p', `,"x":[${Array.from({ length: 1500 }, (_, n) => `[${n * first}]`).join()}]`);
    await store.create(octets(list(1)), at);
    const entry = await store.update(octets(list(2)), at);
    expectWhole(entry);
    expect(JSON.parse(text(entry.payload.changes[1]!.payload))).toHaveLength(1);
  });

  it('PSP-LIM-4: an edit that no patch can hold is refused and changes nothing', async () => {
    const store = createMemoryStore(settings, countingOctets());
    const members = (first: number): string =>
      patient('p', Array.from({ length: 1001 }, (_, n) => `,"m${n}":${n + first}`).join(''));
    const before = await store.create(octets(members(0)), at);
    await expect(store.update(octets(members(1)), at)).rejects.toThrow(UsageError);
    await expect(store.update(octets(members(1)), at)).rejects.toThrow(/Patient\/p/);
    expect(await store.get('Patient', 'p')).toEqual(before);
  });

  it('a meta that is no object is refused, not a failure of the program', async () => {
    const store = createMemoryStore(settings, countingOctets());
    await store.importServerVersion(octets(version('p', '1')));
    const odd = octets(patient('p', ',"meta":"x"'));
    await expect(store.update(odd, at)).rejects.toThrow(UsageError);
  });
});
