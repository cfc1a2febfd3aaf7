// Where the next connection comes from: a port that waits, or an address that is dialled. Knows no
// session.
import { networkInterfaces } from 'node:os';
import {
  dialTcp,
  listenTcp,
  type TcpAddress,
  type TcpConnection,
  type TcpListener,
} from '../transport/tcp.ts';
import { TransportError } from '../transport/transport.ts';
import type { Endpoint } from './command-arguments.ts';

/** Gives connections one after the other. */
export interface Connections {
  /** Where others can dial; undefined where this side dials. */
  readonly address: TcpAddress | undefined;
  /**
   * The next connection.
   *
   * @throws {@link TransportError} when there is none to be had, or `close` was called.
   */
  next(): Promise<TcpConnection>;
  /** Stops waiting. */
  close(): void;
}

/** How long a device may take to answer. */
export const dialTimeoutMs = 15_000;

/** Listens or dials, as the command line says. @throws TransportError */
export async function connectionsOf({ kind, host, port }: Endpoint): Promise<Connections> {
  if (kind === 'listen') {
    const listener = await listenAnywhere({ host, port });
    return {
      address: listener.address,
      next: () => listener.accept(),
      close: () => {
        listener.close();
      },
    };
  }
  const closed = new AbortController();
  return {
    address: undefined,
    next: () => dialTcp({ host, port, timeoutMs: dialTimeoutMs, signal: closed.signal }),
    close: () => {
      closed.abort();
    },
  };
}

// A device without IPv6 has no ::, and 0.0.0.0 is all it has.
async function listenAnywhere(address: TcpAddress): Promise<TcpListener> {
  try {
    return await listenTcp(address);
  } catch (error) {
    const isAny = address.host === '::' && error instanceof TransportError;
    if (!isAny || !/EAFNOSUPPORT|EADDRNOTAVAIL/.test(codeOf(error.cause))) throw error;
    return listenTcp({ ...address, host: '0.0.0.0' });
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

/** The addresses under which other devices reach a listener. */
export function reachableAt({ host, port }: TcpAddress): TcpAddress[] {
  if (host !== '::' && host !== '0.0.0.0') return [{ host, port }];
  const outward = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  const hosts = outward.length > 0 ? outward.map(({ address }) => address) : ['127.0.0.1'];
  return hosts.map((address) => ({ host: address, port }));
}
