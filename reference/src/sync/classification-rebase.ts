// Puts our own later changes on top of a newer server version, where that version provably holds
// the very content they were made for. Gives up otherwise: index paths applied to other content
// are silently wrong (S7). Pure; knows no strategy and no store.
import type { LocalChange, SyncPayload } from '../wire/messages.ts';
import { rebase as putOnTop, replay } from '../fhir/change-list.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalOutsideServerMeta } from '../fhir/json-value.ts';
import type { StoredEntry } from '../store/store.ts';

/** What a rebase leads to. */
export interface Rebased {
  /** Their content with `changes` applied; empty where these end with a deletion. */
  readonly resource: Uint8Array;
  /** Those of our changes that their server version does not contain, unaltered (PSP-CHG-2). */
  readonly changes: readonly LocalChange[];
}

/**
 * Rebases our changes from position `absorbed` on onto their server version.
 *
 * @param theirs - A newer server version without changes of its own.
 * @param absorbed - How many of our changes that version contains.
 * @returns Undefined where our base's content is unknown or theirs differs from our base with the
 * absorbed changes, outside server-owned meta (PSP-CLS-10, PSP-CLS-12).
 */
export function rebase(
  ours: StoredEntry,
  theirs: SyncPayload,
  absorbed: number,
): Rebased | undefined {
  const { base, changes } = ours.payload;
  // A server tombstone is no content to change.
  if (theirs.resource.length === 0) return undefined;
  // PSP-CLS-12: without the content the changes were made for, nothing proves that theirs is it.
  if (base !== undefined && ours.baseResource === undefined) return undefined;
  const rest = changes.slice(absorbed);
  if (!holds(theirs.resource, ours.baseResource, changes.slice(0, absorbed))) return undefined;
  const resource = putOnTop(theirs.resource, rest);
  return isEntryFault(resource) ? undefined : { resource, changes: rest };
}

/** True when `octets` are the content of `base` after the changes, outside server-owned meta. */
function holds(
  octets: Uint8Array,
  base: Uint8Array | undefined,
  changes: readonly LocalChange[],
): boolean {
  const before = base === undefined ? undefined : parseLossless(base);
  if (isEntryFault(before)) return false;
  const expected = replay(changes, before);
  const found = parseLossless(octets);
  if (expected === undefined || isEntryFault(expected) || isEntryFault(found)) return false;
  return equalOutsideServerMeta(expected, found);
}
