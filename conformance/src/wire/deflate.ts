// Batches as raw RFC 1951 streams, with the bounds of section 9.6, and streams that only an
// adversary writes. It knows no batch.
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { fault } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from './limits.ts';
import { concat } from './octets.ts';

const failed = (requirement: string, detail: string): Fault =>
  fault('DECOMPRESSION_FAILED', requirement, detail);

interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/**
 * The octets of a compressed batch.
 *
 * @param declared - `uncompressed_octets`; never more than these are kept.
 * @returns DECOMPRESSION_FAILED by PSP-DEF-2, PSP-DEF-4 or PSP-PAY-5.
 */
export function inflate(batch: Uint8Array, declared: number): Uint8Array | Fault {
  // PSP-DEF-4: judged before a single octet comes out.
  if (declared > limits.deflateRatio * batch.length) {
    return failed('PSP-DEF-4', `${declared} octets from ${batch.length}`);
  }
  let inflated: Inflated;
  try {
    const maxOutputLength = Math.max(declared, 1);
    inflated = inflateRawSync(batch, { info: true, maxOutputLength }) as unknown as Inflated;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const tooLong = error instanceof RangeError;
    return failed(tooLong ? 'PSP-PAY-5' : 'PSP-DEF-2', detail);
  }
  const left = batch.length - inflated.engine.bytesWritten;
  if (left > 0) return failed('PSP-DEF-2', `${left} octets after the end of the stream`);
  const octets = new Uint8Array(inflated.buffer);
  if (octets.length === declared) return octets;
  return failed('PSP-PAY-5', `${octets.length} octets, ${declared} declared`);
}

/** One complete raw stream (PSP-DEF-1). The same octets give the same stream. */
export function deflate(octets: Uint8Array): Uint8Array {
  return new Uint8Array(deflateRawSync(octets, { level: constants.Z_BEST_COMPRESSION }));
}

/**
 * Stored blocks, without compression.
 *
 * @param final - Whether the last block says that it is the last; without it the stream has no end.
 * @param blockOctets - Octets in each block, 1 to 65 535.
 */
export function storedBlocks(octets: Uint8Array, final = true, blockOctets = 65_535): Uint8Array {
  const blocks: Uint8Array[] = [];
  let at = 0;
  do {
    const content = octets.subarray(at, at + blockOctets);
    at += content.length;
    const head = new Uint8Array(5);
    const view = new DataView(head.buffer);
    view.setUint8(0, final && at >= octets.length ? 1 : 0);
    view.setUint16(1, content.length, true);
    view.setUint16(3, content.length ^ 0xffff, true);
    blocks.push(head, content);
  } while (at < octets.length);
  return concat(...blocks);
}
