// The protocol's connection over TCP. Knows sockets, addresses and what their errors mean to a
// person; nothing of frames, roles or secrets.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { ignoreError, type TcpAddress, type TcpConnection, TcpStream } from './tcp-stream.ts';
import { TransportError } from './transport.ts';

export type { TcpAddress, TcpConnection };

/** Options of {@link listenTcp}. */
export interface ListenOptions {
  /** Address or name of the interface to listen on; `0.0.0.0` or `::` for all. */
  readonly host: string;
  /** 0 to 65 535; 0 takes any free port, see {@link TcpListener.address}. */
  readonly port: number;
}

/** Options of {@link dialTcp}. */
export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** Milliseconds until dialling is given up. */
  readonly timeoutMs: number;
  /** Gives up dialling at once; has no effect once connected. */
  readonly signal?: AbortSignal;
}

/** A port that waits for connections. */
export interface TcpListener {
  /** Where it can be reached. */
  readonly address: TcpAddress;
  /**
   * The next connection. Connections that nobody accepts wait, 16 at most; more are refused.
   *
   * @throws {@link TransportError} once the listener is closed or broke.
   */
  accept(): Promise<TcpConnection>;
  /** Stops listening and drops the connections that nobody accepted. Safe to call twice. */
  close(): void;
}

// Enough for people, too few for a flood to cost memory.
const waitingMax = 16;

const dialFaults: Readonly<Record<string, (host: string, port: number) => string>> = {
  ECONNREFUSED: (host, port) =>
    `Nothing listens at ${host}:${port}. Start listening on the other device first and check the ` +
    'address and port it shows.',
  ENOTFOUND: (host) => `The host name ${host} is not known. Check it, or dial the address instead.`,
  EAI_AGAIN: (host) =>
    `The host name ${host} could not be looked up. Check the network, or dial the address instead.`,
  ETIMEDOUT: (host, port) =>
    `${host}:${port} does not answer. Check that both devices are in one network and that no ` +
    'firewall is between them.',
  EHOSTUNREACH: (host) => `There is no way to ${host}. Check that both devices are in one network.`,
  ENETUNREACH: (host) => `There is no way to ${host}. Check that both devices are in one network.`,
};

const listenFaults: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (_, port) =>
    `Port ${port} is in use by another program. Choose another port, or 0 for any free one.`,
  EADDRNOTAVAIL: (host) =>
    `${host} is no address of this device. Listen on one of its own, or on 0.0.0.0 for all.`,
  EACCES: (_, port) => `This user may not listen on port ${port}. Choose a port above 1023.`,
  ENOTFOUND: (host) => `The host name ${host} is not known. Listen on 0.0.0.0 for all addresses.`,
};

function codeOf(error: unknown): string {
  const isCoded = typeof error === 'object' && error !== null && 'code' in error;
  return isCoded ? String(error.code) : 'unknown error';
}

function checkPort(port: number): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError('A port is an integer from 0 to 65535.');
  }
}

/**
 * Dials a listener.
 *
 * @throws {@link TransportError} when no connection comes about; the message says what to do.
 * @throws RangeError for a port outside 0 to 65 535.
 */
export async function dialTcp(options: DialOptions): Promise<TcpConnection> {
  const { host, port, timeoutMs, signal } = options;
  checkPort(port);
  const { promise, resolve, reject } = Promise.withResolvers<TcpConnection>();
  if (signal?.aborted === true) throw cancelled(signal);
  // Half-open: each side ends its writing by itself (PSP-CLOSE-1).
  const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
  const fail = (error: TransportError): void => {
    reject(error);
    socket.destroy();
  };
  const onAbort = (): void => {
    fail(cancelled(signal));
  };
  const onError = (error: Error): void => {
    const text = dialFaults[codeOf(error)]?.(host, port);
    fail(
      new TransportError(text ?? `${host}:${port} can't be reached (${codeOf(error)}).`, {
        cause: error,
      }),
    );
  };
  const timer = setTimeout(() => {
    fail(new TransportError(dialFaults['ETIMEDOUT']?.(host, port)));
  }, timeoutMs);
  signal?.addEventListener('abort', onAbort);
  socket.once('error', onError);
  socket.once('connect', () => {
    socket.off('error', onError);
    resolve(new TcpStream(socket));
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  });
}

function cancelled(signal: AbortSignal | undefined): TransportError {
  return new TransportError('Dialling was cancelled.', { cause: signal?.reason });
}

/**
 * Listens for connections.
 *
 * @throws {@link TransportError} when the port can't be had; the message says what to do.
 * @throws RangeError for a port outside 0 to 65 535.
 */
export async function listenTcp({ host, port }: ListenOptions): Promise<TcpListener> {
  checkPort(port);
  const { promise, resolve, reject } = Promise.withResolvers<TcpListener>();
  // No delay: an Ack that waits for company would stall a window of one.
  const server = createServer({ allowHalfOpen: true, noDelay: true });
  const onError = (error: Error): void => {
    const text = listenFaults[codeOf(error)]?.(host, port);
    reject(
      new TransportError(text ?? `Can't listen on ${host}:${port} (${codeOf(error)}).`, {
        cause: error,
      }),
    );
  };
  server.once('error', onError);
  server.listen({ host, port }, () => {
    server.off('error', onError);
    resolve(new ListeningServer(server));
  });
  return promise;
}

class ListeningServer implements TcpListener {
  readonly address: TcpAddress;
  readonly #server: Server;
  readonly #waiting: Socket[] = [];
  readonly #takers: PromiseWithResolvers<TcpConnection>[] = [];
  #ended: TransportError | undefined;

  constructor(server: Server) {
    const bound = server.address();
    if (bound === null || typeof bound === 'string') throw new TransportError('No TCP listener.');
    this.address = { host: bound.address, port: bound.port };
    this.#server = server;
    server.on('connection', (socket) => {
      this.#arrived(socket);
    });
    server.on('error', (error) => {
      this.#end(new TransportError('Listening failed. Start to listen again.', { cause: error }));
    });
  }

  async accept(): Promise<TcpConnection> {
    let socket = this.#waiting.shift();
    // Who went away while waiting is nobody's connection.
    while (socket?.destroyed === true) socket = this.#waiting.shift();
    if (socket !== undefined) return new TcpStream(socket);
    if (this.#ended !== undefined) throw this.#ended;
    const taker = Promise.withResolvers<TcpConnection>();
    this.#takers.push(taker);
    return taker.promise;
  }

  close(): void {
    this.#end(new TransportError('The listener was closed.'));
  }

  #arrived(socket: Socket): void {
    socket.on('error', ignoreError);
    const taker = this.#takers.shift();
    if (taker !== undefined) taker.resolve(new TcpStream(socket));
    else if (this.#waiting.length < waitingMax) this.#waiting.push(socket);
    else socket.destroy();
  }

  #end(reason: TransportError): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#server.close();
    for (const socket of this.#waiting.splice(0)) socket.destroy();
    for (const taker of this.#takers.splice(0)) taker.reject(reason);
  }
}
