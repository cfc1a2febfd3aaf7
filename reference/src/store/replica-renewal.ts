// Makes a store another replica: what it has to forget with its old id, and what it keeps. Knows no
// storage medium; when a renewal is due is for its callers.
import type { RandomOctets } from './store.ts';
import type { Row, Tables } from './tables.ts';
import { REPLICA_ID_OCTETS } from '../wire/limits.ts';
import { UsageError } from '../wire/violation.ts';

/**
 * Takes a new replica id (PSP-ID-3); only inside a write.
 *
 * What stays, and why that is right: entries and their changes, whose ids may be known to others
 * already (PSP-CHG-2); absorbed ids, which tell of the server's versions and of no replica; the
 * peers that states came from, for those have them still; archive, outcomes and reports. Cursors
 * that peers keep for the old id are never presented to the new one (PSP-RESUME-2), and would start
 * over if they were (PSP-RESUME-5).
 *
 * @throws UsageError when it is the present id again.
 */
export function takeReplicaId<R extends Row>(tables: Tables<R>, replicaId: Uint8Array): void {
  if (Buffer.compare(tables.replicaId(), replicaId) === 0) {
    throw new UsageError('the source of random octets gave the present replica id again');
  }
  tables.setReplicaId(replicaId);
  // A store that was set back and met a peer under its old id was taken to have what it once gave
  // that peer (PSP-SEL-6). The cursor lies behind it all the same: without it everything comes.
  tables.deleteCursors();
}

/** Draws a replica id; a source that gives another length is the caller's mistake. */
export function drawReplicaId(randomOctets: RandomOctets): Uint8Array {
  const replicaId = randomOctets(REPLICA_ID_OCTETS);
  checkReplicaId(replicaId);
  return new Uint8Array(replicaId);
}

/** @throws UsageError when it has not 16 octets. */
export function checkReplicaId(replicaId: Uint8Array): void {
  if (replicaId.length !== REPLICA_ID_OCTETS) {
    throw new UsageError(`a replica id has ${REPLICA_ID_OCTETS} octets, not ${replicaId.length}`);
  }
}
