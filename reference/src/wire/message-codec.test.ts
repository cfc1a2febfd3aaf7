import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { MESSAGE_TYPES, MessageType } from './message-type.ts';
import { ErrorCode } from './messages.ts';
import { anyMessage } from './testing/messages.ts';
import { chunk, join, number, pattern, tag, utf8, varint } from './testing/octets.ts';
import { changed, encodeUnchecked, valid } from './testing/valid-messages.ts';
import { isViolation } from './violation.ts';

const seeded = { seed: 20_261_122, numRuns: 600 };

describe('encodeMessage and decodeMessage', () => {
  it('PSP-FRAME-9: are inverse for every message', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(anyMessage, (message) => {
        met.add(message.type);
        const encoded = encodeMessage(message);
        expect(encoded[0]).toBe(MessageType[message.type]);
        expect(decodeMessage(encoded)).toEqual(message);
        // A Buffer is read like any other octets.
        expect(decodeMessage(Buffer.from(encoded))).toEqual(message);
      }),
      seeded,
    );
    expect([...met].sort()).toEqual(Object.keys(MessageType).sort());
  });

  it('PSP-FRAME-9: encode in the profile: ascending fields, no defaults, scalars packed', () => {
    const reject = changed('Reject', { code: 7, versions: [1, 300], retry: 0 });
    expect(encodeMessage(reject)).toEqual(join([3], number(1, 7), chunk(2, [1, 0xac, 2])));
    expect(encodeMessage(changed('KeepAlive', {}))).toEqual(Uint8Array.of(0x1e));
  });

  it('PSP-EXT-3: unknown fields change nothing but themselves', () => {
    const abort = changed('Abort', { detail: 'bye', _unknownFields: {} });
    const decoded = decodeMessage(encodeMessage(abort, Uint8Array.from(number(15_000, 5))));
    expect(decoded).toEqual(
      changed('Abort', {
        detail: 'bye',
        _unknownFields: { [15_000 * 8]: [Uint8Array.of(5)] },
      }),
    );
  });

  it('PSP-MSG-16, PSP-MSG-18, PSP-MSG-19: long varints lose the bits that have no place', () => {
    const above = [...Array<number>(9).fill(0x80), 0x7f];
    const window = chunk(7, join(tag(1, 0), varint(2n ** 40n + 6n), tag(2, 0), above));
    const request = join([0x11], chunk(1, pattern(16)), tag(5, 0), varint(2n ** 32n + 1n), window);
    expect(decodeMessage(request)).toMatchObject({
      value: { mode: 1, window: { maxUnackedPayloads: 6, maxUnackedOctets: 2n ** 63n } },
    });
    const offer = (indeterminate: number[]): Uint8Array =>
      join([0x12], tag(2, 0), indeterminate, number(4, 1));
    for (const truth of [varint(1), varint(2n ** 63n), varint(2), varint(2n ** 40n)]) {
      expect(decodeMessage(offer(truth))).toMatchObject({ value: { indeterminate: true } });
    }
    expect(decodeMessage(offer(varint(0, 10)))).toMatchObject({ value: { indeterminate: false } });
  });

  it('PSP-FRAME-10: an unknown critical type is unexpected', () => {
    for (let type = 0; type < 0x80; type++) {
      if (MESSAGE_TYPES.has(type)) continue;
      expect(decodeMessage(Uint8Array.of(type, 8, 1))).toMatchObject({
        code: ErrorCode.UNEXPECTED_MESSAGE,
        requirement: 'PSP-FRAME-10',
      });
    }
  });

  it('PSP-FRAME-11: an unknown type from 0x80 on is ignorable, whatever it holds', () => {
    for (let typeOctet = 0x80; typeOctet <= 0xff; typeOctet++) {
      const decoded = decodeMessage(Uint8Array.of(typeOctet, 0, 0xff));
      expect(decoded).toEqual({ type: 'Ignorable', typeOctet });
    }
  });

  it('PSP-SEAL-6: a frame without a message is malformed', () => {
    expect(decodeMessage(new Uint8Array(0))).toMatchObject({ code: ErrorCode.MALFORMED_FRAME });
  });

  it('PSP-MSG-8: random and mutated octets give a message or a violation', () => {
    const outcomes = { read: 0, refused: 0 };
    const mutation = fc.tuple(anyMessage, fc.nat(), fc.nat({ max: 255 }));
    const mutated = mutation.map(([message, place, octet]) => {
      const encoded = encodeMessage(message);
      encoded[place % encoded.length] = octet;
      return encoded;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 80 })), (octets) => {
        const decoded = decodeMessage(octets);
        outcomes[isViolation(decoded) ? 'refused' : 'read'] += 1;
      }),
      { ...seeded, numRuns: 2_000 },
    );
    expect(outcomes.read).toBeGreaterThan(300);
    expect(outcomes.refused).toBeGreaterThan(300);
  });

  it('PSP-RESUME-1: cursors and replica ids do not keep their message alive', () => {
    const encoded = encodeMessage(
      changed('Payload', { cursor: pattern(20), batch: pattern(5_000) }),
    );
    const payload = decodeMessage(encoded);
    if (isViolation(payload) || payload.type !== 'Payload') throw new Error('no Payload');
    expect(payload.value.cursor.buffer.byteLength).toBe(20);
    const identity = decodeMessage(encodeMessage(changed('Identity', {})));
    if (isViolation(identity) || identity.type !== 'Identity') throw new Error('no Identity');
    expect(identity.value.replicaId.buffer.byteLength).toBe(16);
  });
});

describe('messages of other versions', () => {
  const nothing = { sessionNonce: new Uint8Array(0), limits: undefined, capabilities: [] };

  it('PSP-INV-6: an Initiate without our version is judged by its versions alone', () => {
    const fields = [
      { versions: [2, 3], sessionNonce: pattern(40), pakeSuite: 0, pakeShares: [] },
      { versions: Array<number>(40).fill(9) },
    ];
    for (const one of fields) {
      expect(decodeMessage(encodeUnchecked('Initiate', one))).toMatchObject({
        type: 'Initiate',
        value: { versions: one.versions, ...nothing, pakeShares: [] },
      });
    }
    // Field 3 is text there, and not even UTF-8.
    const future = join([1], chunk(1, [2]), chunk(3, [0xff]), number(2, 1));
    expect(decodeMessage(future)).toMatchObject({ type: 'Initiate', value: { versions: [2] } });
  });

  it('PSP-INV-6: an Initiate with our version too is judged in full', () => {
    const octets = encodeUnchecked('Initiate', { versions: [2, 1], sessionNonce: pattern(40) });
    expect(decodeMessage(octets)).toMatchObject({ code: ErrorCode.MALFORMED_MESSAGE });
    const fine = decodeMessage(encodeUnchecked('Initiate', { versions: [7, 1, 2] }));
    expect(fine).toMatchObject({ value: { ...valid.Initiate, versions: [7, 1, 2] } });
  });

  it('PSP-INV-4: an Accept of another version is read as far as its version', () => {
    const octets = encodeUnchecked('Accept', { version: 2, sessionNonce: pattern(40) });
    expect(decodeMessage(octets)).toMatchObject({
      type: 'Accept',
      value: { version: 2, ...nothing },
    });
    const twice = join(octets, number(1, 1));
    expect(decodeMessage(twice)).toMatchObject({ code: ErrorCode.MALFORMED_MESSAGE });
  });

  it('PSP-INV-5: a Reject of a later version gives its code and versions', () => {
    const octets = join([3], number(1, 7), chunk(2, [2, 3]), chunk(3, utf8('later')), number(9, 1));
    expect(decodeMessage(octets)).toMatchObject({
      type: 'Reject',
      value: { code: 7, versions: [2, 3], retry: 0 },
    });
  });

  it('PSP-MSG-8: what is no protobuf is malformed in any version', () => {
    for (const type of [1, 2]) {
      expect(decodeMessage(Uint8Array.of(type, 0))).toMatchObject({
        code: ErrorCode.MALFORMED_MESSAGE,
      });
    }
  });
});
