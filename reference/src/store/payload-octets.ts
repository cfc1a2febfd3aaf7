// An entry as the octets that are stored, which are those that are sent: a Batch of it alone. Knows
// where they can be had without work.
import { readPlainEntry } from '../wire/batch-reader.ts';
import { encodeBatch } from '../wire/batch.ts';
import { Batch, type SyncPayload } from '../wire/messages.ts';
import { ReadEntry } from '../wire/read-entry.ts';
import { copyPayload } from './payload-copy.ts';

/** The octets of an entry; a view where they are there already. */
export function octetsOfPayload(payload: SyncPayload): Uint8Array {
  return ReadEntry.octetsOf(payload) ?? encodeBatch([payload]);
}

/**
 * Inverse of {@link octetsOfPayload}; the entry may hold views of the octets.
 *
 * @throws Error where no entry can be read from them.
 */
export function payloadOfOctets(octets: Uint8Array): SyncPayload {
  const plain = readPlainEntry(octets);
  if (plain !== undefined) return plain;
  const [payload, ...others] = Batch.decode(octets).entries;
  if (payload === undefined || others.length > 0) throw new Error('it is not one entry');
  return copyPayload(payload);
}
