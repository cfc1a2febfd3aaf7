// Stuffed connections, with real sockets: whoever reads on is told apart from whoever does not.
import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, it, onTestFinished } from 'vitest';
import { utf8 } from '../wire/octets.ts';
import { Endpoint } from './endpoint.ts';
import { Recorder } from './recorder.ts';
import { MeetingPort } from './stream.ts';
import { stuff, within } from './stuffing.ts';

// More than the buffers of both ends hold.
const octets = 16 * 1_048_576;

/** Both ends of a connection; the kit's as an endpoint. */
async function pair(): Promise<{ readonly endpoint: Endpoint; readonly testee: Socket }> {
  const port = await MeetingPort.listen();
  onTestFinished(() => port.close());
  const testee = connect({ host: '127.0.0.1', port: port.port });
  onTestFinished(() => void testee.destroy());
  testee.on('error', () => undefined);
  await once(testee, 'connect');
  const stream = await port.accept(5_000);
  const secret = { kind: 'DIGITS', octets: utf8('417204934') } as const;
  const recorder = new Recorder('sender', secret, () => 0);
  return { endpoint: new Endpoint(stream!, recorder, 'whole'), testee };
}

it('PSP-STATE-3: a testee that reads on takes everything, unread itself', async () => {
  const { endpoint, testee } = await pair();
  let read = 0;
  testee.on('data', (piece) => (read += piece.length));
  testee.write(new Uint8Array(octets));
  expect(await stuff(endpoint, { id: 'x', do: 'stuff', octets }, 5_000)).toBeUndefined();
  await expect.poll(() => read).toBeGreaterThanOrEqual(octets);
});

it('PSP-STATE-3: one that waits until it has written stops the kit', async () => {
  const { endpoint, testee } = await pair();
  testee.pause();
  testee.write(new Uint8Array(octets));
  expect(await stuff(endpoint, { id: 'x', do: 'stuff', octets }, 200)).toMatchObject({
    step: 'x',
    ending: { kind: 'open' },
  });
});

it('kit: what does not come in time is told, and no more than that', async () => {
  expect(await within(5_000, Promise.resolve())).toBe(true);
  expect(await within(1, Promise.withResolvers<void>().promise)).toBe(false);
  const broken = Promise.reject(new Error('broken'));
  await expect(within(5_000, broken)).rejects.toThrow('broken');
});
