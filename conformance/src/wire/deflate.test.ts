// Compressed batches: bounds, and streams that only an adversary writes.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deflate, inflate, storedBlocks } from './deflate.ts';
import { concat } from './octets.ts';

describe('deflate', () => {
  it('PSP-DEF-1 gives back what was compressed or stored', () => {
    const blockOctets = fc.integer({ min: 1, max: 50 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), blockOctets, (octets, size) => {
        expect(inflate(deflate(octets), octets.length)).toEqual(octets);
        expect(inflate(storedBlocks(octets, true, size), octets.length)).toEqual(octets);
      }),
      { seed: 8, numRuns: 100 },
    );
  });

  const octets = new Uint8Array(150).fill(65);
  it.each([
    ['PSP-PAY-5', 'one more than declared', storedBlocks(octets), 149],
    ['PSP-PAY-5', 'one less than declared', storedBlocks(octets), 151],
    ['PSP-PAY-5', 'something where nothing is declared', storedBlocks(octets), 0],
    ['PSP-DEF-2', 'no final block', storedBlocks(octets, false), 150],
    ['PSP-DEF-2', 'an octet after the end', concat(storedBlocks(octets), octets.slice(0, 1)), 150],
    ['PSP-DEF-2', 'nothing at all', new Uint8Array(), 0],
    ['PSP-DEF-4', 'a ratio above 200', new Uint8Array(10), 2001],
  ])('%s refuses %s', (requirement, _, batch, declared) => {
    expect(inflate(batch, declared)).toMatchObject({ code: 'DECOMPRESSION_FAILED', requirement });
  });

  it('PSP-DEF-4 takes a ratio of exactly 200', () => {
    const zeros = new Uint8Array(200_000);
    const batch = deflate(zeros);
    const padded = concat(storedBlocks(new Uint8Array(), false, 1), batch);
    const declared = 200 * padded.length;
    expect(inflate(padded, declared)).toMatchObject({ requirement: 'PSP-PAY-5' });
    const fitting = Math.ceil(zeros.length / 200) - batch.length;
    const blocks = Array.from({ length: Math.ceil(fitting / 5) }, () =>
      storedBlocks(new Uint8Array(), false),
    );
    expect(inflate(concat(...blocks, batch), zeros.length)).toEqual(zeros);
  });
});
