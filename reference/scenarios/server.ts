// The FHIR server of a scenario: what it was asked since the last look, and what it holds. The
// server itself is reference/testing/fhir-server.
import type { SeenRequest } from '../testing/fhir-server/behaviour.ts';
import { startFhirServer, type FhirServer } from '../testing/fhir-server/fhir-server.ts';
import { partsOf, resource, shown } from './names.ts';

/** A server with the eyes of a test. */
export class Server {
  readonly fhir: FhirServer;

  constructor(fhir: FhirServer) {
    this.fhir = fhir;
  }

  get url(): string {
    return this.fhir.url;
  }

  /** Writes a resource as another client would; `lastUpdated` overrides the server's clock. */
  puts(name: string, members = '', lastUpdated?: string): void {
    this.fhir.put(new TextDecoder().decode(resource(name, members)), lastUpdated);
  }

  /** Deletes a resource as another client would. */
  deletes(name: string): void {
    this.fhir.delete(...partsOf(name));
  }

  /**
   * The requests since the last call, in order: method, path, preconditions, status. The entries of
   * a Bundle stand in brackets.
   */
  asked(): string[] {
    return this.fhir.requests.splice(0).map(requestLine);
  }

  /** Every version of a resource, oldest first. */
  versions(name: string): string[] {
    return this.fhir.history(...partsOf(name)).map((text) => shown(name, text ?? ''));
  }

  /** The octets of one version; undefined where it is a deletion or not there. */
  octetsOf(name: string, versionId: string): string | undefined {
    return this.fhir.history(...partsOf(name))[Number(versionId) - 1];
  }
}

/** Starts the server of a scenario. */
export async function startServer(): Promise<Server> {
  return new Server(await startFhirServer());
}

/** What a device asks that creates a resource which was never there. */
export function createRequests(name: string): string[] {
  return [`GET ${name} → 404`, `PUT ${name} If-None-Match * → 201`];
}

interface Preconditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

function requestLine({ method, path, headers, body, status }: SeenRequest): string {
  const conditions = { ifMatch: headers['if-match'], ifNoneMatch: headers['if-none-match'] };
  const asked = path === '' ? `${method} ${entriesOf(body)}` : `${method} ${path}`;
  return `${asked}${shownConditions(conditions)} → ${status ?? 'no answer'}`;
}

function entriesOf(body: string): string {
  const { entry } = JSON.parse(body) as {
    entry: { request: Preconditions & { method: string; url: string } }[];
  };
  const requests = entry.map(
    ({ request }) => `${request.method} ${request.url}${shownConditions(request)}`,
  );
  return `[${requests.join(', ')}]`;
}

function shownConditions({ ifMatch, ifNoneMatch }: Preconditions): string {
  const match = ifMatch === undefined ? '' : ` If-Match ${ifMatch}`;
  return ifNoneMatch === undefined ? match : `${match} If-None-Match ${ifNoneMatch}`;
}
