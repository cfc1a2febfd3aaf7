// Reads what a caller of this library gives, so that what is not fit for a store is refused before
// anything is written. Knows nothing of peers; their entries are judged by the change list's rules.
import { isResourceId, isResourceType } from '../fhir/entry-check.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseInstant } from '../fhir/instant.ts';
import { parseLossless } from '../fhir/json-text.ts';
import type { JsonValue } from '../fhir/json-value.ts';
import { readIdentity } from '../fhir/scan-json.ts';
import { INSTANT_OCTETS, VERSION_ID_OCTETS } from '../wire/limits.ts';
import { UsageError } from '../wire/violation.ts';

/** A resource that a caller gave, checked. */
export interface LocalResource {
  readonly resourceType: string;
  readonly id: string;
  readonly versionId: string | undefined;
  readonly lastUpdated: string | undefined;
  readonly octets: Uint8Array;
}

/**
 * Reads who a resource says it is.
 *
 * @throws UsageError when a peer would have to refuse it (PSP-DATA-14, by PSP-DATA-4, 5 and 6).
 */
export function readLocalResource(octets: Uint8Array): LocalResource {
  const identity = readIdentity(octets);
  if (isEntryFault(identity)) {
    throw new UsageError(`this is no resource that can be stored: ${identity.detail}`);
  }
  const { resourceType, id, versionId, lastUpdated } = identity;
  if (!isResourceType(resourceType)) {
    throw new UsageError('resourceType is a capital letter and up to 63 letters or digits');
  }
  if (!isResourceId(id)) {
    throw new UsageError('id is 1 to 64 letters, digits, hyphens or full stops');
  }
  return { resourceType, id, versionId, lastUpdated, octets };
}

/**
 * The version that the FHIR server gave a resource.
 *
 * @throws UsageError when there is none, or it would not fit an entry.
 */
export function serverVersionOf(resource: LocalResource): {
  readonly versionId: string;
  readonly lastUpdated: string;
} {
  const { resourceType, id, versionId = '', lastUpdated = '' } = resource;
  if (versionId === '') {
    throw new UsageError(
      `${resourceType}/${id} has no meta.versionId, so no server gave it; create it instead`,
    );
  }
  if (Buffer.byteLength(versionId) > VERSION_ID_OCTETS) {
    throw new UsageError(`meta.versionId has more than ${VERSION_ID_OCTETS} octets`);
  }
  if (Buffer.byteLength(lastUpdated) > INSTANT_OCTETS) {
    throw new UsageError(`meta.lastUpdated has more than ${INSTANT_OCTETS} octets`);
  }
  return { versionId, lastUpdated };
}

/**
 * Checks the time of a local change.
 *
 * @throws UsageError when it is neither empty nor a FHIR instant of at most 64 octets.
 */
export function checkRecordedAt(recordedAt: string): void {
  if (recordedAt === '') return;
  if (recordedAt.length > INSTANT_OCTETS || parseInstant(recordedAt) === undefined) {
    throw new UsageError('recordedAt is a FHIR instant such as 2024-05-01T12:00:00Z, or empty');
  }
}

/**
 * Reads the content of a resource that the store or its caller holds.
 *
 * @throws UsageError when it is not acceptable JSON.
 */
export function contentOf(octets: Uint8Array): JsonValue {
  const content = parseLossless(octets);
  if (isEntryFault(content)) {
    throw new UsageError(`the content cannot be compared: ${content.detail}`);
  }
  return content;
}
