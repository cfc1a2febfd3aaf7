// The port on which testees meet the kit, with real sockets.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dialTestee, MeetingPort } from './stream.ts';

async function dial(port: MeetingPort): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: port.port, allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

describe('a meeting port', () => {
  it('kit: gives a wait up without taking what comes later', async () => {
    const port = await MeetingPort.listen();
    onTestFinished(() => port.close());
    const over = new AbortController();
    const given = port.accept(5_000, over.signal);
    over.abort();
    expect(await given).toBeUndefined();
    expect(await port.accept(5_000, over.signal)).toBeUndefined();
    const later = port.accept(5_000);
    await dial(port);
    expect(await later).toBeDefined();
  });

  it('kit: forgets what nobody took', async () => {
    const port = await MeetingPort.listen();
    onTestFinished(() => port.close());
    const socket = await dial(port);
    const first = port.accept(5_000);
    expect(await first).toBeDefined();
    const unwanted = await dial(port);
    await expect
      .poll(() => (port.forget(), unwanted.readableEnded || unwanted.destroyed))
      .toBe(true);
    expect(socket.destroyed).toBe(false);
    expect(await port.accept(0)).toBeUndefined();
  });

  it('kit: closes although connections are left, half closed or not taken', async () => {
    const port = await MeetingPort.listen();
    const socket = await dial(port);
    const stream = await port.accept(5_000);
    socket.end();
    expect(await stream?.read(5_000)).toEqual({ kind: 'fin' });
    await dial(port);
    const { port: number } = port;
    await port.close();
    expect(await dialTestee('127.0.0.1', number, 1_000)).toBeUndefined();
  });
});

describe('a stream', () => {
  it('kit: tells octets, their end, and the end again', async () => {
    const port = await MeetingPort.listen();
    onTestFinished(() => port.close());
    const socket = await dial(port);
    const stream = await port.accept(5_000);
    socket.end(Buffer.from([1, 2, 3]));
    expect(await stream?.read(5_000)).toEqual({ kind: 'octets', octets: Uint8Array.of(1, 2, 3) });
    expect(await stream?.read(5_000)).toEqual({ kind: 'fin' });
    expect(await stream?.read(0)).toEqual({ kind: 'fin' });
  });

  it('kit: tells silence, and a break as a break', async () => {
    const port = await MeetingPort.listen();
    onTestFinished(() => port.close());
    const socket = await dial(port);
    const stream = await port.accept(5_000);
    expect(await stream?.read(1)).toBeUndefined();
    socket.resetAndDestroy();
    expect(await stream?.read(5_000)).toEqual({ kind: 'rst' });
    await stream?.write(Uint8Array.of(1));
  });

  it('kit: breaks so that the other side sees it', async () => {
    const port = await MeetingPort.listen();
    onTestFinished(() => port.close());
    const socket = await dial(port);
    const stream = await port.accept(5_000);
    const broken = once(socket, 'close');
    stream?.reset();
    await expect(broken).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
