import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBatch } from './batch.ts';
import { deflateBatch, inflateBatch, packBatch, unpackBatch } from './compression.ts';
import { effectiveLimits } from './limits.ts';
import { ErrorCode, PayloadEncoding } from './messages.ts';
import { entryOf } from './testing/messages.ts';
import { join, pattern } from './testing/octets.ts';

const failed = (requirement: string): object => ({
  code: ErrorCode.DECOMPRESSION_FAILED,
  requirement,
});
const limits = effectiveLimits({
  maxFrameOctets: 0,
  maxBatchOctets: 65_536,
  maxBatchEntries: 2,
});

describe('inflateBatch', () => {
  it('PSP-DEF-1: is the inverse of deflateBatch', () => {
    const octets = fc.uint8Array({ maxLength: 3_000 });
    fc.assert(
      fc.property(octets, fc.nat({ max: 9 }), (batch, level) => {
        const deflated = deflateBatch(batch, level);
        expect(deflated).toBeDefined();
        expect(inflateBatch(deflated!, batch.length)).toEqual(batch);
      }),
      { seed: 20_261_122, numRuns: 100 },
    );
  });

  it('PSP-PAY-5: refuses another length than declared, by one octet', () => {
    for (const length of [1, 100, 70_000]) {
      const deflated = deflateBatch(pattern(length))!;
      expect(inflateBatch(deflated, length)).toEqual(pattern(length));
      expect(inflateBatch(deflated, length - 1)).toMatchObject(failed('PSP-PAY-5'));
      expect(inflateBatch(deflated, length + 1)).toMatchObject(failed('PSP-PAY-5'));
    }
  });

  it('PSP-DEF-2: refuses octets after the stream, and a stream without end', () => {
    const deflated = deflateBatch(pattern(100))!;
    expect(inflateBatch(join(deflated, [0]), 100)).toMatchObject(failed('PSP-DEF-2'));
    expect(inflateBatch(join(deflated, deflated), 100)).toMatchObject(failed('PSP-DEF-2'));
    for (let end = 1; end < deflated.length; end++) {
      expect(inflateBatch(deflated.subarray(0, end), 100)).toMatchObject(failed('PSP-DEF-2'));
    }
    expect(inflateBatch(new Uint8Array(0), 0)).toMatchObject(failed('PSP-DEF-2'));
    expect(inflateBatch(Uint8Array.of(7, 7, 7), 100)).toMatchObject(failed('PSP-DEF-2'));
  });

  it('PSP-DEF-4: refuses a ratio above 200 before decompressing', () => {
    const bomb = deflateRawSync(new Uint8Array(1 << 20));
    const before = process.memoryUsage().arrayBuffers;
    expect(inflateBatch(bomb, 1 << 20)).toMatchObject(failed('PSP-DEF-4'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 19);
    expect(inflateBatch(bomb, bomb.length * 200)).toMatchObject(failed('PSP-PAY-5'));
    expect(inflateBatch(bomb, bomb.length * 200 + 1)).toMatchObject(failed('PSP-DEF-4'));
    expect(inflateBatch(bomb, 1 << 20, 2_000)).toHaveLength(1 << 20);
  });
});

describe('packBatch and unpackBatch', () => {
  const encoded = encodeBatch([entryOf('a', 10), entryOf('b', 20)]);

  it('PSP-DEF-3: does not compress more than 200 to 1', () => {
    expect(deflateBatch(new Uint8Array(1 << 20))).toBeUndefined();
    const packed = packBatch(new Uint8Array(1 << 20), true);
    expect(packed).toMatchObject({ encoding: PayloadEncoding.IDENTITY });
  });

  it('PSP-PAY-3: declares the length of the encoded Batch', () => {
    const text = encodeBatch([{ ...entryOf('a', 0), resource: Buffer.from('{"a":1}'.repeat(99)) }]);
    for (const deflate of [true, false]) {
      const packed = packBatch(text, deflate);
      expect(packed.uncompressedOctets).toBe(text.length);
      expect(packed.batch.length < text.length).toBe(deflate);
      expect(unpackBatch(packed, { limits, deflate: true })).toHaveLength(1);
    }
    // What does not get shorter travels as it is.
    expect(packBatch(encoded.subarray(0, 3), true).encoding).toBe(PayloadEncoding.IDENTITY);
  });

  it('PSP-PAY-4: refuses a declared size above the limit before it decompresses', () => {
    const terms = { limits, deflate: true };
    const body = { encoding: PayloadEncoding.DEFLATE, batch: pattern(400) };
    expect(unpackBatch({ ...body, uncompressedOctets: 65_537 }, terms)).toMatchObject({
      code: ErrorCode.LIMIT_EXCEEDED,
      requirement: 'PSP-PAY-4',
    });
    expect(unpackBatch({ ...body, uncompressedOctets: 65_536 }, terms)).toMatchObject({
      code: ErrorCode.DECOMPRESSION_FAILED,
    });
  });

  it('PSP-PAY-10: refuses an encoding that was not negotiated or is unknown', () => {
    const refused = { code: ErrorCode.PROTOCOL_VIOLATION, requirement: 'PSP-PAY-10' };
    const deflated = {
      encoding: PayloadEncoding.DEFLATE,
      uncompressedOctets: encoded.length,
      batch: deflateBatch(encoded)!,
    };
    expect(unpackBatch(deflated, { limits, deflate: true })).toHaveLength(2);
    expect(unpackBatch(deflated, { limits, deflate: false })).toMatchObject(refused);
    const unknown = { ...deflated, encoding: 9 as never };
    expect(unpackBatch(unknown, { limits, deflate: true })).toMatchObject(refused);
  });

  it('PSP-PAY-5: holds for batches that travel as they are, too', () => {
    const body = { ...packBatch(encoded, false), uncompressedOctets: encoded.length + 1 };
    expect(unpackBatch(body, { limits, deflate: false })).toMatchObject(failed('PSP-PAY-5'));
  });

  it('PSP-PAY-6: counts the entries', () => {
    const three = encodeBatch(['a', 'b', 'c'].map((id) => entryOf(id, 1)));
    expect(unpackBatch(packBatch(three, true), { limits, deflate: true })).toMatchObject({
      code: ErrorCode.LIMIT_EXCEEDED,
      requirement: 'PSP-PAY-6',
    });
  });
});
