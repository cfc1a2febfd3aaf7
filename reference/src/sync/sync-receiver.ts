// The receiving side of a session above the wire: what is asked for, and how what arrives becomes
// durable. Knows nothing of frames, keys, windows or sockets.
import type {
  Complete,
  EntryOutcome,
  Identity,
  Offer,
  Receipt,
  ResourceSyncParams,
  SelectionMode,
  SyncPayload,
} from '../wire/messages.ts';
import type { Violation } from '../wire/violation.ts';
import type { Store } from '../store/store.ts';
import type { ConflictResolutionStrategy } from './conflict-resolution.ts';
import type { SyncReport } from './report.ts';

/** What a receiver needs. */
export interface SyncReceiverOptions {
  readonly store: Store;
  /** What to ask for; absent: every resource type (PSP-REQ-2). */
  readonly params?: ResourceSyncParams;
  /** Default CURSOR. LAST_UPDATED needs `params` to name its types. */
  readonly mode?: SelectionMode;
  /** One for all conflicts of a session (PSP-CLS-13). */
  readonly strategy: ConflictResolutionStrategy;
}

/** The part of a Request that is about data. */
export interface SyncRequest {
  readonly params: ResourceSyncParams;
  readonly mode: SelectionMode;
  /** What was stored for this sender and these parameters; empty: nothing (PSP-RESUME-2). */
  readonly cursor: Uint8Array;
}

/** The data of one session on its way in. */
export interface SyncImport {
  /**
   * Stores the entries of one Payload with its cursor. When the promise resolves they are durable
   * and may be acknowledged (PSP-ACK-1); when it rejects nothing of them was stored. One call at a
   * time, in the order of the Payloads.
   *
   * @returns Those not simply STORED, `sequence` left 0 for the caller to fill (PSP-ACK-3).
   */
  receive(entries: readonly SyncPayload[], cursor: Uint8Array): Promise<EntryOutcome[]>;
  /** Compares the counts (PSP-DONE-2), stores the final cursor (PSP-DONE-3). */
  complete(message: Complete): Promise<Violation | undefined>;
  /** @throws UsageError before {@link SyncImport.complete} agreed (PSP-DONE-4). */
  receipt(): Receipt;
  /** A snapshot, at any time. */
  readonly report: SyncReport;
}

export declare class SyncReceiver {
  constructor(options: SyncReceiverOptions);
  /** What to ask this sender for. */
  request(sender: Identity): Promise<SyncRequest>;
  /** Starts to take in what the sender offers. */
  open(sender: Identity, offer: Offer): SyncImport;
}
