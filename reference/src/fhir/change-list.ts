// Lists of local changes, INSERT? UPDATE* DELETE?, as operations on content: replay, squash, rebase.
// Knows nothing of entries, stores or which side of a conflict is right.
import type { LocalChange } from '../wire/messages.ts';
import { ChangeType, ErrorCode } from '../wire/messages.ts';
import { diffPatch } from './diff.ts';
import type { EntryFault } from './entry-fault.ts';
import { entryFault, isEntryFault } from './entry-fault.ts';
import { parseLossless, stringifyLossless } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { equalJson, jsonAt, serverMetaKeys } from './json-value.ts';
import type { PatchOperation } from './patch.ts';
import { applyPatch, isPatchFault, patchFault } from './patch.ts';
import { checkPatch } from './patch-rules.ts';

type Change = Pick<LocalChange, 'type' | 'payload'>;

function invalidList(detail: string): EntryFault {
  return entryFault(ErrorCode.ENTRY_CHANGES_INVALID, 'PSP-CHG-4', detail);
}

/** The fault, with the position of its change before its detail. */
export function atChange<Fault extends EntryFault>(fault: Fault, index: number): Fault {
  return { ...fault, detail: `change ${index}: ${fault.detail}` };
}

function sameServerMeta(a: JsonValue, b: JsonValue): boolean {
  return serverMetaKeys.every((key) =>
    equalJson(jsonAt(a, 'meta', key) ?? null, jsonAt(b, 'meta', key) ?? null),
  );
}

/**
 * Applies the operations of one UPDATE to the content it was made for.
 *
 * Gives a fault where one does not apply (PSP-CHG-10) or server-owned meta would change
 * (PSP-CHG-8): only here does it show that a `meta` removed as a whole held a version id.
 */
export function applyUpdate(
  document: JsonValue,
  operations: readonly PatchOperation[],
): JsonValue | EntryFault {
  const result = applyPatch(document, operations);
  if (isPatchFault(result)) return result;
  return sameServerMeta(document, result) ? result : patchFault('path-forbidden', undefined);
}

/** Deleted, or not there yet. */
export type Content = JsonValue | undefined;

function replayChange(content: Content, change: Change, hasBase: boolean): Content | EntryFault {
  switch (change.type) {
    case ChangeType.INSERT:
      return content === undefined
        ? parseLossless(change.payload)
        : invalidList('an INSERT of what exists');
    case ChangeType.UPDATE: {
      if (content === undefined) return invalidList('an UPDATE of what does not exist');
      const operations = checkPatch(change.payload, hasBase);
      return isEntryFault(operations) ? operations : applyUpdate(content, operations);
    }
    case ChangeType.DELETE:
      return content === undefined ? invalidList('a DELETE of what does not exist') : undefined;
    default:
      return invalidList('an unknown type of change');
  }
}

/**
 * The content after the changes, undefined when it is deleted; or the fault of the first change that
 * does not follow from the one before it (PSP-CHG-4, PSP-CHG-7, PSP-CHG-8, PSP-CHG-10).
 *
 * @param start - The content the changes were made to; undefined for a list that begins with
 *   INSERT.
 */
export function replay(start: Content, changes: readonly Change[]): Content | EntryFault {
  let content = start;
  for (const [index, change] of changes.entries()) {
    const next = replayChange(content, change, start !== undefined);
    if (isEntryFault(next)) return atChange(next, index);
    content = next;
  }
  return content;
}

/** What a list of changes comes to in one step. */
export type Squashed =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'insert'; readonly resource: JsonValue }
  | { readonly kind: 'update'; readonly operations: readonly PatchOperation[] }
  | { readonly kind: 'delete' };

function squashedEnds(start: Content, end: Content): Squashed | undefined {
  if (start === undefined) {
    return end === undefined ? { kind: 'nothing' } : { kind: 'insert', resource: end };
  }
  return end === undefined ? { kind: 'delete' } : undefined;
}

/**
 * One step that does what the changes do, an update as the difference of start and end: the
 * shortest form, without the `test` operations and intermediate states of the list.
 */
export function squashByDiff(start: Content, changes: readonly Change[]): Squashed | EntryFault {
  const end = replay(start, changes);
  if (isEntryFault(end)) return end;
  const squashed = squashedEnds(start, end);
  if (squashed !== undefined) return squashed;
  const operations = diffPatch(start ?? null, end ?? null);
  return operations.length === 0 ? { kind: 'nothing' } : { kind: 'update', operations };
}

/**
 * One step that does what the changes do, an update as all operations one after the other; needs no
 * content for a list without INSERT. Patches are never merged by path: positions in arrays that
 * moved in between would make that wrong.
 */
export function squashByConcatenation(changes: readonly Change[]): Squashed | EntryFault {
  if (changes[0]?.type === ChangeType.INSERT) return squashByDiff(undefined, changes);
  const operations: PatchOperation[] = [];
  for (const [index, change] of changes.entries()) {
    if (change.type === ChangeType.DELETE && index === changes.length - 1)
      return { kind: 'delete' };
    if (change.type !== ChangeType.UPDATE) return invalidList(`change ${index} is out of place`);
    const update = checkPatch(change.payload, true);
    if (isEntryFault(update)) return atChange(update, index);
    for (const operation of update) operations.push(operation);
  }
  return operations.length === 0 ? { kind: 'nothing' } : { kind: 'update', operations };
}

/**
 * The octets of a resource after changes were put on top of `base`: those of `base` themselves
 * where there are none, empty octets where the last one deletes, else freshly written JSON. Gives
 * the fault of the first change that does not apply.
 *
 * The caller makes sure that the changes were made for this content (PSP-CLS-12): a patch that
 * applies to other content is silently wrong.
 */
export function rebase(base: Uint8Array, changes: readonly Change[]): Uint8Array | EntryFault {
  if (changes.length === 0) return base;
  const start = parseLossless(base);
  if (isEntryFault(start)) return start;
  const end = replay(start, changes);
  if (isEntryFault(end)) return end;
  return end === undefined ? new Uint8Array(0) : stringifyLossless(end);
}
