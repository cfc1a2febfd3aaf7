// The numbers of versions 3 to 5 over an entry and its changes, a row for each; see
// sqlite-checksum.ts for what such a number is. Only files that are older than the present form
// have them.
import { crc32 } from 'node:zlib';

/** The number that a chain begins with. */
export const noChecksum = 0;

const absent = -1;
const numbers = new DataView(new ArrayBuffer(56));
const sevenNumbers = new Uint8Array(numbers.buffer);
const sixNumbers = sevenNumbers.subarray(0, 48);

/**
 * Over a change, on top of those before it in its list.
 *
 * @param replica - The key of its author: that a key stands for the same as ever is for
 * sqlite-interned.ts to see, once for all rows.
 */
export function changeChecksum(
  before: number,
  replica: number,
  counter: bigint,
  type: number,
  baseVersion: string,
  recordedAt: string,
  rest: Uint8Array | null,
  payload: Uint8Array,
): number {
  numbers.setBigUint64(0, counter, true);
  numbers.setFloat64(8, type, true);
  numbers.setFloat64(16, rest === null ? absent : rest.byteLength, true);
  numbers.setFloat64(24, payload.byteLength, true);
  numbers.setFloat64(32, baseVersion.length, true);
  numbers.setFloat64(40, replica, true);
  const labels = baseVersion === '' ? recordedAt : baseVersion + recordedAt;
  const sum = crc32(payload, crc32(labels, crc32(sixNumbers, before)));
  return rest === null ? sum : crc32(rest, sum);
}

/**
 * Over a resource and its changes: who it is, its place in the order, where it came from, its base,
 * what has no column, its content.
 *
 * @param changes - {@link changeChecksum} of the last change; {@link noChecksum} without changes.
 * @param type - The key of its resource type, as `origin` is of the replica.
 */
export function entryChecksum(
  changes: number,
  type: number,
  id: string,
  sequence: bigint | number,
  origin: number | null,
  changesCount: number,
  baseVersion: string | null,
  baseUpdated: string | null,
  rest: Uint8Array | null,
  resource: Uint8Array,
): number {
  numbers.setFloat64(0, Number(sequence), true);
  numbers.setFloat64(8, origin ?? absent, true);
  numbers.setFloat64(16, changesCount, true);
  numbers.setFloat64(24, baseVersion === null ? absent : baseVersion.length, true);
  numbers.setFloat64(32, rest === null ? absent : rest.byteLength, true);
  numbers.setFloat64(40, resource.byteLength, true);
  numbers.setFloat64(48, type, true);
  const name = crc32(id, crc32(sevenNumbers, changes));
  const labels = baseVersion === null ? name : crc32(`${baseVersion}${baseUpdated}`, name);
  const sum = crc32(resource, labels);
  return rest === null ? sum : crc32(rest, sum);
}
