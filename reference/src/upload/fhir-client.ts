// Requests to one FHIR server over `fetch`: time limits, bounded retries where a retry can do no
// harm, a bound on what is read. Knows nothing of what is uploaded: a write whose answer was lost
// is its caller's to send again, after a look.
import { UsageError } from '../wire/violation.ts';
import {
  isStrongEtag,
  refusalText,
  retryAfterMs,
  type FhirAnswer,
  type LostAnswer,
} from './http-answer.ts';
import { systemUploadClock, type UploadClock } from './upload-clock.ts';
import { Stop } from './upload-stop.ts';

/** How to reach a server; shared by upload and download. */
export interface ServerOptions {
  /** Base URL; default: the store's server. */
  readonly server?: string;
  /**
   * Bearer token; sent to this server only, never logged and in no report. Refused with plain http
   * to another machine unless `tokenOverHttp`.
   */
  readonly token?: string;
  /** Default false: a token that travels in the clear is everybody's. */
  readonly tokenOverHttp?: boolean;
  /** Stops the run; what is in flight is reported as unsettled. */
  readonly signal?: AbortSignal;
  /** Default 60 000: so long may an answer take. */
  readonly requestTimeoutMs?: number;
  /** Default 5: so often is a request sent at most. */
  readonly attemptsMax?: number;
  /** Default 60 000: a server that asks to wait longer ends the run as busy. */
  readonly waitMaxMs?: number;
  /** Default 64 MiB: an answer with more octets is not read. */
  readonly responseOctetsMax?: number;
  readonly clock?: UploadClock;
  /** Told before each wait. */
  readonly onWait?: (waitMs: number, why: string) => void;
}

/** One request. */
export interface FhirRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the base URL; empty for the base itself. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

const resourcePath = /^[A-Za-z]+\/[^/?]+$/;
const firstWaitMs = 500;
/** So many failed requests in a row end the run. */
const failuresMax = 20;

/** Talks to one server. */
export class FhirClient {
  readonly baseUrl: string;
  /** Set by the caller's signal, never otherwise. */
  readonly signal: AbortSignal;
  readonly attemptsMax: number;
  readonly #options: ServerOptions;
  readonly #clock: UploadClock;
  readonly #waitMaxMs: number;
  readonly #requestTimeoutMs: number;
  readonly #responseOctetsMax: number;
  #strongEtags = false;
  #requests = 0;
  #failures = 0;

  /** @throws UsageError when the token would travel in the clear. */
  constructor(baseUrl: string, options: ServerOptions) {
    this.baseUrl = baseUrl;
    this.#options = options;
    this.signal = options.signal ?? new AbortController().signal;
    this.attemptsMax = options.attemptsMax ?? 5;
    this.#clock = options.clock ?? systemUploadClock;
    this.#waitMaxMs = options.waitMaxMs ?? 60_000;
    this.#requestTimeoutMs = options.requestTimeoutMs ?? 60_000;
    this.#responseOctetsMax = options.responseOctetsMax ?? 64 * 1024 * 1024;
    checkToken(baseUrl, options);
  }

  /** Requests sent so far, repeated ones counted each time. */
  get requests(): number {
    return this.#requests;
  }

  /** True for a link of the server that stays below its base URL, where alone the token goes. */
  isOurs(link: string): boolean {
    return link.startsWith(`${this.baseUrl}/`) || link.startsWith(`${this.baseUrl}?`);
  }

  /** An If-Match for a version, in the form of this server's own ETags; FHIR's is the weak one. */
  ifMatch(versionId: string): string {
    return this.#strongEtags ? `"${versionId}"` : `W/"${versionId}"`;
  }

  /**
   * Sends a request. Tried again up to the limit where that can do no harm: after 429 always, after
   * no answer and after 5xx where it only reads.
   *
   * @throws Stop when the signal is aborted, or the server wants a token or more patience.
   */
  async send(request: FhirRequest): Promise<FhirAnswer | LostAnswer> {
    const isRead = request.method === 'GET';
    for (let attempt = 1; ; attempt += 1) {
      const { answer, afterMs } = await this.#once(request);
      this.#countFailures(answer);
      const isBusy = answer.kind === 'answer' && answer.status === 429;
      const mayRepeat = isBusy || (isRead && (answer.kind === 'lost' || answer.status >= 500));
      if (!mayRepeat) return answer;
      const why = answer.kind === 'lost' ? answer.detail : refusalText(answer);
      if (attempt >= this.attemptsMax) {
        if (isBusy) throw new Stop('busy', why);
        return answer;
      }
      await this.pause(attempt, why, afterMs);
    }
  }

  /**
   * Waits before the next attempt: as long as the server asked, else longer each time.
   *
   * @throws Stop when the server asks for more than the limit, or the signal is aborted.
   */
  async pause(attempt: number, why: string, askedMs?: number): Promise<void> {
    const waitMs = askedMs ?? Math.min(this.#waitMaxMs, firstWaitMs * 2 ** (attempt - 1));
    if (waitMs > this.#waitMaxMs) {
      throw new Stop('busy', `the server asks to wait ${Math.ceil(waitMs / 1000)} s`);
    }
    this.#options.onWait?.(waitMs, why);
    try {
      await this.#clock.wait(waitMs, this.signal);
    } catch (error) {
      throw cancelled(error);
    }
  }

  /** @throws Stop when the caller's signal is aborted. */
  checkCancelled(): void {
    if (this.signal.aborted) throw cancelled(this.signal.reason);
  }

  /** A server that does nothing but fail is not asked ten thousand times more. */
  #countFailures(answer: FhirAnswer | LostAnswer): void {
    const hasFailed = answer.kind === 'lost' || answer.status >= 500;
    this.#failures = hasFailed ? this.#failures + 1 : 0;
    if (this.#failures < failuresMax) return;
    if (answer.kind === 'lost') throw new Stop('unreachable', answer.detail);
    throw new Stop('failing', refusalText(answer));
  }

  async #once(
    request: FhirRequest,
  ): Promise<{ answer: FhirAnswer | LostAnswer; afterMs: number | undefined }> {
    this.checkCancelled();
    this.#requests += 1;
    const timeout = this.#clock.timeout(this.#requestTimeoutMs);
    try {
      const response = await fetch(this.#urlOf(request.path), {
        method: request.method,
        headers: this.#headersOf(request),
        // A redirect could carry changes to where nobody wanted them.
        redirect: 'manual',
        signal: AbortSignal.any([this.signal, timeout]),
        ...(request.body === undefined ? {} : { body: request.body as Uint8Array<ArrayBuffer> }),
      });
      const answer = await this.#answerOf(response);
      if (resourcePath.test(request.path)) this.#learnEtags(answer);
      const { headers } = response;
      return { answer, afterMs: retryAfterMs(headers.get('retry-after'), headers.get('date')) };
    } catch (error) {
      if (error instanceof Stop) throw error;
      if (this.signal.aborted) throw cancelled(error);
      const detail = timeout.aborted ? 'no answer in time' : `no answer (${causeOf(error)})`;
      return { answer: { kind: 'lost', detail }, afterMs: undefined };
    }
  }

  /** Of a resource only: a Bundle's ETag is somebody's hash. */
  #learnEtags(answer: FhirAnswer | LostAnswer): void {
    if (answer.kind === 'lost' || answer.status > 299 || answer.etag === undefined) return;
    this.#strongEtags = isStrongEtag(answer.etag);
  }

  async #answerOf(response: Response): Promise<FhirAnswer | LostAnswer> {
    const etag = response.headers.get('etag') ?? undefined;
    const octets = await this.#bodyOf(response);
    if (octets === undefined) return { kind: 'lost', detail: 'an answer larger than the limit' };
    const { status } = response;
    const answer: FhirAnswer = { kind: 'answer', status, octets, etag };
    if (status === 401) throw new Stop('unauthorized', refusalText(answer));
    if (status >= 300 && status < 400) {
      throw new Stop('not-fhir', `HTTP ${status}: the server sends us elsewhere; use that URL`);
    }
    return answer;
  }

  async #bodyOf(response: Response): Promise<Uint8Array | undefined> {
    const chunks: Uint8Array[] = [];
    let octets = 0;
    if (response.body === null) return new Uint8Array(0);
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      octets += chunk.length;
      if (octets > this.#responseOctetsMax) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  #urlOf(path: string): string {
    if (path === '') return this.baseUrl;
    return this.isOurs(path) ? path : `${this.baseUrl}/${path}`;
  }

  #headersOf({ headers = {}, body }: FhirRequest): Record<string, string> {
    const { token } = this.#options;
    return {
      accept: 'application/fhir+json',
      ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      ...headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
  }
}

function cancelled(cause: unknown): Stop {
  return new Stop('cancelled', 'cancelled', { cause });
}

function causeOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(inner instanceof Error)) return 'unknown';
  return 'code' in inner && typeof inner.code === 'string' ? inner.code : inner.message;
}

function checkToken(baseUrl: string, { token, tokenOverHttp }: ServerOptions): void {
  if (token === undefined) return;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError('a bearer token is one word of printable ASCII characters');
  }
  const { protocol, hostname } = new URL(baseUrl);
  const isLocal = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  if (protocol === 'http:' && !isLocal && tokenOverHttp !== true) {
    throw new UsageError('a token is not sent over plain http; use https');
  }
}
