// Puts later changes on top of a newer server version, where that version provably holds the very
// content they were made for. Gives up otherwise: index paths applied to other content are silently
// wrong (S7). Pure; knows no strategy and no store.
import {
  ChangeType,
  type LocalChange,
  type ServerVersion,
  type SyncPayload,
} from '../wire/messages.ts';
import { rebase, replay } from '../fhir/change-list.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isServerContent } from '../fhir/server-content.ts';
import type { StoredEntry } from '../store/store.ts';

/** What a rebase leads to. */
export interface Rebased {
  /** The newer version's content with `changes` applied; empty where these end with a deletion. */
  readonly resource: Uint8Array;
  /** Those changes that the newer version does not contain, unaltered (PSP-CHG-2). */
  readonly changes: readonly LocalChange[];
}

/** Changes, what they were made for, and where they are to go. */
interface Move {
  /** The content the changes were made for; undefined where they begin with an INSERT. */
  readonly from: Uint8Array | undefined;
  /** Which server version that is. */
  readonly fromBase: ServerVersion | undefined;
  readonly changes: readonly LocalChange[];
  /** So many changes are inside `onto`. */
  readonly absorbed: number;
  /** The content of the newer version; empty: a server tombstone. */
  readonly onto: Uint8Array;
  readonly ontoBase: ServerVersion | undefined;
  /** What the other side changed there. */
  readonly others: readonly LocalChange[];
}

/**
 * Rebases our changes from position `absorbed` on onto their server version.
 *
 * @param theirs - A newer server version without changes of its own.
 * @param absorbed - How many of our changes that version contains.
 * @returns Undefined where our base's content is unknown or theirs differs from our base with the
 * absorbed changes, outside what servers write by themselves (PSP-CLS-10, PSP-CLS-12).
 */
export function rebaseOurs(
  ours: StoredEntry,
  theirs: SyncPayload,
  absorbed: number,
): Rebased | undefined {
  const { base, changes } = ours.payload;
  // PSP-CLS-12: without the content the changes were made for, nothing proves that theirs is it.
  if (base !== undefined && ours.baseResource === undefined) return undefined;
  const from = ours.baseResource;
  return moved({
    from,
    fromBase: base,
    changes,
    absorbed,
    onto: theirs.resource,
    ontoBase: theirs.base,
    others: theirs.changes,
  });
}

/**
 * Rebases their changes from position `absorbed` on onto our server version, for an entry that
 * shows all its changes were made for: one that begins with an INSERT.
 *
 * @param ours - A newer server version; its changes, if any, begin the rest of theirs.
 * @param absorbed - How many of their changes our version contains.
 * @returns Undefined where there is no INSERT, our base's content is unknown, or it is another than
 * the absorbed changes lead to (PSP-CLS-25, PSP-CLS-12).
 */
export function rebaseTheirs(
  ours: StoredEntry,
  theirs: SyncPayload,
  absorbed: number,
): Rebased | undefined {
  const { changes } = theirs;
  if (changes[0]?.type !== ChangeType.INSERT) return undefined;
  const others = ours.payload.changes;
  const onto = others.length === 0 ? ours.payload.resource : ours.baseResource;
  if (onto === undefined) return undefined;
  const [fromBase, ontoBase] = [theirs.base, ours.payload.base];
  return moved({ from: undefined, fromBase, changes, absorbed, onto, ontoBase, others });
}

function moved(move: Move): Rebased | undefined {
  const { from, changes, absorbed, onto, others } = move;
  // A server tombstone is no content to change.
  if (onto.length === 0) return undefined;
  const before = from === undefined ? undefined : parseLossless(from);
  if (isEntryFault(before)) return undefined;
  const expected = replay(changes.slice(0, absorbed), before, move.fromBase);
  const found = parseLossless(onto);
  if (expected === undefined || isEntryFault(expected) || isEntryFault(found)) return undefined;
  if (!isServerContent(expected, found, [...changes, ...others])) return undefined;
  const rest = changes.slice(absorbed);
  // PSP-CHG-8: the rest will be judged by the base that it is on then.
  const resource = rebase(onto, rest, move.ontoBase);
  return isEntryFault(resource) ? undefined : { resource, changes: rest };
}
