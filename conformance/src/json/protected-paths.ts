// The paths that no shared UPDATE may touch: type, id, server-owned meta, the whole document
// (PSP-CHG-8 and points 7 and 8 of section 14.4). It applies nothing.
import { equalJson } from './json-equality.ts';
import { valueAt } from './json-patch.ts';
import type { Operation } from './json-patch.ts';
import type { Json } from './json-reader.ts';

const serverMeta = [
  ['meta', 'versionId'],
  ['meta', 'lastUpdated'],
] as const;
const protectedPaths: readonly (readonly string[])[] = [['resourceType'], ['id'], ...serverMeta];

const begins = (path: readonly string[], start: readonly string[]): boolean =>
  start.every((segment, i) => path[i] === segment);

function sameValue(left: Json | undefined, right: Json | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return equalJson(left, right);
}

/** Whether the value put in or taken away around a path holds it; a test is for all there is. */
function holds(document: Json, operation: Operation, path: readonly string[]): boolean {
  if (!begins(path, operation.path)) return false;
  if (operation.op === 'test') return true;
  const below = path.slice(operation.path.length);
  const old = valueAt(document, path);
  const fresh = operation.op === 'remove' ? undefined : valueAt(operation.value, below);
  return old !== undefined || fresh !== undefined;
}

/** A new meta that leaves both values of server-owned meta as they were touches neither. */
function keepsServerMeta(document: Json, operation: Operation): boolean {
  if (operation.op !== 'replace' && operation.op !== 'add') return false;
  if (operation.path.length !== 1 || operation.path[0] !== 'meta') return false;
  const { value } = operation;
  return serverMeta.every((path) => sameValue(valueAt(document, path), valueAt(value, [path[1]])));
}

/**
 * Whether an operation touches what it may not.
 *
 * @param document - The content before it, where the list begins with INSERT; else what stands for
 *   it by the entry's base.
 */
export function touchesProtected(document: Json, operation: Operation): boolean {
  // Every path lies inside the document: only the empty pointer is the whole of it.
  if (operation.path.length === 0) return true;
  if (protectedPaths.some((path) => begins(operation.path, path))) return true;
  if (keepsServerMeta(document, operation)) return false;
  return protectedPaths.some((path) => holds(document, operation, path));
}
