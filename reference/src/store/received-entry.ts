// Carries out what was decided about one received entry, inside the transaction of its batch. Knows
// no storage medium and makes no decision.
import { REPLICA_ID_OCTETS } from '../wire/limits.ts';
import { ErrorCode, Outcome, type SyncPayload } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import type { Decide, Decision, SynthesisedChange, Verdict } from './store.ts';
import type { Row, Tables } from './tables.ts';

/** Decides about a received entry and writes what was decided. */
export function storeReceived<R extends Row>(
  tables: Tables<R>,
  peer: Uint8Array,
  received: SyncPayload,
  decide: Decide,
): Decision {
  const { resourceType, resourceId } = received;
  const current = tables.entry(resourceType, resourceId);
  const decision = withRoom(tables, received, decide(current?.entry, received));
  if (decision.outcome !== Outcome.REFUSED) takeIds(tables, received);
  if (decision.write !== undefined) {
    const { baseResource, fromPeer, synthesised = [] } = decision.write;
    checkDecided(received, decision.write.payload);
    const payload = withSynthesised(tables, decision.write.payload, synthesised);
    const origin = fromPeer ? peer : undefined;
    tables.putEntry(current, { payload, baseResource, origin, changesKept: 0 });
  }
  if (decision.archive !== undefined && !isThere(tables, peer, decision.archive)) {
    tables.archive(peer, decision.archive.payload, decision.archive.reason);
  }
  const key = { peer, resourceType, resourceId };
  // PSP-RESUME-7: a re-delivery must not grow the store, so only what needs telling is recorded.
  if (decision.outcome === Outcome.STORED || decision.outcome === Outcome.DUPLICATE) {
    tables.deleteOutcome(key);
  } else {
    tables.putOutcome(key, decision.outcome, decision.code);
  }
  return decision;
}

/** A decision without what was written, which is the store's now. */
export function verdictOf({ outcome, code, conflict }: Decision): Verdict {
  const failed = code === undefined ? {} : { code };
  return conflict === undefined ? { outcome, ...failed } : { outcome, ...failed, conflict };
}

// PSP-CHG-18: before any change of ours is named, so that what a peer invented, or what this store
// wrote before it was restored, never shares its name with another change.
function takeIds<R extends Row>(tables: Tables<R>, { changes, absorbed }: SyncPayload): void {
  for (const { id } of changes) if (id !== undefined) tables.takeChangeId(id);
  for (const id of absorbed) tables.takeChangeId(id);
}

// PSP-RESUME-7: what waits, or was not taken, is there once however often it is delivered. A state
// of ours that gave way is archived each time: it was written anew in between.
function isThere<R extends Row>(
  tables: Tables<R>,
  peer: Uint8Array,
  { payload, reason }: NonNullable<Decision['archive']>,
): boolean {
  if (reason !== 'deferred' && reason !== 'not-taken') return false;
  return tables.isArchived(peer, payload, reason);
}

// PSP-LIM-4: one entry too many of its kind ends no session.
function withRoom<R extends Row>(
  tables: Tables<R>,
  { resourceType }: SyncPayload,
  decision: Decision,
): Decision {
  if (decision.write === undefined || tables.hasRoomFor(resourceType)) return decision;
  return { outcome: Outcome.REFUSED, code: ErrorCode.ENTRY_LIMIT_EXCEEDED };
}

// PSP-CHG-1: the ids are taken in the transaction that writes the changes, as a local edit's are.
function withSynthesised<R extends Row>(
  tables: Tables<R>,
  payload: SyncPayload,
  synthesised: readonly SynthesisedChange[],
): SyncPayload {
  if (synthesised.length === 0) return payload;
  const added = synthesised.map((change) => ({ ...change, id: tables.nextChangeId() }));
  return { ...payload, changes: [...payload.changes, ...added] };
}

function checkDecided(received: SyncPayload, written: SyncPayload): void {
  if (
    written.resourceType !== received.resourceType ||
    written.resourceId !== received.resourceId
  ) {
    throw new UsageError('a decision writes the resource that was received, not another one');
  }
  for (const change of written.changes) {
    if (change.id?.replicaId.length !== REPLICA_ID_OCTETS) {
      throw new UsageError('a change without a 16-octet replica id is to be refused, not stored');
    }
  }
}
