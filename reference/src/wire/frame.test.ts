import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FrameReader, encodeFrame, encodeFrameHeader } from './frame.ts';
import { HANDSHAKE_FRAME_OCTETS } from './limits.ts';
import { ErrorCode } from './messages.ts';
import { join, pattern } from './testing/octets.ts';
import { UsageError, isViolation, type Violation } from './violation.ts';

const seeded = { seed: 20_261_122, numRuns: 300 };

interface Reading {
  readonly bodies: Uint8Array[];
  readonly fault: Violation | undefined;
  readonly boundary: boolean;
}

function read(chunks: readonly Uint8Array[], limit: number): Reading {
  const reader = new FrameReader(limit);
  const bodies: Uint8Array[] = [];
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let item = reader.next(); item !== undefined; item = reader.next()) {
      if (isViolation(item)) return { bodies, fault: item, boundary: reader.atBoundary() };
      bodies.push(item);
    }
  }
  return { bodies, fault: undefined, boundary: reader.atBoundary() };
}

/** Cuts octets at the given places, wherever they fall. */
function cut(octets: Uint8Array, places: readonly number[]): Uint8Array[] {
  const marks = [0, ...places.map((place) => place % (octets.length + 1)), octets.length];
  const sorted = marks.sort((a, b) => a - b);
  return sorted.slice(1).map((end, index) => octets.slice(sorted[index], end));
}

/** Counts the octets that typed arrays copy while `work` runs. */
function copiedWhile(work: () => void): number {
  const set = vi.spyOn(Uint8Array.prototype, 'set');
  const slice = vi.spyOn(Uint8Array.prototype, 'slice');
  work();
  let copied = 0;
  for (const [source] of set.mock.calls) copied += source.length;
  for (const { value } of slice.mock.results) copied += (value as Uint8Array).length;
  vi.restoreAllMocks();
  return copied;
}

describe('FrameReader', () => {
  afterEach(() => vi.restoreAllMocks());

  it('PSP-FRAME-8: gives the same bodies however the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat(), { maxLength: 40 }), (sent, places) => {
        const stream = join(...sent.map((body) => encodeFrame(body)));
        const expected = { bodies: sent, fault: undefined, boundary: true };
        expect(read(cut(stream, places), 300)).toEqual(expected);
        expect(read(cut(stream, [...stream.keys()]), 300)).toEqual(expected);
      }),
      seeded,
    );
  });

  it('PSP-FRAME-8: any octets give the same result however they are cut', () => {
    const octets = fc.uint8Array({ maxLength: 200 });
    // Lengths near the limit are as likely as any other.
    const headers = fc.integer({ min: 0, max: 70 }).map((length) => encodeHeader(length));
    const stream = fc.array(fc.oneof(octets, headers), { maxLength: 8 });
    let refused = 0;
    fc.assert(
      fc.property(stream, fc.array(fc.nat(), { maxLength: 20 }), (parts, places) => {
        const whole = join(...parts);
        const expected = read([whole], 64);
        if (expected.fault !== undefined) refused += 1;
        expect(read(cut(whole, places), 64)).toEqual(expected);
      }),
      seeded,
    );
    expect(refused).toBeGreaterThan(50);
    expect(refused).toBeLessThan(seeded.numRuns);
  });

  it('PSP-FRAME-2: refuses a length of 0, after good frames too', () => {
    const fault = { code: ErrorCode.MALFORMED_FRAME, requirement: 'PSP-FRAME-2' };
    expect(read([new Uint8Array(4)], 64).fault).toMatchObject(fault);
    const later = read([join(encodeFrame(Uint8Array.of(7)), new Uint8Array(4))], 64);
    expect(later.fault).toMatchObject(fault);
    expect(later.bodies).toEqual([Uint8Array.of(7)]);
  });

  it('PSP-FRAME-3: refuses a declared length above the limit without any of its octets', () => {
    for (const header of [Uint8Array.of(0, 0, 0x20, 1), Uint8Array.of(255, 255, 255, 255)]) {
      const copied = copiedWhile(() => {
        const { fault, bodies } = read([header, pattern(60_000)], HANDSHAKE_FRAME_OCTETS);
        expect(fault).toMatchObject({
          code: ErrorCode.FRAME_TOO_LARGE,
          requirement: 'PSP-FRAME-3',
        });
        expect(bodies).toEqual([]);
      });
      expect(copied).toBe(0);
      const together = join(header, pattern(60_000));
      expect(copiedWhile(() => read([together], HANDSHAKE_FRAME_OCTETS))).toBe(0);
    }
  });

  it('PSP-FRAME-4: takes a body of exactly the limit', () => {
    const body = pattern(HANDSHAKE_FRAME_OCTETS);
    expect(read([encodeFrame(body)], HANDSHAKE_FRAME_OCTETS).bodies).toEqual([body]);
  });

  it('PSP-FRAME-3: stays refused, and takes no more octets', () => {
    const reader = new FrameReader(10);
    reader.push(Uint8Array.of(0, 0, 0, 11));
    const fault = reader.next();
    expect(isViolation(fault)).toBe(true);
    reader.push(encodeFrame(Uint8Array.of(1)));
    expect(reader.next()).toBe(fault);
    reader.setLimit(100);
    expect(reader.next()).toBe(fault);
  });

  it('PSP-FRAME-3: memory follows what arrived, not what was declared', () => {
    const reader = new FrameReader(0xffff_ffff);
    const before = process.memoryUsage().arrayBuffers;
    reader.push(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 2, 3));
    expect(reader.next()).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  });

  it('PSP-FRAME-5: a new limit holds for the frames not yet taken', () => {
    const big = pattern(5000);
    const reader = new FrameReader(100);
    reader.push(join(encodeFrame(Uint8Array.of(1)), encodeFrame(big)));
    expect(reader.next()).toEqual(Uint8Array.of(1));
    reader.setLimit(5000);
    expect(reader.next()).toEqual(big);
    reader.push(encodeFrame(big));
    reader.setLimit(4999);
    expect(reader.next()).toMatchObject({ code: ErrorCode.FRAME_TOO_LARGE });
  });

  it('PSP-FRAME-7: tells a boundary from the inside of a frame', () => {
    const stream = join(encodeFrame(pattern(10)), encodeFrame(pattern(3)));
    const boundaries = [...stream.keys(), stream.length].filter(
      (end) => read([stream.slice(0, end)], 64).boundary,
    );
    expect(boundaries).toEqual([0, 14, stream.length]);
    const reader = new FrameReader(64);
    reader.push(stream);
    expect(reader.atBoundary()).toBe(false);
  });

  it('PSP-FRAME-8: copies each octet a bounded number of times, fed octet by octet', () => {
    const copies = (octets: number): number => {
      const stream = join(encodeFrame(pattern(octets)));
      return copiedWhile(() => {
        const reader = new FrameReader(octets);
        for (let index = 0; index < stream.length; index++) {
          reader.push(stream.subarray(index, index + 1));
          reader.next();
        }
      });
    };
    const small = copies(1 << 16);
    expect(small).toBeLessThan(3 * (1 << 16));
    expect(copies(1 << 18) / small).toBeLessThan(5);
  });

  it('PSP-FRAME-8: copies each octet once where frames come whole', () => {
    const stream = join(...Array.from({ length: 1000 }, () => encodeFrame(pattern(20))));
    expect(copiedWhile(() => read([stream], 64))).toBe(20_000);
  });

  it('PSP-FRAME-1: bodies are copies, plain and of their own', () => {
    const stream = Buffer.from(encodeFrame(Uint8Array.of(1, 2, 3)));
    for (const chunks of [[stream], [stream.subarray(0, 5), stream.subarray(5)]]) {
      const [body] = read(chunks, 64).bodies;
      expect(body?.constructor).toBe(Uint8Array);
      expect(body?.buffer.byteLength).toBe(3);
    }
  });

  it('PSP-FRAME-1: a limit that no header can hold is a misuse', () => {
    for (const limit of [0, -1, 1.5, Number.NaN, 2 ** 32]) {
      expect(() => new FrameReader(limit)).toThrow(UsageError);
      expect(() => new FrameReader(1).setLimit(limit)).toThrow(UsageError);
    }
  });
});

const encodeHeader = (length: number): Uint8Array => Uint8Array.of(0, 0, 0, length);

describe('encodeFrame', () => {
  it('PSP-CONV-1: writes the length in network octet order', () => {
    expect(encodeFrameHeader(0x01020304)).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(encodeFrame(Uint8Array.of(9, 8))).toEqual(Uint8Array.of(0, 0, 0, 2, 9, 8));
  });

  it('PSP-FRAME-6: refuses a body that the peer would refuse', () => {
    expect(encodeFrame(pattern(10), 10)).toHaveLength(14);
    expect(() => encodeFrame(pattern(11), 10)).toThrow(UsageError);
    expect(() => encodeFrame(new Uint8Array(0))).toThrow(UsageError);
    expect(() => encodeFrameHeader(2 ** 32)).toThrow(UsageError);
  });
});
