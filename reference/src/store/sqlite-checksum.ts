// Numbers that show whether a row of the file is what was written: CRC-32, for damage by accident,
// not by an enemy, who could write the number too. Knows what each number covers, and no SQL.
//
// Each covers the row's columns as the file has them, before anything decodes them. Lengths are
// covered too, as octets that moved from one column to its neighbour are damage. A length is asked
// as `byteLength`, which text does not have: one bit of SQLite's row header makes a text of a blob,
// and the same octets would give the same number. It becomes NaN then.
//
// This is done for every entry that is stored or sent. Measured, a call of crc32 costs 0.06 µs, of
// text 0.3 µs, and 1 500 octets 0.3 µs: so numbers and ids are written side by side into octets
// that are always the same ones, and nothing is put together.
import { crc32 } from 'node:zlib';

const absent = -1;
const numbersOctets = 48;
const asciiIdMax = 64;
const head = new Uint8Array(numbersOctets + asciiIdMax);
const numbers = new DataView(head.buffer);
/** Views of the head with an id of so many octets. */
const heads = Array.from({ length: asciiIdMax + 1 }, (_, octets) =>
  head.subarray(0, numbersOctets + octets),
);

/**
 * Over an entry: who it is, its place in the order, where it came from, and what is sent of it.
 *
 * @param type - The key of its resource type, as `origin` is of a replica: that a key stands for
 * the same as ever is for sqlite-interned.ts to see, once for all rows.
 * @param payload - The entry as it is sent.
 */
export function entryChecksum(
  type: number,
  id: string,
  sequence: bigint | number,
  origin: number | null,
  changes: number,
  payload: Uint8Array,
): number {
  numbers.setFloat64(0, Number(sequence), true);
  numbers.setFloat64(8, origin ?? absent, true);
  numbers.setFloat64(16, changes, true);
  numbers.setFloat64(24, type, true);
  numbers.setFloat64(32, payload.byteLength, true);
  numbers.setFloat64(40, id.length, true);
  return crc32(payload, headChecksum(id));
}

/** Over the six numbers and the octets of an id: together where it is what ids are. */
function headChecksum(id: string): number {
  const [numbersAlone = head] = heads;
  for (let index = 0; index < id.length; index += 1) {
    const unit = id.charCodeAt(index);
    if (unit >= 0x80 || index >= asciiIdMax) return crc32(id, crc32(numbersAlone));
    head[numbersOctets + index] = unit;
  }
  return crc32(heads[id.length] ?? head);
}

/**
 * Over the server's content under the changes, which most reading leaves out; null without it.
 *
 * @param entry - {@link entryChecksum} of its entry: content of another one is none of this one.
 */
export function baseChecksum(entry: number, baseResource: Uint8Array | null): number | null {
  if (baseResource === null) return null;
  return crc32(baseResource, crc32(`${baseResource.byteLength}`, entry));
}

/** Over a state that was put aside; NaN where a column is of a kind that is never written. */
export function archiveChecksum(peer: Uint8Array, reason: string, payload: Uint8Array): number {
  return orNaN(() => crc32(payload, crc32(`${payload.byteLength} ${reason}`, crc32(peer))));
}

/** Over a cursor and what it belongs to; NaN as above. */
export function cursorChecksum(peer: Uint8Array, scope: string, cursor: Uint8Array): number {
  return orNaN(() => crc32(cursor, crc32(`${cursor.byteLength} ${scope}`, crc32(peer))));
}

/** Over how far the index of names goes. */
export function settledChecksum(through: number): number {
  return crc32(`names through ${through}`);
}

/**
 * Over the store's own row; NaN as above.
 *
 * @param counter - As its column has it, two's complement.
 */
export function stateChecksum(
  replicaId: Uint8Array,
  sequence: bigint,
  counter: bigint,
  settings: { readonly serverUrl: string; readonly displayName: string },
): number {
  const { serverUrl, displayName } = settings;
  return orNaN(() => {
    const numbers = `${replicaId.byteLength} ${sequence} ${counter} ${serverUrl.length}`;
    return crc32(`${numbers} ${serverUrl}${displayName}`, crc32(replicaId));
  });
}

// What is neither octets nor text, NULL in place of either: it throws.
function orNaN(sum: () => number): number {
  try {
    return sum();
  } catch {
    return Number.NaN;
  }
}
