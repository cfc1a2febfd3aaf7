// The key schedule beside two other ways to the same values.
import { createHash, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../wire/violation.ts';
import { deriveKeys, hkdfExpand, hkdfExtract, transcriptHash } from './key-schedule.ts';
import { ascii, erase } from './octets.ts';
import { counting, hex, toHex } from './testing/octets.ts';

const isk = counting(64, 3);
const th = counting(64, 99);

describe('PSP-KEY-3 transcript hash', () => {
  it('PSP-KEY-3 hashes both frames with their length octets', () => {
    const expected = createHash('sha512').update(hex('00000002010a00000003020b0c')).digest();
    expect(toHex(transcriptHash(hex('010a'), hex('020b0c')))).toBe(expected.toString('hex'));
  });

  it('PSP-KEY-3 tells where one body ends and the next begins', () => {
    const one = transcriptHash(hex('010a'), hex('020b'));
    expect(toHex(transcriptHash(hex('010a02'), hex('0b')))).not.toBe(toHex(one));
    expect(toHex(transcriptHash(hex('020b'), hex('010a')))).not.toBe(toHex(one));
  });
});

describe('PSP-KEY-4 key derivation', () => {
  it('PSP-KEY-4 equals the platform’s HKDF for every label of the key table', () => {
    const keys = deriveKeys(isk, th);
    const table: readonly (readonly [string, Uint8Array, number])[] = [
      ['s2r key', keys.s2r.key, 32],
      ['s2r iv', keys.s2r.iv, 12],
      ['r2s key', keys.r2s.key, 32],
      ['r2s iv', keys.r2s.iv, 12],
      ['exporter', keys.exporter, 32],
    ];
    for (const [label, derived, octets] of table) {
      const platform = hkdfSync('sha512', isk, th, `fhir-peer-sync/1 ${label}`, octets);
      expect(toHex(derived), label).toBe(Buffer.from(platform).toString('hex'));
    }
    expect(new Set(table.map(([, derived]) => toHex(derived).slice(0, 24))).size).toBe(5);
  });

  it('PSP-KEY-4 expands over more than one hash, as other code does', () => {
    expect(toHex(hkdfExpand(counting(64), ascii('info'), 130))).toBe(
      '3cb647d2d2c424e185201a85c73a729ca9496b114c8f3752d6819f60b1bd5da0' +
        '3e3834c1728ebce89f8f9d40c6838a86aed857389ea8cb24aedbb87b66a27fd8' +
        '0dcebd3b0738fe78268087c46ea29193641823aa89b268495cc9dbe521981d91' +
        '260dea86163cd9b6f20856e219b07a1de47ce16b3a9ac64cbde2b09742673fa1be57',
    );
    expect(hkdfExpand(counting(64), ascii('info'), 0)).toHaveLength(0);
    expect(() => hkdfExpand(counting(64), ascii('info'), 255 * 64 + 1)).toThrow(UsageError);
  });

  it('PSP-KEY-3 takes the transcript hash as salt and the key as input, not the other way', () => {
    expect(toHex(hkdfExtract(th, isk))).not.toBe(toHex(hkdfExtract(isk, th)));
    expect(toHex(deriveKeys(isk, th).exporter)).not.toBe(toHex(deriveKeys(th, isk).exporter));
  });

  it('PSP-KEY-5 can overwrite what the keys came from', () => {
    const mine = isk.slice();
    const before = deriveKeys(mine, th);
    erase(mine);
    expect(toHex(mine)).toBe('00'.repeat(64));
    // The keys are no views of what was erased.
    expect(deriveKeys(isk, th)).toEqual(before);
  });
});
