// The text form of messages, and the bounds that no vector shows.
import { describe, expect, it } from 'vitest';
import { KitError } from '../fault.ts';
import {
  decodeBody,
  decodeNested,
  decodeToText,
  encodeNested,
  encodeText,
  octetsFromText,
  octetsToText,
} from './message-text.ts';
import type { TextFields } from './message-text.ts';
import { fromHex, toHex } from './octets.ts';

const nonce = `hex:${'a5'.repeat(16)}`;
const share = `hex:${'5a'.repeat(32)}`;
const initiate: TextFields = {
  versions: [1],
  session_nonce: nonce,
  pake_suite: 'CPACE_RISTR255_SHA512',
  pake_shares: [{ secret_kind: 'DIGITS', share }],
  server_digest: nonce,
  fhir_release: 'R4',
};
const types = [{ resource_type: 'Patient' }];
const request: TextFields = { replica_id: nonce, mode: 'FULL', window: {}, params: { types } };
const text = (length: number): string => 'x'.repeat(length);
const parameter = (name: string, value: string): TextFields => ({
  ...request,
  params: { types: [{ resource_type: 'Patient', parameters: [{ name, value }] }] },
});
const ofType = (resource_type: string): TextFields => ({
  ...request,
  params: { types: [{ resource_type }] },
});
const many = (count: number): TextFields[] =>
  Array.from({ length: count }, (_, i) => ({ resource_type: `T${i}` }));

describe('text form', () => {
  it('PSP-FRAME-9 writes and reads a message with every kind of value', () => {
    const fields = {
      ...initiate,
      limits: { max_frame_octets: 65_536 },
      capabilities: [{ id: 1, critical: true, value: 'hex:01' }],
      $unknown: ['hex:c0a90701'],
    };
    const body = encodeText('Initiate', fields);
    expect(decodeToText(body)).toEqual({ name: 'Initiate', type: 1, fields });
  });

  it('takes enums by short name, by full name and by number', () => {
    const forms = ['CANCELLED', 'ERROR_CODE_CANCELLED', 16].map((code) =>
      toHex(encodeText('Abort', { code })),
    );
    expect(new Set(forms)).toEqual(new Set(['1f0810']));
    expect(decodeToText(fromHex('1f08e707'))).toMatchObject({ fields: { code: 999 } });
  });

  it('carries uint64 beyond the safe integers as text', () => {
    const octets = encodeNested('ChangeId', { counter: '18446744073709551615' });
    expect(decodeNested('ChangeId', octets)).toEqual({ counter: '18446744073709551615' });
    expect(encodeNested('ChangeId', { counter: 7 })).toEqual(fromHex('1007'));
  });

  it('knows three forms of octets and gives back one', () => {
    expect(octetsFromText('utf8:é')).toEqual(fromHex('c3a9'));
    expect(octetsFromText('base64:AP8=')).toEqual(fromHex('00ff'));
    expect(octetsToText(fromHex('7b7d'))).toBe('hex:7b7d');
  });

  it.each(['utf8:{"a":"é"}', 'hex:7b0a7d', 'hex:ff'])(
    'gives JSON as text where it is some: %s',
    (text) => {
      const octets = encodeNested('SyncPayload', { resource: text });
      expect(decodeNested('SyncPayload', octets)).toEqual({ resource: text });
    },
  );

  it.each([
    ['Abort', { reason: 1 }],
    ['Abort', { code: 'NO_SUCH' }],
    ['Abort', { code: -1 }],
    ['Abort', { detail: 7 }],
    ['Abort', { through_sequence: '18446744073709551616' }],
    ['Abort', { through_sequence: 1.5 }],
    ['Ack', { outcomes: {} }],
    ['Ack', { window: [] }],
    ['Identity', { replica_id: 'a5' }],
    ['Identity', { replica_id: 'hex:a' }],
    ['Identity', { replica_id: 'base64:?' }],
    ['Batch', {}],
    ['Nothing', {}],
  ])('a case that is wrong is the kit’s fault: %s %j', (name, fields) => {
    expect(() => encodeText(name, fields as unknown as TextFields)).toThrow(KitError);
  });

  it('PSP-INV-6 reads an Initiate of another version without judging it', () => {
    const later = encodeText('Initiate', { versions: [9] });
    expect(decodeBody(later)).toHaveProperty('schema');
    expect(decodeToText(later)).toMatchObject({ code: 'MALFORMED_MESSAGE' });
  });

  it('PSP-FRAME-11 ignores what it need not know, PSP-FRAME-10 refuses what it must', () => {
    expect(decodeToText(fromHex('80ffff'))).toEqual({ name: 'Ignorable', type: 128, fields: {} });
    expect(decodeToText(fromHex('7f'))).toMatchObject({ code: 'UNEXPECTED_MESSAGE' });
    expect(decodeToText(fromHex(''))).toMatchObject({ code: 'MALFORMED_FRAME' });
  });
});

describe('bounds', () => {
  it.each<[string, string, TextFields, TextFields]>([
    ['PSP-MSG-13', 'Initiate', initiate, { ...initiate, versions: [1, 1] }],
    ['PSP-CONV-2', 'Initiate', initiate, { ...initiate, pake_shares: [{ share }] }],
    ['PSP-MSG-13', 'Request', parameter(text(128), ''), parameter(text(129), '')],
    ['PSP-MSG-13', 'Request', parameter('a', text(4096)), parameter('a', text(4097))],
    ['PSP-MSG-13', 'Request', parameter('a', ''), parameter('', '')],
    ['PSP-MSG-13', 'Request', ofType(text(64).replace('x', 'X')), ofType(`X${text(64)}`)],
    ['PSP-MSG-13', 'Request', ofType('T'), ofType('t')],
    ['PSP-MSG-13', 'Request', request, { ...request, params: { types: [...types, ...types] } }],
    [
      'PSP-MSG-13',
      'Request',
      { ...request, params: { types: many(256) } },
      { ...request, params: { types: many(257) } },
    ],
    ['PSP-REQ-10', 'Request', request, { replica_id: nonce, mode: 'FULL' }],
    [
      'PSP-MSG-13',
      'Offer',
      { cursor_disposition: 'FRESH', totals: many(2) },
      { cursor_disposition: 'FRESH', totals: [...many(2), ...many(1)] },
    ],
    [
      'PSP-MSG-13',
      'Offer',
      { cursor_disposition: 'FRESH', withheld: [{ reason: 1 }, { reason: 2 }] },
      { cursor_disposition: 'FRESH', withheld: [{ reason: 2 }, { reason: 2 }] },
    ],
    [
      'PSP-MSG-13',
      'Complete',
      { withheld: [{ reason: 1 }, { reason: 2 }] },
      { withheld: [{ reason: 1 }, { reason: 1 }] },
    ],
    [
      'PSP-MSG-13',
      'Receipt',
      { counts: [{ outcome: 1 }, { outcome: 2 }] },
      { counts: [{ outcome: 2 }, { outcome: 2 }] },
    ],
    [
      'PSP-MSG-13',
      'Identity',
      { replica_id: nonce, server_url: text(2048) },
      { replica_id: nonce, server_url: text(2049) },
    ],
    [
      'PSP-LIM-2',
      'Initiate',
      { ...initiate, limits: { max_batch_entries: 0, max_batch_octets: 65_536 } },
      { ...initiate, limits: { max_batch_entries: 1_001 } },
    ],
  ])('%s of %s', (requirement, name, within, beyond) => {
    expect(decodeToText(encodeText(name, within))).toHaveProperty('name', name);
    expect(decodeToText(encodeText(name, beyond))).toMatchObject({
      code: 'MALFORMED_MESSAGE',
      requirement,
    });
  });
});
