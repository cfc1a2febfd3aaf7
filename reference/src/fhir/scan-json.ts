// Whether JSON octets are acceptable, and who a resource says it is: the quick scan where it knows,
// the thorough one for everything else and for every fault. On the path of every received entry.
import { JSON_DEPTH, JSON_VALUES } from '../wire/limits.ts';
import { ErrorCode } from '../wire/messages.ts';
import type { EntryFault } from './entry-fault.ts';
import { entryFault } from './entry-fault.ts';
import { notedFault, type JsonFault } from './json-fault.ts';
import { JsonScan, type FoundStrings, type JsonLimits } from './json-scan.ts';
import { makeQuickScan, type QuickScan } from './quick-scan.ts';
import { isSpelled, skipSpace, textOf } from './scan-text.ts';

export type { JsonFault } from './json-fault.ts';
export type { JsonLimits } from './json-scan.ts';
export type { JsonFaultReason } from './scan-text.ts';

/** The limits of a resource or change payload (limits table). */
export const entryJsonLimits: JsonLimits = { depthMax: JSON_DEPTH, valuesMax: JSON_VALUES };

/** Who a resource says it is. */
export interface ResourceIdentity {
  readonly kind: 'identity';
  readonly resourceType: string;
  readonly id: string;
  /** `meta.versionId`, where it is a string. */
  readonly versionId: string | undefined;
  /** `meta.lastUpdated`, where it is a string. */
  readonly lastUpdated: string | undefined;
}

const scan = new JsonScan();
let quickScan: QuickScan | undefined;
let isQuickMade = false;

// Made when it is first asked: a sender scans nothing, and saves some megabytes.
function scannedQuickly(octets: Uint8Array, limits: JsonLimits): QuickScan | undefined {
  if (!isQuickMade) {
    isQuickMade = true;
    quickScan = makeQuickScan();
  }
  return quickScan?.run(octets, limits) === true ? quickScan : undefined;
}

/**
 * The quick scan, for what it can do with the text that was scanned last; undefined where it is not
 * to be had, or nothing was scanned yet.
 */
export function quickScanOfLast(): QuickScan | undefined {
  return quickScan;
}

/** The fault of a JSON text, or undefined when it is acceptable; linear, builds no value. */
export function scanJson(
  octets: Uint8Array,
  limits: JsonLimits = entryJsonLimits,
): JsonFault | undefined {
  return scannedQuickly(octets, limits) === undefined ? scanThoroughly(octets, limits) : undefined;
}

/** {@link scanJson} by the thorough scan alone, which finds more. */
export function scanThoroughly(octets: Uint8Array, limits: JsonLimits): JsonFault | undefined {
  const isAccepted = scan.run(octets, limits);
  scan.release();
  return isAccepted ? undefined : notedFault();
}

/**
 * Scans a resource; true where it is acceptable, and names its type and id in these very octets.
 * False says nothing: {@link readIdentity} has to look.
 *
 * @param references - Takes the texts of its members named "reference".
 */
export function isPlainly(
  octets: Uint8Array,
  resourceType: string,
  id: string,
  references?: string[],
): boolean {
  const quick = scannedQuickly(octets, entryJsonLimits);
  if (quick === undefined && scanThoroughly(octets, entryJsonLimits) !== undefined) return false;
  const scanned = quick ?? scan;
  const [typeStart = 0, typeEnd = 0, idStart = 0, idEnd = 0] = scanned.found;
  // A text of one value that is no object has no members.
  if (!isSpelled(octets, typeStart, typeEnd, resourceType)) return false;
  if (!isSpelled(octets, idStart, idEnd, id)) return false;
  takeReferences(octets, scanned, references);
  return true;
}

/** Of the octets that were scanned last. */
function takeReferences(
  octets: Uint8Array,
  { references: places, referencesEnd }: FoundStrings,
  references: string[] | undefined,
): void {
  for (let index = 0; references !== undefined && index < referencesEnd; index += 2) {
    references.push(textOf(octets, places[index] ?? 0, places[index + 1] ?? 0));
  }
}

/**
 * Scans a resource and gives who it says it is, in the same pass.
 *
 * Gives a fault where the octets are not an acceptable JSON object, and ENTRY_IDENTITY_MISMATCH
 * where they have no string `resourceType` and `id` (PSP-DATA-7). Judges the alphabet of neither.
 *
 * @param references - Takes the texts of its members named "reference".
 */
export function readIdentity(
  octets: Uint8Array,
  limits: JsonLimits = entryJsonLimits,
  references?: string[],
): ResourceIdentity | EntryFault {
  const fault = scanThoroughly(octets, limits);
  if (fault !== undefined) return fault;
  takeReferences(octets, scan, references);
  const text = (field: number): string | undefined => {
    const start = scan.found[field * 2] as number;
    return start === 0 ? undefined : textOf(octets, start, scan.found[field * 2 + 1] as number);
  };
  if (octets[skipSpace(octets, 0)] !== 0x7b) {
    return entryFault(ErrorCode.ENTRY_JSON_INVALID, 'PSP-DATA-4', 'a resource is a JSON object');
  }
  const [resourceType, id, versionId, lastUpdated] = [text(0), text(1), text(2), text(3)];
  if (resourceType === undefined || id === undefined) {
    const what = id === undefined ? 'id' : 'resourceType';
    const code = ErrorCode.ENTRY_IDENTITY_MISMATCH;
    return entryFault(code, 'PSP-DATA-7', `the resource has no ${what}`);
  }
  return { kind: 'identity', resourceType, id, versionId, lastUpdated };
}
