// What a hub is made with: where connections come from, what it stores how, and its limits.
import type { SessionOptions } from '../session/index.ts';
import { UsageError } from '../wire/index.ts';
import type { SyncReceiverOptions } from '../sync/index.ts';
import type { SyncResult } from '../session/index.ts';
import type { ByteStream } from '../transport/transport.ts';

/** A connection that came about. */
export interface Arrival {
  readonly stream: ByteStream;
  /** The other end's address. */
  readonly from: string;
}

/** How much a hub takes on. */
export interface HubLimits {
  /** Sessions whose code was entered; who comes when there are so many waits. */
  readonly sessionsMax: number;
  /**
   * Connections that wait for their code, silent ones included. A silent one gives way to a
   * newcomer; where none is silent the newcomer is turned away with BUSY.
   */
  readonly waitingMax: number;
  /** Octets that all sessions together may have under way; each window is an equal share. */
  readonly windowOctets: number;
  /** Octets of resources and changes that one session may have stored. */
  readonly sessionOctetsMax: number;
}

/** What a hub takes on unless it is told otherwise. */
export const HUB_LIMITS: HubLimits = {
  sessionsMax: 32,
  waitingMax: 64,
  windowOctets: 64 * 1024 * 1024,
  sessionOctetsMax: Infinity,
};

/** A session that ended, for whoever keeps records. */
export interface EndedHubSession {
  /** The session's name, as its device shows it. */
  readonly session: string;
  readonly result: SyncResult;
  /** Since its code was entered. */
  readonly durationMs: number;
}

/** A line for a structured log: addresses, counts, codes, durations; no data (PSP-SEC-1). */
export interface HubLogRecord {
  readonly event:
    'waiting' | 'admitted' | 'phase' | 'ended' | 'turned-away' | 'superseded' | 'draining';
  readonly [member: string]: string | number | undefined;
}

/** Options of a {@link Hub}. */
export interface HubOptions extends SyncReceiverOptions {
  /** The next connection; rejects when there will be none. Called again and again. */
  readonly accept: () => Promise<Arrival>;
  /** Connects to a device that listens. */
  readonly dial: (host: string, port: number) => Promise<Arrival>;
  readonly limits?: Partial<HubLimits>;
  /** For every session. */
  readonly session?: Pick<
    SessionOptions,
    'limits' | 'deflate' | 'grease' | 'clock' | 'randomOctets'
  >;
  /** Gets a line for each thing that happens; default none. */
  readonly log?: (record: HubLogRecord) => void;
  /** Called when a session with a code has ended; what it rejects with is dropped. */
  readonly onEnded?: (ended: EndedHubSession) => Promise<void>;
}

/** Payloads of one session under way; more would only wait for the one writer. */
export const windowPayloads = 8;

/**
 * The limits with every default put in.
 *
 * @throws {@link UsageError} when one is no positive number.
 */
export function hubLimitsOf(options: Pick<HubOptions, 'limits'>): HubLimits {
  const limits = { ...HUB_LIMITS, ...options.limits };
  for (const [name, value] of Object.entries<number>({ ...limits })) {
    const mayBeEndless = name === 'sessionOctetsMax' && value === Infinity;
    const isWhole = Number.isSafeInteger(value) || mayBeEndless;
    if (!isWhole || value < 1) throw new UsageError(`${name} is a whole number from 1 on.`);
  }
  if (limits.windowOctets < limits.sessionsMax) {
    throw new UsageError('windowOctets has at least one octet for each session.');
  }
  return limits;
}
