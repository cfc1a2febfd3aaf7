// RFC 6902 as section 14.4 makes it exact: the form of a patch, and its application to a document.
// It knows no entry, and not which paths a patch must leave alone.
import { fault, isFault } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from '../wire/limits.ts';
import { equalForTest } from './json-equality.ts';
import { isForbiddenKey } from './json-reader.ts';
import type { Json } from './json-reader.ts';

/** One operation; the pointer with its escapes resolved. */
export type Operation =
  | {
      readonly op: 'add' | 'replace' | 'test';
      readonly path: readonly string[];
      readonly value: Json;
    }
  | { readonly op: 'remove'; readonly path: readonly string[] };

const invalid = (requirement: string, detail: string): Fault =>
  fault('ENTRY_PATCH_INVALID', requirement, detail);

/** The segments of a JSON pointer; undefined where the text is none (RFC 6901). */
export function parsePointer(text: string): string[] | undefined {
  if (text === '') return [];
  if (!text.startsWith('/') || /~(?![01])/.test(text)) return undefined;
  const segments = text.slice(1).split('/');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function readOperation(item: Json, i: number): Operation | Fault {
  if (item.type !== 'object') return invalid('PSP-CHG-15', `operation ${i} is no object`);
  const op = item.members.get('op');
  const pointer = item.members.get('path');
  if (op?.type !== 'string' || pointer?.type !== 'string') {
    return invalid('PSP-CHG-15', `operation ${i} lacks op or path`);
  }
  const path = parsePointer(pointer.text);
  if (path === undefined) return invalid('PSP-CHG-15', `operation ${i}: no pointer`);
  const segment = path.find(isForbiddenKey);
  if (segment !== undefined) {
    return fault('ENTRY_KEY_FORBIDDEN', 'PSP-DATA-5', `operation ${i}: segment ${segment}`);
  }
  if (op.text === 'remove') return { op: 'remove', path };
  if (op.text !== 'add' && op.text !== 'replace' && op.text !== 'test') {
    return invalid('PSP-CHG-7', `operation ${i}: ${op.text}`);
  }
  const value = item.members.get('value');
  if (value === undefined) return invalid('PSP-CHG-15', `operation ${i} lacks value`);
  return { op: op.text, path, value };
}

/**
 * The operations of an UPDATE's payload.
 *
 * @returns ENTRY_PATCH_INVALID by PSP-CHG-7 or PSP-CHG-15, ENTRY_KEY_FORBIDDEN by PSP-DATA-5.
 */
export function readPatch(payload: Json): Operation[] | Fault {
  if (payload.type !== 'array') return invalid('PSP-CHG-15', 'the patch is no array');
  const operations: Operation[] = [];
  for (const [i, item] of payload.items.entries()) {
    const operation = readOperation(item, i);
    if (isFault(operation)) return operation;
    operations.push(operation);
  }
  return operations;
}

/** The position that an array segment names; undefined where it is none up to `max`. */
function indexOf(segment: string, max: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]*)$/.test(segment)) return undefined;
  const index = Number(segment);
  return index <= max ? index : undefined;
}

/** The value at a pointer, or undefined. */
export function valueAt(document: Json, path: readonly string[]): Json | undefined {
  let value: Json | undefined = document;
  for (const segment of path) {
    if (value.type === 'object') {
      value = value.members.get(segment);
    } else if (value.type === 'array') {
      const index = indexOf(segment, value.items.length - 1);
      value = index === undefined ? undefined : value.items[index];
    } else {
      return undefined;
    }
    if (value === undefined) return undefined;
  }
  return value;
}

type Edit = (parent: Json, segment: string) => Json | undefined;

/** Copies what lies above the edited place; everything else is shared. */
function edited(document: Json, path: readonly string[], edit: Edit): Json | undefined {
  const [segment, ...below] = path;
  if (segment === undefined) return undefined;
  if (below.length === 0) return edit(document, segment);
  const child = valueAt(document, [segment]);
  const changed = child === undefined ? undefined : edited(child, below, edit);
  if (changed === undefined) return undefined;
  return put(document, segment, changed, 1);
}

/** @param removed - 1 to replace an array's element, 0 to insert before it. */
function put(parent: Json, segment: string, value: Json, removed: 0 | 1): Json | undefined {
  if (parent.type === 'object') {
    return { type: 'object', members: new Map(parent.members).set(segment, value) };
  }
  if (parent.type !== 'array') return undefined;
  const { length } = parent.items;
  const index = removed === 0 && segment === '-' ? length : indexOf(segment, length - removed);
  if (index === undefined) return undefined;
  return { type: 'array', items: parent.items.toSpliced(index, removed, value) };
}

const removal: Edit = (parent, segment) => {
  if (parent.type === 'object') {
    const members = new Map(parent.members);
    return members.delete(segment) ? { type: 'object', members } : undefined;
  }
  if (parent.type !== 'array') return undefined;
  const index = indexOf(segment, parent.items.length - 1);
  if (index === undefined) return undefined;
  return { type: 'array', items: parent.items.toSpliced(index, 1) };
};

function step(document: Json, operation: Operation): Json | undefined {
  const { op, path } = operation;
  if (op === 'remove') return edited(document, path, removal);
  const { value } = operation;
  if (op === 'add') {
    if (path.length === 0) return value;
    return edited(document, path, (parent, segment) => put(parent, segment, value, 0));
  }
  const old = valueAt(document, path);
  if (old === undefined) return undefined;
  if (op === 'test') return equalForTest(old, value) ? document : undefined;
  if (path.length === 0) return value;
  return edited(document, path, (parent, segment) => put(parent, segment, value, 1));
}

function depthOf(value: Json): number {
  if (value.type !== 'object' && value.type !== 'array') return 0;
  const inside = value.type === 'object' ? [...value.members.values()] : value.items;
  return 1 + inside.reduce((deepest, item) => Math.max(deepest, depthOf(item)), 0);
}

/** How deep a value lies in the document that it is put into, with what is in it. */
const depthAt = (operation: Operation): number =>
  operation.op === 'add' || operation.op === 'replace'
    ? operation.path.length + depthOf(operation.value)
    : 0;

/**
 * The document after one operation.
 *
 * @returns ENTRY_LIMIT_EXCEEDED where it would be too deep (PSP-LIM-4), ENTRY_PATCH_INVALID where
 *   it does not apply (PSP-CHG-10).
 */
export function applyOperation(document: Json, operation: Operation): Json | Fault {
  if (depthAt(operation) > limits.jsonDepth) {
    return fault('ENTRY_LIMIT_EXCEEDED', 'PSP-LIM-4', 'a patch makes the document too deep');
  }
  const next = step(document, operation);
  const path = operation.path.join('/');
  return next ?? invalid('PSP-CHG-10', `${operation.op} of /${path} does not apply`);
}

/** The document after all operations, or the fault of the first that does not apply. */
export function applyPatch(document: Json, operations: readonly Operation[]): Json | Fault {
  let current = document;
  for (const operation of operations) {
    const next = applyOperation(current, operation);
    if (isFault(next)) return next;
    current = next;
  }
  return current;
}
