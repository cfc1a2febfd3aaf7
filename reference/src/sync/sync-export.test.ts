import { beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { decodeBatch } from '../wire/batch.ts';
import { batchOctetsFor, effectiveLimits } from '../wire/limits.ts';
import {
  CursorDisposition,
  ErrorCode,
  Outcome,
  SelectionMode,
  WithheldReason,
  type EntryOutcome,
  type Limits,
  type Request,
} from '../wire/messages.ts';
import { isViolation, UsageError, type Violation } from '../wire/violation.ts';
import { decodeCursor, scopeDigest } from './cursor.ts';
import { resourceSyncParams, scopeOf } from './scope.ts';
import { SyncSender, type SyncExport, type SyncSenderOptions } from './sync-sender.ts';
import { at, device, good, put } from './testing/devices.ts';
import { octets, replica } from './testing/entries.ts';

const { CURSOR, FULL, LAST_UPDATED } = SelectionMode;
let store: Store;

const resource = (type: string, id: string, rest = ''): Uint8Array =>
  octets(`{"resourceType":"${type}","id":"${id}"${rest}}`);

beforeEach(async () => {
  store = device('a');
  for (let n = 1; n <= 5; n += 1) await store.create(resource('Patient', `p${n}`), at);
  for (let n = 1; n <= 3; n += 1) await store.create(resource('Task', `t${n}`), at);
});

function request(
  mode: SelectionMode,
  types: string[] = [],
  cursor: Uint8Array = new Uint8Array(),
): Request {
  const listed = types.map((resourceType) => ({ resourceType, parameters: [], lastUpdated: '' }));
  const fixed = { replicaId: replica('b'), displayName: 'B', serverUrl: '', window: undefined };
  return { ...fixed, mode, params: { types: listed }, cursor };
}

const outOf = async (
  given: Request,
  options: Partial<SyncSenderOptions> = {},
  limits?: Limits,
): Promise<SyncExport> => good(await new SyncSender({ store, ...options }).prepare(given, limits));

interface Drained {
  readonly ids: string[][];
  readonly cursors: Uint8Array[];
  readonly last: Uint8Array;
}

async function drain(out: SyncExport): Promise<Drained> {
  const ids: string[][] = [];
  const cursors: Uint8Array[] = [];
  for (let batch = await out.next(); batch !== undefined; batch = await out.next()) {
    ids.push(good(decodeBatch(batch.encoded, 1_000)).map(({ resourceId }) => resourceId));
    cursors.push(batch.cursor);
  }
  return { ids, cursors, last: out.complete().cursor };
}

const limits = (entries: number, batchOctets = 65_536): Limits => ({
  maxFrameOctets: 65_536,
  maxBatchOctets: batchOctets,
  maxBatchEntries: entries,
});

describe('batches', () => {
  it('PSP-SEL-1: everything, in order of writing, in batches of both sides’ size', async () => {
    const all = [['p1', 'p2', 'p3', 'p4', 'p5', 't1', 't2', 't3']];
    expect((await drain(await outOf(request(FULL)))).ids).toEqual(all);
    const three = { batch: { entriesMax: 3 } };
    const threes = [all[0]!.slice(0, 3), all[0]!.slice(3, 6), all[0]!.slice(6)];
    expect((await drain(await outOf(request(FULL), three))).ids).toEqual(threes);
    expect((await drain(await outOf(request(FULL), {}, limits(3)))).ids).toEqual(threes);
    const one = await drain(await outOf(request(FULL), { batch: { octetsMax: 1 } }));
    expect(one.ids).toHaveLength(8);
  });

  it('PSP-SEL-2: only the requested types', async () => {
    expect((await drain(await outOf(request(CURSOR, ['Task'])))).ids).toEqual([['t1', 't2', 't3']]);
    expect((await drain(await outOf(request(CURSOR, ['Group'])))).ids).toEqual([]);
  });

  it('PSP-RESUME-6: each cursor covers its batch and all before it, and no more', async () => {
    const { ids, cursors, last } = await drain(await outOf(request(FULL), {}, limits(3)));
    for (const [index, cursor] of cursors.entries()) {
      const rest = await drain(await outOf(request(CURSOR, [], cursor), {}, limits(3)));
      expect(rest.ids).toEqual(ids.slice(index + 1));
    }
    expect((await drain(await outOf(request(CURSOR, [], last)))).ids).toEqual([]);
  });

  it('PSP-DONE-3: the final cursor is the high-water mark, past types not asked for', async () => {
    const scopeOfPatients = scopeOf(resourceSyncParams({ Patient: {} }));
    const owner = { replicaId: replica('a'), scopeDigest: scopeDigest(scopeOfPatients, '') };
    const { last } = await drain(await outOf(request(CURSOR, ['Patient'])));
    expect(decodeCursor(last, owner)?.sequence).toBe(await store.lastSequence());
  });

  it('PSP-RESUME-6: S25 what is written after the Offer waits for the next session', async () => {
    const out = await outOf(request(CURSOR), {}, limits(2));
    await out.next();
    await store.create(resource('Patient', 'late'), at);
    await store.update(resource('Patient', 'p5', ',"active":true'), at);
    const { ids, last } = await drain(out);
    expect(ids.flat()).toEqual(['p3', 'p4', 't1', 't2', 't3']);
    expect((await drain(await outOf(request(CURSOR, [], last)))).ids.flat()).toEqual([
      'late',
      'p5',
    ]);
    expect(out.complete().entries.find((c) => c.resourceType === 'Patient')?.entries).toBe(4n);
  });

  it('PSP-PAY-12 PSP-RESUME-10: what does not fit is withheld, and sent when it fits', async () => {
    const room = batchOctetsFor(effectiveLimits(limits(10)));
    await store.create(resource('Patient', 'big', `,"x":"${'y'.repeat(room / 2)}"`), at);
    const out = await outOf(request(CURSOR), {}, limits(10));
    const { ids, last } = await drain(out);
    expect(ids.flat()).not.toContain('big');
    const reason = WithheldReason.TOO_LARGE;
    expect(out.complete().withheld).toEqual([{ resourceType: 'Patient', reason, entries: 1n }]);
    // INSERT and resource: twice the octets. A peer with the same limits does not start over.
    const again = await outOf(request(CURSOR, [], last), {}, limits(10));
    expect((await drain(again)).ids).toEqual([]);
    const able = await outOf(request(CURSOR, [], last));
    expect(able.offer.cursorDisposition).toBe(CursorDisposition.STARTING_OVER);
    expect((await drain(able)).ids.flat()).toContain('big');
  });

  it('PSP-PAY-12: an entry with more changes than any receiver takes is withheld', async () => {
    await store.create(resource('Patient', 'busy', ',"n":0'), at);
    for (let n = 1; n < 1_000; n += 1)
      await store.update(resource('Patient', 'busy', `,"n":${n}`), at);
    const sent = async (): Promise<readonly string[]> => {
      const { ids } = await drain(await outOf(request(FULL, ['Patient'])));
      return ids.flat();
    };
    expect(await sent()).toContain('busy');
    await store.update(resource('Patient', 'busy', ',"n":1000'), at);
    expect(await sent()).not.toContain('busy');
    const out = await outOf(request(FULL, ['Patient']));
    await drain(out);
    const reason = WithheldReason.TOO_LARGE;
    expect(out.complete().withheld).toEqual([{ resourceType: 'Patient', reason, entries: 1n }]);
  });

  it('PSP-FRAME-6: a batch is never longer than the peer’s frame lets it be', async () => {
    const room = batchOctetsFor(effectiveLimits(limits(1_000, 67_108_864)));
    const body = 'y'.repeat(20_000);
    for (let n = 1; n < 9; n += 1)
      await store.create(resource('Task', `b${n}`, `,"x":"${body}"`), at);
    const out = await outOf(request(FULL), {}, limits(1_000, 67_108_864));
    let octetsMax = 0;
    for (let batch = await out.next(); batch !== undefined; batch = await out.next()) {
      octetsMax = Math.max(octetsMax, batch.encoded.length);
    }
    expect(octetsMax).toBeLessThanOrEqual(room);
    expect(octetsMax).toBeGreaterThan(20_000);
    expect(out.complete().withheld).toEqual([]);
  });

  it('refuses batch options that make no batch', () => {
    for (const batch of [{ entriesMax: 0 }, { entriesMax: 1_001 }, { octetsMax: 0 }]) {
      expect(() => new SyncSender({ store, batch })).toThrow(UsageError);
    }
  });
});

describe('the Offer', () => {
  const counts = (out: SyncExport): string =>
    out.offer.totals.map(({ resourceType, entries }) => `${resourceType} ${entries}`).join(', ');

  it('PSP-OFFER-3: counts what is to come', async () => {
    expect(counts(await outOf(request(FULL)))).toBe('Patient 5, Task 3');
    const unsure = await outOf(request(LAST_UPDATED, ['Patient']));
    expect([counts(unsure), unsure.offer.indeterminate]).toEqual(['', true]);
  });

  it('PSP-OFFER-2: says what became of the cursor', async () => {
    const dispositionOf = async (given: Request): Promise<CursorDisposition> =>
      (await outOf(given)).offer.cursorDisposition;
    const { last } = await drain(await outOf(request(FULL)));
    const { FRESH, RESUMED, STARTING_OVER } = CursorDisposition;
    expect(await dispositionOf(request(CURSOR))).toBe(FRESH);
    expect(await dispositionOf(request(FULL, [], last))).toBe(FRESH);
    expect(await dispositionOf(request(CURSOR, [], last))).toBe(RESUMED);
    expect(await dispositionOf(request(CURSOR, ['Task'], last))).toBe(STARTING_OVER);
    expect(await dispositionOf(request(CURSOR, [], octets('garbage')))).toBe(STARTING_OVER);
    store = device('c');
    expect(await dispositionOf(request(CURSOR, [], last))).toBe(STARTING_OVER);
    // Set back without a new replica id: the sequence has not been reached.
    store = device('a');
    expect(await dispositionOf(request(CURSOR, [], last))).toBe(STARTING_OVER);
  });

  it('PSP-RESUME-8: S22 a third device older than the cursor is not missed', async () => {
    const { last } = await drain(await outOf(request(FULL)));
    const insert = { counter: 1n, replicaId: replica('c') };
    const old = await device('c').create(resource('Patient', 'old'), '1999-01-01T00:00:00Z');
    await put(store, old.payload, replica('c'));
    expect(old.payload.changes[0]?.id).toEqual(insert);
    expect((await drain(await outOf(request(CURSOR, [], last)))).ids).toEqual([['old']]);
  });

  it('PSP-REQ-4, PSP-REQ-5: the policy withholds by type and tells how many', async () => {
    const exportPolicy = { types: ['Patient'] };
    const reason = WithheldReason.POLICY;
    const withheld = [{ resourceType: 'Task', reason, entries: 3n }];
    for (const given of [request(FULL), request(CURSOR, ['Task', 'Patient'])]) {
      const out = await outOf(given, { exportPolicy });
      expect(out.offer.withheld).toEqual(withheld);
      expect((await drain(out)).ids.flat()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
      expect(out.complete().withheld).toEqual(withheld);
    }
    const dated = await outOf(request(LAST_UPDATED, ['Task', 'Patient']), { exportPolicy });
    expect((await drain(dated)).ids.flat()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5']);
    expect(dated.complete().withheld).toEqual(withheld);
  });

  it('PSP-RESUME-5: a wider policy starts over, to send what it kept back', async () => {
    const { last } = await drain(
      await outOf(request(CURSOR), { exportPolicy: { types: ['Task'] } }),
    );
    const wide = await outOf(request(CURSOR, [], last));
    expect(wide.offer.cursorDisposition).toBe(CursorDisposition.STARTING_OVER);
    expect((await drain(wide)).ids.flat()).toHaveLength(8);
  });

  it('PSP-RESUME-11: LAST_UPDATED mints no cursor', async () => {
    const { cursors, last } = await drain(await outOf(request(LAST_UPDATED, ['Task'])));
    expect([...cursors, last].map(({ length }) => length)).toEqual([0, 0]);
  });
});

describe('what the receiver says', () => {
  const outcome = (sequence: bigint, entryIndex: number, what: Outcome): EntryOutcome => ({
    sequence,
    entryIndex,
    outcome: what,
    code: ErrorCode.UNSPECIFIED,
  });
  const code = (found: Violation | undefined): string =>
    isViolation(found) ? `${found.code} ${found.requirement}` : 'fine';
  const invalid = `${ErrorCode.ACK_INVALID} PSP-ACK-`;

  it('PSP-ACK-4, PSP-ACK-6: only what can be true', async () => {
    const out = await outOf(request(FULL), {}, limits(3));
    await out.next();
    await out.next();
    expect(code(out.acknowledged(3n, []))).toBe(`${invalid}4`);
    expect(code(out.acknowledged(1n, [outcome(1n, 3, Outcome.STALE)]))).toBe(`${invalid}6`);
    expect(code(out.acknowledged(1n, [outcome(2n, 0, Outcome.STALE)]))).toBe(`${invalid}6`);
    const twice = [outcome(1n, 0, Outcome.STALE), outcome(1n, 0, Outcome.REFUSED)];
    expect(code(out.acknowledged(1n, twice))).toBe(`${invalid}6`);
    expect(code(out.acknowledged(1n, [outcome(1n, 0, Outcome.STALE)]))).toBe('fine');
    expect(code(out.acknowledged(1n, []))).toBe('fine');
    expect(code(out.acknowledged(1n, [outcome(1n, 1, Outcome.STALE)]))).toBe(`${invalid}6`);
    expect(code(out.acknowledged(0n, []))).toBe(`${invalid}4`);
    expect(out.report.types[0]?.outcomes).toEqual({ STORED: 2, STALE: 1 });
    expect(out.report.types[0]?.acknowledged).toBe(3);
  });

  it('PSP-DONE-6: a Receipt that leaves an entry out, or adds one, is refused', async () => {
    const out = await outOf(request(FULL));
    expect(() => out.complete()).toThrow(UsageError);
    await drain(out);
    const stored = (resourceType: string, entries: bigint) => ({
      resourceType,
      entries,
      outcome: Outcome.STORED,
    });
    const mismatch = `${ErrorCode.COUNT_MISMATCH} PSP-DONE-6`;
    const short = [stored('Patient', 4n), stored('Task', 3n)];
    expect(code(out.receipt({ counts: short }))).toBe(mismatch);
    const missing = [stored('Patient', 5n)];
    expect(code(out.receipt({ counts: missing }))).toBe(mismatch);
    const more = [stored('Patient', 5n), stored('Task', 3n), stored('Group', 1n)];
    expect(code(out.receipt({ counts: more }))).toBe(mismatch);
    expect(out.report.complete).toBe(false);
    const stale = { resourceType: 'Patient', entries: 1n, outcome: Outcome.STALE };
    const counts = [stored('Patient', 4n), stale, stored('Task', 3n)];
    expect(code(out.receipt({ counts }))).toBe('fine');
    expect(out.report.complete).toBe(true);
    expect(out.report.types[0]?.outcomes).toEqual({ STORED: 4, STALE: 1 });
  });

  it('counts an outcome of a later version as OTHER', async () => {
    const out = await outOf(request(FULL, ['Task']));
    await drain(out);
    const counts = [{ resourceType: 'Task', entries: 3n, outcome: 77 as Outcome }];
    expect(out.receipt({ counts })).toBeUndefined();
    expect(out.report.types[0]?.outcomes).toEqual({ OTHER: 3 });
  });
});
