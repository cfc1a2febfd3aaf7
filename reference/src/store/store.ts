// What the protocol and the engine need of a store. Knows nothing of sessions, sockets or SQL; the
// laws that every store obeys are in store.laws.ts.
import type {
  ErrorCode,
  LocalChange,
  Outcome,
  ServerVersion,
  SyncPayload,
} from '../wire/messages.ts';
import type { StoredPayload } from './stored-payload.ts';

export type { StoredPayload } from './stored-payload.ts';

/** A resource as the store holds it. */
export interface StoredEntry {
  /** Resource, base, changes, absorbed ids and unknown fields: exactly what a sender would send. */
  readonly payload: SyncPayload;
  /**
   * The server's content at `payload.base`, octet for octet, where it is known and differs from
   * `payload.resource`; a rebase is only ever done onto it (PSP-CLS-12). Undefined where the
   * changes are empty (then it equals the resource) or the content never was here.
   */
  readonly baseResource: Uint8Array | undefined;
  /** Position of the entry's last write; every write of any kind advances it (PSP-RESUME-6). */
  readonly sequence: bigint;
  /** Replica id of the peer that this exact state came from; undefined once written locally. */
  readonly origin: Uint8Array | undefined;
}

/** Which entries to read: those with `after < sequence <= through`, in order of sequence. */
export interface EntryRange {
  readonly after: bigint;
  readonly through: bigint;
  /** Resource types to read; undefined: every type. */
  readonly types: readonly string[] | undefined;
}

/** What to do with one received entry; made by a pure function inside the store's transaction. */
export interface Decision {
  readonly outcome: Outcome;
  /** With REFUSED: why. */
  readonly code?: ErrorCode;
  /** What the entry becomes; absent: nothing is written. */
  readonly write?: {
    readonly payload: SyncPayload;
    readonly baseResource: Uint8Array | undefined;
    /** True: the state is exactly the peer's and will not be echoed to it (PSP-SEL-6). */
    readonly fromPeer: boolean;
    /** Goes to the end of the list; the store gives the ids (PSP-CLS-20). Default: none. */
    readonly synthesised?: readonly SynthesisedChange[];
  };
  /**
   * What is displaced or kept aside, to be archived with the session (PSP-CLS-15, PSP-CLS-21). What
   * is deferred or not taken stands in the archive once, however often a peer delivers it.
   */
  readonly archive?: { readonly payload: SyncPayload; readonly reason: ArchiveReason };
  /** With CONFLICT_*: why, in a word for the report. The store leaves it alone. */
  readonly conflict?: string;
  /** What the received resource refers to, where that was read. */
  readonly references?: readonly string[];
}

/** A change that a merge made; `payload.resource` of its decision has its effect already. */
export type SynthesisedChange = Omit<LocalChange, 'id'>;

/**
 * Why a state was archived: ours gave way to theirs, theirs was not taken, both wait, or what this
 * side changed is in the merged state under new ids. `taken`: it waited, and what is in force since
 * then contains it.
 */
export type ArchiveReason = 'displaced' | 'not-taken' | 'deferred' | 'merged' | 'taken';

/** A decision without what was written. */
export type Verdict = Omit<Decision, 'write' | 'archive'>;

/** Decides about one entry from what the store holds at that moment; pure and synchronous. */
export type Decide = (current: StoredEntry | undefined, received: SyncPayload) => Decision;

/** Entries that one transaction commits with a cursor (PSP-ATOM-3); gone through once or more. */
export interface RemoteBatch {
  /** The sender's replica id, 16 octets. */
  readonly peer: Uint8Array;
  /** What the cursor belongs to: the same parameters give the same text (PSP-RESUME-5). */
  readonly scope: string;
  readonly entries: Iterable<SyncPayload>;
  /** The cursor of the Payload; empty: leave the stored one. */
  readonly cursor: Uint8Array;
}

/** A state that was put aside in a conflict. */
export interface ArchivedEntry {
  readonly payload: SyncPayload;
  readonly peer: Uint8Array;
  readonly reason: ArchiveReason;
  /** Position in the archive, from 1. */
  readonly position: number;
}

/** What became of an entry delivered last, unless it was stored or known: then it has no record. */
export interface RecordedOutcome {
  /** Replica id of the peer that delivered it, 16 octets. */
  readonly peer: Uint8Array;
  readonly resourceType: string;
  readonly resourceId: string;
  readonly outcome: Outcome;
  /** With REFUSED: why. */
  readonly code: ErrorCode | undefined;
  /** Order of recording, ascending; gaps occur. */
  readonly position: number;
}

/** A cursor that a store keeps. */
export interface StoredCursor {
  /** Replica id of the sender that it is of, 16 octets. */
  readonly peer: Uint8Array;
  /** What it belongs to, as it was given. */
  readonly scope: string;
  readonly cursor: Uint8Array;
}

/** Settings of a store that its device gives it once. */
export interface StoreSettings {
  /** Canonical server URL, or empty for none (PSP-SRV-2, PSP-SRV-4). */
  readonly serverUrl: string;
  /** Shown to the peer's user, at most 128 octets. */
  readonly displayName: string;
}

/** What a server version import did. */
export type ImportResult = 'imported' | 'unchanged' | 'kept-local-changes';

/** A version of one resource that a FHIR server was seen to hold, and what it contains of ours. */
export interface UploadedVersion {
  readonly resourceType: string;
  readonly resourceId: string;
  /** Version id of the entry's base when its changes were read; undefined: it had no base. */
  readonly baseVersionId: string | undefined;
  /**
   * The entry's changes that the version contains: its list from the first on, as it was sent. What
   * has such an id and is another change (PSP-CLS-26) came in meanwhile, and is not there.
   */
  readonly contained: readonly LocalChange[];
  /** As the server assigned it (PSP-DATA-9); an instant that is not known is empty. */
  readonly version: Pick<ServerVersion, 'versionId' | 'lastUpdated'>;
  /** The server's octets; empty: this version is the deletion. */
  readonly resource: Uint8Array;
  /** The server's content at the entry's base, for a store that never had it. */
  readonly baseResource: Uint8Array | undefined;
}

/** What the store made of a version that the server holds. */
export type UploadedResult =
  /** The server's version is the entry now; nothing is left to upload. */
  | 'settled'
  /** The server's version is the base now, and later changes stand on top of it. */
  | 'rebased'
  /** The entry is no longer the one that was uploaded; nothing was written. */
  | 'changed-meanwhile'
  /** Later changes were made for other content than the server's; nothing was written. */
  | 'content-differs';

/** Draws that many octets from a cryptographically secure source (PSP-SEC-3). */
export type RandomOctets = (count: number) => Uint8Array;

/**
 * Resources with the local changes made to them.
 *
 * Every method that writes is one durable transaction: when its promise resolves the write survives
 * a crash, when it rejects nothing was written. Octets given to the store are copied, octets taken
 * from it may be kept by the caller. Every method rejects with UsageError after `close`, and with
 * StoreError where the store itself cannot be read or written.
 */
export interface Store {
  /** 16 octets, a copy; a new store draws a new one (PSP-ID-3). */
  readonly replicaId: Uint8Array;
  readonly settings: StoreSettings;

  /**
   * Creates a resource locally: one INSERT whose payload is `resource` octet for octet. An id whose
   * deletion the server knows is free again.
   *
   * @param recordedAt - When the user did it: a FHIR instant, or empty (PSP-CHG-3).
   * @throws UsageError when the id exists, or its deletion is not uploaded yet, or the resource is
   * not valid, or of a further type where the store has 1 000.
   */
  create(resource: Uint8Array, recordedAt: string): Promise<StoredEntry>;
  /**
   * Changes a resource locally: one UPDATE with the difference as RFC 6902 patch. Nothing is
   * recorded when the content is equal (the octets are kept as they were). `meta.versionId` and
   * `meta.lastUpdated` belong to the server: a difference in them is no change (PSP-CHG-8).
   *
   * @throws UsageError when it does not exist, is deleted, the resource is not valid, or it differs
   * in more than 1 000 members.
   */
  update(resource: Uint8Array, recordedAt: string): Promise<StoredEntry>;
  /**
   * Deletes a resource locally: one DELETE, kept as a tombstone (PSP-SEL-4).
   *
   * @throws UsageError when it does not exist or is deleted.
   */
  delete(resourceType: string, resourceId: string, recordedAt: string): Promise<StoredEntry>;
  /**
   * Takes a version that the FHIR server assigned (meta.versionId present): no local change. An
   * entry with local changes is left as it is.
   *
   * @throws UsageError when the resource is not valid or has no meta.versionId.
   */
  importServerVersion(resource: Uint8Array): Promise<ImportResult>;
  /** {@link Store.importServerVersion} for many, in one transaction. */
  importServerVersions(resources: readonly Uint8Array[]): Promise<ImportResult[]>;
  /** {@link Store.create} for many, in one transaction; all or none. */
  createAll(resources: readonly Uint8Array[], recordedAt: string): Promise<void>;

  /** One entry, tombstones included; undefined where the store never had it. */
  get(resourceType: string, resourceId: string): Promise<StoredEntry | undefined>;
  /** The changes of one entry in order; none where there is no such entry. */
  getLocalChanges(resourceType: string, resourceId: string): Promise<readonly LocalChange[]>;
  /**
   * Every entry that has changes, in order of sequence; reads page by page, holds no lock. What is
   * written after the first step is left out, so that a caller who writes in the loop finds an end.
   */
  getAllLocalChanges(): AsyncIterable<StoredEntry>;
  /**
   * A page of a range, oldest write first.
   *
   * @param limit - At most so many entries, at least 1.
   * @param octetsMax - Stops before the entry whose content would exceed it; gives one at least.
   */
  page(range: EntryRange, limit: number, octetsMax: number): Promise<readonly StoredEntry[]>;
  /** Like {@link Store.page}, without what is under the changes; octets may count as sent. */
  payloadPage(
    range: EntryRange,
    limit: number,
    octetsMax: number,
  ): Promise<readonly StoredPayload[]>;
  /** Entries of a range by resource type, those with `origin` equal to `exceptOrigin` left out. */
  count(range: EntryRange, exceptOrigin?: Uint8Array): Promise<ReadonlyMap<string, number>>;
  /** The sequence of the newest write; 0 for an empty store. */
  lastSequence(): Promise<bigint>;

  /**
   * Stores what a peer sent: for each entry, `decide` sees the state at that moment and its
   * decision is carried out; entries, outcomes, archive and cursor commit together or not at all
   * (PSP-ATOM-1, PSP-ATOM-3). Creates no local change (PSP-CLS-18). A later entry of the batch sees
   * the writes of an earlier one.
   *
   * @throws UsageError when a decision writes another resource than the one received, or a change
   * without a 16-octet replica id; what `decide` throws is passed on.
   */
  updateRemote(batch: RemoteBatch, decide: Decide): Promise<readonly Verdict[]>;
  /**
   * Records that the FHIR server holds changes of entries: in one transaction for all, each entry
   * takes the server's octets and version as its base, the contained changes leave its list and
   * their ids become absorbed (at most 1 000, the oldest are dropped), and changes made since stay
   * on top by replay, onto the very content they were made for (PSP-CLS-12). A deletion becomes the
   * server's tombstone, so that peers learn of it.
   *
   * @returns One result for each version, in order.
   * @throws UsageError when content is no resource of its name, or a version id is empty; then
   * nothing of any of them is written.
   */
  recordUploaded(versions: readonly UploadedVersion[]): Promise<readonly UploadedResult[]>;
  /** The cursor last stored for a peer and scope (PSP-RESUME-2). */
  getCursor(peer: Uint8Array, scope: string): Promise<Uint8Array | undefined>;
  /** Every cursor, by the octets of its peer and then by its scope. */
  cursors(): Promise<readonly StoredCursor[]>;
  /** Stores a cursor alone, for the end of a session (PSP-DONE-3). */
  setCursor(peer: Uint8Array, scope: string, cursor: Uint8Array): Promise<void>;

  /** States put aside in conflicts, oldest first; reads page by page, holds no lock. */
  archived(): AsyncIterable<ArchivedEntry>;
  /** The archived state at a position; undefined where there is none. */
  archivedAt(position: number): Promise<ArchivedEntry | undefined>;
  /**
   * Carries out a decision about a deferred state: `decide` sees what the store holds now and the
   * state as if its peer delivered it; its decision, the archive and the outcome are one
   * transaction. A decision to defer leaves everything as it is (PSP-CLS-21). Nothing leaves the
   * archive.
   *
   * @throws UsageError when no deferred state is at that position, and as `updateRemote` does.
   */
  settleDeferred(position: number, decide: Decide): Promise<Decision>;
  /** What was not simply stored or known when it was last delivered, oldest first. */
  outcomes(): AsyncIterable<RecordedOutcome>;
  /** Keeps the report of a session, a JSON text. */
  addReport(report: string): Promise<void>;
  /** The newest reports first. */
  reports(limit: number): Promise<readonly string[]>;

  /**
   * Takes a new replica id and starts its change counter again at 1: needed once after a store was
   * restored from a backup or copied (PSP-ID-3). Changes already made keep their ids (PSP-CHG-2).
   *
   * @returns The new replica id.
   */
  renewReplicaId(randomOctets: RandomOctets): Promise<Uint8Array>;

  /** Releases the store; calling it again does nothing. */
  close(): Promise<void>;
}
