import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import {
  CursorDisposition,
  ErrorCode,
  Outcome,
  SelectionMode,
  WithheldReason,
  type Complete,
  type Identity,
  type Offer,
} from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { customStrategy, Theirs } from './conflict-resolution.ts';
import { resourceSyncParams } from './scope.ts';
import { SyncReceiver, type SyncImport } from './sync-receiver.ts';
import { at, device, patientIn, put } from './testing/devices.ts';
import { entry, octets, replica } from './testing/entries.ts';

const sender: Identity = { replicaId: replica('a'), displayName: 'A', serverUrl: '' };
const offer: Offer = {
  totals: [{ resourceType: 'Patient', entries: 9n }],
  indeterminate: false,
  withheld: [],
  cursorDisposition: CursorDisposition.FRESH,
};
const created = entry({ changes: '+a1' });
const cursor = octets('after the first');
let store: Store;

beforeEach(() => {
  store = device('b');
});

const receiver = (options: Partial<ConstructorParameters<typeof SyncReceiver>[0]> = {}) =>
  new SyncReceiver({ store, strategy: Theirs, ...options });
const open = (): SyncImport => receiver().open(sender, offer);
const complete = (payloads: bigint, patients: bigint, rest: Partial<Complete> = {}): Complete => ({
  payloads,
  entries: patients === 0n ? [] : [{ resourceType: 'Patient', entries: patients }],
  withheld: [],
  cursor: new Uint8Array(),
  ...rest,
});

describe('receiving', () => {
  it('PSP-RESUME-1: entries and cursor are stored, and only the unusual is reported', async () => {
    const into = open();
    const wrong = { ...created, resourceId: 'other' };
    const outcomes = await into.receive({
      entries: [created, wrong, created],
      cursor,
      payloads: 1,
    });
    const refused = Outcome.REFUSED;
    expect(outcomes).toEqual([
      { sequence: 0n, entryIndex: 1, outcome: refused, code: ErrorCode.ENTRY_IDENTITY_MISMATCH },
      { sequence: 0n, entryIndex: 2, outcome: Outcome.DUPLICATE, code: ErrorCode.UNSPECIFIED },
    ]);
    expect(await patientIn(store)).toBe('- [a1] new');
    expect((await receiver().request(sender)).cursor).toEqual(cursor);
  });

  it('PSP-PAY-8: a batch without entries is one', async () => {
    const into = open();
    expect(await into.receive({ entries: [], cursor, payloads: 1 })).toEqual([]);
    expect(await into.complete(complete(1n, 0n))).toBeUndefined();
  });

  it('PSP-CLS-18: what is received is no local change of this device', async () => {
    await open().receive({ entries: [created], cursor, payloads: 1 });
    await store.update(octets('{"resourceType":"Patient","id":"p1"}'), at);
    const changes = await store.getLocalChanges('Patient', 'p1');
    expect(changes.map(({ id }) => [id?.replicaId[0], id?.counter])).toEqual([
      [replica('a')[0], 1n],
      [replica('b')[0], 1n],
    ]);
  });

  it('PSP-ATOM-3: a strategy that breaks its contract rolls the whole Payload back', async () => {
    await put(store, entry({ changes: '+b1' }));
    const broken = customStrategy('broken', () => ({ merged: entry({}) }));
    const into = receiver({ strategy: broken }).open(sender, offer);
    const other = octets('{"resourceType":"Patient","id":"p2"}');
    const change = { ...created.changes[0]!, payload: other };
    const first = { ...created, resourceId: 'p2', resource: other, changes: [change] };
    await expect(into.receive({ entries: [first, created], cursor, payloads: 1 })).rejects.toThrow(
      UsageError,
    );
    expect(await store.get('Patient', 'p2')).toBeUndefined();
    expect((await receiver().request(sender)).cursor).toHaveLength(0);
    expect(into.report.types[0]?.transferred).toBe(0);
  });
});

describe('the end', () => {
  it('PSP-DONE-2: counts that differ are a fault of the sender', async () => {
    const into = open();
    await into.receive({ entries: [created], cursor, payloads: 1 });
    const last = { cursor: octets('last') };
    const task = { resourceType: 'Task', entries: 1n };
    const extra = { ...complete(1n, 1n, last), entries: [...complete(1n, 1n).entries, task] };
    for (const message of [
      complete(2n, 1n, last),
      complete(1n, 2n, last),
      complete(1n, 0n),
      extra,
    ]) {
      const found = await into.complete(message);
      expect([found?.code, found?.requirement]).toEqual([ErrorCode.COUNT_MISMATCH, 'PSP-DONE-2']);
    }
    expect((await receiver().request(sender)).cursor).toEqual(cursor);
    expect(() => into.receipt()).toThrow(UsageError);
    expect(into.report.complete).toBe(false);
  });

  it('PSP-DONE-3, PSP-DONE-5: stores the final cursor, then gives the counts', async () => {
    const into = open();
    await into.receive({ entries: [created, created], cursor, payloads: 1 });
    expect(await into.complete(complete(1n, 2n, { cursor: octets('last') }))).toBeUndefined();
    expect((await receiver().request(sender)).cursor).toEqual(octets('last'));
    const patient = { resourceType: 'Patient', entries: 1n };
    expect(into.receipt().counts).toEqual([
      { ...patient, outcome: Outcome.STORED },
      { ...patient, outcome: Outcome.DUPLICATE },
    ]);
    expect(into.report.complete).toBe(true);
  });

  it('PSP-DONE-3: an empty final cursor leaves the stored one', async () => {
    const into = open();
    await into.receive({ entries: [created], cursor, payloads: 1 });
    await into.complete(complete(1n, 1n));
    expect((await receiver().request(sender)).cursor).toEqual(cursor);
  });

  it('PSP-OFFER-4: the report ends with what Complete says was withheld', async () => {
    const into = open();
    const counts = (reason: WithheldReason, entries: bigint) => [
      { resourceType: 'Task', reason, entries },
    ];
    await into.complete(complete(0n, 0n, { withheld: counts(WithheldReason.TOO_LARGE, 3n) }));
    const task = into.report.types.find(({ resourceType }) => resourceType === 'Task');
    expect(task?.withheld).toEqual({ TOO_LARGE: 3 });
    expect(into.report.types[0]).toMatchObject({ resourceType: 'Patient', offered: 9 });
  });
});

describe('what to ask for', () => {
  it('PSP-RESUME-2: the cursor of this sender and these params, in mode CURSOR only', async () => {
    await open().receive({ entries: [created], cursor, payloads: 1 });
    const other = { ...sender, replicaId: replica('c') };
    expect((await receiver().request(other)).cursor).toHaveLength(0);
    const params = resourceSyncParams({ Patient: {} });
    expect((await receiver({ params }).request(sender)).cursor).toHaveLength(0);
    const full = await receiver({ mode: SelectionMode.FULL }).request(sender);
    expect([full.mode, full.cursor.length]).toEqual([SelectionMode.FULL, 0]);
  });

  it('PSP-SEL-3: the newest instant of each type, compared exactly', async () => {
    const mode = SelectionMode.LAST_UPDATED;
    const params = resourceSyncParams({ Patient: {}, Task: {} });
    const named = (id: string, lastUpdated: string): Uint8Array =>
      octets(
        `{"resourceType":"Patient","id":"${id}",` +
          `"meta":{"versionId":"1","lastUpdated":"${lastUpdated}"}}`,
      );
    const newest = '2024-01-01T01:00:00.0000001+02:00';
    await store.importServerVersions([
      named('p1', '2023-12-31T23:00:00Z'),
      named('p2', newest),
      named('p3', '2023-12-31T20:00:00.5-03:00'),
    ]);
    const request = await receiver({ mode, params }).request(sender);
    const values = request.params.types.map((t) => [t.resourceType, t.lastUpdated]);
    // p3 is of 23:00:00.5Z, later than the others.
    expect(values).toEqual([
      ['Patient', '2023-12-31T20:00:00.5-03:00'],
      ['Task', ''],
    ]);
  });

  it.each([SelectionMode.FULL, SelectionMode.CURSOR])(
    'PSP-MSG-25: instants belong to another mode than %s',
    async (mode) => {
      const types = [
        { resourceType: 'Patient', parameters: [], lastUpdated: '2026-01-01T00:00:00Z' },
      ];
      const { params } = await receiver({ mode, params: { types } }).request(sender);
      expect(params.types).toEqual([{ ...types[0], lastUpdated: '' }]);
    },
  );

  it('PSP-REQ-1: a wrong set-up is the caller’s mistake', () => {
    const twice = { types: [...resourceSyncParams({ Task: {} }).types] };
    twice.types.push(...resourceSyncParams({ Task: {} }).types);
    expect(() => receiver({ params: twice })).toThrow(UsageError);
    expect(() => receiver({ mode: SelectionMode.LAST_UPDATED })).toThrow(UsageError);
    expect(() => receiver({ mode: 9 as SelectionMode })).toThrow(UsageError);
  });
});
