// Waits for what has reached this device already and was not read yet. Knows no messages.
import { setImmediate as turn } from 'node:timers/promises';

/** A peer that never pauses, with KeepAlives say, holds up what it sent before for so long. */
const readsMax = 256;

/**
 * Lets in what waits in this process' connections, and stops as soon as nothing came or there is
 * enough of it. It never waits for a peer, and for none that goes on and on.
 */
export async function letArrive(
  from: { readonly octetsRead: number },
  isEnough: () => boolean,
): Promise<void> {
  let before = -1;
  for (let reads = 0; reads < readsMax; reads += 1) {
    if (before === from.octetsRead || isEnough()) return;
    before = from.octetsRead;
    // The first turn ends what goes on now, the second has looked at the connections.
    await turn();
    await turn();
  }
}
