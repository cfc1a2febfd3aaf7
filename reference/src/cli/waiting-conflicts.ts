// The conflicts of a store that wait for its user. Reads only.
import type { ArchivedEntry, Store } from '../store/store.ts';
import type { SyncPayload } from '../wire/messages.ts';

/**
 * Deferred states, the oldest first.
 *
 * @param reference - `TYPE/ID`; undefined: of every resource.
 */
export async function* waitingConflicts(
  store: Store,
  reference: string | undefined,
): AsyncGenerator<ArchivedEntry, void> {
  for await (const found of store.archived()) {
    const isMeant = reference === undefined || reference === nameOf(found.payload);
    if (found.reason === 'deferred' && isMeant) yield found;
  }
}

/** `TYPE/ID` of a state. */
export function nameOf({ resourceType, resourceId }: SyncPayload): string {
  return `${resourceType}/${resourceId}`;
}
