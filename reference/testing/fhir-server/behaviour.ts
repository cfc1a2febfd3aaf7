// What a server may do differently from another one, and the faults that a test asks for. Holds no
// logic beyond choosing the fault of a request.
import type { JsonObject } from '../../src/fhir/json-value.ts';

/** Ways of this server; a test may change them at any time. */
export interface Behaviour {
  /** Form of the ETags sent. With `strong`, a weak If-Match never matches (RFC 9110, 13.1.1). */
  etags: 'weak' | 'strong' | 'none';
  /** Honours `If-None-Match: *` on PUT; false: ignores it, as many servers do. */
  createOnly: boolean;
  /** Heeds If-Match on DELETE; false: deletes whatever is there, as HAPI's server does. */
  ifMatchOnDelete: boolean;
  /** What is answered where an If-Match does not hold: 412, or HAPI's 409. */
  staleStatus: 409 | 412;
  /** Where the instant of a deletion is told: in the history, or in the words of the 410 alone. */
  deletionInstants: 'history' | 'words';
  /** What a PATCH makes of all numbers of the resource: nothing, or HAPI's doubles. */
  patchedNumbers: 'text' | 'doubles';
  /** Takes PATCH entries in Bundles; false: refuses the whole Bundle. */
  patchInBundles: boolean;
  /** Entries that a Bundle may have; more is 413. */
  bundleEntriesMax: number;
  /** Honours `Prefer: return=representation`; false: writes answer without a body. */
  representation: boolean;
  /** Keeps and gives history; false: 404 for every history request. */
  history: boolean;
  /** Answers 410 for what was deleted; false: 404, as R4 allows. */
  gone: boolean;
  /** Refuses references to what is not there (422), and the deletion of what is referred to. */
  referencesChecked: boolean;
  /** What becomes of content on each write. */
  alter: (content: JsonObject) => JsonObject;
  /** Why content is refused for good (422), or undefined. */
  objection: (content: JsonObject) => string | undefined;
  /** The bearer token that every request must carry; undefined: none is asked for. */
  token: string | undefined;
  /** How far its clock goes on with each write; 0: all versions have one instant. */
  clockStepMs: number;
}

/** A server that does all that R4 and this project's documents speak of. */
export function usualBehaviour(): Behaviour {
  return {
    etags: 'weak',
    createOnly: true,
    ifMatchOnDelete: true,
    staleStatus: 412,
    deletionInstants: 'history',
    patchedNumbers: 'text',
    patchInBundles: true,
    bundleEntriesMax: Number.POSITIVE_INFINITY,
    representation: true,
    history: true,
    gone: true,
    referencesChecked: false,
    alter: (content) => content,
    objection: () => undefined,
    token: undefined,
    clockStepMs: 1_000,
  };
}

/** What goes wrong with one request. */
export type Fault =
  /** The connection breaks before anything happened. */
  | { readonly kind: 'lost-request' }
  /** All is done as asked, then the connection breaks. */
  | { readonly kind: 'lost-response' }
  /** Nothing is done; this is answered. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      /** Diagnostics of the OperationOutcome; undefined: a page that is no FHIR. */
      readonly diagnostics?: string;
      /** The body itself, instead of an OperationOutcome. */
      readonly body?: string;
    }
  /** Done and answered, but without an ETag. */
  | { readonly kind: 'no-etag' }
  /** Done, and answered when the promise resolves. */
  | { readonly kind: 'slow'; readonly until: Promise<void> };

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Below the base URL, with the query: `Patient/a?x=y`; empty for a Bundle. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What was answered; undefined: no answer reached the client. */
  status: number | undefined;
}

/** Chooses requests. */
export type Matches = (request: SeenRequest) => boolean;

/** The faults that wait for their requests. */
export class PendingFaults {
  readonly #waiting: { readonly fault: Fault; readonly matches: Matches; left: number }[] = [];

  /** The next `times` requests that match meet the fault. */
  add(fault: Fault, matches: Matches, times: number): void {
    this.#waiting.push({ fault, matches, left: times });
  }

  /** The fault of a request, used up by asking. */
  take(request: SeenRequest): Fault | undefined {
    const found = this.#waiting.find(({ left, matches }) => left > 0 && matches(request));
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault;
  }

  /** Takes all back that no request has met yet. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** Faults that no request has met yet; a test that asks for a fault wants 0 in the end. */
  get left(): number {
    return this.#waiting.reduce((sum, { left }) => sum + left, 0);
  }
}
