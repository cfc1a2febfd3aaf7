// One further change on top of one side of a conflict: what a merge adds to the list that it keeps.
// Knows no strategy and no store; the id of the change is the store's to give.
import { replay, type Content } from '../fhir/change-list.ts';
import { checkEntry } from '../fhir/entry-check.ts';
import { isEntryFault, type EntryFault } from '../fhir/entry-fault.ts';
import { parseLossless, stringifyLossless } from '../fhir/json-text.ts';
import type { SynthesisedChange } from '../store/store.ts';
import { ChangeType, type ChangeId, type SyncPayload } from '../wire/messages.ts';

/** A side with a change on top of its list. */
export interface Synthesis {
  /** The side with the new content; `change` is not in its list yet. */
  readonly payload: SyncPayload;
  readonly change: SynthesisedChange;
}

/**
 * Puts one UPDATE, or a DELETE, on top of a side.
 *
 * @param base - The server's content at the side's base; undefined where it has none or it is not
 *   known.
 * @param patch - A patch made for the side's content; no octets: a DELETE.
 * @returns The fault where the patch does not apply, or the result would be no valid entry.
 */
export function withUpdate(
  side: SyncPayload,
  base: Uint8Array | undefined,
  patch: Uint8Array,
): Synthesis | EntryFault {
  const change: SynthesisedChange = {
    type: patch.length === 0 ? ChangeType.DELETE : ChangeType.UPDATE,
    payload: patch,
    baseVersionId: side.base?.versionId ?? '',
    // No person made it at any time (PSP-CHG-3: informative).
    recordedAt: '',
  };
  const before = endOf(side, base);
  const after = isEntryFault(before) ? before : replay([change], before, side.base);
  if (isEntryFault(after)) return after;
  const resource = after === undefined ? new Uint8Array(0) : stringifyLossless(after);
  const payload = { ...side, resource };
  const changes = [...side.changes, { ...change, id: freeId(side) }];
  return checkEntry({ ...payload, changes }) ?? { payload, change };
}

/**
 * Where a side's changes lead: its text may lack what changes never touch in `meta`, so the text is
 * read only where the content of its base is not known.
 */
function endOf(side: SyncPayload, base: Uint8Array | undefined): Content | EntryFault {
  if (side.resource.length === 0) return undefined;
  if (side.base !== undefined && base === undefined) return parseLossless(side.resource);
  const start = base === undefined ? undefined : parseLossless(base);
  return isEntryFault(start) ? start : replay(side.changes, start, side.base);
}

/** Any id that the list does not have: it stands in for the store's in the entry checks. */
function freeId({ changes }: SyncPayload): ChangeId {
  const used = new Set(changes.map(({ id }) => id?.counter));
  let counter = 1n;
  while (used.has(counter)) counter += 1n;
  return { replicaId: new Uint8Array(16), counter };
}
