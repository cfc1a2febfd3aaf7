// Turns a received entry into what the store has to do, once for each entry and inside the store's
// transaction: entry checks, classification, strategy. Pure but for the strategy, which is the
// user's. Knows no session and no store medium.
import { Outcome, type ChangeId, type SyncPayload } from '../wire/messages.ts';
import { replay } from '../fhir/change-list.ts';
import { checkEntry } from '../fhir/entry-check.ts';
import { isEntryFault, type EntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { ENTRY_ABSORBED } from '../wire/limits.ts';
import type { Decide, Decision, StoredEntry } from '../store/store.ts';
import { unionIds } from './change-set.ts';
import { classify, orderOfBases, type Classification } from './classification.ts';
import type { ConflictReason } from './classification.ts';
import { contentAt, resolveConflict, type Settlement } from './conflict-check.ts';
import type { Conflict, ConflictResolutionStrategy } from './conflict-resolution.ts';

type Octets = Uint8Array | undefined;

/**
 * Makes the decision function for one session, in which every conflict meets one strategy
 * (PSP-CLS-13).
 *
 * What it returns throws UsageError where a strategy breaks its contract; the store then rolls the
 * Payload back.
 */
export function decideWith(strategy: ConflictResolutionStrategy): Decide {
  return (current, entry) => {
    const references: string[] = [];
    const fault = checkEntry(entry, references);
    // PSP-ERR-1: a faulty entry is an outcome; what else came with it is stored.
    if (fault !== undefined) return { outcome: Outcome.REFUSED, code: fault.code };
    const received = withoutIdleIds(entry);
    const decision = decisionOf(classify(current, received), current, received, strategy);
    const isTaken = decision.write?.payload.resource === entry.resource;
    return isTaken ? { ...decision, references } : decision;
  };
}

/** PSP-DATA-13: absorbed by what? Kept, such ids would become a claim about a version of ours. */
function withoutIdleIds(entry: SyncPayload): SyncPayload {
  const isIdle = entry.base === undefined && entry.absorbed.length > 0;
  return isIdle ? { ...entry, absorbed: [] } : entry;
}

function decisionOf(
  found: Classification,
  current: StoredEntry | undefined,
  received: SyncPayload,
  strategy: ConflictResolutionStrategy,
): Decision {
  // Only PSP-CLS-2 has nothing here yet.
  if (current === undefined) return take(Outcome.STORED, undefined, received);
  if (found.kind === 'store' || found.kind === 'conflict') {
    const fault = faultOfUpdates(current, received);
    if (fault !== undefined) return { outcome: Outcome.REFUSED, code: fault.code };
  }
  switch (found.kind) {
    case 'store':
      return take(found.outcome, current, received);
    case 'keep':
      return keep(found.outcome, current, received);
    case 'rebase':
      return rebased(found, current, received);
    case 'conflict':
      return {
        ...settle(found.reason, current, received, strategy),
        conflict: found.reason,
      };
  }
}

/** Their state becomes ours, with what we know beyond it. */
function take(outcome: Outcome, current: StoredEntry | undefined, received: SyncPayload): Decision {
  const payload = withAbsorbed(received, current === undefined ? [] : [current.payload]);
  return {
    outcome,
    write: {
      payload,
      baseResource: baseContent(current, received),
      // PSP-SEL-6: where we know more than the peer told, it may want to hear it.
      fromPeer: payload === received,
    },
  };
}

/**
 * Ours stays, with what can be learnt of it (PSP-CLS-24). Writes nothing where that is nothing, so
 * that a re-delivery is a no-op (PSP-RESUME-7).
 */
function keep(outcome: Outcome, current: StoredEntry, received: SyncPayload): Decision {
  const payload = withAbsorbed(current.payload, [received]);
  if (payload === current.payload) return { outcome };
  return { outcome, write: { payload, baseResource: current.baseResource, fromPeer: false } };
}

function rebased(
  found: Classification & { readonly kind: 'rebase' },
  current: StoredEntry,
  received: SyncPayload,
): Decision {
  const { resource, changes } = found.result;
  const isOurs = found.onto === 'ours';
  const [newer, older] = isOurs ? [current.payload, received] : [received, current.payload];
  const payload = withAbsorbed({ ...newer, resource, changes: [...changes] }, [older]);
  const baseResource = isOurs ? contentOfBase(current) : received.resource;
  return { outcome: Outcome.REBASED, write: { payload, baseResource, fromPeer: false } };
}

function settle(
  reason: ConflictReason,
  current: StoredEntry,
  received: SyncPayload,
  strategy: ConflictResolutionStrategy,
): Decision {
  const conflict = conflictOf(reason, current, received);
  const resolution = resolveConflict(strategy, conflict);
  if (resolution === 'ours') {
    // PSP-CLS-16: the cursor passes over theirs, so the archive is where it can still be seen.
    const archive = { payload: received, reason: 'not-taken' } as const;
    return { ...keep(Outcome.CONFLICT_OURS, current, received), archive };
  }
  if (resolution === 'defer') {
    // PSP-CLS-21
    const archive = { payload: received, reason: 'deferred' } as const;
    return { ...keep(Outcome.CONFLICT_DEFERRED, current, received), archive };
  }
  if (typeof resolution === 'object' && 'onto' in resolution) {
    return synthesised(resolution, current, received, conflict);
  }
  // PSP-CLS-15: what gives way is put aside whole, changes included.
  const archive = { payload: current.payload, reason: 'displaced' } as const;
  if (resolution === 'theirs') {
    // PSP-CLS-14: one unit, so their base too, even where ours was newer.
    return { ...take(Outcome.CONFLICT_THEIRS, current, received), archive };
  }
  const merged = withAbsorbed(resolution.merged, [current.payload, received]);
  const baseResource = merged.changes.length === 0 ? undefined : contentAt(merged, conflict);
  const write = { payload: merged, baseResource, fromPeer: false };
  return { outcome: Outcome.CONFLICT_MERGED, write, archive };
}

/** PSP-CLS-20: one side's list as it is, what the other did as a change with a new id. */
function synthesised(
  { onto, synthesis }: Extract<Settlement, { readonly onto: string }>,
  current: StoredEntry,
  received: SyncPayload,
  conflict: Conflict,
): Decision {
  const payload = withAbsorbed(synthesis.payload, [current.payload, received]);
  const baseResource = contentAt(payload, conflict);
  return {
    outcome: Outcome.CONFLICT_MERGED,
    write: { payload, baseResource, fromPeer: false, synthesised: [synthesis.change] },
    // PSP-CLS-15: the changes of the other side are in the result, but no longer as they were.
    archive: { payload: onto === 'ours' ? received : current.payload, reason: 'merged' },
  };
}

function conflictOf(reason: ConflictReason, current: StoredEntry, received: SyncPayload): Conflict {
  const { resourceType, resourceId } = received;
  const theirs = received;
  const oursBase = contentOfBase(current);
  const pristine = received.changes.length === 0 && received.resource.length > 0;
  const theirsBase = pristine ? received.resource : baseContent(current, received);
  return { resourceType, resourceId, reason, ours: current.payload, theirs, oursBase, theirsBase };
}

/**
 * A state with every id that `others` know to be inside its base or an older one (PSP-CLS-24):
 * server versions form one line, what one contains its successors contain too. It spares a false
 * conflict with the next stale carrier (S42). At most 1 000, the state's own ids first.
 *
 * @returns `state` itself where nothing is added.
 */
function withAbsorbed(state: SyncPayload, others: readonly SyncPayload[]): SyncPayload {
  let absorbed: readonly ChangeId[] = state.absorbed;
  for (const other of others) {
    const order = orderOfBases(other.base, state.base);
    if (order !== 'same' && order !== 'theirs-newer') continue;
    absorbed = unionIds(absorbed, other.absorbed, state.changes, ENTRY_ABSORBED);
  }
  return absorbed === state.absorbed ? state : { ...state, absorbed: [...absorbed] };
}

/**
 * PSP-CHG-10 where the entry checks can't tell: the content under UPDATEs on a server version is
 * not in the entry, but it may be here.
 */
function faultOfUpdates(current: StoredEntry, received: SyncPayload): EntryFault | undefined {
  const base = baseContent(current, received);
  if (base === undefined) return undefined;
  const before = parseLossless(base);
  if (isEntryFault(before)) return undefined;
  const after = replay(received.changes, before, received.base);
  return isEntryFault(after) ? after : undefined;
}

/** The server's content under their changes, as far as it is known here. */
function baseContent(current: StoredEntry | undefined, received: SyncPayload): Octets {
  if (current === undefined || received.changes.length === 0) return undefined;
  if (received.base === undefined) return undefined;
  const same = orderOfBases(current.payload.base, received.base) === 'same';
  return same ? contentOfBase(current) : undefined;
}

/** The server's content at the base of what the store holds. */
function contentOfBase(entry: StoredEntry): Octets {
  const { changes, resource } = entry.payload;
  if (changes.length > 0) return entry.baseResource;
  return resource.length > 0 ? resource : undefined;
}
