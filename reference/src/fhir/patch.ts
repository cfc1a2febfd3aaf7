// JSON Patch (RFC 6902) on lossless values: reads operations strictly and applies them all or not
// at all. Knows nothing of which operations and paths the protocol allows (patch-rules.ts does).
import { ErrorCode } from '../wire/messages.ts';
import type { EntryFault } from './entry-fault.ts';
import { isEntryFault } from './entry-fault.ts';
import { parsePointer } from './json-pointer.ts';
import { stringifyLossless } from './json-text.ts';
import type { JsonObject, JsonValue } from './json-value.ts';
import { isJsonArray, isJsonObject } from './json-value.ts';
import { PatchTarget } from './patch-target.ts';

/** One operation of RFC 6902; pointers in their escaped text form. */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: JsonValue }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** Why a patch was refused. */
export type PatchFaultReason =
  /** Not an array of operations with the members that RFC 6902 section 4 demands. */
  | 'malformed'
  /** A pointer that names nothing that is there, or nothing that could be added. */
  | 'missing-target'
  /** A `test` found another value. */
  | 'test-failed'
  /** The protocol does not allow the operation here (PSP-CHG-7). */
  | 'operation-forbidden'
  /** The protocol does not allow the path (PSP-CHG-8). */
  | 'path-forbidden'
  /** A pointer segment that nobody may use (PSP-DATA-5). */
  | 'segment-forbidden'
  /** Too many operations, too deep a result, too much copied (PSP-LIM-4). */
  | 'limit';

/** A patch that can't be read, may not be used or does not apply. */
export interface PatchFault extends EntryFault {
  readonly reason: PatchFaultReason;
  /** Position in the array of operations, from 0; undefined where no single one is at fault. */
  readonly operation: number | undefined;
}

const faultKinds: Readonly<Record<PatchFaultReason, readonly [ErrorCode, string]>> = {
  malformed: [ErrorCode.ENTRY_PATCH_INVALID, 'PSP-CHG-15'],
  'missing-target': [ErrorCode.ENTRY_PATCH_INVALID, 'PSP-CHG-10'],
  'test-failed': [ErrorCode.ENTRY_PATCH_INVALID, 'PSP-CHG-10'],
  'operation-forbidden': [ErrorCode.ENTRY_PATCH_INVALID, 'PSP-CHG-7'],
  'path-forbidden': [ErrorCode.ENTRY_PATCH_INVALID, 'PSP-CHG-8'],
  'segment-forbidden': [ErrorCode.ENTRY_KEY_FORBIDDEN, 'PSP-DATA-5'],
  limit: [ErrorCode.ENTRY_LIMIT_EXCEEDED, 'PSP-LIM-4'],
};

/** Makes a {@link PatchFault}. */
export function patchFault(reason: PatchFaultReason, operation: number | undefined): PatchFault {
  const [code, requirement] = faultKinds[reason];
  const where = operation === undefined ? 'the patch' : `operation ${operation}`;
  const detail = `${where}: ${reason}`;
  return { kind: 'entry-fault', code, requirement, detail, reason, operation };
}

function textMember(operation: JsonObject, key: string): string | undefined {
  const value = operation.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** A pointer that parses, or undefined. */
function pointerMember(operation: JsonObject, key: string): string | undefined {
  const pointer = textMember(operation, key);
  return pointer === undefined || parsePointer(pointer) === undefined ? undefined : pointer;
}

function readOperation(operation: JsonValue): PatchOperation | PatchFaultReason {
  if (!isJsonObject(operation)) return 'malformed';
  const op = textMember(operation, 'op');
  const path = pointerMember(operation, 'path');
  if (path === undefined) return 'malformed';
  switch (op) {
    case 'add':
    case 'replace':
    case 'test': {
      // A missing value is not null: fast-json-patch and others take it for undefined.
      const value = operation.get('value');
      return value === undefined ? 'malformed' : { op, path, value };
    }
    case 'remove':
      return { op, path };
    case 'move':
    case 'copy': {
      const from = pointerMember(operation, 'from');
      return from === undefined ? 'malformed' : { op, from, path };
    }
    default:
      return 'operation-forbidden';
  }
}

/**
 * Reads a patch document. Members that RFC 6902 does not define are ignored (its appendix A.11).
 *
 * Gives `malformed` for a missing or mistyped member, `operation-forbidden` for an unknown `op`.
 */
export function readPatch(document: JsonValue): readonly PatchOperation[] | PatchFault {
  if (!isJsonArray(document)) return patchFault('malformed', undefined);
  const operations: PatchOperation[] = [];
  for (const [index, item] of document.entries()) {
    const operation = readOperation(item);
    if (typeof operation === 'string') return patchFault(operation, index);
    operations.push(operation);
  }
  return operations;
}

/** The patch as a JSON value, members in the order op, from, path, value. */
export function patchToJson(operations: readonly PatchOperation[]): JsonValue {
  return operations.map((operation) => new Map(Object.entries(operation)));
}

/** The patch as UTF-8 JSON: the payload of an UPDATE. */
export function encodePatch(operations: readonly PatchOperation[]): Uint8Array {
  return stringifyLossless(patchToJson(operations));
}

/** What applying a patch may use at most. */
export interface PatchLimits {
  /** Depth of the document at any moment, counted as by the scan. */
  readonly depthMax: number;
  /** Values that all `copy` operations together may copy. */
  readonly copiedValuesMax: number;
}

/** Depth as for any resource (PSP-DATA-4); copies as many as a resource may have values. */
export const patchLimits: PatchLimits = { depthMax: 64, copiedValuesMax: 1_000_000 };

/**
 * Applies a patch as RFC 6902 says, in order and as a whole: the new document, or the fault of the
 * first operation that fails. Neither the document nor the patch is changed; the result shares
 * parts with both. `test` compares numbers by exact value.
 *
 * Stricter than common libraries: array positions without leading zeros, `-` only where something
 * is added, no move of a value into itself, bounds on depth and copies.
 */
export function applyPatch(
  document: JsonValue,
  operations: readonly PatchOperation[],
  limits: PatchLimits = patchLimits,
): JsonValue | PatchFault {
  const target = new PatchTarget(document, limits);
  for (const [index, operation] of operations.entries()) {
    const reason = target.apply(operation);
    if (reason !== undefined) return patchFault(reason, index);
  }
  return target.document;
}

/**
 * The same change without `move` and `copy`: each becomes operations that carry the value
 * (PSP-CHG-6).
 *
 * Gives the fault of the first operation that does not apply to `document`.
 */
export function rewriteMovesAndCopies(
  operations: readonly PatchOperation[],
  document: JsonValue,
  limits: PatchLimits = patchLimits,
): readonly PatchOperation[] | PatchFault {
  const target = new PatchTarget(document, limits);
  const rewritten: PatchOperation[] = [];
  for (const [index, operation] of operations.entries()) {
    if (operation.op === 'move' || operation.op === 'copy') {
      const value = target.at(operation.from);
      if (value !== undefined) rewritten.push(...carrying(operation, value));
    } else {
      rewritten.push(operation);
    }
    const reason = target.apply(operation);
    if (reason !== undefined) return patchFault(reason, index);
  }
  return rewritten;
}

function carrying(
  { op, from, path }: Extract<PatchOperation, { op: 'move' | 'copy' }>,
  value: JsonValue,
): readonly PatchOperation[] {
  if (op === 'copy') return [{ op: 'add', path, value }];
  // A move to where the value is changes nothing.
  return from === path
    ? []
    : [
        { op: 'remove', path: from },
        { op: 'add', path, value },
      ];
}

/** Tells a {@link PatchFault} from operations or a document. */
export function isPatchFault(value: unknown): value is PatchFault {
  return isEntryFault(value);
}
