import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder, decodeBatch, encodeBatch } from './batch.ts';
import { entryOctets, lengthField } from './entry-octets.ts';
import { Batch, ErrorCode, type SyncPayload } from './messages.ts';
import { anyEntry, entryOf } from './testing/messages.ts';
import { chunk, join, pattern } from './testing/octets.ts';
import { isViolation } from './violation.ts';

/** The entry with the fields of this version alone. */
function withoutUnknown({ base, changes, absorbed, ...entry }: SyncPayload): SyncPayload {
  const plain = { _unknownFields: undefined };
  return {
    ...entry,
    ...plain,
    base: base && { ...base, ...plain },
    changes: changes.map((change) => ({
      ...change,
      ...plain,
      id: change.id && { ...change.id, ...plain },
    })),
    absorbed: absorbed.map((id) => ({ ...id, ...plain })),
  };
}

/** Octets that an entry takes in a batch. */
const octetsIn = (entry: SyncPayload): number => lengthField(entryOctets(entry));

const seeded = { seed: 20_261_122, numRuns: 400 };

describe('a batch', () => {
  it('PSP-MSG-11: comes back as it was, unknown fields included', () => {
    let unknown = 0;
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 4 }), (entries) => {
        unknown += entries.filter((entry) => Object.keys(entry._unknownFields ?? {}).length).length;
        expect(decodeBatch(encodeBatch(entries), 4)).toEqual(entries);
      }),
      seeded,
    );
    expect(unknown).toBeGreaterThan(50);
  });

  it('PSP-MSG-22: is written octet for octet as the generated encoder writes it', () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 3 }), (entries) => {
        const known = entries.map(withoutUnknown);
        plain += known.length;
        expect(encodeBatch(known)).toEqual(Batch.encode({ entries: known }).finish());
        expect(encodeBatch(entries)).toEqual(Batch.encode({ entries }).finish());
      }),
      seeded,
    );
    expect(plain).toBeGreaterThan(300);
    const text = { ...entryOf('a', 0), resourceId: 'Nguyễn 👶 \ud800' };
    expect(encodeBatch([text])).toEqual(Batch.encode({ entries: [text] }).finish());
  });

  it('PSP-PAY-12: the size of an entry is known before it is encoded', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        expect(octetsIn(entry)).toBe(Batch.encode({ entries: [entry] }).finish().length);
      }),
      seeded,
    );
    for (const octets of [0, 1, 127, 128, 16_383, 16_384, 2_097_152]) {
      const entry = entryOf('a', octets);
      expect(octetsIn(entry)).toBe(Batch.encode({ entries: [entry] }).finish().length);
    }
  });

  it('PSP-PAY-6: of more entries than announced is refused, of as many not', () => {
    const octets = join(...Array.from({ length: 3 }, () => chunk(1, [])));
    expect(decodeBatch(octets, 3)).toHaveLength(3);
    expect(decodeBatch(octets, 2)).toMatchObject({
      code: ErrorCode.LIMIT_EXCEEDED,
      requirement: 'PSP-PAY-6',
    });
    expect(decodeBatch(join(octets, [0]), 2)).toMatchObject({
      code: ErrorCode.MALFORMED_MESSAGE,
    });
  });

  it('PSP-PAY-8: may be empty', () => {
    expect(encodeBatch([])).toEqual(new Uint8Array(0));
    expect(decodeBatch(new Uint8Array(0), 1)).toEqual([]);
  });

  it('PSP-ERR-1: faults of entries are not faults of the batch', () => {
    const entry = { ...entryOf('no id ../..', 3), resourceType: '' };
    expect(decodeBatch(encodeBatch([entry]), 1)).toMatchObject([entry]);
  });

  it('PSP-DATA-1: gives plain octets, also from a Buffer', () => {
    const decoded = decodeBatch(Buffer.from(encodeBatch([entryOf('a', 9)])), 1);
    if (isViolation(decoded)) throw new Error(decoded.detail);
    expect(decoded[0]?.resource.constructor).toBe(Uint8Array);
    expect(decoded[0]?.resource).toEqual(pattern(9));
  });
});

describe('BatchBuilder', () => {
  it('PSP-PAY-11: fills batches with whole entries up to both bounds', () => {
    const sizes = fc.array(fc.nat({ max: 400 }), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 500, max: 900 }), (resources, octetsMax) => {
        const builder = new BatchBuilder({ octetsMax, entriesMax: 5 });
        const entries = resources.map((size, index) => entryOf(`r${index}`, size));
        const batches: Uint8Array[] = [];
        for (const entry of entries) {
          if (builder.add(entry)) continue;
          batches.push(builder.take());
          expect(builder.add(entry)).toBe(true);
        }
        const { entries: last, octets } = builder;
        batches.push(builder.take());
        expect(batches.at(-1)).toEqual(encodeBatch(entries.slice(entries.length - last)));
        expect([batches.at(-1)?.length, builder.entries, builder.octets]).toEqual([octets, 0, 0]);
        for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(octetsMax);
        const decoded = batches.flatMap((batch) => decodeBatch(batch, 5) as SyncPayload[]);
        expect(decoded.length).toBe(entries.length);
        expect(decoded).toMatchObject(entries);
      }),
      seeded,
    );
  });

  it('PSP-PAY-12: tells an entry that never fits', () => {
    const octetsMax = octetsIn(entryOf('a', 100));
    const builder = new BatchBuilder({ octetsMax, entriesMax: 5 });
    expect(builder.add(entryOf('a', 101))).toBe(false);
    expect([builder.entries, builder.take()]).toEqual([0, new Uint8Array(0)]);
    expect(builder.add(entryOf('a', 100))).toBe(true);
    expect(builder.take()).toHaveLength(octetsMax);
  });

  it('PSP-PAY-12: takes a larger entry alone, where that has room of its own', () => {
    const loneOctetsMax = octetsIn(entryOf('a', 2_000_000));
    const builder = new BatchBuilder({ octetsMax: 1_000, loneOctetsMax, entriesMax: 5 });
    expect(builder.add(entryOf('a', 2_000_001))).toBe(false);
    expect(builder.add(entryOf('b', 10))).toBe(true);
    expect(builder.add(entryOf('a', 2_000_000))).toBe(false);
    expect(decodeBatch(builder.take(), 5)).toMatchObject([{ resourceId: 'b' }]);
    expect(builder.add(entryOf('a', 2_000_000))).toBe(true);
    expect(builder.add(entryOf('b', 10))).toBe(false);
    expect(builder.take()).toEqual(encodeBatch([entryOf('a', 2_000_000)]));
  });

  it('PSP-MSG-11: writes entries with unknown fields and those without side by side', () => {
    fc.assert(
      fc.property(fc.array(anyEntry, { maxLength: 4 }), (entries) => {
        const builder = new BatchBuilder({ octetsMax: 10_000_000, entriesMax: 100 });
        const all = entries.flatMap((entry) => [entry, withoutUnknown(entry)]);
        for (const entry of all) expect(builder.add(entry)).toBe(true);
        expect(builder.take()).toEqual(Batch.encode({ entries: all }).finish());
      }),
      seeded,
    );
  });
});
