// The strategy that keeps what both sides changed where nobody can be wrong about it, and leaves
// the rest to another strategy. Pure; knows no store and gives no ids.
import { replay } from '../fhir/change-list.ts';
import { diffPatch } from '../fhir/diff.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../fhir/json-value.ts';
import { encodePatch, type PatchOperation } from '../fhir/patch.ts';
import type { ChangeId, LocalChange, ServerVersion, SyncPayload } from '../wire/messages.ts';
import { compareLists, isSameChange } from './change-set.ts';
import { orderOfBases } from './classification.ts';
import {
  customStrategy,
  type Conflict,
  type ConflictResolutionStrategy,
  type Resolution,
} from './conflict-resolution.ts';
import { withUpdate } from './conflict-synthesis.ts';
import { mergeMembers, undoneMembers, type MergeContents } from './merge-members.ts';
import { operationsOn, touchedMembers } from './touched-members.ts';

/** Both sides and what they were before they parted. */
export interface Parted extends MergeContents {
  /** Our changes since they parted. */
  readonly own: readonly LocalChange[];
  /** True where the change after the common ones has the lower id on our side. */
  readonly oursFirst: boolean;
}

/**
 * Merges three ways: what each side did to their common content, where no member of the resource
 * was changed by both to two different values (an array is one member, S7). What a side's changes
 * touch it changed, even where it changed it back. Only where both exist on one base whose content
 * is known here, or begin with the same creation; `fallback` decides every other conflict, two
 * creations, a deletion against an edit and a copied store among them (S9, S11, S41).
 *
 * Their list stays as it is, what ours did follows as one UPDATE with an id of this store
 * (PSP-CLS-20): so their later edits go on from what is here, and merge again. Where the content of
 * both is one side's already, that side is taken whole, of two equal ones the one whose first own
 * change has the lower id: devices that merge each other's state agree, and repeated merges add
 * nothing.
 *
 * A merge has new ids, so a third device that holds an older state of one side and edits the same
 * members meets a conflict that the fall-back decides.
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
  // PSP-CLS-26: a merged list would carry on an id that means another change elsewhere.
  if (conflict.reason === 'copied-store') return undefined;
  const parted = partedOf(conflict);
  if (parted === undefined) return undefined;
  const { ours, theirs, oursFirst } = parted;
  const merged = mergeMembers(parted);
  if (merged === undefined) return undefined;
  const [undoneHere, undoneThere] = [
    undoneMembers(parted, 'ours'),
    undoneMembers(parted, 'theirs'),
  ];
  const isOurs = equalJson(merged, ours) && undoneThere.size === 0;
  const isTheirs = equalJson(merged, theirs) && undoneHere.size === 0;
  if (isOurs && isTheirs) return oursFirst ? 'ours' : 'theirs';
  if (isOurs) return 'ours';
  if (isTheirs) return 'theirs';
  const hasBase = conflict.theirs.base !== undefined;
  const patch = patchOf(theirs, merged, hasBase, operationsOn(undoneHere, parted.own));
  if (patch === undefined) return undefined;
  const synthesis = withUpdate(conflict.theirs, baseOf(conflict), patch);
  // A list or a resource at its limit has no room for our part.
  return isEntryFault(synthesis) ? undefined : { onto: 'theirs', patch };
}

/** What both sides made of which content; undefined where they did not part from one. */
export function partedOf(conflict: Conflict): Parted | undefined {
  const { ours, theirs } = conflict;
  if (orderOfBases(ours.base, theirs.base) !== 'same') return undefined;
  if (compareLists(ours.changes, theirs.changes) !== 'diverging') return undefined;
  const base = baseOf(conflict);
  // PSP-CLS-12: without the content that both changed nothing tells who changed what.
  if (ours.base !== undefined && base === undefined) return undefined;
  const start = base === undefined ? undefined : parseLossless(base);
  const shared = sharedLength(ours, theirs);
  const ancestor = contentAfter(ours.changes.slice(0, shared), start, ours.base);
  const [ourOwn, theirOwn] = [ours.changes.slice(shared), theirs.changes.slice(shared)];
  const ourEnd = contentAfter(ourOwn, ancestor, ours.base);
  const theirEnd = contentAfter(theirOwn, ancestor, theirs.base);
  const [ourNext, theirNext] = [ourOwn[0]?.id, theirOwn[0]?.id];
  if (ancestor === undefined || ourEnd === undefined || theirEnd === undefined) return undefined;
  if (ourNext === undefined || theirNext === undefined) return undefined;
  return {
    ancestor,
    ours: ourEnd,
    theirs: theirEnd,
    oursTouched: touchedMembers(ourOwn),
    theirsTouched: touchedMembers(theirOwn),
    own: ourOwn,
    oursFirst: isBefore(ourNext, theirNext),
  };
}

/** Both have one base, so either side's knowledge of its content will do. */
function baseOf({ ours, oursBase, theirsBase }: Conflict): Uint8Array | undefined {
  return ours.base === undefined ? undefined : (oursBase ?? theirsBase);
}

function sharedLength(ours: SyncPayload, theirs: SyncPayload): number {
  let length = 0;
  for (;;) {
    if (!isSameChange(ours.changes[length], theirs.changes[length])) return length;
    length += 1;
  }
}

/** The content after the changes; undefined where it is deleted, not there yet or out of reach. */
function contentAfter(
  changes: readonly LocalChange[],
  start: ReturnType<typeof parseLossless> | undefined,
  base: ServerVersion | undefined,
): JsonObject | undefined {
  if (isEntryFault(start)) return undefined;
  const end = replay(changes, start, base);
  return isEntryFault(end) || !isJsonObject(end) ? undefined : end;
}

/**
 * From one content to the other, with operations of ours that cancel out in it: whoever still has
 * what ours took back would bring it again, and nothing would be in the way. They apply, for theirs
 * touches nothing of what they touch.
 */
function patchOf(
  before: JsonValue,
  after: JsonValue,
  hasBase: boolean,
  undone: readonly PatchOperation[],
): Uint8Array | undefined {
  try {
    return encodePatch([...diffPatch(before, after, { hasBase }), ...undone]);
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
