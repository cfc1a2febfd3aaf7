// The kit's codec against protobuf-es, which shares no code with it, and against other encodings.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KitError } from '../fault.ts';
import { anyMessage } from '../testing/messages.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { decodeNested, encodeNested } from './message-text.ts';
import { fromHex, toHex } from './octets.ts';
import { schemaNamed } from './schema.ts';
import { wildEncoding, wildNames } from './wild-encodings.ts';

const names = ['Initiate', 'Accept', 'Reject', 'Request', 'Offer', 'Ack', 'Abort', 'Batch'];

describe.each(names)('%s', (name) => {
  const schema = schemaNamed(name);

  it('PSP-MSG-17 is written like protobuf-es writes it and read back', () => {
    fc.assert(
      fc.property(anyMessage(schema), (fields) => {
        const octets = encodeNested(name, fields);
        expect(toHex(toBinary(schema, fromBinary(schema, octets)))).toBe(toHex(octets));
        const message = decodeMessage(schema, octets);
        if (!('schema' in message)) throw new KitError(message.detail);
        expect(toHex(encodeMessage(message))).toBe(toHex(octets));
      }),
      { seed: 5, numRuns: 60 },
    );
  });

  it.each(wildNames)('PSP-MSG-1 to 7 means the same as %s', (wild) => {
    fc.assert(
      fc.property(anyMessage(schema), (fields) => {
        const octets = encodeNested(name, fields);
        const other = wildEncoding(wild, schema, octets);
        expect(known(decodeNested(name, other.octets))).toEqual(decodeNested(name, octets));
      }),
      { seed: 6, numRuns: 30 },
    );
  });
});

function known(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, member: unknown) => {
    if (typeof member === 'object' && member !== null && '$unknown' in member) {
      delete member.$unknown;
    }
    return member;
  });
}

describe('wild encodings', () => {
  const initiate = encodeNested('Initiate', {
    versions: [1, 2, 7],
    pake_suite: 1,
    limits: { max_frame_octets: 65_536, max_batch_entries: 5 },
    capabilities: [{ id: 1, critical: true }, { id: 27 }],
  });

  it.each(wildNames)('%s changes the octets', (name) => {
    const { octets, requirement } = wildEncoding(name, schemaNamed('Initiate'), initiate);
    expect(toHex(octets)).not.toBe(toHex(initiate));
    expect(requirement).toMatch(/^PSP-MSG-\d+$/);
  });

  it('PSP-MSG-3 splits a message into one occurrence for each field', () => {
    const { octets } = wildEncoding('split-messages', schemaNamed('Initiate'), initiate);
    expect(toHex(octets)).toContain('3a0408808004' + '3a021805');
  });

  it('refuses to rewrite what does not parse', () => {
    expect(() => wildEncoding('unpacked', schemaNamed('Initiate'), fromHex('00'))).toThrow(
      KitError,
    );
  });
});

describe('what the kit reads more strictly than a lenient decoder', () => {
  it.each([
    ['PSP-MSG-8', '', '0801 0000', 'tag 0 in the middle'],
    ['PSP-MSG-15', '', '8880808080 00 01', 'a tag of 6 octets'],
    ['PSP-MSG-15', '', 'ffffffff1f 01', 'a tag of more than 32 bits'],
    ['PSP-MSG-8', '', '08ffffffffffffffffffff01', 'a varint of 11 octets'],
    ['PSP-MSG-10', '', 'fb01 fc01', 'a group'],
    ['PSP-MSG-8', '', '0e', 'wire type 6'],
    ['PSP-MSG-9', '', '1a02c080 1a0161', 'bad UTF-8 that a later string replaces'],
  ])('%s %s%s: %s', (requirement, _, hex) => {
    const read = decodeNested('Abort', fromHex(hex));
    expect(read).toMatchObject({ code: 'MALFORMED_MESSAGE', requirement });
  });

  it('PSP-MSG-8 refuses a field cut at the end of one occurrence and continued in the next', () => {
    const cut = fromHex('3a01 08 3a01 05');
    expect(decodeNested('Request', cut)).toMatchObject({ code: 'MALFORMED_MESSAGE' });
  });

  it('PSP-MSG-19 drops bits above the 64th, PSP-MSG-16 those above the 32nd', () => {
    expect(decodeNested('Abort', fromHex('20 ffffffffffffffffff7f'))).toEqual({
      through_sequence: '18446744073709551615',
    });
    expect(decodeNested('Abort', fromHex('08 8180808010'))).toEqual({ code: 'INTERNAL' });
  });

  it('PSP-MSG-18 takes every number but 0 for true', () => {
    expect(decodeNested('Offer', fromHex('10 808080808001'))).toEqual({ indeterminate: true });
  });

  it('PSP-MSG-11 keeps unknown fields octet for octet and writes them after the known ones', () => {
    const kept = decodeNested('Abort', fromHex('92bb0701ff 0801 0d01020304'));
    expect(kept).toEqual({ code: 'INTERNAL', $unknown: ['hex:92bb0701ff', 'hex:0d01020304'] });
    const written = encodeNested('Abort', { $unknown: ['hex:92bb0701ff'], code: 1 });
    expect(toHex(written)).toBe('080192bb0701ff');
  });

  it('PSP-MSG-21 refuses a message made of nothing but elements', () => {
    const many = new Uint8Array(2 * 65_537).fill(0);
    for (let i = 0; i < many.length; i += 2) many[i] = 0x78;
    expect(decodeNested('KeepAlive', many)).toMatchObject({ requirement: 'PSP-MSG-21' });
    expect(decodeNested('KeepAlive', many.subarray(2))).not.toHaveProperty('code');
  });
});
