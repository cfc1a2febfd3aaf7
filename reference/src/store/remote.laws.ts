// Laws of received entries: one transaction for a batch with its cursor, decisions carried out as
// they were made, and nothing of what was received altered.
import { expect, it } from 'vitest';
import { ErrorCode, Outcome, SyncPayload } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import type { OpenStore } from './store.laws.ts';
import type { Decide, StoredEntry } from './store.ts';
import {
  answer,
  anyTime,
  at,
  batch,
  changeId,
  collect,
  created,
  dump,
  edit,
  everything,
  fullEntry,
  octets,
  patient,
  peer,
  replica,
  scope,
  take,
  text,
} from './testing/samples.ts';
import { delicate } from './local.laws.ts';

/** Declares the laws. */
export function remoteLaws(open: OpenStore): void {
  it('PSP-DATA-1, PSP-MSG-11: S35: an entry is kept with all it has, octet for octet', async () => {
    const { store, reopen } = await open();
    const entries = delicate.map((resource, index) => ({
      ...fullEntry(`d${index}`),
      resource: octets(resource),
    }));
    await store.updateRemote(batch(...entries), take);
    const reopened = (await reopen?.()) ?? store;
    for (const sent of entries) {
      const { payload } = (await reopened.get('Patient', sent.resourceId))!;
      expect(payload).toEqual(sent);
      expect(SyncPayload.encode(payload).finish()).toEqual(SyncPayload.encode(sent).finish());
    }
  });

  it('PSP-MSG-11: unknown fields survive as the decoder gives them', async () => {
    const { store } = await open();
    const wire = SyncPayload.encode(fullEntry('a')).finish();
    await store.updateRemote(batch(SyncPayload.decode(wire)), take);
    const { payload } = (await store.get('Patient', 'a'))!;
    expect(SyncPayload.encode(payload).finish()).toEqual(wire);
  });

  it('PSP-MSG-11: unknown fields survive on each level alone', async () => {
    const { store } = await open();
    const { base, changes, absorbed, _unknownFields } = fullEntry('x');
    const [change] = changes;
    const bare = { ...fullEntry('x'), base: undefined, changes: [], absorbed: [] };
    const none = { _unknownFields: undefined };
    const entries: SyncPayload[] = [
      { ...bare, _unknownFields },
      { ...bare, ...none, base },
      { ...bare, ...none, absorbed: absorbed.slice(0, 1) },
      { ...bare, ...none, changes: [{ ...change!, id: { ...change!.id!, ...none } }] },
      { ...bare, ...none, changes: [{ ...change!, ...none }] },
      { ...bare, ...none, base: { ...base!, ...none } },
    ];
    for (const entry of entries) {
      await store.updateRemote(batch(entry), take);
      expect((await store.get('Patient', 'x'))!.payload).toEqual(entry);
    }
  });

  it('copies what it is given: octets changed afterwards change nothing', async () => {
    const { store } = await open();
    const entry = fullEntry('a');
    const given = { ...batch(entry), cursor: octets('mine'), peer: replica(1) };
    await store.updateRemote(given, (_current, received) => ({
      outcome: Outcome.CONFLICT_THEIRS,
      write: { payload: received, baseResource: received.resource, fromPeer: true },
      archive: { payload: received, reason: 'deferred' },
    }));
    const expected = fullEntry('a');
    for (const id of [...entry.changes.map((change) => change.id!), ...entry.absorbed]) {
      id.replicaId.fill(0);
      id._unknownFields?.[794]?.[0]?.fill(0);
    }
    for (const bytes of [entry.resource, given.cursor, given.peer, entry.changes[0]!.payload]) {
      bytes.fill(0);
    }
    entry._unknownFields![794]![0]!.fill(0);
    entry.base!._unknownFields![794]![0]!.fill(0);
    entry.changes[0]!._unknownFields![794]![0]!.fill(0);
    entry.changes.pop();
    const stored = (await store.get('Patient', 'a'))!;
    expect(stored.payload).toEqual(expected);
    expect(stored.baseResource).toEqual(expected.resource);
    expect(stored.origin).toEqual(replica(1));
    expect(text((await store.getCursor(replica(1), scope))!)).toBe('mine');
    const archived = await collect(store.archived());
    expect(archived).toMatchObject([{ peer: replica(1), payload: expected }]);
    expect(await collect(store.outcomes())).toMatchObject([{ peer: replica(1) }]);
  });

  it('gives copies away: octets changed by the reader change nothing', async () => {
    const { store } = await open();
    const conflicted: Decide = (current, received) => ({
      ...take(current, received),
      archive: { payload: received, reason: 'displaced' },
    });
    await store.updateRemote(batch(fullEntry('a')), conflicted);
    await store.updateRemote(batch(created('b')), answer(Outcome.STALE));
    const before = await dump(store);
    const spoil = (value: unknown): void => {
      if (value instanceof Uint8Array) value.fill(0);
      else if (typeof value === 'object' && value !== null) Object.values(value).forEach(spoil);
    };
    spoil(await dump(store));
    expect(await dump(store)).toEqual(before);
    await store.updateRemote(batch(created('a')), (current) => {
      spoil(current);
      return { outcome: Outcome.DUPLICATE };
    });
    expect(await dump(store)).toEqual(before);
  });

  it('PSP-CLS-18: a received entry takes no change id and makes no change', async () => {
    const { store } = await open();
    await store.updateRemote(batch(created('a'), fullEntry('b')), take);
    const authors = (await everything(store)).flatMap(({ payload }) =>
      payload.changes.map((change) => change.id!.replicaId),
    );
    expect(authors).toEqual([replica(0xb0), replica(0xb0), replica(0xc0)]);
    const local = await store.create(octets(patient('c')), at);
    expect(local.payload.changes[0]!.id!.counter).toBe(1n);
  });

  it('PSP-ATOM-3: a throw at the third entry leaves nothing, the cursor neither', async () => {
    const { store, reopen } = await open();
    await store.updateRemote({ ...batch(created('a')), cursor: octets('old') }, take);
    await store.create(octets(patient('mine')), at);
    const before = await dump(store);
    const failing: Decide = (_current, received) => {
      if (received.resourceId === 'c') throw new RangeError('the third');
      return {
        outcome: Outcome.CONFLICT_THEIRS,
        write: { payload: received, baseResource: undefined, fromPeer: true },
        archive: { payload: received, reason: 'displaced' },
      };
    };
    // New types and replicas as well: what a transaction interned must be forgotten with it.
    const foreign = { ...fullEntry('b'), resourceType: 'Observation' };
    const entries = [created('a', 2n), foreign, created('c')];
    const failed = { ...batch(...entries), peer: replica(0xaa) };
    await expect(store.updateRemote(failed, failing)).rejects.toThrow('the third');
    expect(await dump(store)).toEqual(before);
    expect(await store.getCursor(replica(0xaa), scope)).toBeUndefined();
    await store.updateRemote({ ...failed, entries: [foreign] }, failing);
    expect((await store.get('Observation', 'b'))!.payload).toEqual(foreign);
    const reopened = (await reopen?.()) ?? store;
    const stored = (await reopened.get('Observation', 'b'))!;
    expect(stored.payload).toEqual(foreign);
    expect(stored.origin).toEqual(replica(0xaa));
  });

  it('PSP-ATOM-1: a decision that cannot be carried out leaves nothing', async () => {
    const { store } = await open();
    const before = await dump(store);
    const writes = (payload: SyncPayload): Decide => {
      let entries = 0;
      return (current, received) =>
        (entries += 1) === 1
          ? take(current, received)
          : { ...take(current, received), write: { ...take(current, received).write!, payload } };
    };
    const broken = [
      created('other'),
      { ...created('b'), resourceType: 'Observation' },
      { ...created('b'), changes: [{ ...edit(1, 1n, '[]'), id: undefined }] },
      {
        ...created('b'),
        changes: [{ ...edit(1, 1n, '[]'), id: { replicaId: new Uint8Array(3), counter: 1n } }],
      },
    ];
    for (const payload of broken) {
      const entries = batch(created('a'), created('b'));
      await expect(store.updateRemote(entries, writes(payload))).rejects.toThrow(UsageError);
      expect(await dump(store)).toEqual(before);
    }
  });

  it('PSP-CLS-1: decide sees the state by then, earlier writes of the batch too', async () => {
    const { store } = await open();
    await store.create(octets(patient('a')), at);
    const seen: (StoredEntry | undefined)[] = [];
    const watching: Decide = (current, received) => {
      seen.push(current);
      return take(current, received);
    };
    const mine = await store.get('Patient', 'a');
    const [first, second] = [created('a', 5n), created('a', 6n)];
    const decisions = await store.updateRemote(batch(first, second, created('b')), watching);
    expect(seen[0]).toEqual(mine);
    expect(seen[1]!.payload).toEqual(first);
    expect(seen[1]!.origin).toEqual(peer);
    expect(seen[2]).toBeUndefined();
    expect(decisions.map((decision) => decision.outcome)).toEqual([
      Outcome.FAST_FORWARDED,
      Outcome.FAST_FORWARDED,
      Outcome.STORED,
    ]);
    expect((await store.get('Patient', 'a'))!.payload).toEqual(second);
  });

  it('a list that shrinks, grows or changes leaves no change of the one before', async () => {
    const { store } = await open();
    const edits = [1n, 2n, 3n].map((counter) => edit(0xb0, counter, `[${counter}]`));
    const other = edit(0xc0, 1n, '[]');
    for (const changes of [edits, edits.slice(0, 1), [], [other, ...edits], [edits[2]!, other]]) {
      const entry = { ...fullEntry('a'), changes };
      await store.updateRemote(batch(entry, { ...fullEntry('b'), changes: edits }), take);
      expect((await store.get('Patient', 'a'))!.payload).toEqual(entry);
      expect((await store.get('Patient', 'b'))!.payload.changes).toEqual(edits);
    }
  });

  it('PSP-CLS-14: resource, base, changes and absorbed ids are replaced as a unit', async () => {
    const { store } = await open();
    await store.updateRemote(batch(fullEntry('a')), (_current, received) => ({
      outcome: Outcome.STORED,
      write: { payload: received, baseResource: octets('{"base":1}'), fromPeer: true },
    }));
    const tombstone: SyncPayload = {
      ...created('a'),
      resource: new Uint8Array(0),
      base: { versionId: '9', lastUpdated: '' },
      changes: [],
      absorbed: [changeId(0xb0, 3n)],
    };
    await store.updateRemote(batch(tombstone), (_current, received) => ({
      outcome: Outcome.CONFLICT_MERGED,
      write: { payload: received, baseResource: undefined, fromPeer: false },
    }));
    const entry = (await store.get('Patient', 'a'))!;
    expect(entry.payload).toEqual(tombstone);
    expect(entry.baseResource).toBeUndefined();
    expect(entry.origin).toBeUndefined();
  });

  it('PSP-LIM-4: takes 1 000 resource types, and refuses an entry of one more', async () => {
    const { store, reopen } = await open();
    const typed = (number: number, id = 'a'): SyncPayload => {
      const resource = octets(`{"resourceType":"T${number}","id":"${id}"}`);
      return {
        ...created(id),
        ...{ resourceType: `T${number}`, resource, changes: [] },
        base: { versionId: '1', lastUpdated: '' },
      };
    };
    const many = Array.from({ length: 1_001 }, (_, number) => typed(number));
    const refused = { outcome: Outcome.REFUSED, code: ErrorCode.ENTRY_LIMIT_EXCEEDED };
    const decisions = await store.updateRemote(batch(...many), take);
    expect(decisions.map(({ outcome }) => outcome)).toEqual([
      ...Array.from({ length: 1_000 }, () => Outcome.STORED),
      Outcome.REFUSED,
    ]);
    expect(decisions.at(-1)).toEqual(refused);
    const opened = (await reopen?.()) ?? store;
    expect(await opened.get('T1000', 'a')).toBeUndefined();
    expect(await collect(opened.outcomes())).toMatchObject([{ resourceType: 'T1000', ...refused }]);
    const versioned = octets('{"resourceType":"T1000","id":"a","meta":{"versionId":"1"}}');
    await expect(opened.create(typed(1_000).resource, at)).rejects.toThrow(/no further one/);
    await expect(opened.importServerVersion(versioned)).rejects.toThrow(/no further one/);
    const known = await opened.updateRemote(batch(typed(999, 'b')), take);
    expect(known[0]!.outcome).toBe(Outcome.STORED);
    await opened.create(typed(0, 'b').resource, at);
    expect((await opened.count(anyTime)).size).toBe(1_000);
  });

  it('PSP-RESUME-7: a decision without a write moves no sequence', async () => {
    const { store } = await open();
    await store.updateRemote(batch(created('a')), take);
    const before = await dump(store);
    await store.updateRemote(batch(created('a')), answer(Outcome.DUPLICATE));
    expect(await dump(store)).toEqual(before);
  });
}
