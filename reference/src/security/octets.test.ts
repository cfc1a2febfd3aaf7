// The comparison that decides over every tag and digest, and the octets that go under a seal.
import { describe, expect, it } from 'vitest';
import { concat, equalOctets, erase, lengthOctets } from './octets.ts';
import { counting, hex, toHex, withOneBitFlipped } from './testing/octets.ts';

describe('PSP-HS-15 comparing tags', () => {
  const tag = counting(64);

  it('PSP-HS-15 takes the same octets, wherever they lie', () => {
    expect(equalOctets(tag, new Uint8Array(tag))).toBe(true);
    expect(equalOctets(tag, concat(hex('00'), tag).subarray(1))).toBe(true);
    expect(equalOctets(hex(''), hex(''))).toBe(true);
  });

  it('PSP-HS-15 refuses one bit more or less, at any place', () => {
    let tried = 0;
    for (const other of withOneBitFlipped(tag)) {
      expect(equalOctets(tag, other)).toBe(false);
      tried += 1;
    }
    expect(tried).toBe(512);
  });

  it('PSP-HS-15 refuses a tag of another length, and does not throw', () => {
    for (const other of [
      hex(''),
      tag.subarray(0, 1),
      tag.subarray(0, 63),
      concat(tag, hex('00')),
    ]) {
      expect(equalOctets(tag, other)).toBe(false);
      expect(equalOctets(other, tag)).toBe(false);
    }
  });
});

describe('octets', () => {
  it('PSP-CONV-1 has lengths in network octet order, up to the largest', () => {
    expect(toHex(lengthOctets(0x01020304))).toBe('01020304');
    expect(toHex(lengthOctets(0xffff_ffff))).toBe('ffffffff');
  });

  it('PSP-KEY-5 erases in place, whatever else looks at them', () => {
    const [secret, other] = [counting(4, 1), counting(2, 1)];
    const seen = secret.subarray(1, 3);
    erase(secret, other);
    expect([secret, other, seen].map(toHex)).toEqual(['00000000', '0000', '0000']);
  });
});
