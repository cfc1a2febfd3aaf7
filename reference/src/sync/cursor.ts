// The cursor: what a sender gives to a receiver to keep, so that the next session goes on where
// this one stopped. Opaque to everybody but the sender's store that minted it. Knows no time
// (PSP-RESUME-8).
import { createHash } from 'node:crypto';
import { equalOctets } from './change-set.ts';

/** What a cursor says once it is read by the sender that minted it. */
export interface CursorPosition {
  /** Everything selected up to this store sequence was sent or withheld. */
  readonly sequence: bigint;
  /**
   * 0: nothing was withheld as too large. Otherwise the octets of an entry that the receiver could
   * take when something was: a receiver that can take more has to get it after all.
   */
  readonly withheldAbove: number;
}

/** Whose cursor it is: the sender's replica id, and a digest of what was asked for and allowed. */
export interface CursorOwner {
  /** 16 octets. */
  readonly replicaId: Uint8Array;
  /** 16 octets. */
  readonly scopeDigest: Uint8Array;
}

const layoutVersion = 1;
const idOctets = 16;
const digestOctets = 16;
const sequenceAt = 1 + idOctets + digestOctets;
const withheldAt = sequenceAt + 8;

/** The length of every cursor of this program, in octets (PSP-RESUME-4 allows 256). */
export const cursorOctets = withheldAt + 4;

/** Digests texts that name what a cursor is good for; each text is bound to its length. */
export function scopeDigest(...texts: readonly string[]): Uint8Array {
  const hash = createHash('sha256');
  for (const text of texts) {
    const octets = new TextEncoder().encode(text);
    hash.update(`${octets.length}:`).update(octets);
  }
  return new Uint8Array(hash.digest().subarray(0, digestOctets));
}

/** Mints a cursor. */
export function encodeCursor(owner: CursorOwner, position: CursorPosition): Uint8Array {
  const cursor = new Uint8Array(cursorOctets);
  cursor[0] = layoutVersion;
  cursor.set(owner.replicaId, 1);
  cursor.set(owner.scopeDigest, 1 + idOctets);
  const view = new DataView(cursor.buffer);
  view.setBigUint64(sequenceAt, position.sequence);
  view.setUint32(withheldAt, position.withheldAbove);
  return cursor;
}

/**
 * Reads a cursor; undefined for one that this owner did not mint, garbage included: the session
 * then starts over and that is no error (PSP-RESUME-5, PSP-RESUME-9).
 */
export function decodeCursor(cursor: Uint8Array, owner: CursorOwner): CursorPosition | undefined {
  if (cursor.length !== cursorOctets || cursor[0] !== layoutVersion) return undefined;
  const minted = equalOctets(cursor.subarray(1, 1 + idOctets), owner.replicaId);
  if (!minted) return undefined;
  if (!equalOctets(cursor.subarray(1 + idOctets, sequenceAt), owner.scopeDigest)) return undefined;
  const view = new DataView(cursor.buffer, cursor.byteOffset, cursor.byteLength);
  return { sequence: view.getBigUint64(sequenceAt), withheldAbove: view.getUint32(withheldAt) };
}
