// Archived states as values: copies, and when two are one. Knows no medium.
import { SyncPayload } from '../wire/messages.ts';
import { copyOctets, copyPayload } from './payload-copy.ts';
import type { ArchivedEntry } from './store.ts';

/** True where the very state, from the same peer and for the same reason, is among `known`. */
export function isAmong(
  known: readonly ArchivedEntry[],
  { peer, payload, reason }: Omit<ArchivedEntry, 'position'>,
): boolean {
  const octets = SyncPayload.encode(payload).finish();
  return known.some(
    (found) =>
      found.reason === reason &&
      found.payload.resourceId === payload.resourceId &&
      Buffer.compare(found.peer, peer) === 0 &&
      Buffer.compare(SyncPayload.encode(found.payload).finish(), octets) === 0,
  );
}

/** A copy that shares no octets. */
export function copyArchived(entry: ArchivedEntry): ArchivedEntry {
  return { ...entry, peer: copyOctets(entry.peer), payload: copyPayload(entry.payload) };
}
