// Fetches a starting set from a FHIR server by search, page by page, and stores it as versions of
// the server, octet for octet. Changes made here are never overwritten.
import { resourceSlices } from '../fhir/bundle.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { jsonAt, isJsonArray, type JsonValue } from '../fhir/json-value.ts';
import type { ImportResult, Store } from '../store/store.ts';
import type { BoundedList } from '../sync/report.ts';
import { UsageError } from '../wire/violation.ts';
import { FhirClient, type ServerOptions } from './fhir-client.ts';
import { bundleJsonLimits, refusalText, textAt } from './http-answer.ts';
import { nextLink } from './server-history.ts';
import { Stop, type StopReason } from './upload-stop.ts';
import { serverOf } from './upload.ts';

/** How far a download has come. */
export interface DownloadProgress {
  readonly pages: number;
  /** Resources stored or found stored already. */
  readonly resources: number;
  /** As the server says; undefined where it does not. */
  readonly total: number | undefined;
}

/** What to fetch, and from where. */
export interface DownloadOptions extends ServerOptions {
  readonly store: Store;
  /** Resource type to search. */
  readonly type: string;
  /** Search parameters as in a URL, `active=true&_count=100`; default: all of the type. */
  readonly query?: string;
  /** Called as the work goes on, synchronously; must not throw. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** The report of one download. */
export interface DownloadReport {
  readonly server: string;
  readonly type: string;
  /** Why it ended early; the pages before are stored. Undefined: all pages came. */
  readonly stopped?: { readonly reason: StopReason; readonly detail: string };
  readonly requests: number;
  readonly pages: number;
  /** Resources by what the store made of them; a missing name is 0. */
  readonly results: Readonly<Partial<Record<ImportResult, number>>>;
  /** What could not be stored, with the reason. */
  readonly refused: BoundedList<{ readonly where: string; readonly detail: string }>;
}

const refusedMax = 100;
const pageCount = 200;

/**
 * Downloads what a search finds. Every page is one transaction of the store; a download that was
 * cut off is begun anew, what is stored already costs no write.
 *
 * @returns The report, also when it ended early.
 * @throws UsageError when the store belongs to another server or to none, or the type is none;
 * StoreError where the store cannot be written.
 */
export async function download(options: DownloadOptions): Promise<DownloadReport> {
  const { store, type, query = '' } = options;
  if (!/^[A-Z][A-Za-z]{0,63}$/.test(type)) throw new UsageError(`${type} is no resource type`);
  const client = new FhirClient(serverOf(store, options.server), options);
  const run = new Download(options, client);
  const stopped = await run.run(`${type}?${withCount(query)}`);
  return { server: client.baseUrl, type, requests: client.requests, ...stopped, ...run.counts };
}

function withCount(query: string): string {
  if (new URLSearchParams(query).has('_count')) return query;
  return `${query}${query === '' ? '' : '&'}_count=${pageCount}`;
}

class Download {
  readonly #options: DownloadOptions;
  readonly #client: FhirClient;
  readonly #results: Partial<Record<ImportResult, number>> = {};
  readonly #refused: { where: string; detail: string }[] = [];
  #refusedCount = 0;
  #pages = 0;
  #resources = 0;

  constructor(options: DownloadOptions, client: FhirClient) {
    this.#options = options;
    this.#client = client;
  }

  get counts(): Pick<DownloadReport, 'pages' | 'results' | 'refused'> {
    const refused = { items: this.#refused, more: this.#refusedCount - this.#refused.length };
    return { pages: this.#pages, results: this.#results, refused };
  }

  async run(first: string): Promise<Pick<DownloadReport, 'stopped'>> {
    const seen = new Set<string>();
    try {
      for (let path: string | undefined = first; path !== undefined;) {
        // A server whose last page leads to an earlier one would never let us go.
        if (seen.has(path)) throw new Stop('not-fhir', 'the pages of the search go in a circle');
        seen.add(path);
        path = await this.#page(path);
      }
      return {};
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
      return { stopped: { reason: error.reason, detail: error.message } };
    }
  }

  /** Stores a page; gives the link to the next. */
  async #page(path: string): Promise<string | undefined> {
    const answer = await this.#client.send({ method: 'GET', path });
    if (answer.kind === 'lost') throw new Stop('unreachable', answer.detail);
    if (answer.status !== 200) throw new Stop('not-fhir', refusalText(answer));
    const bundle = parseLossless(answer.octets, bundleJsonLimits);
    if (isEntryFault(bundle) || jsonAt(bundle, 'type') !== 'searchset') {
      throw new Stop('not-fhir', 'the answer to a search is no searchset Bundle');
    }
    await this.#store(contentsOf(bundle, answer.octets));
    this.#pages += 1;
    const total = Number(lexemeOf(jsonAt(bundle, 'total')));
    this.#options.onProgress?.({
      pages: this.#pages,
      resources: this.#resources,
      total: Number.isSafeInteger(total) ? total : undefined,
    });
    const next = nextLink(bundle);
    if (next === undefined || this.#client.isOurs(next)) return next;
    // The token goes to one server, and so do we.
    throw new Stop('not-fhir', 'the link to the next page leads away from the base URL');
  }

  async #store(contents: readonly Uint8Array[]): Promise<void> {
    const { store } = this.#options;
    let results: ImportResult[] | undefined;
    try {
      results = await store.importServerVersions(contents);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
    }
    if (results !== undefined) this.#add(results);
    // One of them is not good: one by one, to find which.
    else for (const octets of contents) await this.#storeOne(octets);
  }

  async #storeOne(octets: Uint8Array): Promise<void> {
    try {
      this.#add([await this.#options.store.importServerVersion(octets)]);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      this.#refusedCount += 1;
      const where = `page ${this.#pages + 1}`;
      if (this.#refused.length < refusedMax) this.#refused.push({ where, detail: error.message });
    }
  }

  #add(results: readonly ImportResult[]): void {
    for (const result of results) this.#results[result] = (this.#results[result] ?? 0) + 1;
    this.#resources += results.length;
  }
}

/** The resources that the search found or included, as they stand in the page. */
function contentsOf(bundle: JsonValue, octets: Uint8Array): Uint8Array[] {
  const entries = jsonAt(bundle, 'entry');
  const slices = [...resourceSlices(octets)];
  return slices.flatMap((slice, index) => {
    const entry = isJsonArray(entries) ? entries[index] : undefined;
    // Warnings of the server travel among the results.
    const isOutcome = textAt(entry, 'search', 'mode') === 'outcome';
    return slice.kind === 'resource' && !isOutcome ? [slice.octets] : [];
  });
}

function lexemeOf(value: JsonValue | undefined): string {
  return typeof value === 'object' && value !== null && 'lexeme' in value ? value.lexeme : '';
}
