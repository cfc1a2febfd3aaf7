import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import type { MessageName } from './message-type.ts';
import { ErrorCode } from './messages.ts';
import { pattern } from './testing/octets.ts';
import { changed, encodeUnchecked, share } from './testing/valid-messages.ts';
import { UsageError, isViolation } from './violation.ts';

const many = <T>(length: number, item: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => item(index));
const shares = (...kinds: number[]) => ({ pakeShares: kinds.map((kind) => share(kind)) });
const frames = (maxFrameOctets: number) => ({
  limits: { maxFrameOctets, maxBatchOctets: 0, maxBatchEntries: 0 },
});
const batches = (maxBatchOctets: number) => ({
  limits: { maxFrameOctets: 0, maxBatchOctets, maxBatchEntries: 0 },
});
const entries = (maxBatchEntries: number) => ({
  limits: { maxFrameOctets: 0, maxBatchOctets: 0, maxBatchEntries },
});
const capabilities = (...ids: number[]) => ({
  capabilities: ids.map((id) => ({ id, critical: false, value: new Uint8Array(0) })),
});
const counts = (list: string, second: 'reason' | 'outcome' | undefined, ...names: Name[]) => ({
  [list]: names.map(([resourceType, value]) => ({
    resourceType,
    ...(second === undefined ? {} : { [second]: value }),
    entries: 1n,
  })),
});
type Name = readonly [string, number];
const totals = counts.bind(undefined, 'totals', undefined);
const withheld = counts.bind(undefined, 'withheld', 'reason');
const sent = counts.bind(undefined, 'entries', undefined);
const received = counts.bind(undefined, 'counts', 'outcome');
const types = (names: readonly string[], parameters: readonly object[] = []) => ({
  params: { types: names.map((resourceType) => ({ resourceType, parameters, lastUpdated: '' })) },
});
const since = (lastUpdated: string) => ({
  params: { types: [{ resourceType: 'A', parameters: [], lastUpdated }] },
});
const parameter = (name: string, value = '') => types(['A'], [{ name, value }]);
const text = (field: string, value: string) => ({ [field]: value });
const octets = (field: string, length: number) => ({ [field]: pattern(length) });

/** Requirement, fields at the bound, fields beyond it; by message. */
type Case = readonly [string, object, object];
const cases: Partial<Record<MessageName, readonly Case[]>> = {
  Initiate: [
    ['PSP-MSG-13', { versions: many(16, (n) => n) }, { versions: many(17, (n) => n) }],
    ['PSP-MSG-13', { versions: [2, 1] }, { versions: [2, 1, 2] }],
    ['PSP-MSG-13', { versions: [1] }, { versions: [] }],
    ['PSP-MSG-13', octets('sessionNonce', 16), octets('sessionNonce', 15)],
    ['PSP-MSG-13', octets('sessionNonce', 16), octets('sessionNonce', 17)],
    ['PSP-CONV-2', { pakeSuite: 9 }, { pakeSuite: 0 }],
    ['PSP-MSG-13', shares(1), shares()],
    ['PSP-MSG-13', shares(1, 2, 3, -4), shares(1, 2, 3, 4, 5)],
    ['PSP-HS-19', shares(1, 2), shares(2, 2)],
    ['PSP-CONV-2', shares(200), shares(0)],
    ['PSP-MSG-13', shares(1), { pakeShares: [share(1, 33)] }],
    ['PSP-MSG-13', octets('serverDigest', 16), octets('serverDigest', 0)],
    ['PSP-CONV-2', { fhirRelease: 99 }, { fhirRelease: 0 }],
    ['PSP-LIM-2', frames(65_536), frames(65_535)],
    ['PSP-LIM-2', frames(67_108_864), frames(67_108_865)],
    ['PSP-CAP-8', capabilities(1, 2, 58), capabilities(58, 1, 58)],
  ],
  Accept: [
    ['PSP-MSG-13', octets('sessionNonce', 16), octets('sessionNonce', 17)],
    ['PSP-CONV-2', { secretKind: 7 }, { secretKind: 0 }],
    ['PSP-MSG-13', octets('pakeShare', 32), octets('pakeShare', 31)],
    ['PSP-LIM-2', batches(65_536), batches(65_535)],
    ['PSP-LIM-2', batches(67_108_864), batches(67_108_865)],
    ['PSP-LIM-2', entries(1_000), entries(1_001)],
    ['PSP-CAP-8', capabilities(1), capabilities(1, 1)],
  ],
  Confirm: [
    ['PSP-MSG-13', octets('tag', 64), octets('tag', 63)],
    ['PSP-MSG-13', octets('tag', 64), octets('tag', 65)],
  ],
  Identity: [
    ['PSP-MSG-13', octets('replicaId', 16), octets('replicaId', 15)],
    ['PSP-MSG-13', text('displayName', 'é'.repeat(64)), text('displayName', `${'é'.repeat(64)}x`)],
    ['PSP-MSG-13', text('serverUrl', 'u'.repeat(2_048)), text('serverUrl', 'u'.repeat(2_049))],
  ],
  Request: [
    ['PSP-MSG-13', octets('replicaId', 16), octets('replicaId', 17)],
    ['PSP-MSG-13', text('displayName', '𝄞'.repeat(32)), text('displayName', '𝄞'.repeat(33))],
    ['PSP-MSG-13', text('serverUrl', ''), text('serverUrl', 'u'.repeat(2_049))],
    ['PSP-CONV-2', { mode: 99 }, { mode: 0 }],
    ['PSP-MSG-13', octets('cursor', 256), octets('cursor', 257)],
    ['PSP-MSG-13', types(many(256, (n) => `T${n}`)), types(many(257, (n) => `T${n}`))],
    ['PSP-REQ-1', types(['A', 'B']), types(['A', 'B', 'A'])],
    ['PSP-MSG-13', types([`A${'b'.repeat(63)}`]), types([`A${'b'.repeat(64)}`])],
    ['PSP-MSG-13', types(['A9']), types(['a9'])],
    ['PSP-MSG-13', types(['A']), types(['A\n'])],
    ['PSP-MSG-13', since('é'.repeat(32)), since(`${'é'.repeat(32)}x`)],
    [
      'PSP-MSG-13',
      types(
        ['A'],
        many(64, () => ({ name: 'a', value: '' })),
      ),
      types(
        ['A'],
        many(65, () => ({ name: 'a', value: '' })),
      ),
    ],
    ['PSP-MSG-13', parameter('a'), parameter('')],
    ['PSP-MSG-13', parameter('n'.repeat(128)), parameter('n'.repeat(129))],
    ['PSP-MSG-13', parameter('n', 'v'.repeat(4_096)), parameter('n', 'v'.repeat(4_097))],
  ],
  Offer: [
    ['PSP-CONV-2', { cursorDisposition: 99 }, { cursorDisposition: 0 }],
    ['PSP-MSG-13', totals(['A', 0], ['?', 0]), totals(['A', 0], ['A', 0])],
    ['PSP-MSG-13', withheld(['A', 1], ['A', 2]), withheld(['A', 1], ['A', 1])],
  ],
  Payload: [
    ['PSP-CONV-2', { encoding: 99 }, { encoding: 0 }],
    ['PSP-MSG-13', octets('cursor', 256), octets('cursor', 257)],
  ],
  Complete: [
    ['PSP-MSG-13', sent(['A', 0], ['', 0]), sent(['A', 0], ['A', 0])],
    ['PSP-MSG-13', withheld(['A', 0]), withheld(['A', 0], ['A', 0])],
    ['PSP-MSG-13', octets('cursor', 256), octets('cursor', 257)],
  ],
  Receipt: [['PSP-MSG-13', received(['A', 0], ['A', 2]), received(['A', 2], ['A', 2])]],
  Abort: [['PSP-MSG-13', text('detail', 'x'.repeat(256)), text('detail', `${'x'.repeat(255)}é`)]],
};

const all = Object.entries(cases).flatMap(([type, list]) =>
  list.map(([requirement, inside, outside], index) => ({
    title: `${requirement}: ${type}, bound ${index + 1}`,
    type: type as MessageName,
    requirement,
    inside,
    outside,
  })),
);

describe('bounds of messages', () => {
  it.each(all)('$title: the last value inside is read and written', ({ type, inside }) => {
    const message = changed(type, inside);
    const decoded = decodeMessage(encodeMessage(message));
    expect(isViolation(decoded)).toBe(false);
    expect(decoded).toMatchObject(message);
  });

  it.each(all)('$title: the first value outside is refused', ({ type, requirement, outside }) => {
    expect(decodeMessage(encodeUnchecked(type, outside))).toMatchObject({
      code: ErrorCode.MALFORMED_MESSAGE,
      requirement,
    });
    expect(() => encodeMessage(changed(type, outside))).toThrow(UsageError);
  });

  it('PSP-ABORT-5: codes, classes and outcomes of later versions pass, zero included', () => {
    for (const value of [0, 99, -1]) {
      const messages = [
        changed('Reject', { code: value, retry: value, versions: many(300, () => 7) }),
        changed('Abort', { code: value, retry: value }),
        changed('Ack', {
          outcomes: [{ sequence: 1n, entryIndex: 0, outcome: value, code: value }],
        }),
      ];
      for (const message of messages) {
        expect(decodeMessage(encodeMessage(message))).toMatchObject(message);
      }
    }
  });
});
