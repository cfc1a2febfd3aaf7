// Waits for what has reached this device already and was not read yet. Knows no messages.
import { setImmediate as turn } from 'node:timers/promises';

/**
 * Lets everything that waits in this process' connections in, however long that takes, and stops
 * as soon as nothing came or there is enough of it. It never waits for a peer.
 */
export async function letArrive(
  from: { readonly octetsRead: number },
  isEnough: () => boolean,
): Promise<void> {
  for (let before = -1; before !== from.octetsRead && !isEnough();) {
    before = from.octetsRead;
    // The first turn ends what goes on now, the second has looked at the connections.
    await turn();
    await turn();
  }
}
