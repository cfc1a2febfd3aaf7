// TCP: the laws of every connection over real sockets, then what a person is told when it fails.
import { connect, createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dialTcp, listenTcp, type ListenOptions, type TcpListener } from './tcp.ts';
import { patterned, readOctets, sameOctets, settle, transportLaws } from './transport.laws.ts';
import { TransportError, type ByteStream } from './transport.ts';

const host = '127.0.0.1';
const timeoutMs = 20_000;
const listeners: TcpListener[] = [];
const streams: ByteStream[] = [];

async function listen(options: ListenOptions = { host, port: 0 }): Promise<TcpListener> {
  const listener = await listenTcp(options);
  listeners.push(listener);
  return listener;
}

async function dial(listener: TcpListener): Promise<ByteStream> {
  const stream = await dialTcp({ ...listener.address, timeoutMs });
  streams.push(stream);
  return stream;
}

async function pair(): Promise<readonly [ByteStream, ByteStream]> {
  const listener = await listen();
  const [dialled, accepted] = await Promise.all([dial(listener), listener.accept()]);
  streams.push(accepted);
  return [dialled, accepted];
}

afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
  for (const listener of listeners.splice(0)) listener.close();
});

// A loopback connection's buffers grow to some MiB.
const overflowOctets = 32 * 1024 * 1024;
const volumeOctets = 2_000_000;
transportLaws({ name: 'TCP, dialled side first', connect: pair, volumeOctets, overflowOctets });
transportLaws({
  name: 'TCP, listening side first',
  connect: async () => (await pair()).toReversed() as [ByteStream, ByteStream],
  volumeOctets,
  overflowOctets,
});

async function faultOf(work: Promise<unknown>): Promise<TransportError> {
  const fault = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(fault).toBeInstanceOf(TransportError);
  return fault as TransportError;
}

/** A port on which nothing listens any more. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('PSP-ERR-2 what a person is told: dialling', () => {
  it('PSP-ERR-2 nothing listens there', async () => {
    const port = await freePort();
    const fault = await faultOf(dialTcp({ host, port, timeoutMs }));
    expect(fault.message).toContain(`Nothing listens at ${host}:${port}. Start listening`);
    expect(fault.cause).toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('PSP-ERR-2 the name can’t be found', async () => {
    // Names below .invalid never exist (RFC 6761).
    const fault = await faultOf(dialTcp({ host: 'no-such-host.invalid', port: 1, timeoutMs }));
    expect(fault.message).toMatch(/^The host name no-such-host\.invalid .* dial the address/);
    expect(fault.cause).toBeInstanceOf(Error);
  });

  it('PSP-ERR-2 no answer in time', async () => {
    const { address } = await listen();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const dialling = faultOf(dialTcp({ ...address, timeoutMs }));
      // All of the time passes before the system can report the connection.
      vi.advanceTimersByTime(timeoutMs);
      const fault = await dialling;
      expect(fault.message).toMatch(/^127\.0\.0\.1:\d+ does not answer\. Check that both devices/);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('PSP-ERR-2 cancelled before and during dialling', async () => {
    const listener = await listen();
    const reason = new Error('pressed Ctrl-C');
    const before = AbortSignal.abort(reason);
    const fault = await faultOf(dialTcp({ ...listener.address, timeoutMs, signal: before }));
    expect(fault.cause).toBe(reason);
    const controller = new AbortController();
    const { signal } = controller;
    const during = faultOf(dialTcp({ ...listener.address, timeoutMs, signal }));
    controller.abort(reason);
    expect((await during).message).toBe('Dialling was cancelled.');
  });

  it('PSP-ERR-2 a port that can’t be', async () => {
    for (const port of [-1, 65_536, 1.5, Number.NaN]) {
      await expect(dialTcp({ host, port, timeoutMs })).rejects.toThrow(RangeError);
      await expect(listenTcp({ host, port })).rejects.toThrow(RangeError);
    }
  });
});

describe('PSP-ERR-2 what a person is told: listening', () => {
  it('PSP-ERR-2 the port is in use', async () => {
    const { port } = (await listen()).address;
    const fault = await faultOf(listenTcp({ host, port }));
    expect(fault.message).toContain(`Port ${port} is in use`);
    expect(fault.message).toContain('Choose another port');
    expect(fault.cause).toMatchObject({ code: 'EADDRINUSE' });
  });

  it('PSP-ERR-2 the address is another device’s', async () => {
    // 192.0.2.0/24 is kept for documentation (RFC 5737): no device has it.
    const fault = await faultOf(listenTcp({ host: '192.0.2.1', port: 0 }));
    expect(fault.message).toContain('192.0.2.1 is no address of this device');
  });

  it('PSP-SEC-2 a closed listener accepts nobody and frees its port', async () => {
    const listener = await listen();
    const waiting = faultOf(listener.accept());
    listener.close();
    listener.close();
    expect((await waiting).message).toBe('The listener was closed.');
    await faultOf(listener.accept());
    await faultOf(dialTcp({ ...listener.address, timeoutMs }));
    await listen(listener.address);
  });
});

describe('PSP-HS-1 connections', () => {
  it('PSP-HS-1 come out in the order in which they came, also before anyone accepts', async () => {
    const listener = await listen();
    for (const value of [1, 2, 3]) await (await dial(listener)).write(Uint8Array.of(value));
    for (const value of [1, 2, 3]) {
      const accepted = await listener.accept();
      streams.push(accepted);
      expect(await accepted.read()).toEqual(Uint8Array.of(value));
    }
  });

  it('PSP-CODE-7 beyond 16 that nobody accepted are dropped', async () => {
    const listener = await listen();
    const dialled: ByteStream[] = [];
    for (let i = 0; i < 17; i += 1) dialled.push(await dial(listener));
    const last = await dialled[16]!.read().catch((error: unknown) => error);
    expect(last === undefined || last instanceof TransportError).toBe(true);
    const first = await listener.accept();
    await first.write(Uint8Array.of(5));
    expect(await dialled[0]!.read()).toEqual(Uint8Array.of(5));
  });

  it('PSP-FRAME-7 a reset is an error, not an end', async () => {
    const listener = await listen();
    const socket = connect(listener.address.port, host);
    const accepted = await listener.accept();
    streams.push(accepted);
    const reading = faultOf(accepted.read());
    socket.resetAndDestroy();
    const fault = await reading;
    expect(fault.message).toBe('The connection to the other device broke.');
    expect(fault.cause).toMatchObject({ code: 'ECONNRESET' });
    await faultOf(accepted.read());
    await faultOf(accepted.write(Uint8Array.of(1)));
  });

  it('PSP-ACK-1 a slow reader costs its process no memory', async () => {
    const [a, b] = await pair();
    const octets = patterned(overflowOctets);
    const before = process.memoryUsage().arrayBuffers;
    const writing = a.write(octets);
    await settle();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * 1024 * 1024);
    expect(sameOctets(await readOctets(b, octets.length), octets)).toBe(true);
    await writing;
  });
});
