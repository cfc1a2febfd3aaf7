// Random edits, exchanges and uploads on a server that loses, refuses and delays: every change is
// applied there once, or somebody is told that it was not.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Behaviour, Fault } from '../../testing/fhir-server/behaviour.ts';
import type { Store } from '../store/store.ts';
import { Ours, Theirs } from '../sync/conflict-resolution.ts';
import { sync } from '../sync/testing/devices.ts';
import { octets, text } from '../sync/testing/entries.ts';
import { at, openField, patient, type Field } from './testing/field.ts';
import type { ResourceUpload, UploadReport } from './upload-report.ts';

const letters = ['a', 'b', 'c'];
const ids = ['p', 'q'];

/** What the runs have come across; a property that reached nothing shows nothing. */
const reached: Record<string, number> = {};
const note = (what: string, count = 1): void => {
  reached[what] = (reached[what] ?? 0) + count;
};

/** One run: the devices, and every mark that an edit ever made. */
class World {
  readonly field: Field;
  readonly devices: readonly Store[];
  readonly marks: { readonly mark: string; readonly id: string }[] = [];

  constructor(field: Field) {
    this.field = field;
    this.devices = letters.map((letter) => field.device(letter));
  }

  /** A device adds a mark that nobody else ever makes. */
  async edit(device: number, id: string): Promise<void> {
    const store = this.devices[device]!;
    const mark = `m${this.marks.length}`;
    const current = (await store.get('Patient', id))?.payload.resource;
    if (current?.length === 0) return;
    this.marks.push({ mark, id });
    if (current === undefined) await store.create(octets(patient(id, `,"marks":["${mark}"]`)), at);
    else await store.update(octets(withMark(text(current), mark)), at);
  }

  async remove(device: number, id: string): Promise<void> {
    const store = this.devices[device]!;
    const current = await store.get('Patient', id);
    if (current === undefined || current.payload.resource.length === 0) return;
    await store.delete('Patient', id, at);
  }

  /** Somebody else writes to the server, onto what is there. */
  elsewhere(id: string): void {
    const current = this.field.server.current('Patient', id);
    if (current !== undefined) this.field.server.put(withMark(current, `e${this.marks.length}`));
  }

  async upload(device: number, bundleEntriesMax: number): Promise<UploadReport> {
    const store = this.devices[device]!;
    const pending = await pendingOf(store);
    const report = await this.field.upload(store, { bundleEntriesMax });
    const shown = report.resources.items.flatMap(({ changes }) => changes);
    // Every pending change is accounted for, once.
    expect(shown.map(({ replicaId, counter }) => `${replicaId}/${counter}`).sort()).toEqual(
      pending,
    );
    const { uploaded, alreadyThere, left } = report.changes;
    expect(uploaded + alreadyThere + left).toBe(pending.length);
    for (const result of report.resources.items) await this.#checkResult(store, result);
    if (report.stopped !== undefined) note(`stopped ${report.stopped.reason}`);
    return report;
  }

  async #checkResult(store: Store, result: ResourceUpload): Promise<void> {
    note(result.outcome);
    if (result.conflict !== undefined) note(result.conflict);
    if (result.alreadyThere > 0 && result.uploaded > 0) note('rest on top');
    const entry = (await store.get('Patient', result.resourceId))!;
    if (result.recorded === 'settled') expect(entry.payload.changes).toEqual([]);
    if (result.outcome === 'conflict') expect(entry.payload.changes).not.toEqual([]);
  }

  /** How often a mark came to be on the server. */
  appearances(mark: string, id: string): number {
    let [count, was] = [0, false];
    for (const version of this.field.server.history('Patient', id)) {
      const is = version?.includes(`"${mark}"`) ?? false;
      if (is && !was) count += 1;
      was = is;
    }
    return count;
  }

  /** Marks that are in a change which waits on a device or was put aside in a conflict. */
  async kept(): Promise<string> {
    const payloads: string[] = [];
    for (const store of this.devices) {
      for await (const { payload } of store.getAllLocalChanges()) {
        payloads.push(...payload.changes.map((change) => text(change.payload)));
      }
      for await (const { payload } of store.archived()) {
        payloads.push(...payload.changes.map((change) => text(change.payload)));
      }
    }
    return payloads.join('\n');
  }
}

const withMark = (resource: string, mark: string): string => {
  const value = JSON.parse(resource) as { marks: string[] };
  return JSON.stringify({ ...value, marks: [...value.marks, mark] });
};

async function pendingOf(store: Store): Promise<string[]> {
  const names: string[] = [];
  for await (const { payload } of store.getAllLocalChanges()) {
    for (const { id } of payload.changes) {
      names.push(`${Buffer.from(id!.replicaId).toString('hex')}/${id!.counter}`);
    }
  }
  return names.sort();
}

type Operation = (world: World) => Promise<unknown>;

const device = fc.nat(letters.length - 1);
const id = fc.constantFrom(...ids);
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>({ kind: 'lost-request' }, { kind: 'lost-response' }, { kind: 'no-etag' }),
  fc
    .constantFrom(400, 409, 412, 422, 429, 500, 503)
    .map((status): Fault => ({ kind: 'answer', status, diagnostics: 'a fault' })),
);
const requests = fc.constantFrom<'any' | 'write' | 'read'>('any', 'write', 'write', 'read');

const edit = fc.tuple(device, id).map(
  ([n, name]) =>
    (world: World) =>
      world.edit(n, name),
);
const exchange = fc
  .tuple(device, device, fc.boolean())
  .filter(([from, to]) => from !== to)
  .map(([from, to, ours]) => async (world: World) => {
    const strategy = ours ? Ours : Theirs;
    return sync(world.devices[from]!, world.devices[to]!, { strategy });
  });
const elsewhere = id.map((name) => async (world: World) => world.elsewhere(name));
const trouble = fc
  .tuple(fault, requests, fc.integer({ min: 1, max: 3 }))
  .map(([what, which, times]) => async ({ field }: World) => {
    field.server.fail(
      what,
      ({ method, body }) => {
        const isRead = method === 'GET' || body.includes('"batch"');
        return which === 'any' || isRead === (which === 'read');
      },
      times,
    );
    note('fault');
  });
const uploading = fc.tuple(device, fc.constantFrom(1, 2, 50)).map(
  ([n, size]) =>
    (world: World) =>
      world.upload(n, size),
);
const fetching = device.map(
  (n) =>
    ({ field, devices }: World) =>
      field.download(devices[n]!),
);
const removal = fc.tuple(device, id).map(
  ([n, name]) =>
    (world: World) =>
      world.remove(n, name),
);

const behaviour: fc.Arbitrary<Partial<Behaviour>> = fc.record({
  etags: fc.constantFrom('weak', 'weak', 'strong', 'none'),
  createOnly: fc.boolean(),
  patchInBundles: fc.boolean(),
  ifMatchOnDelete: fc.boolean(),
  staleStatus: fc.constantFrom(409, 412),
  deletionInstants: fc.constantFrom('history', 'words'),
  representation: fc.boolean(),
  gone: fc.constant(true),
  bundleEntriesMax: fc.constantFrom(1, 2, 100),
});

function scripts(deletes: boolean): fc.Arbitrary<Operation[]> {
  const kinds: fc.Arbitrary<Operation>[] = [edit, edit, exchange, trouble, uploading, uploading];
  const more = deletes ? [removal] : [];
  const all = fc.oneof(...kinds, elsewhere, fetching, ...more);
  return fc.array(all, { minLength: 8, maxLength: 30 });
}

async function play(script: Operation[], ways: Partial<Behaviour>, check: Check): Promise<void> {
  const field = await openField(ways);
  try {
    const world = new World(field);
    for (const operate of script) await operate(world);
    await check(world);
  } finally {
    await field.server.close();
  }
}

type Check = (world: World) => Promise<void>;

/** Ends the faults, and lets everyone upload until nothing moves any more. */
async function settle(world: World): Promise<void> {
  const { field, devices } = world;
  field.server.relent();
  for (const [n] of devices.entries()) {
    const report = await world.upload(n, 50);
    expect(report.outcomes.unsettled ?? 0).toBe(0);
    expect(report.outcomes.refused ?? 0).toBe(0);
    expect(report.stopped).toBeUndefined();
  }
}

it('every edit is applied once, or waits and is told', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(scripts(false), behaviour, async (script, ways) => {
    await play(script, ways, async (world) => {
      await settle(world);
      const kept = await world.kept();
      for (const { mark, id: name } of world.marks) {
        const count = world.appearances(mark, name);
        expect(count, `${mark} on ${name}`).toBeLessThanOrEqual(1);
        if (count === 0) expect(kept, `${mark} on ${name}`).toContain(`"${mark}"`);
        note(count === 0 ? 'kept' : 'applied');
      }
    });
  });
  await fc.assert(property, { numRuns: 250, seed: 20_240_501 });
  for (const what of ['uploaded', 'already-there', 'conflict', 'unsettled', 'rest on top']) {
    expect(reached[what] ?? 0, what).toBeGreaterThan(10);
  }
  expect(reached['applied']).toBeGreaterThan(500);
  expect(reached['fault']).toBeGreaterThan(100);
});

it('with deletions: nothing twice, nothing back to life', { timeout: 120_000 }, async () => {
  const property = fc.asyncProperty(scripts(true), behaviour, async (script, ways) => {
    await play(script, ways, async (world) => {
      await settle(world);
      for (const { mark, id: name } of world.marks) {
        expect(world.appearances(mark, name), `${mark} on ${name}`).toBeLessThanOrEqual(1);
      }
      for (const name of ids) {
        const history = world.field.server.history('Patient', name);
        const gone = history.indexOf(undefined);
        if (gone >= 0) {
          note('deleted there');
          expect(history.slice(gone)).toEqual([undefined]);
        }
      }
    });
  });
  await fc.assert(property, { numRuns: 200, seed: 20_240_502 });
  expect(reached['deleted there']).toBeGreaterThan(10);
  expect(reached['delete-against-edit'] ?? 0).toBeGreaterThan(3);
});
