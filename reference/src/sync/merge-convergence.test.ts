// Properties of many merges between several devices: no edit is lost, all agree in the end, and
// merges of merges come to rest.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { SelectionMode } from '../wire/messages.ts';
import { Defer, Ours, Theirs } from './conflict-resolution.ts';
import { mergeOr } from './merge.ts';
import { at, device, dump, entryOf, sync } from './testing/devices.ts';
import { changeNames, octets, text } from './testing/entries.ts';

type Step =
  | { readonly kind: 'edit'; readonly device: number; readonly member: number; readonly to: number }
  | { readonly kind: 'sync'; readonly device: number; readonly from: number };

/** Edits of any member, and syncs between any two devices. */
function steps(devices: number): fc.Arbitrary<Step[]> {
  const anyDevice = fc.nat(devices - 1);
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.record({
      kind: fc.constant('edit' as const),
      device: anyDevice,
      member: fc.nat(3),
      to: fc.nat(99),
    }),
    fc.record({ kind: fc.constant('sync' as const), device: anyDevice, from: anyDevice }),
  );
  return fc.array(step, { minLength: 4, maxLength: 25 });
}

type Content = Record<string, unknown>;

async function contentIn(store: Store): Promise<Content> {
  return JSON.parse(text((await entryOf(store, 'Patient/p1')).payload.resource)) as Content;
}

async function devicesOf(letters: string): Promise<Store[]> {
  const stores = [...letters].map(device);
  const meta = { versionId: 'v1', lastUpdated: '2024-01-01T00:00:00Z' };
  const resource = octets(JSON.stringify({ resourceType: 'Patient', id: 'p1', meta, list: [0] }));
  for (const store of stores) await store.importServerVersion(resource);
  return stores;
}

async function set(store: Store, member: string, value: unknown): Promise<void> {
  const content = { ...(await contentIn(store)), [member]: value };
  await store.update(octets(JSON.stringify(content)), at);
}

/** Rings of syncs until a whole ring changes nothing; how many that took. */
async function ringsToRest(stores: readonly Store[], strategy: typeof Theirs): Promise<number> {
  for (let rings = 0; rings < 5; rings += 1) {
    const before = await Promise.all(stores.map(dump));
    for (const [index, to] of stores.entries()) {
      const from = stores.at(index - 1)!;
      await sync(from, to, { strategy, mode: SelectionMode.FULL });
    }
    const after = await Promise.all(stores.map(dump));
    if (JSON.stringify(after) === JSON.stringify(before)) return rings;
  }
  throw new Error('five rings of syncs did not come to rest');
}

describe('many merges', () => {
  it('S8: two devices that edit different members lose no edit to a fall-back', async () => {
    let merged = 0;
    await fc.assert(
      fc.asyncProperty(steps(2), async (list) => {
        const stores = await devicesOf('ab');
        const last = new Map<string, unknown>();
        const strategy = mergeOr(Ours);
        for (const step of list) {
          const store = stores[step.device]!;
          if (step.kind === 'edit') {
            const member = `of${step.device}`;
            last.set(member, step.to);
            await set(store, member, step.to);
          } else if (step.from !== step.device) {
            const { receiver } = await sync(stores[step.from]!, store, { strategy });
            merged += receiver.types[0]?.outcomes.CONFLICT_MERGED ?? 0;
            expect(receiver.types[0]?.outcomes.CONFLICT_OURS).toBeUndefined();
          }
        }
        await ringsToRest(stores, strategy);
        for (const store of stores) {
          expect(await contentIn(store)).toMatchObject(Object.fromEntries(last));
          expect(await dump(store)).toEqual(await dump(stores[0]!));
        }
      }),
      { seed: 20240701, numRuns: 100 },
    );
    expect(merged).toBeGreaterThan(50);
  });

  it('S7, PSP-CLS-15: edits of anything come to rest, each in a list or archived', async () => {
    const strategies = [mergeOr(Theirs), mergeOr(Ours), mergeOr(Defer)];
    await fc.assert(
      fc.asyncProperty(steps(3), fc.constantFrom(...strategies), async (list, strategy) => {
        const stores = await devicesOf('abc');
        for (const step of list) {
          const store = stores[step.device]!;
          if (step.kind === 'sync') {
            if (step.from !== step.device) await sync(stores[step.from]!, store, { strategy });
          } else if (step.member === 0) {
            const { list: before } = await contentIn(store);
            await set(store, 'list', [step.to, ...(before as unknown[])]);
          } else {
            await set(store, `m${step.member}`, step.to);
          }
        }
        await ringsToRest(stores, mergeOr(Theirs));
        const ends = await Promise.all(stores.map(dump));
        expect(ends).toEqual([ends[0], ends[0], ends[0]]);
        for (const store of stores) await expectAllKept(store);
      }),
      { seed: 20240702, numRuns: 100 },
    );
  });
});

/** Every change that a device ever made is in its list or its archive. */
async function expectAllKept(store: Store): Promise<void> {
  const known = new Set(changeNames((await entryOf(store, 'Patient/p1')).payload).split(' '));
  for await (const { payload } of store.archived()) {
    for (const name of changeNames(payload).split(' ')) known.add(name);
  }
  const own = String.fromCharCode(store.replicaId[0]!);
  const probe = await store.create(octets('{"resourceType":"Basic","id":"probe"}'), at);
  const made = Number(probe.payload.changes[0]!.id!.counter) - 1;
  expect([...known].filter((name) => name.startsWith(own))).toHaveLength(made);
}
