// What one entry asks of the server, read from its changes alone. Pure; whether the server is as
// the changes expect it is judged elsewhere.
import { replay, squashByConcatenation, squashByDiff, type Squashed } from '../fhir/change-list.ts';
import { isEntryFault, type EntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { encodePatch } from '../fhir/patch.ts';
import type { StoredEntry } from '../store/store.ts';
import type { SyncPayload } from '../wire/messages.ts';
import { ChangeType } from '../wire/messages.ts';

/** What is to be sent for an entry. */
export type UploadStep =
  /** The resource as a whole; no server has it yet. */
  | { readonly kind: 'create'; readonly resource: Uint8Array }
  /** A JSON Patch for one version. */
  | { readonly kind: 'update'; readonly patch: Uint8Array; readonly versionId: string }
  | { readonly kind: 'delete'; readonly versionId: string }
  /** Nothing, unless the server turns out to hold a part of the changes. */
  | { readonly kind: 'look' }
  /** The changes do not follow from one another: a store that was damaged, or a fault of ours. */
  | { readonly kind: 'invalid'; readonly detail: string };

/**
 * How several UPDATEs become one patch. `concatenate`: all operations one after the other, as they
 * were made. `diff`: the difference between the server's version and what the changes lead to,
 * without `test` operations and states in between; where the content of that version is not here,
 * or the difference is more than a patch holds, as `concatenate`. Both lead to the same content.
 * There is no third way: patches merged by path are wrong as soon as an array moved.
 */
export type Squash = 'concatenate' | 'diff';

/** Reads what an entry with changes asks for. */
export function stepOf(entry: StoredEntry, squash: Squash): UploadStep {
  const { base, changes, resource } = entry.payload;
  if (base === undefined) {
    const end = replay(changes);
    if (isEntryFault(end)) return { kind: 'invalid', detail: end.detail };
    // The octets that the user wrote, not those of a replay.
    return end === undefined ? { kind: 'look' } : { kind: 'create', resource };
  }
  // Joined one after the other, never by path: a path means another element after an insertion.
  const squashed = (squash === 'diff' && differenceOf(entry)) || squashByConcatenation(changes);
  if (isEntryFault(squashed)) return { kind: 'invalid', detail: squashed.detail };
  const { versionId } = base;
  switch (squashed.kind) {
    case 'nothing':
      return { kind: 'look' };
    case 'insert':
      return { kind: 'invalid', detail: 'an INSERT on a version of the server' };
    case 'update':
      return { kind: 'update', patch: encodePatch(squashed.operations), versionId };
    case 'delete':
      return { kind: 'delete', versionId };
  }
}

function differenceOf({ payload, baseResource }: StoredEntry): Squashed | EntryFault | undefined {
  if (baseResource === undefined) return undefined;
  const start = parseLossless(baseResource);
  if (isEntryFault(start)) return undefined;
  try {
    return squashByDiff(payload.changes, start);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What a dry run says of a step. */
export const dryOutcomes = {
  create: 'would-create',
  update: 'would-update',
  delete: 'would-delete',
  look: 'would-update',
  invalid: 'refused',
} as const;

/** True for an entry whose changes end with a deletion. */
export function isDeletion({ changes }: SyncPayload): boolean {
  return changes.at(-1)?.type === ChangeType.DELETE;
}

/** Octets that a step sends, for the size of a Bundle. */
export function stepOctets(step: UploadStep): number {
  switch (step.kind) {
    case 'create':
      return step.resource.length;
    case 'update':
      // As base64, in a Binary.
      return Math.ceil(step.patch.length / 3) * 4;
    case 'delete':
    case 'look':
    case 'invalid':
      return 0;
  }
}
