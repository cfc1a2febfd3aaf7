// Frames cut anywhere, refused early, ended in the middle.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isFault } from '../fault.ts';
import { frameOf, FrameReader } from './frame.ts';
import { concat, fromHex } from './octets.ts';

function readAll(reader: FrameReader, limit: number): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  for (;;) {
    const body = reader.take(limit);
    if (body === undefined || isFault(body)) return bodies;
    bodies.push(body);
  }
}

describe('FrameReader', () => {
  it('PSP-FRAME-8 gives the same bodies however the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(bodies, fc.array(fc.nat({ max: 9 })), (sent, cuts) => {
        const stream = concat(...sent.map(frameOf));
        const reader = new FrameReader();
        const read: Uint8Array[] = [];
        let at = 0;
        for (const cut of cuts) {
          reader.push(stream.subarray(at, at + cut));
          at += Math.min(cut, stream.length - at);
          read.push(...readAll(reader, 40));
        }
        reader.push(stream.subarray(at));
        read.push(...readAll(reader, 40));
        expect(read).toEqual(sent);
        expect(reader.partial).toBe(0);
        expect(reader.end()).toBeUndefined();
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('PSP-FRAME-3 refuses a length before any octet of the body is there', () => {
    const reader = new FrameReader();
    reader.push(fromHex('000020'));
    expect(reader.take(8192)).toBeUndefined();
    expect(reader.partial).toBe(3);
    reader.push(fromHex('01'));
    expect(reader.take(8192)).toMatchObject({ code: 'FRAME_TOO_LARGE' });
  });

  it('PSP-FRAME-2 stays broken after a length of 0', () => {
    const reader = new FrameReader();
    reader.push(fromHex('00000000 000000011e'));
    expect(reader.take(10)).toMatchObject({ code: 'MALFORMED_FRAME' });
    expect(reader.take(10)).toMatchObject({ code: 'MALFORMED_FRAME' });
    expect(reader.end()).toMatchObject({ code: 'MALFORMED_FRAME' });
  });

  it('PSP-FRAME-5 judges each frame by the limit of its moment', () => {
    const reader = new FrameReader();
    reader.push(concat(frameOf(new Uint8Array(8)), frameOf(new Uint8Array(9))));
    expect(reader.take(8)).toHaveLength(8);
    expect(reader.take(9)).toHaveLength(9);
  });

  it('PSP-FRAME-7 tells the end inside a frame from the end at a boundary', () => {
    const reader = new FrameReader();
    reader.push(fromHex('00000002 1e'));
    expect(reader.take(10)).toBeUndefined();
    expect(reader.partial).toBe(5);
    expect(reader.end()).toMatchObject({ code: 'TRUNCATED', requirement: 'PSP-FRAME-7' });
  });
});
