// A state that was put aside, from its row of a SQLite file: whether it is what was written, and
// how it is called where it is not. Knows the row and nothing of why it is there.
import { SyncPayload } from '../wire/messages.ts';
import { copyPayload } from './payload-copy.ts';
import { archiveChecksum } from './sqlite-checksum.ts';
import type { ArchiveColumns } from './sqlite-statements.ts';
import type { ArchivedEntry, ArchiveReason } from './store.ts';

/** The state in a row; undefined where it is not what was written. */
export function archivedFrom(
  [position, , reason, octets, checksum]: ArchiveColumns,
  peer: Uint8Array,
): ArchivedEntry | undefined {
  if (archiveChecksum(peer, reason, octets) !== checksum) return undefined;
  const payload = copyPayload(SyncPayload.decode(octets));
  return { peer, payload, reason: reason as ArchiveReason, position };
}

/** What to call a damaged one; the resource that it names may be a part of the damage. */
export function archivedName([position, , , octets]: ArchiveColumns): string {
  const place = `at position ${position} of the archive`;
  try {
    const { resourceType, resourceId } = SyncPayload.decode(octets);
    return `the state of ${resourceType}/${resourceId} ${place}`;
  } catch {
    return `the state ${place}`;
  }
}
