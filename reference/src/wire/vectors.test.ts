// The wire layer against the golden vectors, which share no code with it.
import { describe, expect, it } from 'vitest';
import { goldenVectors, hexOf, octetsOf, titleOf } from '../testing/golden-vectors.ts';
import { plainFields, withoutDefaults } from '../testing/plain-fields.ts';
import { inflateBatch } from './compression.ts';
import { FrameReader } from './frame.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import { ErrorCode } from './messages.ts';
import { isViolation } from './violation.ts';

interface Bodies {
  readonly bodies: readonly string[];
}
interface Fields {
  readonly type: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Feeds a stream in pieces of `size` octets; gives bodies and how it ended. */
function readAll(stream: Uint8Array, limit: number, size: number): Bodies & { end: string } {
  const reader = new FrameReader(limit);
  const bodies: string[] = [];
  for (let at = 0; at < stream.length; at += size) {
    reader.push(stream.subarray(at, at + size));
    for (let body = reader.next(); body !== undefined; body = reader.next()) {
      if (isViolation(body)) {
        const code = Object.entries(ErrorCode).find(([, value]) => value === body.code);
        return { bodies, end: code?.[0] ?? '' };
      }
      bodies.push(hexOf(body));
    }
  }
  return { bodies, end: reader.atBoundary() ? 'boundary' : 'TRUNCATED' };
}

describe('vectors: frames', () => {
  for (const { vectors, parameters } of goldenVectors<string, Bodies, { limit: number }>(
    'frame',
    'reader',
  )) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const stream = octetsOf(vector.input);
      const valid = vector.result === 'valid';
      const bodies = valid ? vector.expect.bodies : vector['bodies'];
      for (const size of [stream.length || 1, 1, 3, 5]) {
        const end = valid ? 'boundary' : vector.error;
        expect(readAll(stream, parameters.limit, size)).toEqual({ bodies, end });
      }
    });
  }
});

describe.each(['message', 'wild', 'future'])('vectors: bodies of %s', (area) => {
  for (const { vectors } of goldenVectors<string, Fields>(area, 'body')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const decoded = decodeMessage(octetsOf(vector.input));
      if (vector.result === 'invalid') {
        expect(decoded).toMatchObject({ code: ErrorCode[vector.error as keyof typeof ErrorCode] });
        return;
      }
      if (isViolation(decoded)) throw new Error(decoded.detail);
      expect(decoded.type).toBe(vector.expect.type);
      if (decoded.type === 'Ignorable') return;
      const fields = withoutDefaults(vector.expect.fields);
      expect(plainFields(decoded.value)).toEqual(fields);
      const written = encodeMessage(decoded);
      if (vector.encode === 'exact') expect(hexOf(written)).toBe(vector.input);
      const again = decodeMessage(written);
      if (isViolation(again) || again.type === 'Ignorable') throw new Error('not read again');
      expect([again.type, plainFields(again.value)]).toEqual([decoded.type, fields]);
    });
  }
});

describe('vectors: deflate', () => {
  interface Deflated {
    readonly batch: string;
    readonly uncompressed_octets: number;
  }
  for (const { vectors } of goldenVectors<Deflated, string>('deflate', 'inflate')) {
    it.each(vectors.map((v) => [titleOf(v), v] as const))('%s', (_, vector) => {
      const { batch, uncompressed_octets } = vector.input;
      const octets = inflateBatch(octetsOf(batch), uncompressed_octets);
      if (vector.result === 'valid') {
        expect(isViolation(octets) ? octets : hexOf(octets)).toBe(vector.expect);
      } else {
        expect(octets).toMatchObject({ code: ErrorCode[vector.error as 'DECOMPRESSION_FAILED'] });
      }
    });
  }
});
