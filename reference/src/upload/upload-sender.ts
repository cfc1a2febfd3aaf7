// Sends entries: together in transactions while the server takes them so, by themselves where it
// does not. One bad entry is found by halving and blocks no other. Nothing is sent twice without a
// look at the server in between.
import type { FhirClient, FhirRequest } from './fhir-client.ts';
import { refusalText, versionInEtag, type FhirAnswer, type LostAnswer } from './http-answer.ts';
import { overrunByCreation, overrunByDeletion } from './overrun.ts';
import { contentView, pathOf, type ServerReader, type ServerView } from './server-reader.ts';
import { transactionBundle, transactionReplies, type BundleReply } from './transaction-bundle.ts';
import type { UploadLedger } from './upload-ledger.ts';
import { tombstone, type Held, type Work } from './upload-work.ts';
import { stepOctets } from './upload-step.ts';

/** Sizes and ways of sending. */
export interface SendingOptions {
  readonly bundleEntriesMax: number;
  readonly bundleOctetsMax: number;
  readonly createOnly: boolean;
}

const wantsContent = { prefer: 'return=representation' };
const patchType = { 'content-type': 'application/json-patch+json' };
// What a server says when the resource is not as the request takes it to be.
const preconditionStatuses: readonly (number | undefined)[] = [404, 409, 410, 412];

/** Sends to one server. */
export class UploadSender {
  readonly #client: FhirClient;
  readonly #reader: ServerReader;
  readonly #ledger: UploadLedger;
  readonly #options: SendingOptions;
  #entriesMax: number;
  #patchInBundles = true;

  constructor(
    client: FhirClient,
    reader: ServerReader,
    ledger: UploadLedger,
    options: SendingOptions,
  ) {
    this.#client = client;
    this.#reader = reader;
    this.#ledger = ledger;
    this.#options = options;
    this.#entriesMax = options.bundleEntriesMax;
  }

  /** Sends entries until each has its result. */
  async send(works: readonly Work[]): Promise<void> {
    let rest = works;
    while (rest.length > 0) {
      this.#client.checkCancelled();
      const pack = this.#pack(rest);
      rest = rest.slice(pack.length);
      const [first] = pack;
      if (pack.length === 1 && first !== undefined) await this.#single(first);
      else await this.#bundle(pack, true);
    }
  }

  /** As many from the head as may go together. */
  #pack(works: readonly Work[]): readonly Work[] {
    let octets = 0;
    let length = 0;
    for (const { step } of works) {
      octets += stepOctets(step);
      const fits = length < this.#entriesMax && octets <= this.#options.bundleOctetsMax;
      const mayJoin = step.kind !== 'update' || this.#patchInBundles;
      if (length > 0 && !(fits && mayJoin)) break;
      length += 1;
      if (!mayJoin) break;
    }
    return works.slice(0, length);
  }

  async #bundle(works: readonly Work[], mayRepeat: boolean): Promise<void> {
    const body = transactionBundle(works, {
      ifMatch: (versionId) => this.#client.ifMatch(versionId),
      createOnly: this.#options.createOnly,
    });
    this.#ledger.sending(works);
    const request: FhirRequest = { method: 'POST', path: '', headers: wantsContent, body };
    const answer = await this.#client.send(request);
    const replies = isTaken(answer) ? transactionReplies(answer, works.length) : undefined;
    if (replies !== undefined) {
      await this.#adopt(works, replies);
      return;
    }
    if (isUncertain(answer)) {
      // Lost, or failed half-way for all we know: it may have been done.
      await this.#client.pause(1, textOf(answer));
      const left = await this.#look(works);
      if (mayRepeat && left.length > 1) await this.#bundle(left, false);
      else await this.#halves(left);
      return;
    }
    this.#ledger.notTaken(works);
    const status = statusOf(answer);
    if (status !== 409 && status !== 412) {
      await this.#halves(works);
      return;
    }
    // A version moved: which one, a look tells at once. Else it is a rule of the server's.
    const left = await this.#look(works);
    const before = new Set(works.map(({ entry }) => entry));
    const hasMoved = left.length < works.length || left.some(({ entry }) => !before.has(entry));
    if (hasMoved) await this.send(left);
    else await this.#halves(left);
  }

  /** The server refused them together: finds the one, or learns that together is what it minds. */
  async #halves(works: readonly Work[]): Promise<void> {
    if (works.length < 2) {
      await this.send(works);
      return;
    }
    const problemsBefore = this.#ledger.problemCount;
    const patchesBefore = this.#patchInBundles;
    const middle = Math.ceil(works.length / 2);
    await this.send(works.slice(0, middle));
    await this.send(works.slice(middle));
    if (this.#ledger.problemCount > problemsBefore) return;
    // Nothing was wrong with any of them.
    const hasPatch = works.some(({ step }) => step.kind === 'update');
    if (works.length === 2 && hasPatch) this.#patchInBundles = false;
    else if (this.#patchInBundles === patchesBefore) {
      this.#entriesMax = Math.min(this.#entriesMax, middle);
    }
  }

  async #single(work: Work): Promise<void> {
    let now: Work | undefined = work;
    for (let attempt = 1; now !== undefined; attempt += 1) {
      const request = this.#requestOf(now);
      this.#ledger.sending([now]);
      const answer = await this.#client.send(request);
      if (isTaken(answer)) {
        const { etag, octets } = answer;
        const status = String(answer.status);
        await this.#adopt([now], [{ octets, etag, lastModified: undefined, status }]);
        return;
      }
      now = await this.#afterFailure(now, request, answer, attempt);
    }
  }

  /** The entry to be sent again; undefined where it has its result. */
  async #afterFailure(
    work: Work,
    request: FhirRequest,
    answer: FhirAnswer | LostAnswer,
    attempt: number,
  ): Promise<Work | undefined> {
    const uncertain = isUncertain(answer);
    const detail = textOf(answer);
    if (!uncertain && !preconditionStatuses.includes(statusOf(answer))) {
      this.#ledger.close(work, 'refused', 0, { detail });
      return undefined;
    }
    if (uncertain) await this.#client.pause(attempt, detail);
    else this.#ledger.notTaken([work]);
    // Never sent again blindly: first the server is asked what it holds.
    const [next] = await this.#look([work]);
    if (next === undefined) return undefined;
    const isSame = headersOf(this.#requestOf(next)) === headersOf(request);
    if (attempt < this.#client.attemptsMax && (uncertain || !isSame)) return next;
    this.#ledger.close(next, 'refused', 0, { detail });
    return undefined;
  }

  /** Reads them all anew; gives those that are still to be sent. */
  async #look(works: readonly Work[]): Promise<readonly Work[]> {
    const views = await this.#reader.readMany(works.map(({ name }) => name));
    const left: Work[] = [];
    for (const [index, work] of works.entries()) {
      const view: ServerView = views[index] ?? { kind: 'unreadable', detail: 'not read' };
      const next = await this.#ledger.settle(work, view);
      if (next !== undefined) left.push(next);
    }
    return left;
  }

  #requestOf({ name, step }: Work): FhirRequest {
    const path = pathOf(name);
    switch (step.kind) {
      case 'create': {
        const only = this.#options.createOnly ? { 'if-none-match': '*' } : {};
        const headers = { ...wantsContent, ...only };
        return { method: 'PUT', path, headers, body: step.resource };
      }
      case 'update': {
        const match = { 'if-match': this.#client.ifMatch(step.versionId) };
        const headers = { ...wantsContent, ...patchType, ...match };
        return { method: 'PATCH', path, headers, body: step.patch };
      }
      case 'delete': {
        const headers = { 'if-match': this.#client.ifMatch(step.versionId) };
        return { method: 'DELETE', path, headers };
      }
      case 'look':
      case 'invalid':
        throw new Error(`${path} has nothing to send`);
    }
  }

  /** The server took them: what it made of them is what we hold from now on. */
  async #adopt(works: readonly Work[], replies: readonly BundleReply[]): Promise<void> {
    const held: (Held | undefined)[] = [];
    for (const [index, work] of works.entries()) {
      held.push(await this.#heldOf(work, replies[index]));
    }
    const unread = works.filter((_work, index) => held[index] === undefined);
    const views = await this.#reader.readMany(unread.map(({ name }) => name));
    const known: Work[] = [];
    const versions: Held[] = [];
    for (const [index, work] of works.entries()) {
      const found = held[index] ?? (await this.#heldBy(work, views[unread.indexOf(work)]));
      if (found === undefined) {
        const detail = 'the server took it, but does not show it; the next upload looks again';
        this.#ledger.close(work, 'unsettled', 0, { detail });
      } else {
        known.push(work);
        versions.push(await this.#noted(work, replies[index], found));
      }
    }
    await this.#ledger.taken(known, versions);
  }

  /** What the reply tells; of a deletion, what the history does. */
  async #heldOf(work: Work, reply: BundleReply | undefined): Promise<Held | undefined> {
    const { name, step } = work;
    if (step.kind === 'delete') return this.#deletionOf(work, reply);
    const { octets, etag } = reply ?? { octets: undefined, etag: undefined };
    const view = octets && octets.length > 0 ? contentView(name, octets, etag) : undefined;
    return view?.kind === 'live' ? view : undefined;
  }

  async #deletionOf(work: Work, reply: BundleReply | undefined): Promise<Held> {
    const deletion = await this.#reader.deletion(work.name);
    if (deletion !== undefined) {
      return { ...tombstone(deletion), overran: overrunByDeletion(work, deletion) };
    }
    const versionId = versionInEtag(reply?.etag);
    // An HTTP date would be rounded to seconds, and so stand before the version it follows.
    const lastUpdated = reply?.lastModified;
    const isWhole = versionId !== undefined && lastUpdated !== undefined;
    return tombstone(isWhole ? { versionId, lastUpdated } : undefined);
  }

  /** A creation that was answered like an update went over what came to be since we looked. */
  async #noted(work: Work, reply: BundleReply | undefined, held: Held): Promise<Held> {
    const isPlain = work.step.kind !== 'create' || (reply?.status?.startsWith('201') ?? true);
    if (isPlain || held.kind !== 'live') return held;
    return { ...held, overran: await overrunByCreation(work, held, this.#reader) };
  }

  /** What a look afterwards tells: perhaps a later version, which contains ours too. */
  async #heldBy({ name }: Work, view: ServerView | undefined): Promise<Held | undefined> {
    if (view?.kind === 'live') return view;
    if (view?.kind !== 'deleted') return undefined;
    return tombstone(await this.#reader.deletion(name));
  }
}

function isTaken(answer: FhirAnswer | LostAnswer): answer is FhirAnswer {
  return answer.kind === 'answer' && answer.status >= 200 && answer.status < 300;
}

/** True where the server may have done what was asked. */
function isUncertain(answer: FhirAnswer | LostAnswer): boolean {
  return answer.kind === 'lost' || answer.status >= 500 || isTaken(answer);
}

function statusOf(answer: FhirAnswer | LostAnswer): number | undefined {
  return answer.kind === 'lost' ? undefined : answer.status;
}

function textOf(answer: FhirAnswer | LostAnswer): string {
  return answer.kind === 'lost' ? answer.detail : refusalText(answer);
}

function headersOf({ headers = {} }: FhirRequest): string {
  return JSON.stringify(headers);
}
