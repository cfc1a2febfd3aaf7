// The conflicts of a store that wait for its user, each once however often it was delivered. Reads
// only.
import { createHash } from 'node:crypto';
import type { ArchivedEntry, Store } from '../store/store.ts';
import { SyncPayload } from '../wire/messages.ts';

/**
 * Deferred states in the order of their last delivery.
 *
 * @param reference - `TYPE/ID`; undefined: of every resource.
 */
export async function* waitingConflicts(
  store: Store,
  reference: string | undefined,
): AsyncGenerator<ArchivedEntry, void> {
  // Digests only: the states of a long trip may be more than the memory holds.
  const newest = new Map<string, number>();
  for await (const { payload, peer, reason, position } of store.archived()) {
    if (reason !== 'deferred') continue;
    if (reference !== undefined && reference !== nameOf(payload)) continue;
    const octets = SyncPayload.encode(payload).finish();
    const key = createHash('sha256').update(peer).update(octets).digest('hex');
    newest.delete(key);
    newest.set(key, position);
  }
  for (const position of newest.values()) {
    const found = await store.archivedAt(position);
    if (found?.reason === 'deferred') yield found;
  }
}

/** `TYPE/ID` of a state. */
export function nameOf({ resourceType, resourceId }: SyncPayload): string {
  return `${resourceType}/${resourceId}`;
}
