// What is drawn anew for each session, from values as they were said and shown.
import { describe, expect, it } from 'vitest';
import type { Spoken } from '../peer/hearing.ts';
import { alike, valuesOf, type Compared } from './compared.ts';

const says = (name: string, fields: Spoken['fields'], type?: number): Spoken => ({
  side: 'testee',
  name,
  fields,
  ...(type === undefined ? {} : { type }),
});
const connection = (...spoken: Spoken[]): Compared => ({ spoken });
const nonce = 'Accept.session_nonce';
const accept = (value: string): Compared => connection(says('Accept', { session_nonce: value }));
const otherwise = (path: string, ...connections: Compared[]): string | undefined =>
  alike(path, valuesOf(path, connections));

const drawn = [
  'hex:5be1c3a47f0892d6e35a1c0f77b4d829',
  'hex:a09d43e1186c7f254bd0f29eac315706',
] as const;

describe('values that are drawn for each session', () => {
  it('PSP-HS-21: differ', () => {
    expect(otherwise(nonce, accept(drawn[0]), accept(drawn[1]))).toBeUndefined();
  });

  it('PSP-HS-21: are not the same, nor counted up', () => {
    const same = `${nonce} of two sessions is the same, or nearly so`;
    expect(otherwise(nonce, accept(drawn[0]), accept(drawn[0]))).toBe(same);
    const next = accept('hex:5be1c3a47f0892d6e35a1c0f77b4d82a');
    expect(otherwise(nonce, accept(drawn[0]), accept(drawn[1]), next)).toBe(same);
  });

  it('PSP-CODE-12: are all of a list, in one session and in others', () => {
    const path = 'Initiate.pake_shares.share';
    const initiate = (...shares: string[]): Compared =>
      connection(says('Initiate', { pake_shares: shares.map((share) => ({ share })) }));
    expect(otherwise(path, initiate(drawn[0]), initiate(drawn[1]))).toBeUndefined();
    const third = 'hex:00112233445566778899aabbccddeeff';
    expect(otherwise(path, initiate(...drawn), initiate(third, drawn[0]))).toContain('is the same');
    expect(otherwise(path, initiate(third, third), initiate(...drawn))).toContain('is the same');
  });

  it("kit: are the testee's own, in two sessions at least", () => {
    const kits: Compared = { spoken: [{ ...accept(drawn[1]).spoken[0]!, side: 'kit' }] };
    const few = `${nonce} has to be there in two sessions or more`;
    expect(otherwise(nonce, accept(drawn[0]), kits)).toBe(few);
  });

  it('PSP-CODE-1, PSP-CODE-10: are codes and QR texts as well', () => {
    const shows = (digits: string, qr?: string): Compared => ({
      spoken: [],
      code: qr === undefined ? { digits } : { digits, qr },
    });
    expect(otherwise('code.digits', shows('417204934'), shows('417204943'))).toBeUndefined();
    expect(otherwise('code.digits', shows('417204934'), shows('417204934'))).toContain('the same');
    const qr = (last: string): string => `FPSP1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh${last}`;
    const other = 'FPSP1:mPz0Yv1Vn3K5dU7sQw9rT2bXc4eJgL6hAoNiRkEuDyM';
    expect(otherwise('code.qr', shows('1', qr('8')), shows('1', other))).toBeUndefined();
    expect(otherwise('code.qr', shows('1', qr('8')), shows('2', qr('w')))).toContain('nearly so');
    expect(otherwise('code.qr', shows('1'), shows('2', other))).toContain('two sessions or more');
  });
});

describe('grease', () => {
  const field = (hex: string): Compared => connection(says('Ack', { $unknown: [hex] }));
  const none = connection(says('Ack', { through_sequence: 1 }));

  it('PSP-EXT-2: is a field, a frame or a capability of the reserved numbers', () => {
    expect(valuesOf('grease', [field('hex:b0aa0701')])).toEqual([['Ack hex:b0aa0701']]);
    expect(valuesOf('grease', [connection(says('Ignorable', {}, 0xab))])).toEqual([['type 171']]);
    const offers = { capabilities: [{ id: 1 }, { id: 58 }] };
    expect(valuesOf('grease', [connection(says('Initiate', offers))])).toEqual([['capability 58']]);
    // Field 16, type 0xac, capability 59: unknown and no grease.
    const others = [
      field('hex:800101'),
      connection(says('Ignorable', {}, 0xac)),
      connection(says('Initiate', { capabilities: [{ id: 59 }] })),
    ];
    expect(valuesOf('grease', others)).toEqual([[], [], []]);
  });

  it('PSP-EXT-2: is there, and not the same every time', () => {
    expect(otherwise('grease', field('hex:b0aa0701'), none)).toBeUndefined();
    expect(otherwise('grease', none, none)).toBe('it sent no grease in any session');
    expect(otherwise('grease', field('hex:b0aa0701'), field('hex:b0aa0701'))).toBe(
      'its grease is the same in every session',
    );
  });
});
