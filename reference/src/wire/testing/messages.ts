// One valid message of each type, and arbitrary ones, for tests.
import fc from 'fast-check';
import type { KnownMessage } from '../message-codec.ts';
import type { LocalChange, SyncPayload } from '../messages.ts';
import { pattern } from './octets.ts';

const octets = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const upTo = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
const uint32 = fc.nat({ max: 0xffff_ffff });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const text = (maxLength: number): fc.Arbitrary<string> => fc.string({ unit: 'binary', maxLength });
// A peer of a later version may send any enum value; zero is the one that required fields refuse.
const value = fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: -5, max: 2 ** 31 - 1 }));
const required = value.filter((one) => one !== 0) as fc.Arbitrary<never>;
const optional = value as fc.Arbitrary<never>;
const unknown = fc.constant({ _unknownFields: {} });
const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.tuple(fc.record(model), unknown).map(([fields, more]) => ({ ...fields, ...more }));

const limits = record({
  maxFrameOctets: fc.constantFrom(0, 65_536, 67_108_864),
  maxBatchOctets: fc.constantFrom(0, 65_536, 67_108_864),
  maxBatchEntries: fc.constantFrom(0, 1, 1_000),
});
const capabilities = fc.uniqueArray(
  record({ id: uint32, critical: fc.boolean(), value: upTo(5) }),
  { selector: (one) => one.id, maxLength: 5 },
);
const shares = fc.uniqueArray(record({ secretKind: required, share: octets(32) }), {
  selector: (one) => one.secretKind,
  minLength: 1,
  maxLength: 4,
});
const window = record({ maxUnackedPayloads: uint32, maxUnackedOctets: uint64 });
const parameter = record({ name: fc.stringMatching(/^[a-z:_]{1,20}$/), value: text(30) });
const types = fc.uniqueArray(
  record({
    resourceType: fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,63}$/),
    parameters: fc.array(parameter, { maxLength: 3 }),
    lastUpdated: text(20),
  }),
  { selector: (one) => one.resourceType, maxLength: 4 },
);
const who = { replicaId: octets(16), displayName: text(20), serverUrl: text(50) };
const typeCounts = fc.uniqueArray(record({ resourceType: text(20), entries: uint64 }), {
  selector: (one) => one.resourceType,
});
const withheld = fc.uniqueArray(
  record({ resourceType: text(20), reason: optional, entries: uint64 }),
  { selector: (one) => one.resourceType },
);
const outcomes = fc.array(
  record({ sequence: uint64, entryIndex: uint32, outcome: optional, code: optional }),
);
const counts = fc.uniqueArray(
  record({ resourceType: text(20), outcome: optional, entries: uint64 }),
  { selector: (one) => one.resourceType },
);
const maybe = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(one, { nil: undefined });
const of = <T extends string>(type: T, fields: fc.Arbitrary<unknown>): fc.Arbitrary<KnownMessage> =>
  fields.map((fieldsOfOne) => ({ type, value: fieldsOfOne }) as unknown as KnownMessage);

/** Any message that a conforming peer of this or a later minor version may send. */
export const anyMessage: fc.Arbitrary<KnownMessage> = fc.oneof(
  of(
    'Initiate',
    record({
      versions: fc
        .uniqueArray(
          uint32.filter((version) => version !== 1),
          { maxLength: 15 },
        )
        .map((more) => [...more, 1]),
      sessionNonce: octets(16),
      pakeSuite: required,
      pakeShares: shares,
      serverDigest: octets(16),
      fhirRelease: required,
      limits: maybe(limits),
      capabilities,
    }),
  ),
  of(
    'Accept',
    record({
      version: fc.constant(1),
      sessionNonce: octets(16),
      secretKind: required,
      pakeShare: octets(32),
      limits: maybe(limits),
      capabilities,
    }),
  ),
  of('Reject', record({ code: optional, versions: fc.array(uint32), retry: optional })),
  of('Confirm', record({ tag: octets(64) })),
  of('Identity', record(who)),
  of(
    'Request',
    record({
      ...who,
      params: maybe(record({ types })),
      mode: required,
      cursor: upTo(256),
      window: maybe(window),
    }),
  ),
  of(
    'Offer',
    record({
      totals: typeCounts,
      indeterminate: fc.boolean(),
      withheld,
      cursorDisposition: required,
    }),
  ),
  of(
    'Payload',
    record({
      sequence: uint64,
      encoding: required,
      uncompressedOctets: uint32,
      batch: upTo(300),
      cursor: upTo(256),
      padding: upTo(40),
    }),
  ),
  of('Ack', record({ throughSequence: uint64, outcomes, window: maybe(window) })),
  of('Complete', record({ payloads: uint64, entries: typeCounts, withheld, cursor: upTo(256) })),
  of('Receipt', record({ counts })),
  of('KeepAlive', record({})),
  of(
    'Abort',
    record({ code: optional, retry: optional, detail: text(60), throughSequence: uint64 }),
  ),
);

const id = record({ replicaId: upTo(20), counter: uint64 });
// Field numbers that no version-1 message has, with any varint as content.
const unknownFields = fc.dictionary(
  fc.integer({ min: 20, max: 15_999 }).map((number) => String(number << 3)),
  fc.array(fc.constant(Uint8Array.of(0x96, 1)), { minLength: 1, maxLength: 2 }),
  { maxKeys: 2, noNullPrototype: true },
) as unknown as fc.Arbitrary<Record<number, Uint8Array[]>>;
const change: fc.Arbitrary<LocalChange> = fc.record({
  id: maybe(id),
  type: optional,
  payload: upTo(200),
  baseVersionId: text(10),
  recordedAt: text(10),
  _unknownFields: unknownFields,
});

/** Any entry, also those that a receiver refuses. */
export const anyEntry: fc.Arbitrary<SyncPayload> = fc.record({
  resourceType: text(70),
  resourceId: text(70),
  resource: upTo(300),
  base: maybe(record({ versionId: text(10), lastUpdated: text(10) })),
  changes: fc.array(change, { maxLength: 3 }),
  absorbed: fc.array(id, { maxLength: 3 }),
  _unknownFields: unknownFields,
});

/** An entry with a resource of `octets` octets. */
export const entryOf = (resourceId: string, octetsOfResource: number): SyncPayload => ({
  resourceType: 'Patient',
  resourceId,
  resource: pattern(octetsOfResource),
  base: { versionId: '1', lastUpdated: '2026-01-01T00:00:00Z' },
  changes: [],
  absorbed: [],
});
