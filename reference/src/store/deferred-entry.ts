// Carries out what the user decided about a state that waits in the archive, inside one
// transaction. Knows no storage medium and makes no decision.
import { Outcome } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { storeReceived } from './received-entry.ts';
import type { ArchivedEntry, ArchiveReason, Decide, Decision } from './store.ts';
import type { Row, Tables } from './tables.ts';

/** The archived state at a position; undefined where there is none. */
export function archivedAt<R extends Row>(
  tables: Tables<R>,
  position: number,
): ArchivedEntry | undefined {
  if (!Number.isSafeInteger(position) || position < 1) return undefined;
  const found = tables.archivedPage(position - 1, 1)[0];
  return found?.position === position ? found : undefined;
}

/**
 * Decides about a deferred state and writes what was decided.
 *
 * @throws UsageError when nothing waits at that position.
 */
export function settleDeferred<R extends Row>(
  tables: Tables<R>,
  position: number,
  decide: Decide,
): Decision {
  const waiting = archivedAt(tables, position);
  if (waiting?.reason !== 'deferred') {
    throw new UsageError(`nothing at position ${position} of the archive waits for a decision`);
  }
  const { peer, payload } = waiting;
  const current = tables.entry(payload.resourceType, payload.resourceId);
  const decision = decide(current?.entry, payload);
  // PSP-CLS-21: both stay until there is a decision.
  if (decision.outcome === Outcome.CONFLICT_DEFERRED) return decision;
  const { archive, ...rest } = decision;
  // It is in the archive already; only why it is there changes.
  const isKept = archive?.payload === payload;
  storeReceived(tables, peer, payload, () => (isKept ? rest : decision));
  const reason = isKept ? archive.reason : reasonAfter(decision);
  tables.setArchiveReason(position, reason);
  return decision;
}

function reasonAfter({ outcome }: Decision): ArchiveReason {
  return outcome === Outcome.REFUSED ? 'not-taken' : 'taken';
}
