// The receiving side of a session above the wire: what is asked for, and how what arrives becomes
// durable. Knows nothing of frames, keys, windows or sockets.
import {
  SelectionMode,
  type Complete,
  type EntryOutcome,
  type Identity,
  type Offer,
  type Receipt,
  type ResourceSyncParams,
  type SyncPayload,
} from '../wire/messages.ts';
import { UsageError, type Violation } from '../wire/violation.ts';
import type { Decide, Store } from '../store/store.ts';
import type { ConflictResolutionStrategy } from './conflict-resolution.ts';
import { decideWith } from './decide.ts';
import { newestInstants } from './newest-instants.ts';
import type { SyncReport } from './report.ts';
import { scopeOf } from './scope.ts';
import { StoreImport } from './sync-import.ts';

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

/** Payloads in a row that become durable together. */
export interface PayloadGroup {
  /** Of all of them, in their order; to be gone through once, and not to be kept. */
  readonly entries: Iterable<SyncPayload>;
  /** The last one that is not empty; empty where none has one. */
  readonly cursor: Uint8Array;
  /** How many there are, at least 1. */
  readonly payloads: number;
}

/** The data of one session on its way in. */
export interface SyncImport {
  /**
   * Stores the entries of a group with its cursor. When the promise resolves they are durable and
   * may be acknowledged (PSP-ACK-1); when it rejects nothing of them was stored. One call at a
   * time, in the order of the Payloads.
   *
   * @returns Those not simply STORED, `sequence` left 0 for the caller to fill (PSP-ACK-3), their
   * index that in `entries`.
   */
  receive(group: PayloadGroup): Promise<EntryOutcome[]>;
  /** Compares the counts (PSP-DONE-2), stores the final cursor (PSP-DONE-3). */
  complete(message: Complete): Promise<Violation | undefined>;
  /** @throws UsageError before {@link SyncImport.complete} agreed (PSP-DONE-4). */
  receipt(): Receipt;
  /** A snapshot, at any time. */
  readonly report: SyncReport;
}

/** Takes in data for a store; one for any number of sessions, one session at a time. */
export class SyncReceiver {
  readonly #store: Store;
  readonly #params: ResourceSyncParams;
  readonly #mode: SelectionMode;
  readonly #scope: string;
  readonly #decide: Decide;

  /**
   * @throws UsageError when the mode is none of the three, a type is listed twice (PSP-REQ-1), or
   * mode LAST_UPDATED comes without types: its instants are given for each type by name.
   */
  constructor(options: SyncReceiverOptions) {
    const { store, params = { types: [] }, mode = SelectionMode.CURSOR, strategy } = options;
    this.#store = store;
    // PSP-MSG-25: instants belong to mode LAST_UPDATED, where they come from the store.
    this.#params = { ...params, types: params.types.map((type) => ({ ...type, lastUpdated: '' })) };
    this.#mode = mode;
    this.#scope = scopeOf(params);
    this.#decide = decideWith(strategy);
    if (!modes.includes(mode)) throw new UsageError('the mode is FULL, CURSOR or LAST_UPDATED');
    if (new Set(typesOf(params)).size < params.types.length) {
      throw new UsageError('list each resource type once');
    }
    if (mode === SelectionMode.LAST_UPDATED && params.types.length === 0) {
      throw new UsageError('mode LAST_UPDATED needs the resource types by name');
    }
  }

  /** The part of a Request about data; what this store already has of the sender shapes it. */
  async request(sender: Identity): Promise<SyncRequest> {
    const mode = this.#mode;
    const none = new Uint8Array();
    if (mode === SelectionMode.CURSOR) {
      // PSP-RESUME-2, PSP-RESUME-3: as it was stored; only the sender knows what it says.
      const cursor = await this.#store.getCursor(sender.replicaId, this.#scope);
      return { params: this.#params, mode, cursor: cursor ?? none };
    }
    if (mode === SelectionMode.FULL) return { params: this.#params, mode, cursor: none };
    const newest = await newestInstants(this.#store, typesOf(this.#params));
    const types = this.#params.types.map((type) => ({
      ...type,
      lastUpdated: newest.get(type.resourceType) ?? '',
    }));
    return { params: { ...this.#params, types }, mode, cursor: none };
  }

  /** Starts to take in what the sender offers. */
  open(sender: Identity, offer: Offer): SyncImport {
    const setting = {
      store: this.#store,
      decide: this.#decide,
      mode: this.#mode,
      scope: this.#scope,
    };
    return new StoreImport(setting, sender, offer);
  }
}

const modes: readonly SelectionMode[] = [
  SelectionMode.FULL,
  SelectionMode.CURSOR,
  SelectionMode.LAST_UPDATED,
];

function typesOf(params: ResourceSyncParams): string[] {
  return params.types.map(({ resourceType }) => resourceType);
}
