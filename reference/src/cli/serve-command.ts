// `peersync serve`: a hub over TCP and one store, with its operator's endpoint, until it is told to
// end. What happens inside the hub is not its business.
import { type AdminEndpoint, serveAdmin } from '../hub/admin-endpoint.ts';
import { Hub } from '../hub/hub.ts';
import type { EndedHubSession, HubLimits, HubLogRecord } from '../hub/hub-options.ts';
import type { Store } from '../store/store.ts';
import { dialTcp, type TcpConnection } from '../transport/tcp.ts';
import { Cancellation } from './cancellation.ts';
import { formatAddress, readAddress, readCount } from './command-arguments.ts';
import { type Connections, connectionsOf, dialTimeoutMs } from './connections.ts';
import { ExitCode } from './exit-code.ts';
import { causesOf, complaintOf, misuse } from './failure.ts';
import { type ReceivingOptions, receivingFrom } from './receiving.ts';
import type { Screen } from './screen.ts';
import { recordOf } from './session-outcome.ts';
import { sayWhere } from './session-setup.ts';
import { type CommonOptions, withClaimedStore } from './store-access.ts';

/** Options of `peersync serve`, each as it was typed. */
export interface ServeOptions extends CommonOptions, ReceivingOptions {
  readonly listen: string;
  readonly admin: string;
  readonly sessions: string;
  readonly waiting: string;
  readonly windowMib: string;
  readonly sessionMib?: string;
  readonly grace: string;
  readonly deflate: boolean;
  readonly grease: boolean;
}

const mebibyte = 1024 * 1024;
const endingWords = 'Ending: no new sessions, the running ones finish; once more ends at once.';

/** Receives from many devices until the process is told to end. */
export async function serve(screen: Screen, options: ServeOptions): Promise<ExitCode> {
  const endpoint = { kind: 'listen', ...readAddress('--listen', options.listen, '::') } as const;
  const adminAddress = readAddress('--admin', options.admin, '127.0.0.1');
  const limits = readLimits(options);
  const graceMs = readCount('--grace', options.grace) * 1000;
  receivingFrom(options, '');
  return withClaimedStore(options, screen, async (store) => {
    const connections = await connectionsOf(endpoint);
    const cancellation = new Cancellation(screen, endingWords);
    let admin: AdminEndpoint | undefined;
    try {
      const hub = hubOver(screen, store, connections, options, limits);
      admin = await serveAdmin(hub, adminAddress);
      sayWhere(screen, endpoint, connections);
      const { host, port } = admin.address;
      screen.emit({ event: 'admin', host, port });
      screen.print(`For the operator: http://${formatAddress(admin.address)}/health and /metrics`);
      const end = (): void => {
        void hub.drain(graceMs).then(() => connections.close());
      };
      cancellation.signal.addEventListener('abort', end, { once: true });
      if (cancellation.signal.aborted) end();
      await hub.run();
      screen.emit({ event: 'drained', at: new Date().toISOString() });
      screen.hint('All sessions have ended.');
      return ExitCode.OK;
    } finally {
      admin?.close();
      connections.close();
      cancellation.release();
    }
  });
}

function readLimits(options: ServeOptions): HubLimits {
  const { sessionMib } = options;
  const limits: HubLimits = {
    sessionsMax: readCount('--sessions', options.sessions),
    waitingMax: readCount('--waiting', options.waiting),
    windowOctets: readCount('--window-mib', options.windowMib) * mebibyte,
    sessionOctetsMax:
      sessionMib === undefined ? Infinity : readCount('--session-mib', sessionMib) * mebibyte,
  };
  if (limits.sessionsMax > limits.windowOctets) throw misuse('--sessions is too many.');
  return limits;
}

function hubOver(
  screen: Screen,
  store: Store,
  connections: Connections,
  options: ServeOptions,
  limits: HubLimits,
): Hub {
  const { deflate, grease } = options;
  return new Hub({
    ...receivingFrom(options, store.settings.serverUrl),
    store,
    limits,
    session: { deflate, grease },
    accept: async () => arrivalOf(await connections.next()),
    dial: async (host, port) => arrivalOf(await dialTcp({ host, port, timeoutMs: dialTimeoutMs })),
    log: (record) => {
      tell(screen, record);
    },
    onEnded: (ended) => keepRecord(screen, store, ended),
  });
}

function arrivalOf(stream: TcpConnection): { stream: TcpConnection; from: string } {
  return { stream, from: formatAddress(stream.remote) };
}

async function keepRecord(screen: Screen, store: Store, ended: EndedHubSession): Promise<void> {
  const { result, durationMs } = ended;
  if (screen.env['PEERSYNC_DEBUG'] === '1' && 'cause' in result && result.cause !== undefined) {
    screen.problem(causesOf(result.cause));
  }
  try {
    await store.addReport(JSON.stringify(recordOf('receiver', result, durationMs)));
  } catch (error) {
    screen.problem(`The report of session ${ended.session} was not kept.`);
    screen.problem(complaintOf(error).message);
  }
}

function tell(screen: Screen, record: HubLogRecord): void {
  screen.emit({ at: new Date().toISOString(), ...record });
  const { session, from } = record;
  if (record.event === 'waiting') {
    screen.print(`Device ${session} at ${from} shows a code: peersync admit ${session}`);
  } else if (record.event === 'admitted') {
    screen.print(`Device ${session} at ${from}: the code was entered.`);
  } else if (record.event === 'ended') {
    const { kind, code = '', entries } = record;
    screen.print(`Device ${session}: ${[kind, code].join(' ').trim()}, ${entries ?? 0} records.`);
  } else if (record.event === 'turned-away') {
    screen.hint(`${from} was turned away: no place is free.`);
  }
}
