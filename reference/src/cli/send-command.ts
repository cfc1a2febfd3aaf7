// `peersync send`: reads what may leave this device, meets the receiver, and tells how it went.
// What happens inside a session is not its business.
import { SyncSender } from '../sync/sync-sender.ts';
import { Cancellation } from './cancellation.ts';
import { readEndpoint, readTypes } from './command-arguments.ts';
import { connectionsOf } from './connections.ts';
import type { ExitCode } from './exit-code.ts';
import type { Screen } from './screen.ts';
import { SenderAttempts } from './sender-attempts.ts';
import { concluded } from './session-outcome.ts';
import { type ConnectionOptions, sayWhere, setupSession } from './session-setup.ts';
import { withStore } from './store-access.ts';

/** Options of `peersync send`. */
export interface SendOptions extends ConnectionOptions {
  readonly only?: string;
}

/** Sends to one receiver. */
export async function send(screen: Screen, options: SendOptions): Promise<ExitCode> {
  const endpoint = readEndpoint(options);
  const types = options.only === undefined ? undefined : readTypes('--only', options.only);
  return withStore(options, screen.env, async (store) => {
    const sync = new SyncSender({ store, ...(types && { exportPolicy: { types } }) });
    const cancellation = new Cancellation(screen);
    const connections = await connectionsOf(endpoint).catch((error: unknown) => {
      cancellation.release();
      throw error;
    });
    try {
      sayWhere(screen, endpoint, connections);
      const setup = (): ReturnType<typeof setupSession> =>
        setupSession(screen, store, cancellation, options, () => undefined);
      const attempts = new SenderAttempts({ screen, cancellation, connections, setup, sync });
      const attempt = await attempts.run();
      return await concluded(screen, store, { role: 'sender', ...attempt });
    } finally {
      await connections.close();
      cancellation.release();
    }
  });
}
