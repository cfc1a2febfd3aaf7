// Why a conflict cannot be merged, for a person who has to decide instead. Pure; merges nothing.
import type { Conflict } from './conflict-resolution.ts';
import { meetingMembers, type MergeContents } from './merge-members.ts';

/** What is in the way of a merge. */
export type MergeObstacle =
  /** One change id stands for two changes. */
  | { readonly kind: 'copied-store' }
  /** One side deleted it. */
  | { readonly kind: 'deleted' }
  /** Both created it. */
  | { readonly kind: 'two-creations' }
  /** No content is known here that both sides changed. */
  | { readonly kind: 'base-unknown' }
  /** Both changed these members of the resource. */
  | { readonly kind: 'members'; readonly members: readonly string[] }
  /** Ours took back what it had changed in these, and a version of the server would not show it. */
  | { readonly kind: 'undone'; readonly members: readonly string[] }
  /** The merged content is more than one change, or an entry, can hold. */
  | { readonly kind: 'too-large' };

/**
 * What is in the way.
 *
 * @param contents - What a merge of that conflict would start from; undefined where it has none.
 */
export function mergeObstacle(
  { reason, ours, theirs }: Conflict,
  contents: MergeContents | undefined,
): MergeObstacle {
  if (reason === 'copied-store') return { kind: 'copied-store' };
  if (ours.resource.length === 0 || theirs.resource.length === 0) return { kind: 'deleted' };
  if (reason === 'two-creations') return { kind: 'two-creations' };
  if (contents === undefined) return { kind: 'base-unknown' };
  const members = meetingMembers(contents);
  return members.length > 0 ? { kind: 'members', members } : { kind: 'too-large' };
}
