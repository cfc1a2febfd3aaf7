// A slow link as a process between sender and receiver: passes octets on at a rate, after a delay,
// and makes a lost segment cost what it costs TCP at least, a round trip in which nothing arrives.
// A model in user space: no segment is really lost, and no window shrinks.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { draws } from '../../tools/generator/random.ts';
import { numberOf, type RoleProgram } from './role.ts';

const segmentOctets = 1_448;
// What a device's socket holds; a larger one would hide the link from the window of the protocol.
const heldOctetsMax = 65_536;

interface Link {
  readonly octetsPerMs: number;
  readonly delayMs: number;
  /** Chance that a segment is lost, 0 to 1. */
  readonly loss: number;
}

interface OnItsWay {
  readonly arrivesMs: number;
  readonly octets: Buffer;
}

/** Passes one direction on until it ends. */
async function pass(from: Socket, to: Socket, link: Link, stream: number): Promise<void> {
  const draw = draws(7, stream);
  const queue: OnItsWay[] = [];
  let hasEnded = false;
  const delivered = deliver(queue, to, () => hasEnded);
  let freeAtMs = performance.now();
  for await (const chunk of from as AsyncIterable<Buffer>) {
    for (let at = 0; at < chunk.length; at += segmentOctets) {
      const octets = chunk.subarray(at, at + segmentOctets);
      freeAtMs = Math.max(freeAtMs, performance.now()) + octets.length / link.octetsPerMs;
      if (draw.chance(link.loss)) freeAtMs += 2 * link.delayMs;
      queue.push({ arrivesMs: freeAtMs + link.delayMs, octets });
      const aheadMs = freeAtMs - performance.now();
      if (aheadMs * link.octetsPerMs > heldOctetsMax) await wait(aheadMs / 2);
    }
  }
  hasEnded = true;
  await delivered;
  to.end();
}

/** Writes what is due, in order; looks again each millisecond, as fine as timers are. */
async function deliver(queue: OnItsWay[], to: Socket, hasEnded: () => boolean): Promise<void> {
  while (!hasEnded() || queue.length > 0) {
    const nowMs = performance.now();
    const due = queue.findIndex(({ arrivesMs }) => arrivesMs > nowMs);
    const ready = queue.splice(0, due < 0 ? queue.length : due);
    if (ready.length > 0) to.write(Buffer.concat(ready.map(({ octets }) => octets)));
    await wait(1);
  }
}

/** Listens, dials the port of the job for the one connection that comes, and passes on. */
export const slowLink: RoleProgram = async (job) => {
  const link: Link = {
    octetsPerMs: numberOf(job, 'megabitsPerSecond') * 125,
    delayMs: numberOf(job, 'delayMs'),
    loss: numberOf(job, 'loss'),
  };
  const open = { allowHalfOpen: true, noDelay: true };
  const server = createServer(open).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    info: { port: (server.address() as AddressInfo).port },
    run: async () => {
      const [near] = (await once(server, 'connection')) as [Socket];
      const far = connect({ port: numberOf(job, 'port'), host: '127.0.0.1', ...open });
      // A cut is told to the other side; what it means is the sessions' business.
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      await once(far, 'connect');
      await Promise.allSettled([pass(near, far, link, 1), pass(far, near, link, 2)]);
      return {};
    },
    close: () => void server.close(),
  };
};
