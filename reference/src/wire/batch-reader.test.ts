import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlainBatch } from './batch-reader.ts';
import { batchShape } from './message-shape.ts';
import { Batch, ChangeType, type SyncPayload } from './messages.ts';
import { anyEntry, entryOf } from './testing/messages.ts';
import { chunk, join } from './testing/octets.ts';
import { isViolation } from './violation.ts';
import { checkWireFormat } from './wire-format.ts';

const seeded = { seed: 20_261_123, numRuns: 1_000 };
const octets = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const ascii = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: 'grapheme-ascii', maxLength });

/** Entries as a device writes them; texts recur, as they do between its entries. */
const plainEntry: fc.Arbitrary<SyncPayload> = fc.record({
  resourceType: fc.constantFrom('Patient', 'Encounter', ''),
  resourceId: ascii(40),
  resource: fc.uint8Array({ maxLength: 300 }),
  base: fc.option(fc.record({ versionId: fc.constantFrom('1', '2', ''), lastUpdated: ascii(30) }), {
    nil: undefined,
  }),
  changes: fc.array(
    fc.record({
      id: fc.option(
        fc.record({
          replicaId: fc.oneof(fc.constant(new Uint8Array(16).fill(7)), octets(16)),
          counter: fc.bigInt(0n, 2n ** 45n),
        }),
        { nil: undefined },
      ),
      type: fc.constantFrom(...Object.values(ChangeType).filter((type) => type >= 0)),
      payload: fc.uint8Array({ maxLength: 150 }),
      baseVersionId: fc.constantFrom('1', '2', ''),
      recordedAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z', ''),
    }),
    { maxLength: 3 },
  ),
  absorbed: fc.array(fc.record({ replicaId: octets(16), counter: fc.bigInt(1n, 2n ** 40n) }), {
    maxLength: 2,
  }),
});

const encode = (entries: readonly SyncPayload[]): Uint8Array =>
  Batch.encode({ entries: [...entries] }).finish();
const read = (batch: Uint8Array, entriesMax = 1_000): SyncPayload[] | undefined => {
  const plain = readPlainBatch(batch, entriesMax);
  return plain && [...plain];
};

describe('a batch in the plain form', () => {
  it('PSP-MSG-1: is read as the generated decoder reads it', () => {
    let plain = 0;
    fc.assert(
      fc.property(fc.array(plainEntry, { maxLength: 5 }), (entries) => {
        const batch = encode(entries);
        const found = read(batch);
        if (found === undefined) return;
        plain += entries.length;
        expect(found).toEqual(Batch.decode(batch).entries);
      }),
      seeded,
    );
    // Empty entries and counters of more than 49 bits are left to that decoder.
    expect(plain).toBeGreaterThan(300);
  });

  it('PSP-MSG-8: is never what the strict check refuses, nor read in another way', () => {
    let changed = 0;
    const edit = fc.record({ at: fc.nat(), octet: fc.nat({ max: 255 }), cut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(plainEntry, { minLength: 1, maxLength: 3 }), edit, (entries, one) => {
        const whole = encode(entries);
        const at = whole.length === 0 ? 0 : one.at % whole.length;
        const batch = one.cut ? whole.slice(0, at) : whole.slice();
        if (!one.cut && whole.length > 0) batch[at] = one.octet;
        const found = read(batch);
        if (found === undefined) return;
        changed += 1;
        const checked = checkWireFormat(batch, batchShape);
        expect(isViolation(checked)).toBe(false);
        expect(found).toEqual(Batch.decode(batch).entries);
      }),
      { ...seeded, numRuns: 5_000 },
    );
    expect(changed).toBeGreaterThan(500);
  });

  it('PSP-MSG-11: leaves entries with unknown fields to the generated decoder', () => {
    fc.assert(
      fc.property(anyEntry, (entry) => {
        const batch = encode([entry]);
        const found = read(batch);
        if (found !== undefined) expect(found).toEqual(Batch.decode(batch).entries);
      }),
      seeded,
    );
    expect(read(join(chunk(1, [...chunk(9, [1])])))).toBeUndefined();
  });

  it('PSP-PAY-6: has no more entries than are allowed', () => {
    const batch = encode([entryOf('a', 3), entryOf('b', 3), entryOf('c', 3)]);
    expect(read(batch, 3)).toHaveLength(3);
    expect(read(batch, 2)).toBeUndefined();
  });

  it('PSP-MSG-21: has fewer elements than a message may have', () => {
    const absorbed = Array.from({ length: 65_536 }, (_, index) => ({
      replicaId: new Uint8Array(16),
      counter: BigInt(index + 1),
    }));
    const entry = entryOf('a', 3);
    expect(read(encode([{ ...entry, absorbed }]))).toBeUndefined();
    expect(read(encode([{ ...entry, absorbed: absorbed.slice(0, 65_000) }]))).toHaveLength(1);
  });

  it.each([
    ['entries', 65_536, (entries: SyncPayload[]) => entries],
    [
      'their bases',
      32_768,
      (entries: SyncPayload[]) =>
        entries.map((entry) => ({ ...entry, base: { versionId: '1', lastUpdated: '' } })),
    ],
    [
      'changes and their ids',
      32_768,
      ([entry]: SyncPayload[], count: number) => {
        const id = { replicaId: new Uint8Array(16), counter: 1n };
        const change = { id, type: ChangeType.DELETE, payload: new Uint8Array(0) };
        const whole = { ...change, baseVersionId: '', recordedAt: '' };
        return entry === undefined
          ? []
          : [{ ...entry, changes: Array.from({ length: count }, () => whole) }];
      },
    ],
  ] as const)('PSP-MSG-21: counts %s among the elements', (_what, most, made) => {
    const many = (count: number): SyncPayload[] | undefined => {
      const entries = Array.from({ length: count }, () => ({
        ...entryOf('a', 1),
        base: undefined,
        changes: [],
      }));
      return read(encode(made(entries, count)), 100_000);
    };
    expect(many(most)).toBeUndefined();
    expect(many(most - 1)).toBeDefined();
  });

  it('counts its entries by type, and gives new ones each time', () => {
    const batch = readPlainBatch(encode([entryOf('a', 3), entryOf('b', 3)]), 9);
    expect(batch?.length).toBe(2);
    expect([...(batch?.types ?? [])]).toEqual([[entryOf('a', 3).resourceType, 2]]);
    const [first] = [...(batch ?? [])];
    const [again] = [...(batch ?? [])];
    expect(again).toEqual(first);
    expect(again).not.toBe(first);
  });
});
