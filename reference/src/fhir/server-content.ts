// Whether a version of a FHIR server holds the content that a device expects there, at an upload
// and before a rebase. Knows changes and JSON; not where either came from.
import type { Change } from './change-list.ts';
import { ChangeType } from '../wire/messages.ts';
import type { JsonValue } from './json-value.ts';
import {
  equalAsDoubles,
  equalOutsideServerMeta,
  isJsonObject,
  jsonAt,
  withoutServerMeta,
} from './json-value.ts';
import { checkPatch } from './patch-rules.ts';
import { isEntryFault } from './entry-fault.ts';

/**
 * True when `found`, read from a server, is the `expected` content outside what servers write by
 * themselves: `meta.versionId`, `meta.lastUpdated`, and `meta.source` where no change sets it. Many
 * servers note the id of the last request in `meta.source`. The equality of PSP-CLS-10 and
 * PSP-CLS-25.
 *
 * @param changes - All changes of both sides, those that lead to `expected` and those after it:
 *   none of them may come to stand on a `meta.source` that it was not made for.
 */
export function isServerContent(
  expected: JsonValue,
  found: JsonValue,
  changes: readonly Change[],
): boolean {
  if (changes.some(touchesSource)) return equalOutsideServerMeta(expected, found);
  return equalOutsideServerMeta(withoutSource(expected), withoutSource(found));
}

/**
 * {@link isServerContent}, but for the text of numbers: some servers read a resource into doubles
 * when they patch it, and write `1.1` where `1.10` was, also where no operation pointed.
 */
export function isServerRendering(
  expected: JsonValue,
  found: JsonValue,
  changes: readonly Change[],
): boolean {
  const [left, right] = changes.some(touchesSource)
    ? [expected, found]
    : [withoutSource(expected), withoutSource(found)];
  return equalAsDoubles(withoutServerMeta(left), withoutServerMeta(right));
}

// By the pointer alone: an operation on the whole of `meta` takes a `source` with it that it was
// not made for, whatever its value says.
function touchesSource({ type, payload }: Change): boolean {
  if (type !== ChangeType.UPDATE) return false;
  const operations = checkPatch(payload);
  if (isEntryFault(operations)) return true;
  return operations.some(({ path }) => {
    return path === '/meta' || path === '/meta/source' || path.startsWith('/meta/source/');
  });
}

function withoutSource(resource: JsonValue): JsonValue {
  const meta = jsonAt(resource, 'meta');
  if (!isJsonObject(resource) || !isJsonObject(meta) || !meta.has('source')) return resource;
  const kept = new Map(meta);
  kept.delete('source');
  return new Map(resource).set('meta', kept);
}
