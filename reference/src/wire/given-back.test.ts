import { describe, expect, it } from 'vitest';
import { giveBack, giveBackAlone } from './given-back.ts';

const large = 16 * 1024;

describe('memory that is given back', () => {
  it('is gone at once, and every view of it is empty', () => {
    const octets = new Uint8Array(large);
    const view = octets.subarray(10, 20);
    giveBack(octets);
    expect([octets.length, view.length, octets.buffer.byteLength]).toEqual([0, 0, 0]);
    giveBack(octets);
  });

  it('is that of a view which is most of it', () => {
    const octets = new Uint8Array(large + 100);
    giveBack(octets.subarray(100));
    expect(octets).toHaveLength(0);
  });

  it('is never what others may use: small octets, and half of a block or less', () => {
    const small = Buffer.from('in the pool of many');
    const half = new Uint8Array(2 * large).fill(7);
    const almostLarge = new Uint8Array(large - 1);
    giveBack(small);
    giveBack(half.subarray(0, large));
    giveBack(almostLarge);
    expect(small.toString()).toBe('in the pool of many');
    expect(half.every((octet) => octet === 7)).toBe(true);
    expect(almostLarge).toHaveLength(large - 1);
    expect(Buffer.from('others')).toHaveLength(6);
    // As much as the pool gives at all.
    const pooled = Buffer.allocUnsafe(Buffer.poolSize / 2 - 1);
    expect(pooled.buffer.byteLength).toBe(Buffer.poolSize);
    expect(pooled.length).toBeGreaterThan(large);
    giveBack(pooled);
    expect(pooled).toHaveLength(Buffer.poolSize / 2 - 1);
  });

  it('is left alone where threads share it', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(large));
    giveBack(shared);
    expect(shared).toHaveLength(large);
  });

  it('is given back of small octets too, where they are alone in it', () => {
    const alone = new Uint8Array(100);
    const first = new Uint8Array(100);
    const shared = new Uint8Array(new SharedArrayBuffer(100));
    giveBackAlone(alone);
    giveBackAlone(first.subarray(0, 99));
    giveBackAlone(shared);
    expect([alone.length, first.length, shared.length]).toEqual([0, 100, 100]);
  });
});
