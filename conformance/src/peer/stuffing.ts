// Fills a connection from the kit's side while nothing is read from it. It judges nothing: whether
// the testee took what was written is all that it tells.
import type { Endpoint } from './endpoint.ts';
import type { Departure } from './hearing.ts';
import type { StuffStep } from './script.ts';
import { tamperedBody } from './tampering.ts';

/** Body of each frame: below the smallest limit that a testee may announce. */
const frameOctets = 60_000;

/** Whether a promise resolves in time; it may go on after that. */
export async function within(waitMs: number, deed: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>();
  const timer = setTimeout(() => {
    resolve(false);
  }, waitMs);
  const done = await Promise.race([deed.then(() => true), late]);
  clearTimeout(timer);
  return done;
}

/**
 * Writes KeepAlives and reads nothing meanwhile.
 *
 * @param patienceMs - How long each of them may take to leave, in milliseconds.
 */
export async function stuff(
  endpoint: Endpoint,
  { id: step, octets }: StuffStep,
  patienceMs: number,
): Promise<Departure | undefined> {
  const body = tamperedBody('KeepAlive', {}, { kind: 'fill', octets: frameOctets });
  endpoint.hold(true);
  let isTaken = true;
  for (let left = octets; left > 0 && isTaken; left -= frameOctets) {
    const sent = endpoint.send(body, step).then(async () => endpoint.flush());
    isTaken = await within(patienceMs, sent);
  }
  endpoint.hold(false);
  if (isTaken) return undefined;
  // PSP-STATE-3: whoever waits until it can write again reads what comes meanwhile.
  const detail = 'it stopped reading while nothing was read of what it writes';
  return { step, detail, ending: { kind: 'open' } };
}
