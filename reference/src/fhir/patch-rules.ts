// What the protocol demands of an UPDATE beyond RFC 6902: which operations, which paths, how many.
// Does not apply anything; what only shows when a patch is applied is judged in change-list.ts.
import type { ServerVersion } from '../wire/messages.ts';
import { operationsMax } from './diff.ts';
import { parsePointer } from './json-pointer.ts';
import { parseScanned } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { isJsonArray, jsonAt, serverMetaKeys } from './json-value.ts';
import { isForbiddenKey } from './open-keys.ts';
import type { PatchFault, PatchFaultReason, PatchOperation } from './patch.ts';
import { isPatchFault, patchFault, readPatch } from './patch.ts';
import type { JsonFault } from './scan-json.ts';
import { scanJson } from './scan-json.ts';

/** The server's values that a patch of `meta` has to keep. */
export type PatchBase = Pick<ServerVersion, 'versionId' | 'lastUpdated'>;

/** The operations an UPDATE may have. */
export type UpdateOperation = Exclude<PatchOperation, { op: 'move' | 'copy' }>;

/** Whether a value of `meta` holds just what the server gave with the base. */
function holdsBase(meta: JsonValue, { versionId, lastUpdated }: PatchBase): boolean {
  const instant = jsonAt(meta, 'lastUpdated');
  if (jsonAt(meta, 'versionId') !== versionId) return false;
  return lastUpdated === '' ? instant === undefined : instant === lastUpdated;
}

/** PSP-CHG-8, as far as the operation and the base show it; {@link applyUpdate} sees the rest. */
function isProtected(
  operation: UpdateOperation,
  segments: readonly string[],
  base?: PatchBase,
): boolean {
  const [first, second] = segments;
  if (first === undefined || first === 'resourceType' || first === 'id') return true;
  if (first !== 'meta') return false;
  if (second !== undefined) return serverMetaKeys.includes(second);
  // A test of all of meta holds on no version but one, as a test of the version id does.
  if (operation.op === 'test') return true;
  if (base === undefined) return false;
  // The whole meta: what has a base has its version id in there, which would go or change.
  return operation.op === 'remove' || !holdsBase(operation.value, base);
}

function ruleBrokenBy(operation: PatchOperation, base?: PatchBase): PatchFaultReason | undefined {
  const segments = parsePointer(operation.path) ?? [];
  // PSP-DATA-5: in careless code `__proto__` in a pointer is a way to a prototype.
  if (segments.some(isForbiddenKey)) return 'segment-forbidden';
  // PSP-CHG-7: they read from elsewhere, so no one could judge the change without its document.
  if ('from' in operation) return 'operation-forbidden';
  return isProtected(operation, segments, base) ? 'path-forbidden' : undefined;
}

/** The operations as an UPDATE's, or the fault of the first that breaks a rule. */
export function checkOperations(
  operations: readonly PatchOperation[],
  base?: PatchBase,
): readonly UpdateOperation[] | PatchFault {
  // PSP-LIM-4
  if (operations.length > operationsMax) return patchFault('limit', undefined);
  for (const [index, operation] of operations.entries()) {
    const reason = ruleBrokenBy(operation, base);
    if (reason !== undefined) return patchFault(reason, index);
  }
  return operations as readonly UpdateOperation[];
}

/**
 * Reads the payload of an UPDATE and judges it by PSP-DATA-4, PSP-DATA-5, PSP-LIM-4, PSP-CHG-7 and
 * PSP-CHG-8: its operations, or the first fault.
 *
 * @param base - The base of the entry. With one, an operation on all of `meta` has to leave in it
 *   what the server gave.
 */
export function checkPatch(
  octets: Uint8Array,
  base?: PatchBase,
): readonly UpdateOperation[] | PatchFault | JsonFault {
  return scanJson(octets) ?? checkScannedPatch(octets, base);
}

/** {@link checkPatch} for octets that the scan accepted a moment ago. */
export function checkScannedPatch(
  octets: Uint8Array,
  base?: PatchBase,
): readonly UpdateOperation[] | PatchFault {
  const patch = parseScanned(octets);
  // PSP-LIM-4: before an operation is looked at.
  if (isJsonArray(patch) && patch.length > operationsMax) return patchFault('limit', undefined);
  const operations = readPatch(patch);
  return isPatchFault(operations) ? operations : checkOperations(operations, base);
}
