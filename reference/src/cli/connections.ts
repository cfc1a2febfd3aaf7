// Where the next connection comes from: a port that waits, or an address that is dialled. While one
// connection is in use a waiting port turns the others away. Knows no session.
import { networkInterfaces } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { dialTcp, listenTcp, type TcpAddress, type TcpListener } from '../transport/tcp.ts';
import { TransportError, type ByteStream } from '../transport/transport.ts';
import { CLOSE_MS, CLOSE_OCTETS } from '../wire/limits.ts';
import { retryOf } from '../wire/errors.ts';
import { encodeFrame } from '../wire/frame.ts';
import { encodeMessage } from '../wire/message-codec.ts';
import { ErrorCode } from '../wire/messages.ts';
import type { Endpoint } from './command-arguments.ts';

/** Gives connections one after the other. */
export interface Connections {
  /** Where others can dial; undefined where this side dials. */
  readonly address: TcpAddress | undefined;
  /**
   * The next connection.
   *
   * @throws {@link TransportError} when there is none to be had.
   */
  next(signal: AbortSignal): Promise<ByteStream>;
  /** Stops waiting, and waits until those who were turned away know. */
  close(): Promise<void>;
}

const dialTimeoutMs = 15_000;
const turnedAwayMax = 16;

/** Listens or dials, as the command line says. @throws TransportError */
export async function connectionsOf({ kind, host, port }: Endpoint): Promise<Connections> {
  if (kind === 'listen') return new Door(await listenAnywhere({ host, port }));
  return {
    address: undefined,
    next: (signal) => dialTcp({ host, port, timeoutMs: dialTimeoutMs, signal }),
    close: async () => undefined,
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

/** The addresses under which other devices reach a listener, the likeliest first. */
export function reachableAt({ host, port }: TcpAddress): TcpAddress[] {
  if (host !== '::' && host !== '0.0.0.0') return [{ host, port }];
  const outward = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4');
  const hosts = outward.length > 0 ? outward.map(({ address }) => address) : ['127.0.0.1'];
  return hosts.map((address) => ({ host: address, port }));
}

/** A port with one guest at a time. */
class Door implements Connections {
  readonly address: TcpAddress;
  readonly #listener: TcpListener;
  readonly #farewells = new Set<Promise<void>>();
  #expected: PromiseWithResolvers<ByteStream> | undefined;
  #broken: Error | undefined;

  constructor(listener: TcpListener) {
    this.#listener = listener;
    this.address = listener.address;
    void this.#keepOpening();
  }

  async next(signal: AbortSignal): Promise<ByteStream> {
    if (this.#broken !== undefined) throw this.#broken;
    const expected = Promise.withResolvers<ByteStream>();
    this.#expected = expected;
    const onAbort = (): void => {
      // Whoever comes now is turned away, as nobody waits for a connection any more.
      if (this.#expected === expected) this.#expected = undefined;
      expected.reject(new TransportError('Waiting for a connection was given up.'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    return expected.promise.finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  }

  async close(): Promise<void> {
    this.#listener.close();
    await Promise.all(this.#farewells);
  }

  async #keepOpening(): Promise<void> {
    try {
      for (;;) {
        const stream = await this.#listener.accept();
        const expected = this.#expected;
        this.#expected = undefined;
        if (expected === undefined) this.#turnAway(stream);
        else expected.resolve(stream);
      }
    } catch (error) {
      this.#broken = error as Error;
      this.#expected?.reject(error);
    }
  }

  #turnAway(stream: ByteStream): void {
    if (this.#farewells.size >= turnedAwayMax) {
      stream.close();
      return;
    }
    const farewell = rejectBusy(stream).finally(() => {
      stream.close();
      this.#farewells.delete(farewell);
    });
    this.#farewells.add(farewell);
  }
}

/** PSP-CODE-7: one guest at a time, for two would be two guesses at one code. */
async function rejectBusy(stream: ByteStream): Promise<void> {
  const code = ErrorCode.BUSY;
  const value = { code, versions: [], retry: retryOf(code) };
  const timeUp = new AbortController();
  try {
    await stream.write(encodeFrame(encodeMessage({ type: 'Reject', value })));
    await stream.end();
    // PSP-CLOSE-1: closing on unread octets would reset the connection and eat the Reject.
    await Promise.race([readOut(stream), pause(CLOSE_MS, undefined, { signal: timeUp.signal })]);
  } catch {
    // It left by itself.
  } finally {
    timeUp.abort();
  }
}

async function readOut(stream: ByteStream): Promise<void> {
  for (let octets = 0; octets < CLOSE_OCTETS;) {
    const chunk = await stream.read();
    if (chunk === undefined) return;
    octets += chunk.length;
  }
}
