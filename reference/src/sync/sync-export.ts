// One session's data on its way out: reads the store page by page and packs batches, each with the
// cursor that covers it; counts what Acks and the Receipt say. Holds one page and the names of what
// is unacknowledged, so its memory depends on the window and not on the store.
import { setImmediate as immediate } from 'node:timers/promises';
import {
  ErrorCode,
  Outcome,
  SelectionMode,
  WithheldReason,
  type Complete,
  type EntryOutcome,
  type Offer,
  type Receipt,
} from '../wire/messages.ts';
import { BatchBuilder } from '../wire/batch.ts';
import { giveBackAlone } from '../wire/given-back.ts';
import { ENTRY_ABSORBED, ENTRY_CHANGES, REPLICA_ID_OCTETS } from '../wire/limits.ts';
import { UsageError, violation, type Violation } from '../wire/violation.ts';
import type { Store, StoredPayload } from '../store/store.ts';
import { equalOctets } from './change-set.ts';
import { encodeCursor } from './cursor.ts';
import { typeCounts, withheldCounts, type ExportPlan } from './export-plan.ts';
import { ReportTally } from './report-tally.ts';
import type { SyncReport } from './report.ts';
import { isSelected } from './selection.ts';
import type { OutgoingBatch, SyncExport } from './sync-sender.ts';

/** The peer of an export, for its report. */
export interface ExportPeer {
  readonly replicaId: Uint8Array;
  readonly displayName: string;
}

type EntryName = OutgoingBatch['entries'][number];

/**
 * Octets of a page that is read. Of what is read and not packed yet the engine keeps whatever it
 * meets when it makes room: measured, a page as large as a batch costs a twentieth of the rate. A
 * store behind a network is asked once for each page.
 */
const pageOctets = 128 * 1024;

/** Octets that an entry has at least for each change and absorbed id: those of the replica id. */
const octetsOfEach = REPLICA_ID_OCTETS;

function exceedsEntryLimits(entry: StoredPayload): boolean {
  const { encoded } = entry;
  // So short, it need not be read.
  const most = Math.min(ENTRY_CHANGES, ENTRY_ABSORBED);
  if (encoded !== undefined && encoded.length < octetsOfEach * most) return false;
  const { changes, absorbed } = entry.payload;
  return changes.length > ENTRY_CHANGES || absorbed.length > ENTRY_ABSORBED;
}

/** A {@link SyncExport} out of a store. */
export class StoreExport implements SyncExport {
  readonly offer: Offer;
  readonly #store: Store;
  readonly #plan: ExportPlan;
  readonly #tally: ReportTally;
  /** Read, not yet packed; oldest write first. */
  #page: readonly StoredPayload[] = [];
  #pageAt = 0;
  /** Everything up to here is in a batch, or was skipped or withheld. */
  #passed: bigint;
  /** What is packed, and of whom. */
  readonly #batch: BatchBuilder;
  #entries: EntryName[] = [];
  #withheldAbove: number;
  #sent = 0n;
  #acknowledged = 0n;
  #finished = false;
  readonly #unacknowledged = new Map<bigint, readonly EntryName[]>();

  constructor(store: Store, plan: ExportPlan, peer: ExportPeer) {
    this.#store = store;
    this.#plan = plan;
    this.#passed = plan.range.after;
    this.#withheldAbove = plan.withheldAbove;
    this.#batch = new BatchBuilder(plan.limits);
    const { mode } = plan.selection;
    const { disposition } = plan;
    this.#tally = new ReportTally({ role: 'sender', ...peer, mode, disposition });
    for (const [type, entries] of plan.policyWithheld) {
      this.#tally.withhold(type, WithheldReason.POLICY, entries);
    }
    this.offer = offerOf(plan);
    this.#tally.offered(this.offer.totals);
  }

  get report(): SyncReport {
    return this.#tally.snapshot();
  }

  async next(): Promise<OutgoingBatch | undefined> {
    if (this.#finished) return undefined;
    // Kept in fields: when a page can't be read, another call goes on without losing an entry.
    while (this.#fill() && (await this.#hasPage()));
    const entries = this.#entries;
    if (entries.length === 0) {
      this.#finished = true;
      return undefined;
    }
    this.#entries = [];
    for (const { resourceType } of entries) this.#tally.transferred(resourceType);
    this.#tally.payloads += 1;
    this.#sent += 1n;
    this.#unacknowledged.set(this.#sent, entries);
    return { encoded: this.#batch.take(), cursor: this.#cursorAt(this.#passed), entries };
  }

  acknowledged(throughSequence: bigint, outcomes: readonly EntryOutcome[]): Violation | undefined {
    // PSP-ACK-4
    if (throughSequence > this.#sent || throughSequence < this.#acknowledged) {
      const known = `${this.#acknowledged} acknowledged, ${this.#sent} sent`;
      const detail = `Ack through ${throughSequence}: ${known}`;
      return violation(ErrorCode.ACK_INVALID, 'PSP-ACK-4', detail);
    }
    const named = this.#outcomesByEntry(throughSequence, outcomes);
    if ('kind' in named) return named;
    for (let sequence = this.#acknowledged + 1n; sequence <= throughSequence; sequence += 1n) {
      const ofPayload = named.get(sequence);
      for (const [index, entry] of (this.#unacknowledged.get(sequence) ?? []).entries()) {
        const { outcome = Outcome.STORED, code } = ofPayload?.get(index) ?? {};
        this.#tally.settled(entry.resourceType, entry.resourceId, outcome, code);
      }
      this.#unacknowledged.delete(sequence);
    }
    this.#acknowledged = throughSequence;
    return undefined;
  }

  complete(): Complete {
    if (!this.#finished) throw new UsageError('Complete is due when next() gave undefined');
    return {
      payloads: this.#sent,
      entries: typeCounts(this.#tally.transferredByType()),
      withheld: this.#tally.withheldCounts(),
      cursor: this.#cursorAt(this.#plan.range.through),
    };
  }

  receipt(receipt: Receipt): Violation | undefined {
    const counted = new Map<string, bigint>();
    for (const { resourceType, entries } of receipt.counts) {
      counted.set(resourceType, (counted.get(resourceType) ?? 0n) + entries);
    }
    const sent = this.#tally.transferredByType();
    for (const resourceType of new Set([...counted.keys(), ...sent.keys()])) {
      // PSP-DONE-6: an entry that nobody accounts for is a lost one.
      if ((counted.get(resourceType) ?? 0n) !== BigInt(sent.get(resourceType) ?? 0)) {
        const detail = `the Receipt's count of a resource type differs from that of Complete`;
        return violation(ErrorCode.COUNT_MISMATCH, 'PSP-DONE-6', detail);
      }
    }
    this.#tally.replaceOutcomes(receipt.counts);
    this.#tally.complete = true;
    return undefined;
  }

  /** Puts the entries of the page where they belong; false: the batch is as full as it gets. */
  #fill(): boolean {
    for (let entry = this.#page[this.#pageAt]; entry; entry = this.#page[this.#pageAt]) {
      if (this.#isWanted(entry) && !this.#place(entry)) return false;
      this.#pageAt += 1;
      this.#passed = entry.sequence;
    }
    return true;
  }

  /** Puts an entry where it belongs; false: it waits for the next batch, whole (PSP-PAY-11). */
  #place(entry: StoredPayload): boolean {
    const { resourceType, resourceId, encoded } = entry;
    if (exceedsEntryLimits(entry)) {
      // PSP-DATA-14, PSP-PAY-12: no receiver takes it; an upload makes the list short again.
      this.#tally.withhold(resourceType, WithheldReason.TOO_LARGE);
    } else if (
      encoded === undefined ? this.#batch.add(entry.payload) : this.#batch.addEncoded(encoded)
    ) {
      // They are in the batch now, and this page was read for us alone.
      if (encoded !== undefined) giveBackAlone(encoded);
      this.#entries.push({ resourceType, resourceId });
    } else if (this.#entries.length > 0) {
      return false;
    } else {
      // PSP-PAY-12, and noted in the cursor for a receiver that can take more.
      const { loneOctetsMax } = this.#plan.limits;
      this.#tally.withhold(resourceType, WithheldReason.TOO_LARGE);
      this.#withheldAbove ||= loneOctetsMax;
      this.#withheldAbove = Math.min(this.#withheldAbove, loneOctetsMax);
    }
    return true;
  }

  /** Reads the next page; false where there is none. */
  async #hasPage(): Promise<boolean> {
    const { range, limits } = this.#plan;
    // In order of sequence, because that is what makes every cursor exact. It also brings what was
    // written first, first: mostly the referenced before its referrers (PSP-SEL-7); any other order
    // would cost a sort of the whole selection.
    const from = { ...range, after: this.#passed };
    // A search reads far to find little; timers, cancellation and the peer get their turn.
    if (this.#page.length > 0 && this.#entries.length === 0) await immediate();
    this.#page = await this.#store.payloadPage(from, limits.entriesMax, pageOctets);
    this.#pageAt = 0;
    return this.#page.length > 0;
  }

  #isWanted(entry: StoredPayload): boolean {
    const { origin, resourceType } = entry;
    const { skipOrigin, selection } = this.#plan;
    // PSP-SEL-6
    if (origin !== undefined && skipOrigin !== undefined && equalOctets(origin, skipOrigin)) {
      return false;
    }
    // PSP-SEL-28: what nobody asked for does not leave the device.
    if (!isSelected(selection, entry)) return false;
    if (selection.allowed?.includes(resourceType) === false) {
      // PSP-REQ-4, PSP-REQ-5: only mode LAST_UPDATED scans what the policy keeps back.
      this.#tally.withhold(resourceType, WithheldReason.POLICY);
      return false;
    }
    return true;
  }

  #cursorAt(sequence: bigint): Uint8Array {
    const { selection, owner } = this.#plan;
    // PSP-RESUME-11: what LAST_UPDATED leaves out was not sent, so no cursor may claim that it was.
    if (selection.mode === SelectionMode.LAST_UPDATED) return new Uint8Array();
    return encodeCursor(owner, { sequence, withheldAbove: this.#withheldAbove });
  }

  #outcomesByEntry(
    throughSequence: bigint,
    outcomes: readonly EntryOutcome[],
  ): ReadonlyMap<bigint, ReadonlyMap<number, EntryOutcome>> | Violation {
    const result = new Map<bigint, Map<number, EntryOutcome>>();
    for (const outcome of outcomes) {
      const { sequence, entryIndex } = outcome;
      const entries = this.#unacknowledged.get(sequence);
      const ofPayload = result.get(sequence) ?? new Map<number, EntryOutcome>();
      // PSP-ACK-6: also where an entry is named twice, for it has one outcome.
      const exists = sequence <= throughSequence && entryIndex < (entries?.length ?? 0);
      if (!exists || ofPayload.has(entryIndex)) {
        const detail = `outcome of entry ${entryIndex} of Payload ${sequence}`;
        return violation(ErrorCode.ACK_INVALID, 'PSP-ACK-6', detail);
      }
      result.set(sequence, ofPayload.set(entryIndex, outcome));
    }
    return result;
  }
}

function offerOf(plan: ExportPlan): Offer {
  return {
    totals: plan.totals === undefined ? [] : typeCounts(plan.totals),
    indeterminate: plan.totals === undefined,
    withheld: withheldCounts(plan.policyWithheld, WithheldReason.POLICY),
    cursorDisposition: plan.disposition,
  };
}
