// A hub's small HTTP server for its operator: health, metrics, who waits, and the codes. Decides
// who may ask what; the answers are in admin-requests.ts.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { enterCode, readiness, sessionList, type AdminAnswer } from './admin-requests.ts';
import { TransportError } from '../transport/transport.ts';
import type { Hub } from './hub.ts';

/** Where an endpoint listens. */
export interface AdminAddress {
  readonly host: string;
  readonly port: number;
}

/** A running endpoint. */
export interface AdminEndpoint {
  readonly address: AdminAddress;
  /** Stops listening and ends what is under way. */
  close(): void;
}

const bodyOctetsMax = 4_096;
const connectionsMax = 64;
const requestTimeoutMs = 10_000;

interface Route {
  /** True: whoever asks sits at this machine. */
  readonly local: boolean;
  readonly answer: (hub: Hub, body: string) => AdminAnswer | string | Promise<AdminAnswer>;
}

const routes: Readonly<Record<string, Route>> = {
  'GET /health': { local: false, answer: readiness },
  'GET /health/ready': { local: false, answer: readiness },
  'GET /health/live': { local: false, answer: () => ({ status: 200, body: { status: 'ok' } }) },
  'GET /metrics': { local: false, answer: (hub) => hub.metrics.text() },
  'GET /sessions': { local: true, answer: sessionList },
  'POST /codes': { local: true, answer: enterCode },
};

/**
 * Serves a hub's operator.
 *
 * `/sessions` and `/codes` answer requests from this machine only, whatever address is listened on:
 * a code goes over no network (PSP-CODE-9). Nor do they answer a web page that was made to ask,
 * through another name for this machine or a form.
 *
 * @throws {@link TransportError} when the port can't be had.
 */
export async function serveAdmin(hub: Hub, { host, port }: AdminAddress): Promise<AdminEndpoint> {
  const server = createServer((request, response) => {
    void answer(hub, request, response);
  });
  server.requestTimeout = requestTimeoutMs;
  server.headersTimeout = requestTimeoutMs;
  server.maxConnections = connectionsMax;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const text = `Can't listen on ${host}, port ${port}, for the operator: ${cause.message}.`;
      reject(new TransportError(text, { cause }));
    });
    server.listen({ host, port }, resolve);
  });
  return { address: addressOf(server), close: () => shut(server) };
}

function addressOf(server: Server): AdminAddress {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no address');
  return { host: bound.address, port: bound.port };
}

function shut(server: Server): void {
  server.close();
  server.closeAllConnections();
}

async function answer(hub: Hub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('cache-control', 'no-store');
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  const route = routes[`${method} ${path}`];
  const refusal = route === undefined ? noRoute(path) : refusalOf(route, request);
  if (refusal !== undefined || route === undefined) {
    request.resume();
    send(response, refusal ?? noRoute(path));
    return;
  }
  try {
    const body = await bodyOf(request);
    if (body === undefined) send(response, problem(413, 'The request is too long.'));
    else send(response, await route.answer(hub, body));
  } catch {
    // The request broke off, or an answer that cannot be given: nobody is left to tell.
    response.destroy();
  }
}

function noRoute(path: string): AdminAnswer {
  const methods = ['GET', 'POST'].filter((method) => `${method} ${path}` in routes);
  if (methods.length === 0) return problem(404, 'There is no such page.');
  return problem(405, `Only ${methods.join(' and ')} here.`);
}

function refusalOf({ local }: Route, request: IncomingMessage): AdminAnswer | undefined {
  if (!local) return undefined;
  const { remoteAddress = '' } = request.socket;
  if (!isLoopback(remoteAddress)) return problem(403, 'Only from this machine.');
  // A page from elsewhere reaches this port under a name of its own (DNS rebinding) …
  if (!namesThisMachine(request.headers.host ?? '')) return problem(403, 'Only from this machine.');
  if (request.method !== 'POST') return undefined;
  // … or with a form, which can send any text but not this type.
  const type = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/json' ? undefined : problem(415, 'Send application/json.');
}

function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'));
}

function namesThisMachine(host: string): boolean {
  const name = /^(\[[^\]]*\]|[^:]*)(:[0-9]+)?$/.exec(host)?.[1] ?? '';
  return name === 'localhost' || isLoopback(name.replaceAll(/[[\]]/g, ''));
}

async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > bodyOctetsMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function problem(status: number, error: string): AdminAnswer {
  return { status, body: { error } };
}

function send(response: ServerResponse, given: AdminAnswer | string): void {
  if (typeof given === 'string') {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(given);
    return;
  }
  response.statusCode = given.status;
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify(given.body)}\n`);
}
