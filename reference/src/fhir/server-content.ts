// Whether a version of a FHIR server holds the content that a device expects there, at an upload
// and before a rebase. Knows changes and JSON; not where either came from.
import type { Change } from './change-list.ts';
import { ChangeType } from '../wire/messages.ts';
import type { JsonValue } from './json-value.ts';
import {
  equalAsDoubles,
  equalJson,
  isJsonObject,
  jsonAt,
  withoutServerMeta,
} from './json-value.ts';
import { checkPatch } from './patch-rules.ts';
import { isEntryFault } from './entry-fault.ts';

/**
 * True when `found`, read from a server, is the `expected` content outside what servers write by
 * themselves: `meta.versionId`, `meta.lastUpdated`, `meta.source` where no change speaks of it, and
 * the text of numbers. Many servers note the id of the last request in `meta.source`; some read a
 * resource into doubles when they patch it, and write `1.1` where `1.10` was, also where no
 * operation pointed. The equality of PSP-CLS-10 and PSP-CLS-25, and of an upload.
 *
 * @param changes - All changes of both sides, those that lead to `expected` and those after it:
 *   none of them may come to stand on a `meta.source` that it was not made for.
 */
export function isServerContent(
  expected: JsonValue,
  found: JsonValue,
  changes: readonly Change[],
): boolean {
  const [left, right] = compared(expected, found, changes);
  return equalAsDoubles(left, right);
}

/**
 * {@link isServerContent}, and numbers as they were written: for what a person is told, and for an
 * edit that changes the text of a number alone.
 */
export function isServerContentToTheLetter(
  expected: JsonValue,
  found: JsonValue,
  changes: readonly Change[],
): boolean {
  const [left, right] = compared(expected, found, changes);
  return equalJson(left, right);
}

/** What has to be equal of two contents. */
function compared(
  expected: JsonValue,
  found: JsonValue,
  changes: readonly Change[],
): readonly [JsonValue, JsonValue] {
  const isSourced = changes.some(touchesSource);
  const part = (content: JsonValue): JsonValue =>
    withoutServerMeta(isSourced ? content : withoutSource(content));
  return [part(expected), part(found)];
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
