// Judges the requests that an upload made: what may have been done is looked at before it is sent
// again. Sees the server's record of requests alone.
import type { FhirServer } from '../testing/fhir-server/fhir-server.ts';
import type { SeenRequest } from '../testing/fhir-server/behaviour.ts';

interface Bundle {
  readonly type: string;
  readonly entry?: readonly {
    readonly request: { readonly method: string; readonly url: string };
  }[];
}

/**
 * Judges the requests of one run, from a position of the record on.
 *
 * @throws Error where a write was sent blindly a second time.
 */
export function judgeRequests(server: FhirServer, from: number): void {
  const uncertain = new Set<string>();
  for (const request of server.requests.slice(from)) {
    const { reads, writes } = namesIn(request);
    const { status } = request;
    if (status !== undefined && status < 429) for (const name of reads) uncertain.delete(name);
    for (const name of writes) {
      if (uncertain.has(name)) throw new Error(`${name} was sent again without a look`);
      if (status === undefined || status >= 500) uncertain.add(name);
    }
  }
}

function namesIn({ method, path, body }: SeenRequest): { reads: string[]; writes: string[] } {
  if (path !== '') {
    const name = nameIn(path);
    return method === 'GET' ? { reads: [name], writes: [] } : { reads: [], writes: [name] };
  }
  const { type, entry = [] } = JSON.parse(body) as Bundle;
  const names = entry.map(({ request }) => nameIn(request.url));
  return type === 'transaction' ? { reads: [], writes: names } : { reads: names, writes: [] };
}

function nameIn(path: string): string {
  return (path.split('?')[0] ?? '').split('/').slice(0, 2).join('/');
}
