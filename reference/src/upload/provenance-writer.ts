// Writes Provenances to the server, each once: it looks whether one is there, and creates it only
// where none is. What cannot be written is told and holds nothing up. Knows no store.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isJsonArray, jsonAt } from '../fhir/json-value.ts';
import type { FhirClient, FhirRequest } from './fhir-client.ts';
import {
  bundleJsonLimits,
  refusalText,
  textAt,
  textOfOutcome,
  type FhirAnswer,
  type LostAnswer,
} from './http-answer.ts';
import { provenanceId, provenanceOf, type ArrivedChanges } from './provenance.ts';
import { pathOf, type ResourceName, type ServerReader } from './server-reader.ts';

/** What became of one Provenance. */
export interface ProvenanceResult {
  /** Its id at the server, which follows from the changes it is about. */
  readonly id: string;
  /** `there`: an earlier upload, or another device, wrote it. */
  readonly result: 'written' | 'there' | 'not-written';
  /** With `not-written`: why. May hold the server's text: clean it before showing. */
  readonly detail?: string;
}

interface Item {
  readonly name: ResourceName;
  readonly arrived: ArrivedChanges;
  /** Undefined while it is not known what became of it. */
  result: ProvenanceResult['result'] | undefined;
  detail: string;
}

type Answer = FhirAnswer | LostAnswer;

/** Writes for one run. */
export class ProvenanceWriter {
  readonly #client: FhirClient;
  readonly #reader: ServerReader;
  readonly #entriesMax: number;
  readonly #now: () => Date;
  readonly #results = new Map<string, ProvenanceResult[]>();
  #takesBatches = true;

  constructor(client: FhirClient, reader: ServerReader, entriesMax: number, now: () => Date) {
    this.#client = client;
    this.#reader = reader;
    this.#entriesMax = entriesMax;
    this.#now = now;
  }

  /**
   * Writes those that are not there.
   *
   * @throws Stop when the run has to end; then the changes are not to be taken for settled, so that
   * the next run, which finds them at the server, comes here again.
   */
  async write(arrivals: readonly ArrivedChanges[]): Promise<void> {
    const items = arrivals
      .filter(({ changes }) => changes.length > 0 && changes.every(({ id }) => id !== undefined))
      .map((arrived): Item => {
        const name = { resourceType: 'Provenance', resourceId: provenanceId(arrived.changes) };
        return { name, arrived, result: undefined, detail: '' };
      });
    let open = items;
    for (let attempt = 0; open.length > 0 && attempt < this.#client.attemptsMax; attempt += 1) {
      if (attempt > 0) await this.#client.pause(attempt, open[0]?.detail ?? '');
      // A look before each attempt: an answer may be lost, and many servers don't heed
      // If-None-Match.
      await this.#look(open);
      await this.#create(open.filter(({ result }) => result === undefined));
      open = open.filter(({ result }) => result === undefined);
    }
    for (const item of items) this.#note(item);
  }

  /** What was written, or not, for changes of a resource. */
  resultsOf(name: ResourceName): readonly ProvenanceResult[] {
    return this.#results.get(pathOf(name)) ?? [];
  }

  #note({ name, arrived, result = 'not-written', detail }: Item): void {
    const why = result === 'not-written' ? { detail } : {};
    const results = [...this.resultsOf(arrived.name), { id: name.resourceId, result, ...why }];
    this.#results.set(pathOf(arrived.name), results);
  }

  async #look(items: readonly Item[]): Promise<void> {
    const views = await this.#reader.readMany(items.map(({ name }) => name));
    for (const [index, item] of items.entries()) {
      const view = views[index];
      if (view?.kind === 'live') item.result = 'there';
      else if (view?.kind === 'deleted') refuse(item, 'it was deleted on the server');
      else if (view?.kind === 'unreadable') refuse(item, view.detail);
    }
  }

  async #create(items: readonly Item[]): Promise<void> {
    for (let first = 0; first < items.length; first += this.#entriesMax) {
      const some = items.slice(first, first + this.#entriesMax);
      if (some.length > 1 && this.#takesBatches && (await this.#batch(some))) continue;
      for (const item of some) settle(item, await this.#client.send(this.#requestOf(item)));
    }
  }

  /** @returns False where the server does not take them together. */
  async #batch(items: readonly Item[]): Promise<boolean> {
    const parts = items.map((item) => {
      const request = { method: 'PUT', url: pathOf(item.name), ifNoneMatch: '*' };
      return `{"resource":${this.#textOf(item)},"request":${JSON.stringify(request)}}`;
    });
    const text = `{"resourceType":"Bundle","type":"batch","entry":[${parts.join()}]}`;
    const answer = await this.#client.send({ method: 'POST', path: '', body: Buffer.from(text) });
    const answers = entryAnswers(answer, items.length);
    if (answers === undefined) {
      this.#takesBatches = false;
      return false;
    }
    for (const [index, item] of items.entries()) settle(item, answers[index] ?? answer);
    return true;
  }

  #requestOf(item: Item): FhirRequest {
    const headers = { 'if-none-match': '*' };
    const body = Buffer.from(this.#textOf(item));
    return { method: 'PUT', path: pathOf(item.name), headers, body };
  }

  #textOf({ arrived }: Item): string {
    const recorded = this.#now().toISOString();
    return Buffer.from(provenanceOf(arrived, this.#client.baseUrl, recorded)).toString('utf8');
  }
}

function settle(item: Item, answer: Answer): void {
  item.detail = answer.kind === 'lost' ? answer.detail : refusalText(answer);
  if (answer.kind === 'lost' || answer.status >= 500) return;
  if (answer.status >= 200 && answer.status < 300) item.result = 'written';
  // It came to be there since we looked.
  else if (answer.status === 412) item.result = 'there';
  else refuse(item, item.detail);
}

function refuse(item: Item, detail: string): void {
  item.result = 'not-written';
  item.detail = detail;
}

/** One answer for each entry; undefined where the server does not do batches. */
function entryAnswers(answer: Answer, count: number): readonly Answer[] | undefined {
  const uncertain = answer.kind === 'lost' || answer.status >= 500;
  if (uncertain) return Array.from({ length: count }, () => answer);
  const bundle = parseLossless(answer.octets, bundleJsonLimits);
  const entries = isEntryFault(bundle) ? undefined : jsonAt(bundle, 'entry');
  if (answer.status !== 200 || !isJsonArray(entries) || entries.length !== count) return undefined;
  return entries.map((entry): Answer => {
    const status = Number(textAt(entry, 'response', 'status')?.slice(0, 3));
    const detail = textOfOutcome(jsonAt(entry, 'response', 'outcome'));
    if (!Number.isInteger(status)) return { kind: 'lost', detail: 'an answer without a status' };
    const octets = Buffer.from(outcomeJson(detail));
    return { kind: 'answer', status, octets, etag: undefined };
  });
}

function outcomeJson(diagnostics: string | undefined): string {
  if (diagnostics === undefined) return '';
  return JSON.stringify({ resourceType: 'OperationOutcome', issue: [{ diagnostics }] });
}
