// The strategy that keeps what both sides changed where nobody can be wrong about it, and leaves
// the rest to another strategy. Pure; knows no store and gives no ids.
import { replay } from '../fhir/change-list.ts';
import { diffPatch } from '../fhir/diff.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../fhir/json-value.ts';
import { encodePatch } from '../fhir/patch.ts';
import type { ChangeId, LocalChange, SyncPayload } from '../wire/messages.ts';
import { compareLists, equalIds } from './change-set.ts';
import { orderOfBases } from './classification.ts';
import {
  customStrategy,
  type Conflict,
  type ConflictResolutionStrategy,
  type Resolution,
} from './conflict-resolution.ts';
import { withUpdate } from './conflict-synthesis.ts';
import { mergeMembers } from './merge-members.ts';

/** Both sides and what they were before they parted. */
interface Parted {
  readonly ancestor: JsonObject;
  readonly ours: JsonObject;
  readonly theirs: JsonObject;
  /** True where the change after the common ones has the lower id on our side. */
  readonly oursFirst: boolean;
}

/**
 * Merges three ways: what each side did to their common content, where no member of the resource
 * was changed by both to two different values (an array is one member, S7). Only where both exist
 * on one base whose content is known here, or begin with the same creation; `fallback` decides
 * every other conflict, two creations and a deletion against an edit among them (S9, S11).
 *
 * The list of one side stays as it is, the one whose first own change has the lower id; what the
 * other did follows as one UPDATE with an id of this store (PSP-CLS-20). So two devices that merge
 * each other's state reach the same content, and where that is one side's content already, that
 * side is taken whole: repeated merges add nothing.
 *
 * What it can't see: values that only make sense together but stand in different members of the
 * resource, such as a status and a result.
 *
 * @throws UsageError when the fallback's name is too long to be named.
 */
export function mergeOr(fallback: ConflictResolutionStrategy): ConflictResolutionStrategy {
  return customStrategy(
    `merge, else ${fallback.name}`,
    (conflict) => mergeOf(conflict) ?? fallback.resolve(conflict),
  );
}

function mergeOf(conflict: Conflict): Resolution | undefined {
  const parted = partedOf(conflict);
  if (parted === undefined) return undefined;
  const { ancestor, ours, theirs, oursFirst } = parted;
  const [kept, other] = oursFirst ? [ours, theirs] : [theirs, ours];
  const onto = oursFirst ? 'ours' : 'theirs';
  const merged = mergeMembers(ancestor, kept, other);
  if (merged === undefined) return undefined;
  if (equalJson(merged, kept)) return onto;
  if (equalJson(merged, other)) return oursFirst ? 'theirs' : 'ours';
  const patch = patchOf(kept, merged, conflict.ours.base !== undefined);
  if (patch === undefined) return undefined;
  const side = conflict[onto];
  const base = baseOf(conflict);
  // A list or a resource at its limit has no room for the other side's part.
  return isEntryFault(withUpdate(side, base, patch)) ? undefined : { onto, patch };
}

function partedOf(conflict: Conflict): Parted | undefined {
  const { ours, theirs } = conflict;
  if (orderOfBases(ours.base, theirs.base) !== 'same') return undefined;
  if (compareLists(ours.changes, theirs.changes) !== 'diverging') return undefined;
  const base = baseOf(conflict);
  // PSP-CLS-12: without the content that both changed nothing tells who changed what.
  if (ours.base !== undefined && base === undefined) return undefined;
  const start = base === undefined ? undefined : parseLossless(base);
  const shared = sharedLength(ours, theirs);
  const ancestor = contentAfter(ours.changes.slice(0, shared), start);
  const [ourEnd, theirEnd] = [ours, theirs].map(({ changes }) =>
    contentAfter(changes.slice(shared), ancestor),
  );
  const [ourNext, theirNext] = [ours.changes[shared]?.id, theirs.changes[shared]?.id];
  if (ancestor === undefined || ourEnd === undefined || theirEnd === undefined) return undefined;
  if (ourNext === undefined || theirNext === undefined) return undefined;
  return { ancestor, ours: ourEnd, theirs: theirEnd, oursFirst: isBefore(ourNext, theirNext) };
}

/** Both have one base, so either side's knowledge of its content will do. */
function baseOf({ ours, oursBase, theirsBase }: Conflict): Uint8Array | undefined {
  return ours.base === undefined ? undefined : (oursBase ?? theirsBase);
}

function sharedLength(ours: SyncPayload, theirs: SyncPayload): number {
  let length = 0;
  for (;;) {
    const [a, b] = [ours.changes[length]?.id, theirs.changes[length]?.id];
    if (a === undefined || b === undefined || !equalIds(a, b)) return length;
    length += 1;
  }
}

/** The content after the changes; undefined where it is deleted, not there yet or out of reach. */
function contentAfter(
  changes: readonly LocalChange[],
  start: ReturnType<typeof parseLossless> | undefined,
): JsonObject | undefined {
  if (isEntryFault(start)) return undefined;
  const end = replay(changes, start);
  return isEntryFault(end) || !isJsonObject(end) ? undefined : end;
}

function patchOf(before: JsonValue, after: JsonValue, hasBase: boolean): Uint8Array | undefined {
  try {
    return encodePatch(diffPatch(before, after, { hasBase }));
  } catch (error) {
    // More operations than a patch may have, or a difference that no patch can say.
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** An order of ids that every device agrees on; it means nothing else. */
function isBefore(a: ChangeId, b: ChangeId): boolean {
  const order = Buffer.compare(a.replicaId, b.replicaId);
  return order === 0 ? a.counter < b.counter : order < 0;
}
