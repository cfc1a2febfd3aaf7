import { describe, expect, it } from 'vitest';
import { createMemoryStore, type Store } from '../store/index.ts';
import * as samples from '../store/testing/samples.ts';
import { failingStore } from './failing-store.ts';

const { peer, scope, take } = samples;
const make = (failsAt: number | undefined): Store =>
  failingStore(createMemoryStore(samples.settings, samples.countingOctets()), failsAt);
const batch = (...ids: string[]): Parameters<Store['updateRemote']>[0] => ({
  peer,
  scope,
  cursor: Uint8Array.of(ids.length),
  entries: ids.map((id) => samples.created(id)),
});

describe('a store that fails at a Payload', () => {
  it('PSP-ATOM-3: undoes the entries before the last, and takes the Payloads around', async () => {
    const store = make(2);
    await store.updateRemote(batch('a'), take);
    const refused = store.updateRemote(batch('b', 'c'), take);
    await expect(refused).rejects.toMatchObject({ fault: 'full' });
    expect(await store.get('Patient', 'b')).toBeUndefined();
    expect(await store.getCursor(peer, scope)).toEqual(Uint8Array.of(1));
    await store.updateRemote(batch('b', 'c'), take);
    expect(await store.get('Patient', 'b')).toBeDefined();
    expect(store.replicaId).toHaveLength(16);
  });

  it('PSP-ATOM-1: fails where there is no entry too, and never if none is named', async () => {
    await expect(make(1).updateRemote(batch(), take)).rejects.toMatchObject({ fault: 'full' });
    await expect(make(undefined).updateRemote(batch('a'), take)).resolves.toHaveLength(1);
  });
});
