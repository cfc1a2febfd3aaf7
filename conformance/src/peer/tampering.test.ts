// Each way to spoil a message spoils what its name says and nothing else.
import { describe, expect, it } from 'vitest';
import { KitError } from '../fault.ts';
import { openAt, sealAt } from '../security/record.ts';
import { decodeToText, encodeText } from '../wire/message-text.ts';
import { declaring, spoiledSeal, tamperedBody, withChanges } from './tampering.ts';

const keys = (fill: number): { key: Uint8Array; iv: Uint8Array } => ({
  key: new Uint8Array(32).fill(fill),
  iv: new Uint8Array(12).fill(fill),
});
const own = keys(1);
const other = keys(2);
const body = encodeText('KeepAlive', {});
const state = { own, other, counter: 5, last: sealAt(own, 4, body) };

describe('fields', () => {
  it('kit: set merges objects, takes away with null, and replaces the rest', () => {
    const fields = { a: 1, b: { c: 2, d: 3 }, e: [1, 2], f: 'x' };
    const changes = { b: { c: 9 }, e: [], f: null, g: { h: 1 } };
    expect(withChanges(fields, changes)).toEqual({
      a: 1,
      b: { c: 9, d: 3 },
      e: [],
      g: { h: 1 },
    });
  });

  it('kit: flip changes one bit of one field', () => {
    const tag = `hex:${'00'.repeat(64)}`;
    const spoiled = tamperedBody('Confirm', { tag }, { kind: 'flip', field: 'tag' });
    expect(decodeToText(spoiled)).toMatchObject({ fields: { tag: `hex:${'00'.repeat(63)}01` } });
    const wrong = { kind: 'flip', field: 'code' } as const;
    expect(() => tamperedBody('Confirm', { tag }, wrong)).toThrow(KitError);
  });

  it('kit: an encoding that changes nothing is a fault of its case, but not of a walk', () => {
    const fields = { through_sequence: 1 };
    const wild = { kind: 'wild', encoding: 'descending' } as const;
    expect(() => tamperedBody('Ack', fields, wild)).toThrow('changes nothing in this Ack');
    const plain = encodeText('Ack', fields);
    expect(tamperedBody('Ack', fields, { ...wild, isBlind: true })).toEqual(plain);
    const two = { ...fields, window: { max_unacked_payloads: 2 } };
    expect(tamperedBody('Ack', two, wild)).not.toEqual(encodeText('Ack', two));
  });

  it.each([60, 100, 127, 128, 129, 130, 300, 8_192, 70_000])(
    'kit: fill makes a body of exactly %i octets that is still the message',
    (octets) => {
      const identity = { replica_id: `hex:${'07'.repeat(16)}`, display_name: 'a' };
      const filled = tamperedBody('Identity', identity, { kind: 'fill', octets });
      expect(filled).toHaveLength(octets);
      expect(decodeToText(filled)).toMatchObject({ name: 'Identity', fields: identity });
    },
  );

  it('kit: fill says where there is no room', () => {
    const tooShort = { kind: 'fill', octets: 3 } as const;
    expect(() => tamperedBody('KeepAlive', {}, tooShort)).toThrow(/exactly 3 octets/);
  });
});

describe('seals', () => {
  const opensAt = (frame: Uint8Array, counter: number, by = own): unknown =>
    openAt(by, counter, frame.subarray(4));

  it.each(['flip-tag', 'flip-text', 'other-length', 'skip', 'repeat', 'other-direction'] as const)(
    'kit: PSP-SEAL-4 %s does not open',
    (how) => {
      expect(opensAt(spoiledSeal(how, body, state), 5)).toMatchObject({ code: 'SEAL_BROKEN' });
    },
  );

  it('kit: skip, repeat and other-direction are whole seals in the wrong place', () => {
    expect(opensAt(spoiledSeal('skip', body, state), 6)).toEqual(body);
    expect(opensAt(spoiledSeal('repeat', body, state), 4)).toEqual(body);
    expect(opensAt(spoiledSeal('other-direction', body, state), 5, other)).toEqual(body);
    expect(() => spoiledSeal('repeat', body, { ...state, last: undefined })).toThrow(KitError);
  });

  it('kit: clear, short and empty', () => {
    expect(spoiledSeal('clear', body, state).subarray(4)).toEqual(body);
    expect(spoiledSeal('short', body, state)).toHaveLength(4 + 15);
    expect(opensAt(spoiledSeal('empty', body, state), 5)).toMatchObject({
      code: 'MALFORMED_FRAME',
    });
  });

  it('kit: a declared length changes the header alone', () => {
    expect(declaring(0x01020304, Uint8Array.of(0, 0, 0, 1, 30))).toEqual(
      Uint8Array.of(1, 2, 3, 4, 30),
    );
  });
});
