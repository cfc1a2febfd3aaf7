// What a session is made with, and what it tells while it runs.
import { randomBytes } from 'node:crypto';
import { canonicalServerUrl } from '../security/index.ts';
import type { RandomOctets, Secret } from '../security/index.ts';
import type { SyncReceiver, SyncSender } from '../sync/index.ts';
import { checkLimits, FhirRelease, UsageError } from '../wire/index.ts';
import type { EffectiveLimits, Identity, Offer, SecretKind } from '../wire/index.ts';
import { DISPLAY_NAME_OCTETS, REPLICA_ID_OCTETS } from '../wire/index.ts';
import type { Allowance } from '../machine/index.ts';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { LogRecord } from './log.ts';

/** Who this endpoint is. */
export interface SessionIdentity {
  /** The replica id of the store, 16 octets. */
  readonly replicaId: Uint8Array;
  /** Shown to the peer's user, at most 128 octets of UTF-8. */
  readonly displayName: string;
  /** Canonical server URL, empty for none (`canonicalServerUrl`). */
  readonly serverUrl: string;
  /** Default R4. */
  readonly fhirRelease?: FhirRelease;
}

/** Entries acknowledged as durable so far, of those offered. */
export interface ProgressEvent {
  readonly kind: 'progress';
  readonly acknowledged: number;
  /** Undefined: the sender could not count. An estimate (PSP-OFFER-4). */
  readonly offered: number | undefined;
  readonly byType: ReadonlyMap<
    string,
    { readonly acknowledged: number; readonly offered: number | undefined }
  >;
}

/** The session came to another state of its table. */
export interface PhaseEvent {
  readonly kind: 'phase';
  readonly phase: string;
}

/** What a session tells while it runs. */
export type SessionEvent = ProgressEvent | PhaseEvent;

/**
 * What this implementation announces where its caller says nothing: room for a resource of nearly
 * 8 MiB that was created on a device, whose octets travel twice (INSERT and resource). Memory is
 * spent on what arrives, not on what is announced.
 */
export const ANNOUNCED_LIMITS: EffectiveLimits = {
  maxFrameOctets: 16_777_216,
  maxBatchOctets: 16_777_216,
  maxBatchEntries: 1_000,
};

/**
 * The window of a receiver whose caller says nothing: twice what it stores in one transaction where
 * Payloads have 256 KiB, so that one half is stored while the other travels.
 */
export const defaultWindow: Allowance = { payloads: 12, octets: 4n * 1024n * 1024n };

/** The window of a receiver that holds its sender. */
export const noRoom: Allowance = { payloads: 0, octets: 0n };

/** Options of both roles. */
export interface SessionOptions {
  readonly identity: SessionIdentity;
  /** What we are ready to read; absent: {@link ANNOUNCED_LIMITS}. */
  readonly limits?: Partial<EffectiveLimits>;
  /** Whether batches may be compressed; default true. */
  readonly deflate?: boolean;
  /** Whether to send unknown values that every peer must ignore (PSP-EXT-2); default true. */
  readonly grease?: boolean;
  readonly clock?: Clock;
  /** Must be cryptographically secure (PSP-SEC-3); default `node:crypto`. */
  readonly randomOctets?: RandomOctets;
  /** Called as the session goes on, synchronously; must not throw. */
  readonly onEvent?: (event: SessionEvent) => void;
  /** Cancels the session; the peer is told (S31). */
  readonly signal?: AbortSignal;
  /** Gets counts, codes and durations, nothing about people (PSP-SEC-1); default none. */
  readonly log?: (record: LogRecord) => void;
}

/** Options of a sender. */
export interface SenderSessionOptions extends SessionOptions {
  readonly sync: Pick<SyncSender, 'prepare'>;
  /** The secrets on show, each kind once; the caller erases them when the run is over. */
  readonly secrets: readonly Secret[];
  /** When they were first shown, on `clock`; default: when the session begins (PSP-CODE-6). */
  readonly secretsShownAtMs?: number;
  /**
   * Draft capability `turn`: how this endpoint receives in a second half, where the receiver has
   * something to send back. Absent: not offered (PSP-TURN-1).
   */
  readonly turn?: Pick<ReceiverSessionOptions, 'sync' | 'agree' | 'window'>;
}

/** What the user is asked before anything is stored. */
export interface Agreement {
  readonly sender: Identity;
  readonly offer: Offer;
  /** Aborted when the answer is not needed any more. */
  readonly signal: AbortSignal;
}

/** Options of a receiver. */
export interface ReceiverSessionOptions extends SessionOptions {
  readonly sync: Pick<SyncReceiver, 'request' | 'open'>;
  /**
   * Asks the user for a secret of one of these kinds; undefined: the user gives up. The octets are
   * erased after use. It ends when `signal` is aborted.
   *
   * What it gives must be well formed (`parseSecret`, PSP-CODE-4), or the session ends as misuse.
   */
  readonly askSecret: (
    kinds: readonly SecretKind[],
    signal: AbortSignal,
  ) => Promise<Secret | undefined>;
  /** Kinds that `askSecret` can get; default both. */
  readonly secretKinds?: readonly Secret['kind'][];
  /**
   * Asks the user about the offer; absent: always agreed. Where it is given, the sender is held
   * until it answers (PSP-REQ-8).
   */
  readonly agree?: (agreement: Agreement) => Promise<boolean>;
  /**
   * Runs the opening and storing of what has arrived when it is this session's turn, for a program
   * with many sessions; absent: at once.
   */
  readonly inTurn?: <T>(work: () => Promise<T>) => Promise<T>;
  /** How far the sender may run ahead; default 12 Payloads and 4 MiB. */
  readonly window?: Allowance;
  /**
   * Draft capability `turn`: what this endpoint sends back in a second half, where the sender
   * offers one. Absent: not taken (PSP-TURN-1).
   */
  readonly turn?: Pick<SenderSessionOptions, 'sync'>;
}

/** The options of either role with every default put in. */
export interface Settings {
  readonly identity: Required<SessionIdentity>;
  readonly limits: EffectiveLimits;
  readonly deflate: boolean;
  /** Whether the draft capability `turn` is offered or taken. */
  readonly turn: boolean;
  readonly grease: boolean;
  readonly clock: Clock;
  readonly randomOctets: RandomOctets;
  readonly onEvent: (event: SessionEvent) => void;
  readonly signal: AbortSignal | undefined;
  readonly log: (record: LogRecord) => void;
}

/**
 * Puts the defaults in and refuses what the peer would refuse.
 *
 * @throws {@link UsageError} when the identity or a limit is out of bounds.
 */
export function settingsOf(options: SessionOptions & { readonly turn?: object }): Settings {
  const { identity } = options;
  if (identity.replicaId.length !== REPLICA_ID_OCTETS) {
    throw new UsageError(`A replica id has ${REPLICA_ID_OCTETS} octets.`);
  }
  if (new TextEncoder().encode(identity.displayName).length > DISPLAY_NAME_OCTETS) {
    throw new UsageError(`A display name has at most ${DISPLAY_NAME_OCTETS} octets of UTF-8.`);
  }
  // PSP-SRV-3: found here, not as a mismatch that nobody understands.
  if (identity.serverUrl !== '' && canonicalServerUrl(identity.serverUrl) !== identity.serverUrl) {
    throw new UsageError('Bring the server URL into its canonical form with canonicalServerUrl.');
  }
  const limits = { ...ANNOUNCED_LIMITS, ...options.limits };
  const fault = checkLimits(limits);
  if (fault !== undefined) throw new UsageError(`Announced limits: ${fault.detail}.`);
  return {
    identity: { fhirRelease: FhirRelease.R4, ...identity },
    limits,
    deflate: options.deflate ?? true,
    turn: options.turn !== undefined,
    grease: options.grease ?? true,
    clock: options.clock ?? systemClock,
    randomOctets: options.randomOctets ?? ((count) => new Uint8Array(randomBytes(count))),
    onEvent: options.onEvent ?? (() => undefined),
    signal: options.signal,
    log: options.log ?? (() => undefined),
  };
}

/** What both Identity and Request say about this endpoint. */
export function identityOf({ identity }: Settings): Identity {
  const { replicaId, displayName, serverUrl } = identity;
  return { replicaId, displayName, serverUrl };
}
