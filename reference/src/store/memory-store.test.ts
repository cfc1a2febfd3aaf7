import { describe, expect, it } from 'vitest';
import { createMemoryStore } from './memory-store.ts';
import { storeLaws } from './store.laws.ts';
import { at, countingOctets, everything, octets, patient, settings } from './testing/samples.ts';

storeLaws('memory store', () =>
  Promise.resolve({ store: createMemoryStore(settings, countingOctets()) }),
);

describe('memory store', () => {
  it('keeps its order when old positions are cleared away', async () => {
    const store = createMemoryStore(settings, countingOctets());
    await store.createAll(
      ['a', 'b', 'c'].map((id) => octets(patient(id))),
      at,
    );
    for (let n = 0; n < 200; n += 1) await store.update(octets(patient('b', `,"n":${n}`)), at);
    const entries = await everything(store);
    expect(entries.map((entry) => [entry.payload.resourceId, entry.sequence])).toEqual([
      ['a', 1n],
      ['c', 3n],
      ['b', 203n],
    ]);
  });

  it('refuses a display name of more than 128 octets', () => {
    const long = { serverUrl: '', displayName: 'é'.repeat(65) };
    expect(() => createMemoryStore(long, countingOctets())).toThrow(/128 octets/);
  });
});
