// The kit's end of one connection: octets out as they are asked for, octets in as they come. It
// knows no frame. TCP here; a stream through control lines has the same shape.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { KitError } from '../fault.ts';

/** What a read brought: octets, or how the testee's side ended. */
export type Incoming =
  | { readonly kind: 'octets'; readonly octets: Uint8Array }
  | { readonly kind: 'fin' }
  | { readonly kind: 'rst' };

/** One connection. A broken connection takes writes and drops them: reading tells that it broke. */
export interface PeerStream {
  /** Resolves when the system took the octets, or the connection is gone. */
  write(octets: Uint8Array): Promise<void>;
  /** Ends the writing side (FIN). */
  end(): Promise<void>;
  /** Breaks the connection (RST where there is one). */
  reset(): void;
  /** The next octets or the end; undefined after so many milliseconds of silence. */
  read(waitMs: number): Promise<Incoming | undefined>;
  /**
   * Leaves what comes unread, so that the testee finds no room to write, or takes it again. Control
   * lines hold nothing back.
   */
  hold(isHeld: boolean): void;
  /** Drops everything; safe at any time. */
  dispose(): void;
}

/** Collects what arrives until somebody reads it. */
export class Inbox {
  readonly #waiting: Incoming[] = [];
  #wake: (() => void) | undefined;

  /** Takes in what arrived. What follows an end is not looked at. */
  push(incoming: Incoming): void {
    this.#waiting.push(incoming);
    this.#wake?.();
  }

  /** See {@link PeerStream.read}. An end is given again at every later read. */
  async take(waitMs: number): Promise<Incoming | undefined> {
    if (this.#waiting.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, waitMs);
      this.#wake = resolve;
      await promise;
      clearTimeout(timer);
      this.#wake = undefined;
    }
    const [first] = this.#waiting;
    if (first?.kind === 'octets') this.#waiting.shift();
    return first;
  }
}

/** A TCP connection as {@link PeerStream}. Takes over the socket. */
export class TcpStream implements PeerStream {
  readonly #socket: Socket;
  readonly #inbox = new Inbox();
  #closed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (octets) => {
      this.#inbox.push({ kind: 'octets', octets: new Uint8Array(octets) });
    });
    socket.on('end', () => {
      this.#inbox.push({ kind: 'fin' });
    });
    socket.on('error', () => {
      this.#inbox.push({ kind: 'rst' });
    });
    socket.on('close', () => {
      this.#closed = true;
      this.#inbox.push({ kind: 'rst' });
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('close', resolve);
    if (this.#closed || this.#socket.writableEnded) resolve();
    else {
      this.#socket.write(octets, () => {
        resolve();
      });
    }
    await promise;
    this.#socket.off('close', resolve);
  }

  async end(): Promise<void> {
    if (this.#closed || this.#socket.writableEnded) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('close', resolve);
    this.#socket.end(resolve);
    await promise;
    this.#socket.off('close', resolve);
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  async read(waitMs: number): Promise<Incoming | undefined> {
    return this.#inbox.take(waitMs);
  }

  hold(isHeld: boolean): void {
    if (isHeld) this.#socket.pause();
    else this.#socket.resume();
  }

  dispose(): void {
    this.#socket.destroy();
  }
}

/** A port on which testees meet the kit. */
export class MeetingPort {
  readonly #server: Server;
  readonly #arrived: TcpStream[] = [];
  /** Every connection that is not gone: a port closes when all of them are. */
  readonly #alive = new Set<Socket>();
  #wake: (() => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => {
      this.#alive.add(socket);
      socket.on('close', () => this.#alive.delete(socket));
      this.#arrived.push(new TcpStream(socket));
      this.#wake?.();
    });
  }

  /**
   * Listens on a port that the system chooses.
   *
   * @throws what the system says when it gives no port.
   */
  static async listen(host = '127.0.0.1', port = 0): Promise<MeetingPort> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(port, host);
    await once(server, 'listening');
    return new MeetingPort(server);
  }

  /** The port in use. */
  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new KitError('no port is open');
    return address.port;
  }

  /**
   * The next connection, or undefined when none came in so many milliseconds.
   *
   * @param signal - Gives up before; a connection that comes later is nobody's.
   */
  async accept(waitMs: number, signal?: AbortSignal): Promise<PeerStream | undefined> {
    if (this.#arrived.length === 0 && signal?.aborted !== true) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, waitMs);
      const wake = (): void => {
        resolve();
      };
      signal?.addEventListener('abort', wake);
      this.#wake = wake;
      await promise;
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      this.#wake = undefined;
    }
    return this.#arrived.shift();
  }

  /** Ends the waiting of {@link accept}: a wait that nobody needs would take a later connection. */
  stopWaiting(): void {
    this.#wake?.();
  }

  /** Drops connections that arrived and were not taken, so that no case meets another's. */
  forget(): void {
    for (const stream of this.#arrived.splice(0)) stream.dispose();
  }

  /** Stops listening and drops every connection that is left. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#alive) socket.destroy();
    await closed;
  }
}

/** Dials a testee that listens; undefined when it does not take the connection in time. */
export async function dialTestee(
  host: string,
  port: number,
  waitMs: number,
): Promise<PeerStream | undefined> {
  const socket = connect({ host, port, allowHalfOpen: true });
  const timer = setTimeout(() => {
    socket.destroy();
  }, waitMs);
  try {
    await once(socket, 'connect');
    return new TcpStream(socket);
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
