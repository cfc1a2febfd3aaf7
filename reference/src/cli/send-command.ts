// `peersync send`: reads what may leave this device, meets the receiver, and tells how it went.
// What happens inside a session is not its business.
import { SyncSenderSession } from '../session/sender-session.ts';
import { SyncSender } from '../sync/sync-sender.ts';
import { Cancellation } from './cancellation.ts';
import { readEndpoint, readTypes } from './command-arguments.ts';
import { connectionsOf } from './connections.ts';
import type { ExitCode } from './exit-code.ts';
import type { Screen } from './screen.ts';
import { SenderMeeting } from './sender-meeting.ts';
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
  return withStore(options, screen, async (store) => {
    const sync = new SyncSender({ store, ...(types && { exportPolicy: { types } }) });
    const connections = await connectionsOf(endpoint);
    const cancellation = new Cancellation(screen);
    const setup = setupSession(screen, store, cancellation, options);
    const { options: session } = setup;
    const meeting = new SenderMeeting({ screen, cancellation, connections, session, sync });
    try {
      sayWhere(screen, endpoint, connections);
      const met = await meeting.authenticated();
      const result = met instanceof SyncSenderSession ? await met.send() : met;
      const durationMs = setup.end();
      return await concluded(screen, store, { role: 'sender', result, durationMs });
    } finally {
      meeting.close();
      connections.close();
      cancellation.release();
    }
  });
}
