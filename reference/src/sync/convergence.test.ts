// Properties of many syncs between several devices: what they agree on in the end, and what they
// never send again. Runs without a session, so that a cut is a stop between two Payloads.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { changeNames, octets } from './testing/entries.ts';
import { at, device, dump, sync } from './testing/devices.ts';
import { Ours, Theirs } from './conflict-resolution.ts';
import { SelectionMode } from '../wire/messages.ts';

/** What a user does on a device, or a sync that may be cut after some Payloads. */
type Step =
  | { readonly kind: 'edit'; readonly device: number; readonly id: number; readonly value: number }
  | { readonly kind: 'delete'; readonly device: number; readonly id: number }
  | {
      readonly kind: 'sync';
      readonly from: number;
      readonly to: number;
      readonly cutAfter: number | undefined;
    };

const batch = { entriesMax: 2 };
const id = fc.nat(4);
const value = fc.nat(9);

function steps(devices: number, editors: number): fc.Arbitrary<Step[]> {
  const any = fc.nat(devices - 1);
  const editor = fc.nat(editors - 1);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('edit'), device: editor, id, value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), device: editor, id }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('sync'),
        from: any,
        to: any,
        cutAfter: fc.option(fc.nat(2), { nil: undefined }),
      }),
    },
  );
  return fc.array(step, { minLength: 4, maxLength: 30 });
}

/** Does one step; edits of what is deleted, and syncs with oneself, are nothing. */
async function perform(step: Step, devices: readonly Store[], strategy = Theirs): Promise<void> {
  if (step.kind === 'sync') {
    if (step.from === step.to) return;
    const { cutAfter } = step;
    const options = { batch, strategy, ...(cutAfter === undefined ? {} : { cutAfter }) };
    await sync(devices[step.from]!, devices[step.to]!, options);
    return;
  }
  const store = devices[step.device]!;
  const name = `p${step.id}`;
  const current = await store.get('Patient', name);
  const isLive = current !== undefined && current.payload.resource.length > 0;
  if (step.kind === 'delete') {
    if (isLive) await store.delete('Patient', name, at);
    return;
  }
  const resource = octets(`{"resourceType":"Patient","id":"${name}","x":${step.value}}`);
  if (isLive) await store.update(resource, at);
  else if (current === undefined) await store.create(resource, at);
}

describe('one way', () => {
  it('PSP-ATOM-2: after edits and cuts one whole sync gives the receiver everything', async () => {
    let resumed = 0;
    await fc.assert(
      fc.asyncProperty(steps(2, 1), async (list) => {
        const devices = [device('a'), device('b')];
        for (const step of list) {
          if (step.kind !== 'sync' || step.from === 0) await perform(step, devices);
        }
        const done = await sync(devices[0]!, devices[1]!, { batch });
        if (done.sender.cursor === 'RESUMED') resumed += 1;
        expect(await dump(devices[1]!)).toEqual(await dump(devices[0]!));
        expect(done.receiver.conflicts.items).toEqual([]);
        const again = await sync(devices[0]!, devices[1]!, { batch });
        expect(again.sent).toEqual([]);
        // What the receiver got is not echoed.
        expect((await sync(devices[1]!, devices[0]!, { batch })).sent).toEqual([]);
      }),
      { seed: 20240601, numRuns: 60 },
    );
    expect(resumed).toBeGreaterThan(20);
  });

  it('PSP-RESUME-1: a cut after any Payload resumes there, and nothing is sent twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat(3), { maxLength: 10 }),
        async (entries, entriesMax, cuts) => {
          const [a, b] = [device('a'), device('b')];
          const all = Array.from({ length: entries }, (_, n) =>
            octets(`{"resourceType":"Patient","id":"p${n}"}`),
          );
          await a.createAll(all, at);
          const sent: string[] = [];
          for (const cutAfter of cuts) {
            sent.push(...(await sync(a, b, { batch: { entriesMax }, cutAfter })).sent);
          }
          sent.push(...(await sync(a, b, { batch: { entriesMax } })).sent);
          expect(sent).toEqual(all.map((_, n) => `Patient/p${n}`));
          expect(await dump(b)).toEqual(await dump(a));
        },
      ),
      { seed: 20240602, numRuns: 60 },
    );
  });

  it('PSP-SEL-1: FULL brings everything again, and it is all known', async () => {
    const [a, b] = [device('a'), device('b')];
    await a.createAll(
      [1, 2, 3].map((n) => octets(`{"resourceType":"Task","id":"${n}"}`)),
      at,
    );
    await sync(a, b);
    const full = await sync(a, b, { mode: SelectionMode.FULL });
    expect(full.receiver.types[0]?.outcomes).toEqual({ DUPLICATE: 3 });
    // Also back to where it came from: FULL has no echo rule.
    const back = await sync(b, a, { mode: SelectionMode.FULL });
    expect(back.receiver.types[0]?.outcomes).toEqual({ DUPLICATE: 3 });
    expect((await sync(a, b)).sent).toEqual([]);
  });
});

describe('several devices', () => {
  it('PSP-CLS-15: every change of a device is in its list or in its archive', async () => {
    let conflicts = 0;
    const anyStrategy = fc.constantFrom(Theirs, Ours);
    await fc.assert(
      fc.asyncProperty(steps(3, 3), anyStrategy, async (list, strategy) => {
        const devices = ['a', 'b', 'c'].map(device);
        for (const step of list) await perform(step, devices, strategy);
        for (const to of devices) {
          const known = new Set<string>();
          for await (const { payload } of to.archived()) {
            for (const name of changeNames(payload).split(' ')) known.add(name);
            conflicts += 1;
          }
          for await (const { payload } of to.getAllLocalChanges()) {
            for (const name of changeNames(payload).split(' ')) known.add(name);
          }
          const own = String.fromCharCode(to.replicaId[0]!);
          const made = [...known].filter((name) => name.startsWith(own)).length;
          expect(made).toBe(await countersOf(to));
        }
      }),
      { seed: 20240603, numRuns: 60 },
    );
    expect(conflicts).toBeGreaterThan(20);
  });

  it('PSP-CLS-11: a round of syncs brings all devices to one state', async () => {
    await fc.assert(
      fc.asyncProperty(steps(3, 3), async (list) => {
        const devices = ['a', 'b', 'c'].map(device);
        const [a, b, c] = devices as [Store, Store, Store];
        for (const step of list) await perform(step, devices);
        // Whoever comes last in the ring is told what the first one has.
        for (const [from, to] of [
          [a, b],
          [b, c],
          [c, a],
          [a, b],
        ] as const) {
          await sync(from, to, { mode: SelectionMode.FULL });
        }
        expect(await dump(b)).toEqual(await dump(a));
        expect(await dump(c)).toEqual(await dump(a));
      }),
      { seed: 20240604, numRuns: 60 },
    );
  });
});

/** How many changes a device has ever made: the next counter of its store, less one. */
async function countersOf(store: Store): Promise<number> {
  const probe = await store.create(octets('{"resourceType":"Basic","id":"probe"}'), at);
  return Number(probe.payload.changes[0]!.id!.counter) - 1;
}
