import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeBatch, Outcome, packBatch, PayloadEncoding } from '../wire/index.ts';
import type { EntryOutcome, Payload, SyncPayload } from '../wire/index.ts';
import { fillsGroup, StoringGroup } from './storing-group.ts';

const terms = {
  limits: { maxFrameOctets: 4_194_304, maxBatchOctets: 4_194_304, maxBatchEntries: 1_000 },
  deflate: false,
};
const wide = { payloads: 100, octets: 1n << 40n };
const octets = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

function entry(resourceId: string, size = 2): SyncPayload {
  const resource = new Uint8Array(size);
  return {
    resourceType: 'Basic',
    resourceId,
    resource,
    base: undefined,
    changes: [],
    absorbed: [],
  };
}

function payload(sequence: bigint, entries: readonly SyncPayload[], cursor = ''): Payload {
  const batch = encodeBatch(entries);
  const body = { encoding: PayloadEncoding.IDENTITY, uncompressedOctets: batch.length, batch };
  return { ...body, sequence, cursor: octets(cursor), padding: new Uint8Array(0) };
}

const one = (sequence: bigint): Payload => payload(sequence, [entry(`e${sequence}`)]);

describe('PSP-ATOM-3: Payloads that are stored together', () => {
  it('are whole, in order, and the last cursor that is there goes with them', () => {
    const queue = [
      payload(4n, [entry('a'), entry('b')], 'four'),
      payload(5n, [], ''),
      payload(6n, [entry('c')], ''),
    ];
    const group = new StoringGroup(queue, wide);
    expect(group.open(terms)).toBeUndefined();
    expect(group.payloads).toBe(3);
    expect([...group.entries].map(({ resourceId }) => resourceId)).toEqual(['a', 'b', 'c']);
    expect(group.cursor).toEqual(octets('four'));
    expect(queue).toEqual([]);
  });

  it('PSP-FLOW-1: are half a window at most, so that the other half travels meanwhile', () => {
    for (const [payloads, taken] of [
      [1, 1],
      [2, 1],
      [3, 1],
      [8, 4],
    ] as const) {
      const queue = [1n, 2n, 3n, 4n, 5n, 6n].map(one);
      const group = new StoringGroup(queue, { payloads, octets: 1n << 40n });
      group.open(terms);
      expect(group.payloads).toBe(taken);
      expect(queue).toHaveLength(6 - taken);
    }
  });

  it('are no more than make a good transaction, and one in any case', () => {
    const many = Array.from({ length: 600 }, (_, index) => entry(`m${index}`));
    const full = new StoringGroup([payload(1n, many), payload(2n, many), one(3n)], wide);
    full.open(terms);
    expect(full.payloads).toBe(2);
    const large = [1n, 2n].map((sequence) => payload(sequence, [entry('l', 2_000_000)]));
    const heavy = new StoringGroup(large, wide);
    heavy.open(terms);
    expect(heavy.payloads).toBe(1);
    const alone = new StoringGroup([payload(1n, [entry('x', 4_000_000)])], wide);
    alone.open(terms);
    expect(alone.payloads).toBe(1);
  });

  it('PSP-ACK-1: do not suffer from one behind them that is faulty', () => {
    const broken = { ...one(2n), uncompressedOctets: 1 };
    const queue = [one(1n), broken, one(3n)];
    const group = new StoringGroup(queue, wide);
    expect(group.open(terms)).toMatchObject({ requirement: 'PSP-PAY-5' });
    expect(group.payloads).toBe(1);
    expect([...group.entries]).toHaveLength(1);
  });

  it('PSP-ACK-6: have their outcomes named by Payload and place', () => {
    const queue = [
      payload(7n, [entry('a'), entry('b')]),
      payload(8n, []),
      payload(9n, [entry('c'), entry('d')]),
    ];
    const group = new StoringGroup(queue, wide);
    group.open(terms);
    const stale = (entryIndex: number): EntryOutcome => {
      return { sequence: 0n, entryIndex, outcome: Outcome.STALE, code: 0 };
    };
    expect(group.named([0, 1, 2, 3].map(stale))).toMatchObject([
      { sequence: 7n, entryIndex: 0 },
      { sequence: 7n, entryIndex: 1 },
      { sequence: 9n, entryIndex: 0 },
      { sequence: 9n, entryIndex: 1 },
    ]);
  });

  it('give their memory back when they are stored, in whatever form they came', () => {
    const large = entry('large', 100_000);
    const unknown = { ...large, _unknownFields: { 794: [octets('\u0002hi')] } };
    for (const form of [large, unknown]) {
      const group = new StoringGroup([payload(1n, [form])], wide);
      expect(group.open(terms)).toBeUndefined();
      const [before] = group.entries;
      expect(before?.resource).toHaveLength(100_000);
      group.release();
      expect(before?.resource).toHaveLength(0);
    }
  });

  it('give back what was compressed as soon as it is opened, and keep the cursor', () => {
    // Half of it random, so that what is compressed is large too.
    const resource = new Uint8Array([...randomBytes(50_000), ...new Uint8Array(50_000)]);
    const large = { ...entry('large'), resource };
    const packed = packBatch(encodeBatch([large]), true);
    const whole = new Uint8Array([...packed.batch, ...octets('cursor')]);
    const batch = whole.subarray(0, packed.batch.length);
    const cursor = whole.subarray(packed.batch.length);
    const queue = [{ ...one(1n), ...packed, batch, cursor }];
    const group = new StoringGroup(queue, wide);
    expect(packed.encoding).toBe(PayloadEncoding.DEFLATE);
    expect(group.open({ ...terms, deflate: true })).toBeUndefined();
    expect([whole.length, group.cursor]).toEqual([0, octets('cursor')]);
    expect([...group.entries][0]?.resource).toEqual(resource);
  });

  it('are waited for as long as they are few, small and little to hold', () => {
    expect(fillsGroup([one(1n), one(2n)], wide)).toBe(false);
    expect(fillsGroup([1n, 2n, 3n, 4n].map(one), { payloads: 8, octets: 1n })).toBe(true);
    const deflated = { ...one(1n), uncompressedOctets: 800_000 };
    expect(fillsGroup([deflated], wide)).toBe(false);
    expect(fillsGroup([deflated, deflated], wide)).toBe(true);
    expect(fillsGroup([payload(1n, [entry('l', 1_100_000)])], wide)).toBe(true);
  });
});
