// One TCP socket as a byte stream: pulls octets when asked and no sooner, so that a slow reader
// slows its peer down. Knows nothing of how the socket came about.
import type { Socket } from 'node:net';
import { TransportError, type ByteStream } from './transport.ts';

/** Where a connection leads; `host` is an address. */
export interface TcpAddress {
  readonly host: string;
  readonly port: number;
}

/** A stream whose other end has an address. */
export interface TcpConnection extends ByteStream {
  /** The other end's, as this device sees it; a relay in between shows its own. */
  readonly remote: TcpAddress;
}

/** For sockets whose errors come out of `read` and `write`; without a listener, Node would exit. */
export function ignoreError(): void {
  // The error stays in socket.errored.
}

/** A connected socket as a {@link ByteStream}; the socket is its own from now on. */
export class TcpStream implements TcpConnection {
  readonly remote: TcpAddress;
  readonly #socket: Socket;
  #wakeReader: (() => void) | undefined;
  #closed = false;
  #ending: Promise<void> | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Asked now: a socket that is gone has none.
    this.remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 };
    const wake = (): void => {
      this.#wakeReader?.();
    };
    // With 'readable' and never 'data', Node stops reading from the system once its buffer (64 KiB)
    // is full; the system's own window then stops the peer.
    socket.on('error', ignoreError);
    socket.on('readable', wake).on('end', wake).on('close', wake);
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#wakeReader !== undefined) throw new Error('Await one read before the next.');
    for (;;) {
      if (this.#closed) throw closedHere();
      const chunk = this.#socket.read() as Buffer | null;
      // A plain view: `slice` of a Buffer means something else than of a Uint8Array.
      if (chunk !== null) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
      if (this.#socket.readableEnded) return undefined;
      if (this.#socket.destroyed) throw broken(this.#socket.errored);
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
      this.#wakeReader = undefined;
    }
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#closed) throw closedHere();
    if (this.#ending !== undefined) throw new Error('Nothing can be written after end().');
    if (octets.length === 0) return;
    // Node calls back when the system has taken all octets. Until then they are the only ones that
    // wait in this process, and the caller must leave them as they are.
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(octets, this.#settle(resolve, reject));
    });
  }

  async end(): Promise<void> {
    if (this.#closed) throw closedHere();
    this.#ending ??= new Promise<void>((resolve, reject) => {
      this.#socket.end(this.#settle(resolve, reject));
    });
    return this.#ending;
  }

  close(): void {
    this.#closed = true;
    this.#socket.destroy();
  }

  #settle(resolve: () => void, reject: (error: Error) => void): (error?: Error | null) => void {
    return (error) => {
      if (error === undefined || error === null) resolve();
      else reject(this.#closed ? closedHere() : broken(error));
    };
  }
}

function closedHere(): TransportError {
  return new TransportError('The connection was closed on this side.');
}

function broken(cause: Error | null): TransportError {
  return new TransportError('The connection to the other device broke.', { cause });
}
