import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { CursorDisposition, Outcome, SelectionMode } from '../wire/messages.ts';
import { compareReports } from './report-comparison.ts';
import { ReportTally, reportItemsMax } from './report-tally.ts';
import type { SyncReport } from './report.ts';
import { at, device, sync } from './testing/devices.ts';
import { octets, replica } from './testing/entries.ts';

let a: Store;
let b: Store;

beforeEach(async () => {
  [a, b] = [device('a'), device('b')];
  const both = ['p1', 'p2', 'p3'].map((id) => octets(`{"resourceType":"Patient","id":"${id}"}`));
  await a.createAll([...both, octets('{"resourceType":"Task","id":"t1"}')], at);
  await b.create(octets('{"resourceType":"Patient","id":"p2","active":true}'), at);
});

const head = {
  role: 'sender',
  replicaId: replica('b'),
  displayName: 'B',
  mode: SelectionMode.FULL,
  disposition: CursorDisposition.FRESH,
} as const;

describe('reports', () => {
  it('PSP-DONE-5: both sides report the same counts, by type and by resource', async () => {
    const { sender, receiver } = await sync(a, b);
    expect(compareReports(sender, receiver)).toEqual([]);
    expect(sender.types).toEqual(receiver.types);
    expect(sender.resources).toEqual(receiver.resources);
    expect(receiver).toMatchObject({ role: 'receiver', mode: 'CURSOR', cursor: 'FRESH' });
    expect(receiver.peer).toEqual({ replicaId: '61'.repeat(16), displayName: 'device a' });
    expect(sender.peer.displayName).toBe('device b');
    expect(sender.complete && receiver.complete).toBe(true);
    const outcomes = { STORED: 2, CONFLICT_THEIRS: 1 };
    const fixed = { offered: 3, transferred: 3, acknowledged: 3, withheld: {} };
    expect(sender.types[0]).toEqual({ resourceType: 'Patient', ...fixed, outcomes });
  });

  it('is JSON from end to end', async () => {
    const { sender, receiver } = await sync(a, b);
    expect(JSON.parse(JSON.stringify([sender, receiver]))).toEqual([sender, receiver]);
  });

  it('PSP-DONE-9: after a cut nothing is complete, and what is durable is told', async () => {
    const { sender, receiver } = await sync(a, b, { cutAfter: 1, batch: { entriesMax: 2 } });
    expect([sender.complete, receiver.complete]).toEqual([false, false]);
    expect(receiver.types[0]).toMatchObject({ offered: 3, transferred: 2, acknowledged: 2 });
    expect(receiver.dangling).toBeUndefined();
  });

  it('keeps the first items of a long list and counts the others', () => {
    const tally = new ReportTally(head);
    for (let n = 0; n < reportItemsMax + 5; n += 1) {
      tally.settled('Patient', `p${n}`, Outcome.CONFLICT_DEFERRED);
      tally.settled('Task', `t${n}`, Outcome.REFUSED, 9_999 as never);
    }
    const report = tally.snapshot();
    expect(report.conflicts.items).toHaveLength(reportItemsMax);
    expect(report.conflicts.more).toBe(5);
    expect(report.resources.more).toBe(reportItemsMax + 10);
    expect(report.refused.items[0]).toEqual({
      resourceType: 'Task',
      resourceId: 't0',
      outcome: 'REFUSED',
      code: '9999',
    });
  });

  it('a snapshot does not change afterwards', () => {
    const tally = new ReportTally(head);
    tally.settled('Patient', 'p1', Outcome.STALE);
    const before = tally.snapshot();
    const text = JSON.stringify(before);
    tally.settled('Patient', 'p2', Outcome.STALE);
    expect(JSON.stringify(before)).toBe(text);
    expect(JSON.stringify(tally.snapshot())).not.toBe(text);
  });

  it('an unknown cursor disposition counts as starting over', () => {
    const tally = new ReportTally({ ...head, disposition: 9 as CursorDisposition });
    expect(tally.snapshot().cursor).toBe('STARTING_OVER');
  });
});

describe('comparing reports', () => {
  it('PSP-DONE-6: names every difference', async () => {
    const { sender, receiver } = await sync(a, b);
    const [patients, tasks] = receiver.types;
    const other: SyncReport = {
      ...receiver,
      mode: 'FULL',
      payloads: 7,
      complete: false,
      cursor: 'RESUMED',
      types: [{ ...patients!, outcomes: { STORED: 3 } }],
      conflicts: { items: [], more: 0 },
    };
    expect(tasks?.resourceType).toBe('Task');
    const named = compareReports(sender, other).map((line) => line.split(':')[0]);
    const expected = ['mode', 'cursor', 'complete', 'payloads', 'Patient', 'Task', 'conflicts'];
    expect(named).toEqual(expected);
  });
});
