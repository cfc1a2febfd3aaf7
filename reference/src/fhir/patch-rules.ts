// What the protocol demands of an UPDATE beyond RFC 6902: which operations, which paths, how many.
// Does not apply anything; what only shows when a patch is applied is judged in change-list.ts.
import { operationsMax } from './diff.ts';
import { parsePointer } from './json-pointer.ts';
import { parseScanned } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { isJsonObject, serverMetaKeys } from './json-value.ts';
import { isForbiddenKey } from './open-keys.ts';
import type { PatchFault, PatchFaultReason, PatchOperation } from './patch.ts';
import { isPatchFault, patchFault, readPatch } from './patch.ts';
import type { JsonFault } from './scan-json.ts';
import { scanJson } from './scan-json.ts';

/** The operations an UPDATE may have. */
export type UpdateOperation = Exclude<PatchOperation, { op: 'move' | 'copy' }>;

function carriesServerMeta(value: JsonValue): boolean {
  return isJsonObject(value) && serverMetaKeys.some((key) => value.has(key));
}

/** PSP-CHG-8, as far as the operation alone shows it. */
function isProtected(
  operation: UpdateOperation,
  segments: readonly string[],
  hasBase: boolean,
): boolean {
  // A test changes nothing, so it touches nothing.
  if (operation.op === 'test') return false;
  const [first, second] = segments;
  if (first === undefined || first === 'resourceType' || first === 'id') return true;
  if (first !== 'meta') return false;
  if (second !== undefined) return serverMetaKeys.includes(second);
  // The whole meta: what has a base has a version id in it, which would go or change.
  return hasBase || (operation.op !== 'remove' && carriesServerMeta(operation.value));
}

function ruleBrokenBy(operation: PatchOperation, hasBase: boolean): PatchFaultReason | undefined {
  const segments = parsePointer(operation.path) ?? [];
  // PSP-DATA-5: in careless code `__proto__` in a pointer is a way to a prototype.
  if (segments.some(isForbiddenKey)) return 'segment-forbidden';
  // PSP-CHG-7: they read from elsewhere, so no one could judge the change without its document.
  if ('from' in operation) return 'operation-forbidden';
  return isProtected(operation, segments, hasBase) ? 'path-forbidden' : undefined;
}

/** The operations as an UPDATE's, or the fault of the first that breaks a rule. */
export function checkOperations(
  operations: readonly PatchOperation[],
  hasBase: boolean,
): readonly UpdateOperation[] | PatchFault {
  // PSP-LIM-4
  if (operations.length > operationsMax) return patchFault('limit', undefined);
  for (const [index, operation] of operations.entries()) {
    const reason = ruleBrokenBy(operation, hasBase);
    if (reason !== undefined) return patchFault(reason, index);
  }
  return operations as readonly UpdateOperation[];
}

/**
 * Reads the payload of an UPDATE and judges it by PSP-DATA-4, PSP-DATA-5, PSP-LIM-4, PSP-CHG-7 and
 * PSP-CHG-8: its operations, or the first fault.
 *
 * @param hasBase - Whether the entry has a base; then nothing may replace or remove all of `meta`.
 */
export function checkPatch(
  octets: Uint8Array,
  hasBase: boolean,
): readonly UpdateOperation[] | PatchFault | JsonFault {
  const fault = scanJson(octets);
  if (fault !== undefined) return fault;
  const operations = readPatch(parseScanned(octets));
  return isPatchFault(operations) ? operations : checkOperations(operations, hasBase);
}
