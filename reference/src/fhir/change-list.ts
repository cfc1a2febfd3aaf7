// Lists of local changes, INSERT? UPDATE* DELETE?, as operations on content: replay, squash,
// rebase. Knows nothing of entries, stores or which side of a conflict is right.
import type { LocalChange } from '../wire/messages.ts';
import { ChangeType, ErrorCode } from '../wire/messages.ts';
import { diffPatch } from './diff.ts';
import type { EntryFault } from './entry-fault.ts';
import { entryFault, isEntryFault } from './entry-fault.ts';
import { parseLossless, stringifyLossless } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { equalJson, jsonAt, serverMetaKeys } from './json-value.ts';
import type { PatchOperation } from './patch.ts';
import { patchFault, patchLimits } from './patch.ts';
import { PatchTarget } from './patch-target.ts';
import type { PatchBase, UpdateOperation } from './patch-rules.ts';
import { checkPatch } from './patch-rules.ts';

/** What replaying needs of a change. */
export type Change = Pick<LocalChange, 'type' | 'payload'>;

function invalidList(detail: string): EntryFault {
  return entryFault(ErrorCode.ENTRY_CHANGES_INVALID, 'PSP-CHG-4', detail);
}

/** The fault, with the position of its change before its detail. */
export function atChange<Fault extends EntryFault>(fault: Fault, index: number): Fault {
  return { ...fault, detail: `change ${index}: ${fault.detail}` };
}

function sameServerMeta(a: JsonValue | undefined, b: JsonValue | undefined): boolean {
  return serverMetaKeys.every((key) => {
    const [one, other] = [jsonAt(a, key), jsonAt(b, key)];
    return one === undefined || other === undefined ? one === other : equalJson(one, other);
  });
}

/** PSP-CHG-8: an operation on the whole of `meta` may not change the server's part of it. */
function changesServerMeta(document: JsonValue, operation: PatchOperation): boolean {
  if (operation.path !== '/meta') return false;
  const value = 'value' in operation ? operation.value : undefined;
  return !sameServerMeta(jsonAt(document, 'meta'), value);
}

/**
 * Applies the operations of one UPDATE, judged by {@link checkPatch}, to the content it was made
 * for. Gives a fault where one does not apply (PSP-CHG-10), or replaces or removes a `meta` whose
 * server-owned members it does not keep (PSP-CHG-8).
 *
 * @param base - The base of the entry, by which {@link checkPatch} judged the operations. With one,
 *   the content is not asked what the server owns in it: every device would know another answer.
 */
export function applyUpdate(
  document: JsonValue,
  operations: readonly UpdateOperation[],
  base?: PatchBase,
): JsonValue | EntryFault {
  const target = new PatchTarget(document, patchLimits);
  for (const [index, operation] of operations.entries()) {
    if (base === undefined && changesServerMeta(target.document, operation)) {
      return patchFault('path-forbidden', index);
    }
    const reason = target.apply(operation);
    if (reason !== undefined) return patchFault(reason, index);
  }
  return target.document;
}

/** Deleted, or not there yet. */
export type Content = JsonValue | undefined;

function replayChange(content: Content, change: Change, base?: PatchBase): Content | EntryFault {
  switch (change.type) {
    case ChangeType.INSERT:
      return content === undefined
        ? parseLossless(change.payload)
        : invalidList('an INSERT of what exists');
    case ChangeType.UPDATE: {
      if (content === undefined) return invalidList('an UPDATE of what does not exist');
      const operations = checkPatch(change.payload, base);
      return isEntryFault(operations) ? operations : applyUpdate(content, operations, base);
    }
    case ChangeType.DELETE:
      return content === undefined ? invalidList('a DELETE of what does not exist') : undefined;
    default:
      return invalidList('an unknown type of change');
  }
}

/**
 * The content after the changes, undefined when it is deleted; or the fault of the first change
 * that does not follow from the one before it (PSP-CHG-4, PSP-CHG-7, PSP-CHG-8, PSP-CHG-10).
 *
 * @param start - The content the changes were made to; undefined for a list that begins with
 *   INSERT.
 * @param base - The base of the entry that the changes are in, where it has one: what the server
 *   owns in `meta` is then what the base says, and not what `start` holds (PSP-CHG-8).
 */
export function replay(
  changes: readonly Change[],
  start?: JsonValue,
  base?: PatchBase,
): Content | EntryFault {
  let content: Content = start;
  for (const [index, change] of changes.entries()) {
    const next = replayChange(content, change, base);
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

/**
 * One step that does what the changes do, an update as the difference of start and end: the
 * shortest form, without the `test` operations and intermediate states of the list.
 */
export function squashByDiff(changes: readonly Change[], start?: JsonValue): Squashed | EntryFault {
  const end = replay(changes, start);
  if (isEntryFault(end)) return end;
  if (end === undefined) return start === undefined ? { kind: 'nothing' } : { kind: 'delete' };
  if (start === undefined) return { kind: 'insert', resource: end };
  const operations = diffPatch(start, end);
  return operations.length === 0 ? { kind: 'nothing' } : { kind: 'update', operations };
}

/**
 * One step that does what the changes do, an update as all operations one after the other; needs no
 * content for a list without INSERT. Patches are never merged by path: positions in arrays that
 * moved in between would make that wrong.
 */
export function squashByConcatenation(changes: readonly Change[]): Squashed | EntryFault {
  if (changes[0]?.type === ChangeType.INSERT) return squashByDiff(changes);
  const operations: PatchOperation[] = [];
  for (const [index, change] of changes.entries()) {
    if (change.type === ChangeType.DELETE && index === changes.length - 1)
      return { kind: 'delete' };
    if (change.type !== ChangeType.UPDATE) return invalidList(`change ${index} is out of place`);
    const update = checkPatch(change.payload);
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
 *
 * @param version - Which server version `base` is, as in {@link replay}.
 */
export function rebase(
  base: Uint8Array,
  changes: readonly Change[],
  version?: PatchBase,
): Uint8Array | EntryFault {
  if (changes.length === 0) return base;
  const start = parseLossless(base);
  if (isEntryFault(start)) return start;
  const end = replay(changes, start, version);
  if (isEntryFault(end)) return end;
  return end === undefined ? new Uint8Array(0) : stringifyLossless(end);
}
