// How a received entry relates to what the store holds of the same resource: the table of the
// specification's chapter on classification, row by row. Pure, so that the store runs it inside its
// transaction (PSP-CLS-1) and vectors can replay it. Knows no strategy, no store and no session.
import { ChangeType, Outcome, type ServerVersion, type SyncPayload } from '../wire/messages.ts';
import { compareInstants } from '../fhir/instant.ts';
import type { StoredEntry } from '../store/store.ts';
import {
  absorbedPrefix,
  compareLists,
  haveOneIdTwice,
  isContained,
  isPrefix,
  touches,
} from './change-set.ts';
import { rebaseOurs, rebaseTheirs, type Rebased } from './classification-rebase.ts';

/** Which of two bases the FHIR server assigned later. */
export type BaseOrder = 'same' | 'theirs-newer' | 'ours-newer' | 'unknown';

/** Why neither side contains the other. */
export type ConflictReason =
  /** Both changed the same server version. */
  | 'concurrent-changes'
  /** Two devices created the same id. */
  | 'two-creations'
  /** One deleted what the other changed. */
  | 'delete-against-edit'
  /** One changed an older server version than the other has. */
  | 'server-moved'
  /** The server versions differ and no instants tell which is newer. */
  | 'order-unknown'
  /** One change id names two changes: a store was copied without a new replica id. */
  | 'copied-store';

/** What has to be done about an entry. `row` names the rule that decided. */
export type Classification =
  /** Their state becomes ours. */
  | { readonly kind: 'store'; readonly outcome: Outcome; readonly row: string }
  /** Our state stays. */
  | { readonly kind: 'keep'; readonly outcome: Outcome; readonly row: string }
  /** The newer base, with those changes of the other side on top that it does not contain. */
  | {
      readonly kind: 'rebase';
      readonly onto: 'theirs' | 'ours';
      readonly result: Rebased;
      readonly row: string;
    }
  | { readonly kind: 'conflict'; readonly reason: ConflictReason; readonly row: string };

const store = (row: string, outcome: Outcome = Outcome.FAST_FORWARDED): Classification => ({
  kind: 'store',
  outcome,
  row,
});
const keep = (row: string, outcome: Outcome = Outcome.STALE): Classification => ({
  kind: 'keep',
  outcome,
  row,
});

/**
 * Orders two bases by the server's own values (PSP-CLS-23). An absent base is older than any: what
 * no server has seen yet precedes the version that a server made of it. Versions are equal when
 * their ids are (PSP-DATA-10); different versions with equal, missing or unreadable instants have
 * no known order.
 */
export function orderOfBases(
  ours: ServerVersion | undefined,
  theirs: ServerVersion | undefined,
): BaseOrder {
  if (ours === undefined) return theirs === undefined ? 'same' : 'theirs-newer';
  if (theirs === undefined) return 'ours-newer';
  if (ours.versionId === theirs.versionId) return 'same';
  // PSP-DATA-11: S20, two versions of one millisecond compare as equal and stay unordered.
  const order = compareInstants(ours.lastUpdated, theirs.lastUpdated);
  if (order === undefined || order === 0) return 'unknown';
  return order < 0 ? 'theirs-newer' : 'ours-newer';
}

/**
 * Classifies a received entry, which must have passed the entry checks.
 *
 * The order of the bases is settled first, because no relation of the change lists says anything
 * without it: an empty list is a prefix of every list, so a pristine newer version would otherwise
 * give way to any edit of an older one. Within an order the rows are disjoint or agree.
 */
export function classify(ours: StoredEntry | undefined, theirs: SyncPayload): Classification {
  // PSP-CLS-2
  if (ours === undefined) return store('PSP-CLS-2', Outcome.STORED);
  switch (orderOfBases(ours.payload.base, theirs.base)) {
    case 'same':
      return sameBase(ours.payload, theirs);
    case 'theirs-newer':
      return theirsNewer(ours, theirs);
    case 'ours-newer':
      return oursNewer(ours, theirs);
    case 'unknown':
      // PSP-CLS-4, PSP-CLS-7: whichever we took could be the older one, even with equal lists.
      return conflict(ours.payload, theirs, 'order-unknown');
  }
}

function sameBase(ours: SyncPayload, theirs: SyncPayload): Classification {
  switch (compareLists(ours.changes, theirs.changes)) {
    case 'equal':
      // PSP-CLS-3, and PSP-CLS-7 where both are pristine at one version.
      return keep('PSP-CLS-3', Outcome.DUPLICATE);
    case 'ours-is-prefix':
      // PSP-CLS-5: S2, S3; a pristine version is the empty prefix, a deletion extends an edit
      // (S12).
      return store('PSP-CLS-5');
    case 'theirs-is-prefix':
      // PSP-CLS-6
      return keep('PSP-CLS-6');
    case 'diverging':
      return conflict(ours, theirs, 'concurrent-changes');
  }
}

/**
 * Their server version is newer. Ours is contained in theirs when each of our changes is either
 * inside that version (absorbed) or stands at the start of their list, in our order.
 */
function theirsNewer(ours: StoredEntry, theirs: SyncPayload): Classification {
  const { changes } = ours.payload;
  // PSP-CLS-4, 5, 7: our list, whole, equals or begins theirs (S17: ours is empty).
  if (isPrefix(changes, 0, theirs.changes)) {
    if (changes.length > 0) {
      return store(changes.length === theirs.changes.length ? 'PSP-CLS-4' : 'PSP-CLS-5');
    }
    return store(theirs.changes.length === 0 ? 'PSP-CLS-7' : 'PSP-CLS-5');
  }
  const absorbed = absorbedPrefix(changes, theirs.absorbed);
  // PSP-CLS-8: S4, A uploaded what we carry. The part not absorbed may begin their list: the upload
  // took a prefix while we already had the rest.
  if (isContained(changes, absorbed, theirs.changes)) return store('PSP-CLS-8');
  // PSP-CLS-10: only a prefix may be absorbed and the rest must be ours alone; their own changes
  // would stand on content that we have not seen.
  if (theirs.changes.length === 0 && !touches(changes, absorbed, theirs.absorbed)) {
    const result = rebaseOurs(ours, theirs, absorbed);
    if (result !== undefined) return { kind: 'rebase', onto: 'theirs', result, row: 'PSP-CLS-10' };
  }
  return conflict(ours.payload, theirs, 'server-moved');
}

/**
 * Our server version is newer: the mirror of {@link theirsNewer}. What their changes were made for
 * is in the entry only where they begin with a creation, so only then is there a rebase.
 */
function oursNewer(ours: StoredEntry, theirs: SyncPayload): Classification {
  const { changes } = theirs;
  const own = ours.payload.changes;
  // PSP-CLS-4, 6, 7
  if (isPrefix(changes, 0, own)) {
    if (changes.length > 0) {
      return keep(changes.length === own.length ? 'PSP-CLS-4' : 'PSP-CLS-6');
    }
    return keep(own.length === 0 ? 'PSP-CLS-7' : 'PSP-CLS-6');
  }
  const absorbed = absorbedPrefix(changes, ours.payload.absorbed);
  // PSP-CLS-9: S42, a carrier that missed the upload brings what the server has long taken.
  if (isContained(changes, absorbed, own)) return keep('PSP-CLS-9');
  // PSP-CLS-25: what ours has on top must be the beginning of what theirs has there; a further
  // absorbed change would have been made for content that the base no longer shows.
  const continues = isPrefix(own, 0, changes.slice(absorbed));
  if (continues && !touches(changes, absorbed, ours.payload.absorbed)) {
    const result = rebaseTheirs(ours, theirs, absorbed);
    if (result !== undefined) return { kind: 'rebase', onto: 'ours', result, row: 'PSP-CLS-25' };
  }
  // S16: an edit of an older version than ours. What it was made for is not ours (PSP-CLS-12).
  return conflict(ours.payload, theirs, 'server-moved');
}

// PSP-CLS-11: names the first reason that a person would name.
function conflict(
  ours: SyncPayload,
  theirs: SyncPayload,
  otherwise: ConflictReason,
): Classification {
  const found = (reason: ConflictReason): Classification => ({
    kind: 'conflict',
    reason,
    row: 'PSP-CLS-11',
  });
  // PSP-CLS-26: before every other reason, for this one comes again until the copy has a new id.
  if (haveOneIdTwice(ours.changes, theirs.changes)) return found('copied-store');
  if (otherwise === 'order-unknown') return found(otherwise);
  if (isTwoCreations(ours, theirs)) return found('two-creations');
  const deleted = (ours.resource.length === 0) !== (theirs.resource.length === 0);
  return found(deleted ? 'delete-against-edit' : otherwise);
}

// PSP-CLS-11: an INSERT on one side that the other side neither lists nor knows to be absorbed.
function isTwoCreations(ours: SyncPayload, theirs: SyncPayload): boolean {
  return createdApart(ours, theirs) || createdApart(theirs, ours);
}

function createdApart(creator: SyncPayload, other: SyncPayload): boolean {
  const first = creator.changes.slice(0, 1);
  if (first[0]?.type !== ChangeType.INSERT) return false;
  return absorbedPrefix(first, other.absorbed) === 0 && !isPrefix(first, 0, other.changes);
}
