// A small FHIR R4 server in memory, over real sockets: for tests only, and therefore plain, with
// faults on demand and a record of all it was asked. It validates nothing but what a patch, a
// version or a Bundle needs, resolves no urn: references, and knows no search beyond search.ts.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isEntryFault } from '../../src/fhir/entry-fault.ts';
import { parseLossless } from '../../src/fhir/json-text.ts';
import { isJsonObject } from '../../src/fhir/json-value.ts';
import { octetsOf, Refusal, refused, type Answer } from './answer.ts';
import {
  PendingFaults,
  usualBehaviour,
  type Behaviour,
  type Fault,
  type Matches,
  type SeenRequest,
} from './behaviour.ts';
import { etagOf, performBundle } from './bundles.ts';
import { Interactions, type Interaction } from './interactions.ts';
import { ResourceVersions, type Version } from './resource-versions.ts';

const basePath = '/fhir';

/** A running server; {@link startFhirServer} makes one. */
export class FhirServer {
  /** How it behaves; may be changed at any time. */
  readonly behaviour: Behaviour = usualBehaviour();
  /** Every request so far, in order of arrival. */
  readonly requests: SeenRequest[] = [];
  readonly #faults = new PendingFaults();
  readonly #versions = new ResourceVersions(() => this.behaviour.clockStepMs);
  readonly #interactions: Interactions;
  readonly #http: Server;

  constructor() {
    this.#interactions = new Interactions(this.#versions, this.behaviour, () => this.url);
    this.#http = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.destroy(error as Error);
      });
    });
  }

  /** The base URL, without a slash at its end. */
  get url(): string {
    const { port } = this.#http.address() as AddressInfo;
    return `http://127.0.0.1:${port}${basePath}`;
  }

  /** Faults that no request has met yet. */
  get faultsLeft(): number {
    return this.#faults.left;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#http.listen(0, '127.0.0.1', resolve));
  }

  /** Stops at once, connections included. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    this.#http.closeAllConnections();
    await closed;
  }

  /** The next `times` requests that match meet a fault. */
  fail(fault: Fault, matches: Matches = () => true, times = 1): void {
    this.#faults.add(fault, matches, times);
  }

  /** Takes back the faults that no request has met yet. */
  relent(): void {
    this.#faults.clear();
  }

  /**
   * Writes a resource as another client would: no fault, no precondition, no record.
   *
   * @param lastUpdated - Overrides the server's clock: many rows of one bulk load share an instant.
   */
  put(resource: string, lastUpdated?: string): Version {
    const content = parseLossless(new TextEncoder().encode(resource));
    if (isEntryFault(content) || !isJsonObject(content)) throw new Error('not a resource');
    const [type, id] = [content.get('resourceType'), content.get('id')];
    if (typeof type !== 'string' || typeof id !== 'string') throw new Error('not a resource');
    return this.#interactions.writeDirectly(type, id, content, 'PUT', lastUpdated);
  }

  /** Deletes a resource as another client would. */
  delete(type: string, id: string): Version {
    return this.#interactions.writeDirectly(type, id, undefined, 'DELETE');
  }

  /** Texts of all versions of a resource, oldest first; undefined stands for a deletion. */
  history(type: string, id: string): (string | undefined)[] {
    return this.#versions.all(type, id).map((version) => {
      const octets = octetsOf(version);
      return octets && new TextDecoder().decode(octets);
    });
  }

  /** The text of a resource as it is now; undefined where it is not there or deleted. */
  current(type: string, id: string): string | undefined {
    return this.history(type, id).at(-1);
  }

  /** What was asked so far, as `GET Patient/a 200`; `lost` where no answer left. */
  get log(): string[] {
    return this.requests.map(
      ({ method, path, status }) => `${method} ${path === '' ? '/' : path} ${status ?? 'lost'}`,
    );
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk as Uint8Array);
    const body = Buffer.concat(chunks);
    const seen = seenRequest(request, body);
    this.requests.push(seen);
    const fault = this.#faults.take(seen);
    if (fault?.kind === 'lost-request') {
      request.socket.destroy();
      return;
    }
    const answer = fault?.kind === 'answer' ? faultAnswer(fault) : this.#answer(seen, body);
    if (fault?.kind === 'lost-response') {
      request.socket.destroy();
      return;
    }
    if (fault?.kind === 'slow') await fault.until;
    this.#send(response, answer, fault?.kind === 'no-etag', seen);
  }

  #answer(seen: SeenRequest, body: Uint8Array): Answer {
    const { behaviour } = this;
    try {
      if (
        behaviour.token !== undefined &&
        seen.headers['authorization'] !== `Bearer ${behaviour.token}`
      ) {
        throw new Refusal(401, 'login', 'a bearer token is needed');
      }
      const wanted = seen.headers['prefer'] === 'return=representation';
      const representation = behaviour.representation && wanted;
      if (seen.path === '' && seen.method === 'POST') {
        const [interactions, versions] = [this.#interactions, this.#versions];
        return performBundle(body, { interactions, versions, behaviour, representation });
      }
      const answer = this.#single(interactionOf(seen, body));
      const isWrite = seen.method !== 'GET';
      return isWrite && !representation ? { ...answer, body: undefined } : answer;
    } catch (error) {
      if (error instanceof Refusal) return refused(error);
      throw error;
    }
  }

  #single(interaction: Interaction): Answer {
    const before = this.#versions.snapshot();
    try {
      const answer = this.#interactions.perform(interaction);
      const isWrite = interaction.method !== 'GET' && answer.version !== undefined;
      if (isWrite) this.#interactions.checkReferences([answer.version]);
      return answer;
    } catch (error) {
      this.#versions.restore(before);
      throw error;
    }
  }

  #send(response: ServerResponse, answer: Answer, noEtag: boolean, seen: SeenRequest): void {
    const { version } = answer;
    const etag = version === undefined || noEtag ? undefined : etagOf(version, this.behaviour);
    if (etag !== undefined) response.setHeader('etag', etag);
    if (version !== undefined) {
      response.setHeader('last-modified', new Date(version.lastUpdated).toUTCString());
    }
    if (answer.body !== undefined) response.setHeader('content-type', 'application/fhir+json');
    seen.status = answer.status;
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  }
}

/** Starts a server on a free port of this machine. */
export async function startFhirServer(behaviour: Partial<Behaviour> = {}): Promise<FhirServer> {
  const server = new FhirServer();
  Object.assign(server.behaviour, behaviour);
  await server.listen();
  return server;
}

function seenRequest(request: IncomingMessage, body: Uint8Array): SeenRequest {
  const { method = '', url = '', headers } = request;
  const path = url.slice(basePath.length).replace(/^\//, '');
  const flat = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return {
    method,
    path,
    headers: Object.fromEntries(flat) as Record<string, string>,
    body: new TextDecoder().decode(body),
    status: undefined,
  };
}

function interactionOf({ method, path, headers }: SeenRequest, body: Uint8Array): Interaction {
  const [bare = '', query = ''] = path.split('?');
  if (method === 'PATCH' && headers['content-type'] !== 'application/json-patch+json') {
    throw new Refusal(415, 'not-supported', 'a patch is application/json-patch+json');
  }
  return {
    method,
    path: bare,
    query: new URLSearchParams(query),
    body,
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifNoneExist: headers['if-none-exist'],
  };
}

function faultAnswer(fault: Fault & { kind: 'answer' }): Answer {
  const { status, headers = {}, diagnostics, body = '<html>no FHIR</html>' } = fault;
  if (diagnostics === undefined) return { status, headers, body: new TextEncoder().encode(body) };
  return { ...refused(new Refusal(status, 'transient', diagnostics)), headers };
}
