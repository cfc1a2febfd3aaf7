import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cursorOctets, decodeCursor, encodeCursor, scopeDigest } from './cursor.ts';
import { replica } from './testing/entries.ts';

const owner = { replicaId: replica('a'), scopeDigest: scopeDigest('[]', '') };

describe('cursors', () => {
  it('PSP-RESUME-4: fit into 256 octets and come back as they were minted', () => {
    expect(cursorOctets).toBeLessThanOrEqual(256);
    fc.assert(
      fc.property(fc.bigInt(0n, 2n ** 64n - 1n), fc.nat(2 ** 31), (sequence, withheldAbove) => {
        const cursor = encodeCursor(owner, { sequence, withheldAbove });
        expect(cursor).toHaveLength(cursorOctets);
        expect(decodeCursor(cursor, owner)).toEqual({ sequence, withheldAbove });
      }),
      { seed: 20240510 },
    );
  });

  it('PSP-RESUME-4: keep what was too large for up to 64 MiB', () => {
    const position = { sequence: 1n, withheldAbove: 67_108_864 };
    expect(decodeCursor(encodeCursor(owner, position), owner)).toEqual(position);
  });

  it('PSP-RESUME-5: are of no use to another replica or another scope', () => {
    const cursor = encodeCursor(owner, { sequence: 7n, withheldAbove: 0 });
    expect(decodeCursor(cursor, { ...owner, replicaId: replica('b') })).toBeUndefined();
    const other = scopeDigest('[["Patient",[]]]', '');
    expect(decodeCursor(cursor, { ...owner, scopeDigest: other })).toBeUndefined();
  });

  it('PSP-RESUME-9: garbage is no cursor, and no error', () => {
    const cursor = encodeCursor(owner, { sequence: 7n, withheldAbove: 0 });
    expect(decodeCursor(cursor.subarray(1), owner)).toBeUndefined();
    expect(decodeCursor(Uint8Array.of(...cursor, 0), owner)).toBeUndefined();
    expect(decodeCursor(new Uint8Array(cursorOctets), owner)).toBeUndefined();
    expect(decodeCursor(Uint8Array.of(2, ...cursor.subarray(1)), owner)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        expect(decodeCursor(octets, owner)).toBeUndefined();
      }),
      { seed: 20240511 },
    );
  });

  it('PSP-RESUME-5: texts that run into each other have different digests', () => {
    expect(scopeDigest('ab', 'c')).not.toEqual(scopeDigest('a', 'bc'));
    expect(scopeDigest('ab', 'c')).toEqual(scopeDigest('ab', 'c'));
  });
});
