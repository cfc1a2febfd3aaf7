// Asks a strategy and judges its answer before the store acts on it: a strategy is foreign code
// that runs where one wrong pair of resource and changes becomes a lost update. Knows no store.
import { replay } from '../fhir/change-list.ts';
import { checkEntry } from '../fhir/entry-check.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalOutsideServerMeta } from '../fhir/json-value.ts';
import type { LocalChange, SyncPayload } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { compareLists, equalIds, equalOctets, isSameChange } from './change-set.ts';
import { orderOfBases } from './classification.ts';
import type { Conflict, ConflictResolutionStrategy } from './conflict-resolution.ts';
import { withUpdate, type Synthesis } from './conflict-synthesis.ts';

/** A resolution that was judged, with what it leads to. */
export type Settlement =
  | 'theirs'
  | 'ours'
  | 'defer'
  | { readonly merged: SyncPayload }
  | { readonly onto: 'theirs' | 'ours'; readonly synthesis: Synthesis };

/**
 * Resolves a conflict by a strategy.
 *
 * @throws UsageError where the strategy returns what no strategy may.
 */
export function resolveConflict(
  strategy: ConflictResolutionStrategy,
  conflict: Conflict,
): Settlement {
  const resolution: unknown = strategy.resolve(conflict);
  if (resolution === 'theirs' || resolution === 'ours' || resolution === 'defer') return resolution;
  const further = furtherOf(resolution);
  if (further !== undefined) {
    const { onto, patch } = further;
    const synthesis = withUpdate(conflict[onto], contentAt(conflict[onto], conflict), patch);
    if (!isEntryFault(synthesis)) return { onto, synthesis };
    throw new UsageError(
      `the conflict strategy "${strategy.name}" added an invalid change (${synthesis.requirement})`,
    );
  }
  const merged = mergedOf(resolution);
  const fault = merged === undefined ? 'returned no resolution' : faultOf(merged, conflict);
  if (merged === undefined || fault !== undefined) {
    throw new UsageError(`the conflict strategy "${strategy.name}" ${fault}`);
  }
  return { merged };
}

/** The server's content at the base of a merged state, where one of the sides knows it. */
export function contentAt(merged: SyncPayload, conflict: Conflict): Uint8Array | undefined {
  if (merged.base === undefined) return undefined;
  if (standsOn(merged, conflict.ours) && conflict.oursBase !== undefined) return conflict.oursBase;
  return standsOn(merged, conflict.theirs) ? conflict.theirsBase : undefined;
}

function furtherOf(
  resolution: unknown,
): { readonly onto: 'theirs' | 'ours'; readonly patch: Uint8Array } | undefined {
  if (typeof resolution !== 'object' || resolution === null) return undefined;
  if (!('onto' in resolution) || !('patch' in resolution)) return undefined;
  const { onto, patch } = resolution;
  if ((onto !== 'theirs' && onto !== 'ours') || !(patch instanceof Uint8Array)) return undefined;
  return { onto, patch };
}

function mergedOf(resolution: unknown): SyncPayload | undefined {
  if (typeof resolution !== 'object' || resolution === null) return undefined;
  return 'merged' in resolution ? (resolution.merged as SyncPayload) : undefined;
}

function faultOf(merged: SyncPayload, conflict: Conflict): string | undefined {
  const { ours, theirs } = conflict;
  if (merged.resourceType !== ours.resourceType || merged.resourceId !== ours.resourceId) {
    return 'merged into another resource';
  }
  const invalid = checkEntry(merged);
  if (invalid !== undefined) return `merged into an invalid entry (${invalid.requirement})`;
  if (!standsOn(merged, ours) && !standsOn(merged, theirs)) {
    return 'merged onto a base that neither side has';
  }
  // PSP-CHG-2: others hold these changes too.
  if (merged.changes.some((change) => isAltered(change, [...ours.changes, ...theirs.changes]))) {
    return 'altered a change that is known under its id';
  }
  // PSP-CLS-17: one side's resource with the other's changes.
  if (isHalf(merged, ours, theirs) || isHalf(merged, theirs, ours)) {
    return "combined one side's resource with the other side's changes";
  }
  if (leadsElsewhere(merged, contentAt(merged, conflict))) {
    return 'merged into changes that do not lead to its resource';
  }
  return undefined;
}

function standsOn(merged: SyncPayload, side: SyncPayload): boolean {
  return orderOfBases(side.base, merged.base) === 'same';
}

// Where a store was copied, one id has two changes, and either is known (PSP-CLS-26).
function isAltered(change: LocalChange, known: readonly LocalChange[]): boolean {
  const { id } = change;
  if (id === undefined) return false;
  const named = known.filter((other) => other.id !== undefined && equalIds(other.id, id));
  return named.length > 0 && !named.some((other) => isSameChange(other, change));
}

// A resource that only `one` side has, with changes that only the `other` has, or on its base.
function isHalf(merged: SyncPayload, one: SyncPayload, other: SyncPayload): boolean {
  if (equalOctets(one.resource, other.resource)) return false;
  if (!equalOctets(merged.resource, one.resource)) return false;
  if (compareLists(merged.changes, other.changes) !== 'equal') return false;
  return compareLists(merged.changes, one.changes) !== 'equal' || !standsOn(merged, one);
}

// The entry checks cover a list that begins with an INSERT; here the base is known as well.
function leadsElsewhere(merged: SyncPayload, base: Uint8Array | undefined): boolean {
  if (merged.base === undefined || merged.resource.length === 0 || base === undefined) return false;
  const before = parseLossless(base);
  const after = parseLossless(merged.resource);
  if (isEntryFault(before) || isEntryFault(after)) return true;
  const reached = replay(merged.changes, before, merged.base);
  return isEntryFault(reached) || reached === undefined || !equalOutsideServerMeta(reached, after);
}
