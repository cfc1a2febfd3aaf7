// Comparisons of lists of changes, and of lists with sets of ids. Knows nothing of what a change
// does.
import type { ChangeId, LocalChange } from '../wire/messages.ts';

/** How two change lists relate by position. A list is never its own proper prefix. */
export type ListRelation = 'equal' | 'ours-is-prefix' | 'theirs-is-prefix' | 'diverging';

/** Below so many pairs, comparing each with each beats building an index. */
const pairsMax = 256;

/** True for the same id; whether it names the same change is {@link isSameChange}'s to say. */
export function equalIds(a: ChangeId, b: ChangeId): boolean {
  return a.counter === b.counter && equalOctets(a.replicaId, b.replicaId);
}

/** True for the same octets. */
export function equalOctets(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) return false;
  }
  return true;
}

/**
 * True for the same change: id, type and payload octets are equal (PSP-CLS-26). What else a change
 * carries is informative, or for a version that knows more.
 */
export function isSameChange(a: LocalChange | undefined, b: LocalChange | undefined): boolean {
  if (a?.id === undefined || b?.id === undefined || !equalIds(a.id, b.id)) return false;
  return a.type === b.type && equalOctets(a.payload, b.payload);
}

/** Compares two lists by position (PSP-CHG-3), as {@link isSameChange} compares changes. */
export function compareLists(
  ours: readonly LocalChange[],
  theirs: readonly LocalChange[],
): ListRelation {
  const shared = Math.min(ours.length, theirs.length);
  for (let index = 0; index < shared; index += 1) {
    if (!isSameChange(ours[index], theirs[index])) return 'diverging';
  }
  if (ours.length === theirs.length) return 'equal';
  return ours.length < theirs.length ? 'ours-is-prefix' : 'theirs-is-prefix';
}

/** True when `list`, from position `from` on, is `whole` or a prefix of it. */
export function isPrefix(
  list: readonly LocalChange[],
  from: number,
  whole: readonly LocalChange[],
): boolean {
  if (list.length - from > whole.length) return false;
  for (let index = from; index < list.length; index += 1) {
    if (!isSameChange(list[index], whole[index - from])) return false;
  }
  return true;
}

/** True when `list` is some of its first `absorbed` changes, then a prefix of `whole`. */
export function isContained(
  list: readonly LocalChange[],
  absorbed: number,
  whole: readonly LocalChange[],
): boolean {
  if (absorbed === list.length) return true;
  const start = list.findIndex((change) => isSameChange(change, whole[0]));
  return start >= 0 && start <= absorbed && isPrefix(list, start, whole);
}

/**
 * True when an id names one change in `ours` and another in `theirs`: a store was copied and both
 * went on under one replica id (PSP-CHG-1, PSP-ID-3).
 */
export function haveOneIdTwice(
  ours: readonly LocalChange[],
  theirs: readonly LocalChange[],
): boolean {
  if (ours.length === 0 || theirs.length === 0) return false;
  const named = new Map(ours.flatMap((change) => (change.id ? [[textOf(change.id), change]] : [])));
  return theirs.some((change) => {
    const known = change.id && named.get(textOf(change.id));
    return known !== undefined && !isSameChange(known, change);
  });
}

/** How many changes at the start of a list have their ids in `ids`. */
export function absorbedPrefix(changes: readonly LocalChange[], ids: readonly ChangeId[]): number {
  if (changes.length === 0 || ids.length === 0) return 0;
  const has = membership(ids, changes.length);
  let length = 0;
  while (length < changes.length && hasChange(has, changes[length])) length += 1;
  return length;
}

/** True when a change of the list, from position `from` on, has its id in `ids`. */
export function touches(
  changes: readonly LocalChange[],
  from: number,
  ids: readonly ChangeId[],
): boolean {
  if (from >= changes.length || ids.length === 0) return false;
  const has = membership(ids, changes.length - from);
  return changes.some((change, index) => index >= from && hasChange(has, change));
}

/**
 * The ids of `first`, then those of `second` that are new, without the ids of `changes`.
 *
 * @param max - At most so many; the last ones are left out.
 * @returns `first` itself when nothing is added.
 */
export function unionIds(
  first: readonly ChangeId[],
  second: readonly ChangeId[],
  changes: readonly LocalChange[],
  max: number,
): readonly ChangeId[] {
  // Full: said here, so that the same ids coming again and again change nothing.
  if (second.length === 0 || first.length >= max) return first;
  const known = membership(first, second.length);
  const listed = membership(
    changes.flatMap((change) => change.id ?? []),
    second.length,
  );
  const added = second.filter((id) => !known(id) && !listed(id));
  if (added.length === 0) return first;
  return [...first, ...added].slice(0, max);
}

type Membership = (id: ChangeId) => boolean;

/** Makes a test for membership that will be asked about `asked` ids. */
function membership(ids: readonly ChangeId[], asked: number): Membership {
  if (ids.length * asked <= pairsMax) return (id) => ids.some((other) => equalIds(id, other));
  // A peer may send 1 000 ids against 1 000 changes in each entry: only here is a text worth it.
  const index = new Set(ids.map(textOf));
  return (id) => index.has(textOf(id));
}

function textOf(id: ChangeId): string {
  return `${id.counter}:${String.fromCharCode(...id.replicaId)}`;
}

function hasChange(has: Membership, change: LocalChange | undefined): boolean {
  return change?.id !== undefined && has(change.id);
}
