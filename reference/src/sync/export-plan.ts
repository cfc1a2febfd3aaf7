// What one session sends, fixed when it is offered: the range of the scan, the limits, the counts.
// Knows the store's index, but neither batches nor what becomes of the entries.
import {
  CursorDisposition,
  SelectionMode,
  type WithheldReason,
  type Limits,
  type Request,
  type TypeCount,
  type WithheldCount,
} from '../wire/messages.ts';
import { batchOctetsFor, effectiveLimits } from '../wire/limits.ts';
import type { EntryRange, Store } from '../store/store.ts';
import { decodeCursor, scopeDigest, type CursorOwner } from './cursor.ts';
import type { Selection } from './selection.ts';

/** How large batches become. */
export interface BatchLimits {
  readonly entriesMax: number;
  /** Octets of an encoded batch that is made of several entries. */
  readonly octetsMax: number;
  /** Octets of an encoded batch of one entry: the receiver's own limit (PSP-PAY-12). */
  readonly loneOctetsMax: number;
}

/** What one session sends. */
export interface ExportPlan {
  readonly selection: Selection;
  /** The scan: up to the high-water mark, however the store grows meanwhile (PSP-RESUME-6). */
  readonly range: EntryRange;
  /** Entries whose state is exactly this replica's are skipped; undefined: none is. */
  readonly skipOrigin: Uint8Array | undefined;
  readonly owner: CursorOwner;
  readonly disposition: CursorDisposition;
  /** From the cursor: see CursorPosition. */
  readonly withheldAbove: number;
  readonly limits: BatchLimits;
  /** Undefined: only the scan itself will tell. */
  readonly totals: ReadonlyMap<string, number> | undefined;
  /** Entries that the policy keeps back, by type; in mode LAST_UPDATED found by the scan. */
  readonly policyWithheld: ReadonlyMap<string, number>;
}

/** Fixes what a session sends (PSP-OFFER-1). */
export async function planExport(
  store: Store,
  selection: Selection,
  request: Request,
  peerLimits: Limits | undefined,
  batch: { readonly entriesMax: number; readonly octetsMax: number },
): Promise<ExportPlan> {
  const limits = boundedBy(batch, peerLimits);
  const owner = { replicaId: store.replicaId, scopeDigest: scopeDigest(...selection.scope) };
  const through = await store.lastSequence();
  const start = startOf(selection, request.cursor, owner, through, limits);
  // PSP-SEL-6: a state that came from that very replica is there, for a store that lost data has
  // taken a new replica id (PSP-ID-3). The other modes select by their rule whatever we believe
  // that the receiver has: FULL is how a user makes good what went wrong.
  const skipOrigin = selection.mode === SelectionMode.CURSOR ? request.replicaId : undefined;
  const scanned: EntryRange = { after: start.after, through, types: selection.requested };
  const fixed = { selection, skipOrigin, owner, limits };
  const { disposition, withheldAbove } = start;
  if (selection.mode === SelectionMode.LAST_UPDATED) {
    // Instants are compared exactly, entry by entry, which no index can count.
    const policyWithheld = new Map<string, number>();
    const totals = undefined;
    return { ...fixed, range: scanned, disposition, withheldAbove, totals, policyWithheld };
  }
  const range: EntryRange = { ...scanned, types: selection.allowed };
  // PSP-OFFER-3: to count what a search finds is to read and parse it all, twice in one session.
  const isSearch = selection.queries.size > 0;
  const totals = isSearch ? undefined : await store.count(range, skipOrigin);
  const policyWithheld = await withheldByPolicy(store, selection, scanned, skipOrigin);
  return { ...fixed, range, disposition, withheldAbove, totals, policyWithheld };
}

/** A map of counts as the wire has it, in order of type. */
export function typeCounts(counts: ReadonlyMap<string, number>): TypeCount[] {
  return [...counts]
    .filter(([, entries]) => entries > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resourceType, entries]) => ({ resourceType, entries: BigInt(entries) }));
}

/** Counts of one reason as the wire has them. */
export function withheldCounts(
  counts: ReadonlyMap<string, number>,
  reason: WithheldReason,
): WithheldCount[] {
  return typeCounts(counts).map((count) => ({ ...count, reason }));
}

function boundedBy(
  batch: { readonly entriesMax: number; readonly octetsMax: number },
  peerLimits: Limits | undefined,
): BatchLimits {
  const peer = effectiveLimits(peerLimits);
  const loneOctetsMax = batchOctetsFor(peer);
  return {
    entriesMax: Math.min(batch.entriesMax, peer.maxBatchEntries),
    octetsMax: Math.min(batch.octetsMax, loneOctetsMax),
    loneOctetsMax,
  };
}

interface Start {
  readonly after: bigint;
  readonly disposition: CursorDisposition;
  readonly withheldAbove: number;
}

function startOf(
  selection: Selection,
  cursor: Uint8Array,
  owner: CursorOwner,
  through: bigint,
  limits: BatchLimits,
): Start {
  const none = { after: 0n, withheldAbove: 0 };
  // PSP-REQ-9
  if (selection.mode !== SelectionMode.CURSOR || cursor.length === 0) {
    return { ...none, disposition: CursorDisposition.FRESH };
  }
  const position = decodeCursor(cursor, owner);
  const over = { ...none, disposition: CursorDisposition.STARTING_OVER };
  // PSP-RESUME-5, PSP-RESUME-9. A sequence that this store has not reached is of a store that was
  // set back without taking a new replica id.
  if (position === undefined || position.sequence > through) return over;
  // PSP-RESUME-10: what was too large then fits now, and lies before the cursor.
  if (position.withheldAbove > 0 && position.withheldAbove < limits.loneOctetsMax) return over;
  return {
    after: position.sequence,
    disposition: CursorDisposition.RESUMED,
    withheldAbove: position.withheldAbove,
  };
}

async function withheldByPolicy(
  store: Store,
  selection: Selection,
  range: EntryRange,
  skipOrigin: Uint8Array | undefined,
): Promise<ReadonlyMap<string, number>> {
  const { requested, allowed } = selection;
  if (allowed === undefined) return new Map();
  const types = requested?.filter((type) => !allowed.includes(type));
  if (types?.length === 0) return new Map();
  const counts = await store.count({ ...range, types }, skipOrigin);
  return new Map([...counts].filter(([type]) => !allowed.includes(type)));
}
