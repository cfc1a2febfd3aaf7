// How many of an entry's changes a server's content already contains. Decided by the content alone:
// whoever uploaded them, and whatever answer was lost on the way. Pure.
import { replay, type Content } from '../fhir/change-list.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import type { JsonValue } from '../fhir/json-value.ts';
import { isServerContent, isServerContentToTheLetter } from '../fhir/server-content.ts';
import type { LocalChange } from '../wire/messages.ts';

/**
 * The length of the longest prefix of the changes that leads to `found`; undefined where none does,
 * not even the empty one. A deletion leads to no content.
 *
 * @param base - The content the changes were made to; undefined for a list that begins with INSERT.
 */
export function containedChanges(
  changes: readonly LocalChange[],
  base: JsonValue | undefined,
  found: JsonValue,
): number | undefined {
  // To the letter first: an edit of a number's text alone is an edit too.
  return (
    longestPrefix(changes, base, found, isServerContentToTheLetter) ??
    longestPrefix(changes, base, found, isServerContent)
  );
}

function longestPrefix(
  changes: readonly LocalChange[],
  base: JsonValue | undefined,
  found: JsonValue,
  isThere: typeof isServerContent,
): number | undefined {
  let content: Content = base;
  let length = base !== undefined && isThere(base, found, changes) ? 0 : undefined;
  for (const [index, change] of changes.entries()) {
    const next = replay([change], content);
    if (next === undefined || isEntryFault(next)) break;
    content = next;
    if (isThere(content, found, changes)) length = index + 1;
  }
  return length;
}
