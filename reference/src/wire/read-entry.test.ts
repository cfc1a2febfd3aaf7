// Entries that know the octets they were read from: which those are, when they are given up, and
// that a Batch is made of them.
import { describe, expect, it } from 'vitest';
import { readPlainBatch, readPlainEntry } from './batch-reader.ts';
import { BatchBuilder, decodeBatch, encodeBatch } from './batch.ts';
import { Batch, type SyncPayload } from './messages.ts';
import { ReadEntry } from './read-entry.ts';
import { entryOf } from './testing/messages.ts';
import { chunk, join } from './testing/octets.ts';

const entries = [entryOf('a', 300), entryOf('b', 3), entryOf('c', 20_000)];
const readAll = (batch: Uint8Array): SyncPayload[] => [...(readPlainBatch(batch, 10) ?? [])];
const bounds = { octetsMax: 1_000_000, entriesMax: 10 };

describe('an entry that was read', () => {
  it('PSP-MSG-22: has the octets of a Batch of it alone', () => {
    const read = readAll(encodeBatch(entries));
    expect(read.map((entry) => ReadEntry.octetsOf(entry))).toEqual(
      entries.map((entry) => Batch.encode({ entries: [entry] }).finish()),
    );
    expect(ReadEntry.octetsOf(entries[0]!)).toBeUndefined();
  });

  it('has none as soon as anything in it is another', () => {
    const [read] = readAll(encodeBatch(entries));
    const other: SyncPayload = { ...read!, resourceId: 'other' };
    expect(ReadEntry.octetsOf(other)).toBeUndefined();
    const builder = new BatchBuilder(bounds);
    builder.add(other);
    expect(decodeBatch(builder.take(), 1)).toMatchObject([{ resourceId: 'other' }]);
  });

  it('PSP-PAY-11: is copied into a Batch, beside others that are encoded', () => {
    const batch = encodeBatch(entries);
    const read = readAll(batch);
    const builder = new BatchBuilder(bounds);
    for (const [index, entry] of read.entries()) builder.add(index === 1 ? { ...entry } : entry);
    expect([builder.entries, builder.octets]).toEqual([3, batch.length]);
    expect(builder.take()).toEqual(batch);
  });

  it('PSP-PAY-12: counts with its octets', () => {
    const batch = encodeBatch(entries.slice(0, 2));
    const read = readAll(batch);
    const exact = new BatchBuilder({ ...bounds, octetsMax: batch.length });
    expect(read.map((entry) => exact.add(entry))).toEqual([true, true]);
    const short = new BatchBuilder({ ...bounds, octetsMax: batch.length - 1 });
    expect(read.map((entry) => short.add(entry))).toEqual([true, false]);
  });

  it('has no octets with a number that is longer than it needs to be', () => {
    const entry = join(chunk(1, [...new TextEncoder().encode('Patient')]));
    expect(readAll(join(chunk(1, [...entry])))).toHaveLength(1);
    // The same length, and a counter, with an octet more.
    const length = join(Uint8Array.of(0x0a, 0x80 | entry.length, 0x00), entry);
    const absorbed = chunk(6, [0x10, 0x85, 0x00]);
    for (const odd of [length, join(chunk(1, [...entry, ...absorbed]))]) {
      expect(readPlainBatch(odd, 10)).toBeUndefined();
      expect(decodeBatch(odd, 10)).toHaveLength(1);
    }
  });

  it('is read alone in the normal form of a store', () => {
    const [octets] = readAll(encodeBatch(entries)).map((entry) => ReadEntry.octetsOf(entry)!);
    const read = readPlainEntry(octets!)!;
    expect(read._unknownFields).toBeUndefined();
    expect(ReadEntry.octetsOf(read)).toEqual(octets);
    expect(readPlainEntry(encodeBatch(entries))).toBeUndefined();
    expect(readPlainEntry(new Uint8Array(0))).toBeUndefined();
  });
});
