// A testee that dials the kit: a phone, an emulator, a program in a debugger. Knows sockets, not
// commands.
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Channel, ChannelEnd, ChannelListener } from './channel.ts';

/** Control lines over one TCP connection. */
export class TcpChannel implements Channel {
  readonly canKill = false;
  readonly host: string;
  readonly #socket: Socket;
  #listener: ChannelListener | undefined;
  #hasEnded = false;
  #killed = false;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.host = (socket.remoteAddress ?? '127.0.0.1').replace(/^::ffff:/, '');
  }

  start(listener: ChannelListener): void {
    this.#listener = listener;
    const socket = this.#socket;
    socket.on('data', (octets: Buffer) => listener.octets(octets));
    socket.on('error', () => undefined);
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      const who = this.#killed ? 'the kit' : 'the testee';
      this.#end({ detail: `the control connection was closed by ${who}` });
    });
    if (socket.destroyed) this.#end({ detail: 'the control connection was closed' });
  }

  write(line: string): void {
    if (this.#socket.writable) this.#socket.write(line);
  }

  finish(): void {
    this.#socket.end();
  }

  kill(): void {
    this.#killed ||= !this.#hasEnded;
    this.#socket.destroy();
  }

  #end(end: ChannelEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#listener?.ended(end);
  }
}

/** A port at which testees dial in, one at a time. */
export class TesteePort {
  readonly #server: Server;
  #waiting: Socket | undefined;
  #current: Socket | undefined;
  #taker: ((channel: TcpChannel | undefined) => void) | undefined;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#arrived(socket));
  }

  /**
   * Listens.
   *
   * @param host - Default the loopback address: whoever dials in can have this machine dial.
   * @param port - 0 takes any free one.
   * @throws the system's error when the port can't be had.
   */
  static async listen(port: number, host = '127.0.0.1'): Promise<TesteePort> {
    const server = createServer({ noDelay: true });
    const listening = Promise.withResolvers<void>();
    server.once('error', listening.reject);
    server.listen({ host, port }, listening.resolve);
    await listening.promise;
    server.on('error', () => undefined);
    return new TesteePort(server);
  }

  /** Where to dial. */
  get address(): { readonly host: string; readonly port: number } {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  /**
   * The next testee; undefined when none dialled in time.
   *
   * @param waitMs - Milliseconds, by the machine's clock.
   */
  async accept(waitMs: number): Promise<Channel | undefined> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined && !waiting.destroyed) return this.#take(waiting);
    const next = Promise.withResolvers<Channel | undefined>();
    const timer = setTimeout(() => next.resolve(undefined), waitMs);
    this.#taker = next.resolve;
    const channel = await next.promise;
    this.#taker = undefined;
    clearTimeout(timer);
    return channel;
  }

  /** Stops listening and waiting, and drops every connection. Safe to call again. */
  close(): void {
    this.#server.close();
    this.#taker?.(undefined);
    this.#waiting?.destroy();
    this.#current?.destroy();
  }

  #arrived(socket: Socket): void {
    socket.on('error', () => undefined);
    if (this.#taker !== undefined) {
      const taker = this.#taker;
      this.#taker = undefined;
      taker(this.#take(socket));
      return;
    }
    // One at a time: a testee that was started anew may wait for its predecessor to be gone.
    if (this.#waiting === undefined || this.#waiting.destroyed) this.#waiting = socket;
    else socket.destroy();
  }

  #take(socket: Socket): TcpChannel {
    this.#current = socket;
    return new TcpChannel(socket);
  }
}
