// The sending side of a session above the wire: what is offered, in which batches, and what became
// of it. Knows nothing of frames, keys, windows or sockets.
import { FhirRelease } from '../wire/messages.ts';
import type { Complete, EntryOutcome, Limits, Offer, Receipt, Request } from '../wire/messages.ts';
import { BATCH_ENTRIES_MAX, BATCH_ENTRIES_MIN, BATCH_OCTETS_MAX } from '../wire/limits.ts';
import { UsageError, type Violation } from '../wire/violation.ts';
import type { Store } from '../store/store.ts';
import { planExport } from './export-plan.ts';
import type { SyncReport } from './report.ts';
import { selectionOf, type ExportPolicy } from './selection.ts';
import { StoreExport } from './sync-export.ts';

/**
 * How large the sender makes its batches; the receiver's limits bound them further. Larger batches
 * store faster (one durable transaction each), smaller ones bound memory, report progress sooner
 * and keep a slow link inside the idle timer. Compression gains nothing beyond some 200 entries.
 */
export interface BatchOptions {
  /** Entries in a batch, 1 to 1 000. Default 500. */
  readonly entriesMax?: number;
  /** Octets of an encoded batch; one larger entry travels alone. Default 512 KiB. */
  readonly octetsMax?: number;
}

/** What a sender needs. */
export interface SyncSenderOptions {
  readonly store: Store;
  /** What may leave this device; absent: everything (PSP-REQ-4). */
  readonly exportPolicy?: ExportPolicy;
  readonly batch?: BatchOptions;
}

/** One batch, ready to travel as a Payload. */
export interface OutgoingBatch {
  /** The encoded Batch, not compressed: its length is `Payload.uncompressed_octets`. */
  readonly encoded: Uint8Array;
  /** Covers this batch and all before it; empty in mode LAST_UPDATED. */
  readonly cursor: Uint8Array;
  /** What is inside, in order. */
  readonly entries: readonly { readonly resourceType: string; readonly resourceId: string }[];
}

/** The data of one session on its way out. The n-th batch is the Payload with sequence n. */
export interface SyncExport {
  readonly offer: Offer;
  /** The next batch; undefined: all are out, Complete is due. One call at a time. */
  next(): Promise<OutgoingBatch | undefined>;
  /**
   * Takes an Ack: every Payload up to `throughSequence` is durable. A fault of the peer comes back
   * as a value (PSP-ACK-4, PSP-ACK-6).
   */
  acknowledged(throughSequence: bigint, outcomes: readonly EntryOutcome[]): Violation | undefined;
  /** @throws UsageError before {@link SyncExport.next} said that all are out. */
  complete(): Complete;
  /** Takes the Receipt, which has to agree with Complete (PSP-DONE-6). */
  receipt(receipt: Receipt): Violation | undefined;
  /** A snapshot, at any time. */
  readonly report: SyncReport;
}

const defaultBatch = { entriesMax: 500, octetsMax: 512 * 1024 };

/** Answers requests out of a store; one for any number of sessions. */
export class SyncSender {
  readonly #store: Store;
  readonly #policy: ExportPolicy | undefined;
  readonly #batch: Required<BatchOptions>;

  /** @throws UsageError when a batch option is out of its range. */
  constructor(options: SyncSenderOptions) {
    this.#store = options.store;
    this.#policy = options.exportPolicy;
    this.#batch = { ...defaultBatch, ...options.batch };
    const { entriesMax, octetsMax } = this.#batch;
    if (!isWithin(entriesMax, BATCH_ENTRIES_MIN, BATCH_ENTRIES_MAX)) {
      throw new UsageError(`entriesMax is from ${BATCH_ENTRIES_MIN} to ${BATCH_ENTRIES_MAX}`);
    }
    if (!isWithin(octetsMax, 1, BATCH_OCTETS_MAX)) {
      throw new UsageError(`octetsMax is from 1 to ${BATCH_OCTETS_MAX}`);
    }
  }

  /**
   * Answers a Request: what will be sent, or why nothing can be (PSP-REQ-3, PSP-REQ-6). Nothing
   * that is written to the store from now on takes part.
   *
   * @param peerLimits - What the receiver announced in Accept; absent or 0 means the default
   * (PSP-LIM-3).
   * @param fhirRelease - What the session agreed on; search parameters are supported of R4 only.
   */
  async prepare(
    request: Request,
    peerLimits: Limits | undefined,
    fhirRelease: FhirRelease = FhirRelease.R4,
  ): Promise<SyncExport | Violation> {
    const { serverUrl } = this.#store.settings;
    const selection = selectionOf(request, this.#policy, { serverUrl, fhirRelease });
    if ('kind' in selection) return selection;
    const plan = await planExport(this.#store, selection, request, peerLimits, this.#batch);
    const { replicaId, displayName } = request;
    return new StoreExport(this.#store, plan, { replicaId, displayName });
  }
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max;
}
