// What both roles of a session are given by this program, and what they tell while they run.
import type { SessionEvent, SessionOptions } from '../session/options.ts';
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

/** What a session is given, and what it has told so far. */
export interface SessionSetup {
  readonly options: SessionOptions;
  /** True once the session was in that state. */
  readonly reached: (phase: string) => boolean;
  /** Shows the last counts. @returns Milliseconds since a peer was there. */
  readonly end: () => number;
}

/** Prepares a session; for a sender, a row of attempts of which one succeeds. */
export function setupSession(
  screen: Screen,
  store: Store,
  cancellation: Cancellation,
  { deflate, grease }: ConnectionOptions,
): SessionSetup {
  const phases = new Set<string>();
  const progress = new ProgressDisplay(screen, nowMs);
  let startedMs = nowMs();
  const onEvent = (event: SessionEvent): void => {
    if (event.kind === 'progress') {
      progress.update(event);
    } else {
      // Waiting for a peer is no part of the session; the first state of either role comes with it.
      if (event.phase === 'AWAIT_ACCEPT') startedMs = nowMs();
      phases.add(event.phase);
    }
  };
  const identity = { replicaId: store.replicaId, ...store.settings };
  const { signal } = cancellation;
  return {
    options: { identity, deflate, grease, signal, onEvent },
    reached: (phase) => phases.has(phase),
    end: () => {
      progress.end();
      return nowMs() - startedMs;
    },
  };
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
