// Looks at what a FHIR server holds, one resource or many, and at versions that went before. Writes
// nothing. Knows no local changes.
import { resourceSlices } from '../fhir/bundle.ts';
import { checkResource } from '../fhir/entry-check.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isJsonArray, jsonAt, type JsonValue } from '../fhir/json-value.ts';
import { readIdentity } from '../fhir/scan-json.ts';
import type { FhirClient } from './fhir-client.ts';
import {
  bundleJsonLimits,
  instantOfGone,
  refusalText,
  textAt,
  versionInEtag,
  type FhirAnswer,
  type LostAnswer,
} from './http-answer.ts';
import { historyEntries, type HistoryEntry } from './server-history.ts';
import { Stop } from './upload-stop.ts';

/** The name of a resource. */
export interface ResourceName {
  readonly resourceType: string;
  readonly resourceId: string;
}

/** A live resource as the server holds it, octet for octet. */
export interface LiveView {
  readonly kind: 'live';
  readonly resource: Uint8Array;
  readonly versionId: string;
  /** Empty where the server does not say. */
  readonly lastUpdated: string;
}

/** What the server holds of a resource. */
export type ServerView =
  | LiveView
  /** It was there and is deleted (410). */
  | { readonly kind: 'deleted' }
  /** The server knows no such resource (404); some answer so for a deleted one. */
  | { readonly kind: 'absent' }
  /** The server answers, but not with what can be used. */
  | { readonly kind: 'unreadable'; readonly detail: string };

/** A deletion as the history has it. */
export interface Deletion {
  readonly versionId: string;
  readonly lastUpdated: string;
  /** The version that was deleted, where the history goes back to it. */
  readonly before: HistoryEntry | undefined;
}

const historyPages = 5;
const historyCount = 100;

/** Reads from one server. */
export class ServerReader {
  readonly #client: FhirClient;
  readonly #entriesMax: number;
  #takesBatches = true;

  /** @param entriesMax - Reads that are asked for at once; 1: each by itself. */
  constructor(client: FhirClient, entriesMax: number) {
    this.#client = client;
    this.#entriesMax = entriesMax;
  }

  /** @throws Stop when there is no answer. */
  async read(name: ResourceName): Promise<ServerView> {
    return viewOf(name, answered(await this.#client.send({ method: 'GET', path: pathOf(name) })));
  }

  /**
   * Reads many, several with one request where the server takes batches.
   *
   * @returns One view for each name, in order.
   * @throws Stop when there is no answer.
   */
  async readMany(names: readonly ResourceName[]): Promise<readonly ServerView[]> {
    const views: ServerView[] = [];
    while (views.length < names.length) {
      const some = names.slice(views.length, views.length + this.#entriesMax);
      const together = some.length > 1 && this.#takesBatches ? await this.#batch(some) : undefined;
      if (together !== undefined) views.push(...together);
      else for (const name of some) views.push(await this.read(name));
    }
    return views;
  }

  /** The server's content of one version, or undefined where it does not give it. */
  async versionContent(name: ResourceName, versionId: string): Promise<Uint8Array | undefined> {
    const path = `${pathOf(name)}/_history/${encodeURIComponent(versionId)}`;
    const view = viewOf(name, answered(await this.#client.send({ method: 'GET', path })));
    return view.kind === 'live' ? view.resource : undefined;
  }

  /**
   * Versions after `since`, newest first; undefined where the server gives no history or it is
   * longer than we read.
   *
   * @param since - A version id; undefined: from the beginning.
   */
  async versionsAfter(
    name: ResourceName,
    since: string | undefined,
  ): Promise<readonly HistoryEntry[] | undefined> {
    const versions: HistoryEntry[] = [];
    let path: string | undefined = `${pathOf(name)}/_history?_count=${historyCount}`;
    for (let page = 0; page < historyPages && path !== undefined; page += 1) {
      const answer = await this.#client.send({ method: 'GET', path });
      const found = answer.kind === 'answer' ? historyEntries(answer) : undefined;
      if (found === undefined) return undefined;
      const end = found.entries.findIndex(({ versionId }) => versionId === since);
      versions.push(...found.entries.slice(0, end < 0 ? undefined : end));
      if (end >= 0) return versions;
      path = found.next;
    }
    return since === undefined && path === undefined ? versions : undefined;
  }

  /** The newest version where it is a deletion with its instant, else undefined. */
  async deletion(name: ResourceName): Promise<Deletion | undefined> {
    const path = `${pathOf(name)}/_history?_count=2`;
    const answer = await this.#client.send({ method: 'GET', path });
    const found = answer.kind === 'answer' ? historyEntries(answer) : undefined;
    const [newest, before] = found?.entries ?? [];
    if (newest === undefined || newest.content !== undefined) return undefined;
    const { versionId } = newest;
    const lastUpdated = newest.lastUpdated || (await this.#instantOfDeletion(name, versionId));
    return lastUpdated === undefined ? undefined : { versionId, lastUpdated, before };
  }

  /** The live version that went before another one; undefined where the server tells of none. */
  async versionBefore(name: ResourceName, versionId: string): Promise<HistoryEntry | undefined> {
    const versions = (await this.versionsAfter(name, undefined)) ?? [];
    const index = versions.findIndex((version) => version.versionId === versionId);
    const before = index < 0 ? undefined : versions[index + 1];
    return before?.content === undefined ? undefined : before;
  }

  /** A history may name a deletion without saying when it was. */
  async #instantOfDeletion(name: ResourceName, versionId: string): Promise<string | undefined> {
    const path = `${pathOf(name)}/_history/${encodeURIComponent(versionId)}`;
    const answer = await this.#client.send({ method: 'GET', path });
    return answer.kind === 'answer' ? instantOfGone(answer) : undefined;
  }

  async #batch(names: readonly ResourceName[]): Promise<readonly ServerView[] | undefined> {
    const entry = names.map((name) => ({ request: { method: 'GET', url: pathOf(name) } }));
    const bundle = { resourceType: 'Bundle', type: 'batch', entry };
    const body = Buffer.from(JSON.stringify(bundle));
    const answer = await this.#client.send({ method: 'POST', path: '', body });
    const views = answer.kind === 'answer' ? viewsOf(names, answer) : undefined;
    // A lost answer says nothing of batches; reading one by one finds out what it was.
    if (views === undefined && answer.kind === 'answer') this.#takesBatches = false;
    return views;
  }
}

/** The path of a resource below the base. */
export function pathOf({ resourceType, resourceId }: ResourceName): string {
  return `${resourceType}/${resourceId}`;
}

/** What an answer to a read or a write says of the resource. */
export function viewOf(name: ResourceName, answer: FhirAnswer): ServerView {
  const { status, octets, etag } = answer;
  if (status === 404) return { kind: 'absent' };
  if (status === 410) return { kind: 'deleted' };
  if (status < 200 || status > 299) return { kind: 'unreadable', detail: refusalText(answer) };
  return contentView(name, octets, etag);
}

/** The view of content, whose version stands in it or in an ETag. */
export function contentView(
  name: ResourceName,
  octets: Uint8Array,
  etag: string | undefined,
): ServerView {
  const [slice] = resourceSlices(octets, { bundles: 'none' });
  if (slice?.kind !== 'resource') return { kind: 'unreadable', detail: 'it is no resource' };
  const resource = new Uint8Array(slice.octets);
  const fault = checkResource(resource, name);
  const identity = fault ?? readIdentity(resource);
  if (isEntryFault(identity)) return { kind: 'unreadable', detail: identity.detail };
  const { versionId = versionInEtag(etag), lastUpdated = '' } = identity;
  if (versionId === undefined || versionId === '' || Buffer.byteLength(versionId) > 64) {
    return { kind: 'unreadable', detail: 'the server gives no version that could be used' };
  }
  return { kind: 'live', resource, versionId, lastUpdated };
}

function viewsOf(
  names: readonly ResourceName[],
  { status, octets }: FhirAnswer,
): readonly ServerView[] | undefined {
  const bundle = status === 200 ? parseLossless(octets, bundleJsonLimits) : undefined;
  const entries = isEntryFault(bundle) ? undefined : jsonAt(bundle, 'entry');
  if (!isJsonArray(entries) || entries.length !== names.length) return undefined;
  const slices = [...resourceSlices(octets)];
  const views: ServerView[] = [];
  for (const [index, name] of names.entries()) {
    const slice = slices[index];
    const content = slice?.kind === 'resource' ? slice.octets : undefined;
    const response = jsonAt(entries[index], 'response');
    // A server that answers a read in a batch without the content is of no use here.
    if (content === undefined && textAt(response, 'status')?.startsWith('2')) return undefined;
    views.push(entryView(name, response, content));
  }
  return views;
}

function entryView(
  name: ResourceName,
  response: JsonValue | undefined,
  content: Uint8Array | undefined,
): ServerView {
  const status = Number(textAt(response, 'status')?.slice(0, 3));
  const octets = content ?? new Uint8Array(0);
  return viewOf(name, { kind: 'answer', status, octets, etag: textAt(response, 'etag') });
}

function answered(answer: FhirAnswer | LostAnswer): FhirAnswer {
  if (answer.kind === 'lost') throw new Stop('unreachable', answer.detail);
  if (answer.status === 429) throw new Stop('busy', refusalText(answer));
  return answer;
}
