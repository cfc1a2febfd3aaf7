// Writes steps as a transaction Bundle, resources octet for octet, and reads the server's answer to
// it. Pure; knows no connection.
import { resourceSlices } from '../fhir/bundle.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isJsonArray, jsonAt } from '../fhir/json-value.ts';
import { bundleJsonLimits, textAt, type FhirAnswer } from './http-answer.ts';
import { pathOf, type ResourceName } from './server-reader.ts';
import type { UploadStep } from './upload-step.ts';

/** One entry to write. */
export interface BundleItem {
  readonly name: ResourceName;
  readonly step: UploadStep;
}

/** How preconditions are written. */
export interface Preconditions {
  /** The If-Match for a version. */
  readonly ifMatch: (versionId: string) => string;
  /** Whether creates ask that nothing be there. */
  readonly createOnly: boolean;
}

/** What the server says of one entry. */
export interface BundleReply {
  /** Content, where the server gave it. */
  readonly octets: Uint8Array | undefined;
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** `201 Created`, or the like. */
  readonly status: string | undefined;
}

const encoder = new TextEncoder();

/** The Bundle's octets. */
export function transactionBundle(
  items: readonly BundleItem[],
  preconditions: Preconditions,
): Uint8Array {
  const parts: Uint8Array[] = [
    encoder.encode('{"resourceType":"Bundle","type":"transaction","entry":['),
  ];
  for (const [index, item] of items.entries()) {
    parts.push(encoder.encode(index === 0 ? '{' : ',{'));
    parts.push(...resourceParts(item));
    const request = JSON.stringify(requestOf(item, preconditions));
    parts.push(encoder.encode(`"request":${request}}`));
  }
  parts.push(encoder.encode(']}'));
  return Buffer.concat(parts);
}

/** What the server says of each of `count` entries; undefined where the answer does not fit. */
export function transactionReplies(
  { octets }: FhirAnswer,
  count: number,
): readonly BundleReply[] | undefined {
  const bundle = parseLossless(octets, bundleJsonLimits);
  if (isEntryFault(bundle) || jsonAt(bundle, 'type') !== 'transaction-response') return undefined;
  const entries = jsonAt(bundle, 'entry');
  if (!isJsonArray(entries) || entries.length !== count) return undefined;
  const slices = [...resourceSlices(octets)];
  return entries.map((entry, index) => {
    const slice = slices[index];
    return {
      octets: slice?.kind === 'resource' ? slice.octets : undefined,
      etag: textAt(entry, 'response', 'etag'),
      lastModified: textAt(entry, 'response', 'lastModified'),
      status: textAt(entry, 'response', 'status'),
    };
  });
}

function resourceParts({ step }: BundleItem): Uint8Array[] {
  switch (step.kind) {
    case 'create':
      return [encoder.encode('"resource":'), step.resource, encoder.encode(',')];
    case 'update': {
      // Convention, not R4's text: servers that know PATCH in a Bundle want it so.
      const data = Buffer.from(step.patch).toString('base64');
      const binary = { resourceType: 'Binary', contentType: 'application/json-patch+json', data };
      return [encoder.encode(`"resource":${JSON.stringify(binary)},`)];
    }
    case 'delete':
    case 'look':
    case 'invalid':
      return [];
  }
}

function requestOf({ name, step }: BundleItem, { ifMatch, createOnly }: Preconditions): object {
  const url = pathOf(name);
  switch (step.kind) {
    case 'create':
      return { method: 'PUT', url, ...(createOnly ? { ifNoneMatch: '*' } : {}) };
    case 'update':
      return { method: 'PATCH', url, ifMatch: ifMatch(step.versionId) };
    case 'delete':
      return { method: 'DELETE', url, ifMatch: ifMatch(step.versionId) };
    case 'look':
    case 'invalid':
      throw new Error(`${url} has nothing to send`);
  }
}
