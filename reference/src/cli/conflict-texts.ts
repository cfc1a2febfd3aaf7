// Why two states of a resource are in conflict, in words for people. Knows no store and no session.
import type { ConflictReason } from '../sync/classification.ts';

/** Each reason as a part of a line. */
export const reasonTexts: Readonly<Record<ConflictReason, string>> = {
  'concurrent-changes': 'both changed it',
  'two-creations': 'both created it',
  'delete-against-edit': 'one deleted what the other changed',
  'server-moved': 'one changed an older server version',
  'order-unknown': 'nothing tells which server version is newer',
  'copied-store': 'both made another change of one name: one store is a copy of the other',
};

/** What to do where a store was copied: until then every edit of both devices is a conflict. */
export const renewAdvice =
  'Next: one of two devices works on a copy of the other. Run `peersync renew` on the copy, or ' +
  'their edits go on taking the same names.';
