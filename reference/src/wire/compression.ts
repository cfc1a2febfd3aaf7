// Batches in and out of raw DEFLATE (RFC 1951), each with a fresh context, and what a Payload says
// about them. The declared size is the cap: it bounds the memory before anything is decompressed.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { openBatch, type BatchEntries } from './batch.ts';
import { DEFLATE_RATIO, type EffectiveLimits } from './limits.ts';
import { ErrorCode, PayloadEncoding, type Payload } from './messages.ts';
import { isViolation, violation, type Violation } from './violation.ts';

/** Compresses most of what is to be had at a third of the time of the usual level 6. */
export const DEFLATE_LEVEL = 1;

/** The fields of a Payload that carry its batch. */
export type PayloadBody = Pick<Payload, 'encoding' | 'uncompressedOctets' | 'batch'>;

const failed = (requirement: string, detail: string): Violation =>
  violation(ErrorCode.DECOMPRESSION_FAILED, requirement, detail);

/**
 * Compresses an encoded Batch as one complete stream of its own (PSP-DEF-1).
 *
 * @returns undefined where the batch has to travel as it is, because it would be compressed more
 * than 200 to 1 (PSP-DEF-3).
 */
export function deflateBatch(octets: Uint8Array, level = DEFLATE_LEVEL): Uint8Array | undefined {
  const deflated = deflateRawSync(octets, { level });
  if (octets.length > DEFLATE_RATIO * deflated.length) return undefined;
  return new Uint8Array(deflated.buffer, deflated.byteOffset, deflated.byteLength);
}

function inflate(octets: Uint8Array, expected: number): Uint8Array | Violation {
  try {
    const { buffer, engine } = inflateRawSync(octets, {
      // PSP-PAY-13: no more than declared; zlib takes no cap below 1 and no chunk below 64.
      maxOutputLength: Math.max(expected, 1),
      // One octet of room more than expected tells a stream that is too long from one that ends.
      chunkSize: Math.max(expected + 1, 64),
      info: true,
    }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
    // PSP-DEF-2: what follows the stream is nobody's, and could hide anything.
    if (engine.bytesWritten !== octets.length) {
      return failed('PSP-DEF-2', 'octets after the end of the stream');
    }
    return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  } catch (fault) {
    const code = fault instanceof Error && 'code' in fault ? fault.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE') return failed('PSP-PAY-5', 'a longer batch than declared');
    return failed('PSP-DEF-2', 'not one complete stream');
  }
}

/**
 * Decompresses a batch.
 *
 * @param uncompressedOctets - The declared size; no more is ever produced (PSP-PAY-5).
 * @param ratioMax - Largest ratio of the two sizes (PSP-DEF-4).
 * @returns the encoded Batch; or DECOMPRESSION_FAILED.
 */
export function inflateBatch(
  octets: Uint8Array,
  uncompressedOctets: number,
  ratioMax: number = DEFLATE_RATIO,
): Uint8Array | Violation {
  // PSP-DEF-4: before decompressing, so that a small message never buys a large allocation.
  if (uncompressedOctets > ratioMax * octets.length) {
    return failed('PSP-DEF-4', `a batch compressed more than ${ratioMax} to 1`);
  }
  const inflated = inflate(octets, uncompressedOctets);
  if (isViolation(inflated) || inflated.length === uncompressedOctets) return inflated;
  return failed('PSP-PAY-5', 'a batch of another length than declared');
}

/**
 * Puts an encoded Batch into the fields of a Payload, compressed where that was negotiated and
 * makes it shorter.
 */
export function packBatch(encoded: Uint8Array, deflate: boolean): PayloadBody {
  const uncompressedOctets = encoded.length;
  const deflated = deflate ? deflateBatch(encoded) : undefined;
  return deflated === undefined || deflated.length >= encoded.length
    ? { encoding: PayloadEncoding.IDENTITY, uncompressedOctets, batch: encoded }
    : { encoding: PayloadEncoding.DEFLATE, uncompressedOctets, batch: deflated };
}

/** What the reader of a Payload agreed to. */
export interface UnpackTerms {
  /** The limits that the reader announced. */
  readonly limits: EffectiveLimits;
  /** Whether the capability `deflate` was negotiated. */
  readonly deflate: boolean;
}

function openBody(body: PayloadBody, deflate: boolean): Uint8Array | Violation {
  const { encoding, batch, uncompressedOctets } = body;
  if (encoding === PayloadEncoding.DEFLATE && deflate) {
    return inflateBatch(batch, uncompressedOctets);
  }
  if (encoding !== PayloadEncoding.IDENTITY) {
    const detail = `payload encoding ${encoding} was not negotiated`;
    return violation(ErrorCode.PROTOCOL_VIOLATION, 'PSP-PAY-10', detail);
  }
  if (batch.length === uncompressedOctets) return batch;
  return failed('PSP-PAY-5', 'a batch of another length than declared');
}

/**
 * Takes the entries out of a Payload.
 *
 * @returns the entries, as {@link openBatch} gives them; or LIMIT_EXCEEDED, PROTOCOL_VIOLATION,
 * DECOMPRESSION_FAILED or MALFORMED_MESSAGE.
 */
export function unpackBatch(body: PayloadBody, terms: UnpackTerms): BatchEntries | Violation {
  const { maxBatchOctets, maxBatchEntries } = terms.limits;
  // PSP-PAY-4: the declared size alone decides; nothing is decompressed for a batch we refuse.
  if (body.uncompressedOctets > maxBatchOctets) {
    const detail = `a batch of ${body.uncompressedOctets} octets; the limit is ${maxBatchOctets}`;
    return violation(ErrorCode.LIMIT_EXCEEDED, 'PSP-PAY-4', detail);
  }
  const encoded = openBody(body, terms.deflate);
  return isViolation(encoded) ? encoded : openBatch(encoded, maxBatchEntries);
}
