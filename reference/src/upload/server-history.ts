// Reads a history Bundle: which versions there were, and which of them were deletions. Pure; knows
// no connection.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isJsonArray, jsonAt, type JsonValue } from '../fhir/json-value.ts';
import { bundleJsonLimits, textAt, versionInEtag, type FhirAnswer } from './http-answer.ts';

/** One version of a resource. */
export interface HistoryEntry {
  readonly versionId: string;
  /** Empty where the server does not say. */
  readonly lastUpdated: string;
  /** Undefined: the version is the deletion. */
  readonly content: JsonValue | undefined;
}

/** A page of a history. */
export interface HistoryPage {
  readonly entries: readonly HistoryEntry[];
  /** Link to the next page. */
  readonly next: string | undefined;
}

/** The versions of a history, newest first as FHIR has them; undefined where it is none. */
export function historyEntries({ status, octets }: FhirAnswer): HistoryPage | undefined {
  if (status !== 200) return undefined;
  const bundle = parseLossless(octets, bundleJsonLimits);
  if (isEntryFault(bundle) || jsonAt(bundle, 'type') !== 'history') return undefined;
  const items = jsonAt(bundle, 'entry') ?? [];
  if (!isJsonArray(items)) return undefined;
  const entries: HistoryEntry[] = [];
  for (const item of items) {
    const entry = historyEntry(item);
    if (entry === undefined) return undefined;
    entries.push(entry);
  }
  return { entries, next: nextLink(bundle) };
}

/** The link of a Bundle to its next page. */
export function nextLink(bundle: JsonValue): string | undefined {
  const links = jsonAt(bundle, 'link');
  if (!isJsonArray(links)) return undefined;
  return textAt(
    links.find((link) => jsonAt(link, 'relation') === 'next'),
    'url',
  );
}

function historyEntry(item: JsonValue): HistoryEntry | undefined {
  const content = jsonAt(item, 'resource');
  const isDeletion = jsonAt(item, 'request', 'method') === 'DELETE';
  const versionId =
    textAt(content, 'meta', 'versionId') ??
    versionInEtag(textAt(item, 'response', 'etag')) ??
    // Some servers name the version of a deletion in its URL alone.
    /\/_history\/([^/]+)$/.exec(textAt(item, 'request', 'url') ?? '')?.[1];
  if (versionId === undefined || (content === undefined && !isDeletion)) return undefined;
  const lastUpdated =
    textAt(content, 'meta', 'lastUpdated') ?? textAt(item, 'response', 'lastModified') ?? '';
  return { versionId, lastUpdated, content: isDeletion ? undefined : content };
}
