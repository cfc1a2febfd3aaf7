// Stands between the devices and HAPI: passes everything on, notes what passed, and on demand cuts
// an answer off after HAPI has done its work, or lets something happen just before a request
// arrives there. Changes no octet.
import { createServer, request as sendOn, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that passed, and what HAPI answered. */
export interface Passed {
  readonly method: string;
  /** Below the base URL, with the query. */
  readonly path: string;
  readonly ifMatch: string | undefined;
  readonly body: string;
  readonly status: number;
  readonly answer: string;
}

/** Chooses requests. */
export type Matches = (request: Pick<Passed, 'method' | 'path' | 'body'>) => boolean;

interface Trap {
  readonly matches: Matches;
  readonly before?: () => Promise<void>;
  readonly cut?: boolean;
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** A proxy in front of one server. */
export class Proxy {
  readonly #server: Server;
  readonly #target: URL;
  readonly #traps: Trap[] = [];
  readonly passed: Passed[] = [];

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
  }

  /** @param targetUrl - The base URL of the server behind. */
  static async open(targetUrl: string): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server, new URL(targetUrl));
    server.on('request', (incoming: IncomingMessage, outgoing) => {
      const answering = bodyOf(incoming).then(async (body) => {
        const { method = '', url = '', headers } = incoming;
        const answer = await proxy.#pass({ method, url, headers, body });
        // HAPI has done what was asked; nobody learns of it.
        if (answer === undefined) incoming.socket.destroy();
        else outgoing.writeHead(answer.status, answer.headers).end(answer.body);
      });
      // HAPI is gone: so are we.
      answering.catch(() => incoming.socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** The base URL that devices use. */
  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}${this.#target.pathname}`;
  }

  /** What passed since the last call. */
  asked(): Passed[] {
    return this.passed.splice(0);
  }

  /** The next request that matches is done by HAPI, and its answer never arrives. */
  cutAnswer(matches: Matches): void {
    this.#traps.push({ matches, cut: true });
  }

  /** Something happens just before the next request that matches reaches HAPI. */
  justBefore(matches: Matches, before: () => Promise<void>): void {
    this.#traps.push({ matches, before });
  }

  /** Traps that no request has met. */
  get waiting(): number {
    return this.#traps.length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #pass(request: Request): Promise<
    | {
        readonly status: number;
        readonly headers: IncomingMessage['headers'];
        readonly body: Buffer;
      }
    | undefined
  > {
    const path = request.url.slice(this.#target.pathname.length).replace(/^\//, '');
    const body = request.body.toString();
    const { method } = request;
    const index = this.#traps.findIndex(({ matches }) => matches({ method, path, body }));
    const [trap] = index < 0 ? [] : this.#traps.splice(index, 1);
    await trap?.before?.();
    const answer = await this.#send(request);
    const octets = await bodyOf(answer);
    const status = answer.statusCode ?? 0;
    const ifMatch = request.headers['if-match'];
    this.passed.push({ method, path, ifMatch, body, status, answer: octets.toString() });
    if (trap?.cut === true) return undefined;
    const headers = { ...answer.headers };
    // The body is whole now: its length is told instead.
    delete headers['transfer-encoding'];
    return { status, headers, body: octets };
  }

  async #send({ method, url, headers, body }: Request): Promise<IncomingMessage> {
    const { hostname, port } = this.#target;
    return new Promise((resolve, reject) => {
      // The Host header stays as it came, so that HAPI's links lead back to us.
      sendOn({ hostname, port, method, path: url, headers }, resolve).on('error', reject).end(body);
    });
  }
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
