// Reads what stands in a FHIR server's answers: versions in ETags, waits, the words of an
// OperationOutcome. Pure; knows no connection.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseInstant } from '../fhir/instant.ts';
import { parseLossless } from '../fhir/json-text.ts';
import type { JsonLimits } from '../fhir/scan-json.ts';
import { isJsonArray, jsonAt, type JsonValue } from '../fhir/json-value.ts';

/** An answer that reached us whole. */
export interface FhirAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly octets: Uint8Array;
  /** The ETag header as it came. */
  readonly etag: string | undefined;
}

/** No whole answer: what was asked may have been done or not. */
export interface LostAnswer {
  readonly kind: 'lost';
  readonly detail: string;
}

/** A Bundle's own levels come on top of what a resource may have; it has any number of values. */
export const bundleJsonLimits: JsonLimits = { depthMax: 70, valuesMax: Number.MAX_SAFE_INTEGER };

const textMax = 500;

/** The version id in an ETag, weak or strong; undefined where there is none. */
export function versionInEtag(etag: string | undefined): string | undefined {
  return /^(?:W\/)?"(.+)"$/.exec(etag ?? '')?.[1];
}

/**
 * The instant of a deletion in a server's 410, the only place where some servers tell it; undefined
 * where the words hold no instant.
 */
export function instantOfGone({ status, octets }: FhirAnswer): string | undefined {
  if (status !== 410) return undefined;
  const instant = /\bdeleted at (\S+)/.exec(outcomeText(octets) ?? '')?.[1];
  return instant === undefined || parseInstant(instant) === undefined ? undefined : instant;
}

/** True for an ETag that is sent as a strong one. */
export function isStrongEtag(etag: string | undefined): boolean {
  return etag !== undefined && etag.startsWith('"');
}

/**
 * Milliseconds that a `Retry-After` asks for; undefined where it says nothing that can be read.
 *
 * @param date - The answer's own `Date`: a moment is measured against the server's clock, not ours.
 */
export function retryAfterMs(value: string | null, date: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const ms = Date.parse(value) - Date.parse(date ?? '');
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/**
 * What an OperationOutcome says, at most 500 characters; undefined for anything else. It is the
 * server's text: clean it before showing.
 */
export function outcomeText(octets: Uint8Array): string | undefined {
  const value = parseLossless(octets);
  return isEntryFault(value) ? undefined : textOfOutcome(value);
}

/** {@link outcomeText} of a value. */
export function textOfOutcome(value: JsonValue | undefined): string | undefined {
  const issues = jsonAt(value, 'issue');
  const isOutcome = jsonAt(value, 'resourceType') === 'OperationOutcome';
  if (!isOutcome || !isJsonArray(issues)) return undefined;
  const texts = issues.flatMap((issue) => {
    const words = [jsonAt(issue, 'diagnostics'), jsonAt(issue, 'details', 'text')];
    return words.find((word) => typeof word === 'string') ?? jsonAt(issue, 'code') ?? [];
  });
  const text = texts.filter((one) => typeof one === 'string').join('; ');
  return text.length > textMax ? `${text.slice(0, textMax)}…` : text;
}

/** A status and, where the server explained itself, its words. */
export function refusalText({ status, octets }: FhirAnswer): string {
  const text = outcomeText(octets);
  return text === undefined || text === '' ? `HTTP ${status}` : `HTTP ${status}: ${text}`;
}

/** The member as text; undefined where it is none. */
export function textAt(
  value: JsonValue | undefined,
  ...path: readonly (string | number)[]
): string | undefined {
  const found = jsonAt(value, ...path);
  return typeof found === 'string' ? found : undefined;
}
