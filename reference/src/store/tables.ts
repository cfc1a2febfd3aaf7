// What a place to keep rows must offer so that the store's rules can run on it: plain, synchronous
// reads and writes inside transactions. Knows nothing of FHIR or of what a change means.
import type { ChangeId, ErrorCode, Outcome, SyncPayload } from '../wire/messages.ts';
import type {
  ArchivedEntry,
  ArchiveReason,
  EntryRange,
  RecordedOutcome,
  StoredCursor,
  StoredEntry,
  StoreSettings,
} from './store.ts';
import type { StoredPayload } from './stored-payload.ts';

/** An entry together with what its tables need to find it again. */
export interface Row {
  readonly entry: StoredEntry;
}

/** What an entry is to become; its sequence is the tables' to give. */
export interface EntryState {
  readonly payload: SyncPayload;
  readonly baseResource: Uint8Array | undefined;
  readonly origin: Uint8Array | undefined;
  /**
   * So many changes at the start of the list are those of the present row, unaltered: they need not
   * be written again. 0 is always right.
   */
  readonly changesKept: number;
}

/** Of which resource an entry is. */
export type EntryName = Pick<SyncPayload, 'resourceType' | 'resourceId'>;

/** Identity of one entry's last outcome. */
export interface OutcomeKey {
  readonly peer: Uint8Array;
  readonly resourceType: string;
  readonly resourceId: string;
}

/**
 * Resource types that a store holds at most. FHIR has fewer than 200; without a bound a peer that
 * makes up one for each entry would make each Offer of this store too long to be sent.
 */
export const resourceTypesMax = 1_000;

/**
 * Rows and the transactions around them. Everything is synchronous: no other work of this process
 * can come between the steps of a transaction. Inputs are copied, outputs are the caller's own.
 *
 * @typeParam R - The implementation's row.
 */
export interface Tables<R extends Row> {
  readonly settings: StoreSettings;
  replicaId(): Uint8Array;

  /** Runs `work` as one durable write transaction; what it throws undoes everything. */
  write<T>(work: () => T): T;
  /** Runs `work` so that all its reads see one state. */
  read<T>(work: () => T): T;

  /**
   * Tells which entries this transaction is going to ask for, in that order, to tables that are far
   * away: they may read many at once. Changes nothing of what they answer.
   */
  foresee?(names: Iterable<EntryName>): void;
  entry(resourceType: string, resourceId: string): R | undefined;
  /** False where the type is new and there are {@link resourceTypesMax} others. */
  hasRoomFor(resourceType: string): boolean;
  /** Writes an entry under the next sequence; only inside {@link Tables.write}. */
  putEntry(current: R | undefined, next: EntryState): void;
  /** This replica's next change id, never given before; only inside a write (PSP-CHG-1). */
  nextChangeId(): ChangeId;
  /** Sees to it that an id which somebody else named is not given; only inside a write. */
  takeChangeId(id: ChangeId): void;
  /** Sets the replica id; its change counter starts at 1; only inside a write. */
  setReplicaId(replicaId: Uint8Array): void;

  page(range: EntryRange, limit: number, octetsMax: number): StoredEntry[];
  /** Like page, without the content under the changes; octets may be counted as they are sent. */
  payloadPage(range: EntryRange, limit: number, octetsMax: number): StoredPayload[];
  /** Like page, but entries with changes only. */
  changedPage(range: EntryRange, limit: number, octetsMax: number): StoredEntry[];
  count(range: EntryRange, exceptOrigin: Uint8Array | undefined): Map<string, number>;
  lastSequence(): bigint;

  /** Of a peer and scope. */
  cursor(peer: Uint8Array, scope: string): Uint8Array | undefined;
  /** All of them, in any order. */
  cursors(): StoredCursor[];
  putCursor(peer: Uint8Array, scope: string, cursor: Uint8Array): void;
  /** Forgets the cursors of every peer; only inside a write. */
  deleteCursors(): void;
  archive(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): void;
  /** Whether this very state of that peer is in the archive for that reason. */
  isArchived(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): boolean;
  /** Archived entries after a position, at most `limit`. */
  archivedPage(after: number, limit: number): ArchivedEntry[];
  /** Of an entry archived by an earlier transaction; only inside a write. */
  setArchiveReason(position: number, reason: ArchiveReason): void;
  putOutcome(key: OutcomeKey, outcome: Outcome, code: ErrorCode | undefined): void;
  deleteOutcome(key: OutcomeKey): void;
  outcomesPage(after: number, limit: number): RecordedOutcome[];
  addReport(report: string): void;
  reports(limit: number): string[];

  close(): void;
}
