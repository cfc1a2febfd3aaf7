// What both roles of a session are given by this program, and what they tell while they run.
import type { SessionEvent, SessionIdentity, SessionOptions } from '../session/options.ts';
import type { Store } from '../store/store.ts';
import type { TcpAddress } from '../transport/tcp.ts';
import type { Cancellation } from './cancellation.ts';
import { type Endpoint, formatAddress } from './command-arguments.ts';
import { type Connections, reachableAt } from './connections.ts';
import { ProgressDisplay } from './progress-display.ts';
import type { Screen } from './screen.ts';
import type { CommonOptions } from './store-access.ts';

/** The options that `send` and `receive` share. */
export interface ConnectionOptions extends CommonOptions {
  readonly listen?: string;
  readonly dial?: string;
  readonly deflate: boolean;
  readonly grease: boolean;
}

/** Milliseconds of the clock that sessions use. */
export function nowMs(): number {
  return performance.now();
}

/** What one session is given, and what it has told so far. */
export interface SessionSetup {
  readonly options: SessionOptions;
  readonly startedMs: number;
  /** True once the session was in that state. */
  readonly reached: (phase: string) => boolean;
  /** Shows the last counts. */
  readonly end: () => void;
}

/** Prepares one session. */
export function setupSession(
  screen: Screen,
  store: Store,
  cancellation: Cancellation,
  { deflate, grease }: ConnectionOptions,
  onPhase: (phase: string) => void,
): SessionSetup {
  const phases = new Set<string>();
  const progress = new ProgressDisplay(screen, nowMs);
  const onEvent = (event: SessionEvent): void => {
    if (event.kind === 'progress') {
      progress.update(event);
    } else {
      phases.add(event.phase);
      onPhase(event.phase);
    }
  };
  const identity = identityOf(store);
  const { signal } = cancellation;
  return {
    options: { identity, deflate, grease, signal, onEvent },
    startedMs: nowMs(),
    reached: (phase) => phases.has(phase),
    end: () => {
      progress.end();
    },
  };
}

function identityOf(store: Store): SessionIdentity {
  const { serverUrl, displayName } = store.settings;
  return { replicaId: store.replicaId, displayName, serverUrl };
}

/** Says how the other device finds this one. */
export function sayWhere(screen: Screen, endpoint: Endpoint, { address }: Connections): void {
  if (address === undefined) {
    screen.hint(`Dialling ${formatAddress(endpoint)}.`);
    return;
  }
  const addresses = reachableAt(address).map((one: TcpAddress) => formatAddress(one));
  screen.emit({ event: 'listening', host: address.host, port: address.port, addresses });
  screen.print(`Listening on ${addresses.join(', ')}`);
}
