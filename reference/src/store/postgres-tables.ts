// Tables in a PostgreSQL database: what is read in a transaction, and the draft of what it writes.
// Knows nothing of FHIR, and of the connection only that it may be a new one.
import { SyncPayload, type ChangeId, type ErrorCode, type Outcome } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { counterAfter, counterPast } from './next-change-id.ts';
import { copyEntry, copyPayload } from './payload-copy.ts';
import type { PostgresDatabase } from './postgres-database.ts';
import { digestOf, nameOf, PostgresDraft, stateFrom, type DraftState } from './postgres-draft.ts';
import { canBe, PostgresEntries } from './postgres-entries.ts';
import type { Columns, Parameter } from './postgres-messages.ts';
import { octetsIn, octetsOf, textIn, type PostgresRow } from './postgres-rows.ts';
import type { PostgresStatements } from './postgres-statements.ts';
import type {
  ArchivedEntry,
  ArchiveReason,
  EntryRange,
  RecordedOutcome,
  StoredCursor,
  StoredEntry,
  StoreSettings,
} from './store.ts';
import { StoreError } from './store-error.ts';
import { resourceTypesMax, type EntryName, type EntryState, type OutcomeKey } from './tables.ts';
import type { Tables } from './tables.ts';
import { payloadOf, type StoredPayload } from './stored-payload.ts';

/** The tables of an open database; see postgres-store.ts for how to get one. */
export class PostgresTables implements Tables<PostgresRow> {
  readonly settings: StoreSettings;
  readonly #database: PostgresDatabase;
  readonly #texts: PostgresStatements;
  readonly #entries: PostgresEntries;
  /** Types that are there for certain; others may be too. */
  #types = new Set<string>();
  #draft: PostgresDraft | undefined;
  #state: DraftState | undefined;
  /** As it was read last: who asks for it must not have to wait for a server. */
  #replicaId: Uint8Array;

  constructor(database: PostgresDatabase, texts: PostgresStatements, settings: StoreSettings) {
    this.#database = database;
    this.#texts = texts;
    this.#entries = new PostgresEntries(database, texts);
    this.settings = settings;
    this.#replicaId = this.#readState().replicaId;
  }

  replicaId(): Uint8Array {
    return (this.#draft === undefined ? this.#replicaId : this.#writing().replicaId).slice();
  }

  write<T>(work: () => T): T {
    const draft = new PostgresDraft();
    this.#draft = draft;
    // The store's row first: whoever else writes waits for it, then sees what this one wrote.
    const { state, anyOutcome } = this.#texts;
    const statements = [{ text: `${state} FOR UPDATE` }, { text: anyOutcome }];
    const told = ([rows = [], outcomes = []]: readonly (readonly Columns[])[]): void => {
      this.#state = this.#stateIn(rows[0]);
      this.#replicaId = this.#state.replicaId;
      this.#state.mayHaveOutcomes = outcomes.length > 0;
    };
    const end = (): ReturnType<PostgresDraft['statements']> =>
      draft.statements(this.#texts, this.#state);
    try {
      const result = this.#database.transaction('write', { statements, told }, work, end);
      if (this.#state !== undefined) this.#replicaId = this.#state.replicaId;
      for (const type of draft.types) this.#types.add(type);
      return result;
    } finally {
      this.#draft = undefined;
      this.#state = undefined;
      this.#entries.forget();
    }
  }

  read<T>(work: () => T): T {
    const first = { statements: [], told: () => undefined };
    try {
      return this.#database.transaction('read', first, work, () => []);
    } finally {
      this.#entries.forget();
    }
  }

  foresee(names: Iterable<EntryName>): void {
    this.#entries.foresee(names);
  }

  entry(resourceType: string, resourceId: string): PostgresRow | undefined {
    const drafted = this.#draft?.entries.get(nameOf(resourceType, resourceId));
    if (drafted === undefined) return this.#entries.get(resourceType, resourceId);
    const { key, sequence, next } = drafted;
    return { key, entry: copyEntry({ ...next, sequence }) };
  }

  hasRoomFor(resourceType: string): boolean {
    const drafted = this.#draft?.types ?? new Set<string>();
    if (this.#types.has(resourceType) || drafted.has(resourceType)) return true;
    const [rows = []] = this.#database.ask({ text: this.#texts.typeNames });
    this.#types = new Set(rows.map(([name]) => String(name)));
    if (this.#types.has(resourceType)) return true;
    return new Set([...this.#types, ...drafted]).size < resourceTypesMax;
  }

  putEntry(current: PostgresRow | undefined, next: EntryState): void {
    const draft = this.#drafting();
    const state = this.#writing();
    const { resourceType, resourceId } = next.payload;
    if (!canBe(next.payload)) throw new UsageError('a name of a resource has only characters');
    state.sequence += 1n;
    draft.stateChanged = true;
    const name = nameOf(resourceType, resourceId);
    const before = draft.entries.get(name);
    const present = before?.present ?? current?.entry.payload.changes.length ?? 0;
    const kept = Math.min(next.changesKept, before?.kept ?? present);
    const key = current?.key ?? state.sequence;
    draft.entries.set(name, { key, sequence: state.sequence, next, kept, present });
    if (!this.#types.has(resourceType)) draft.types.add(resourceType);
  }

  nextChangeId(): ChangeId {
    const state = this.#writing();
    state.changeCounter = counterAfter(state.changeCounter);
    this.#drafting().stateChanged = true;
    return { replicaId: state.replicaId.slice(), counter: state.changeCounter };
  }

  takeChangeId(id: ChangeId): void {
    const state = this.#writing();
    const counter = counterPast(state, id);
    if (counter !== state.changeCounter) this.#drafting().stateChanged = true;
    state.changeCounter = counter;
  }

  setReplicaId(replicaId: Uint8Array): void {
    const state = this.#writing();
    state.replicaId = replicaId.slice();
    state.changeCounter = 0n;
    this.#drafting().stateChanged = true;
  }

  /** Remembers where the store is; only inside a write. */
  putPlace(place: string): void {
    this.#drafting().place = place;
  }

  page(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    return this.#entries.page('page', range, limit, octetsMax);
  }

  payloadPage(range: EntryRange, limit: number, octetsMax: number): StoredPayload[] {
    return this.#entries.page('payloadPage', range, limit, octetsMax).map(payloadOf);
  }

  changedPage(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    return this.#entries.page('changedPage', range, limit, octetsMax);
  }

  count(range: EntryRange, exceptOrigin: Uint8Array | undefined): Map<string, number> {
    return this.#entries.count(range, exceptOrigin);
  }

  lastSequence(): bigint {
    return this.#readState().sequence;
  }

  cursor(peer: Uint8Array, scope: string): Uint8Array | undefined {
    const [row] = this.#rows('cursor', peer, digestOf(octetsOf(scope)));
    return row && octetsIn(row[0]);
  }

  cursors(): StoredCursor[] {
    return this.#rows('allCursors').map(([peer, scope, cursor]) => ({
      peer: octetsIn(peer),
      scope: textIn(scope),
      cursor: octetsIn(cursor),
    }));
  }

  putCursor(peer: Uint8Array, scope: string, cursor: Uint8Array): void {
    this.#drafting().putCursor(peer, scope, cursor);
  }

  deleteCursors(): void {
    const draft = this.#drafting();
    draft.deletesCursors = true;
    draft.cursors.clear();
  }

  archive(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): void {
    const draft = this.#drafting();
    const state = this.#writing();
    const octets = SyncPayload.encode(payload).finish();
    state.archived += 1n;
    draft.stateChanged = true;
    const row = [state.archived, peer.slice(), reason, digestOf(octets), octets];
    draft.archive.push({ row, octets });
  }

  isArchived(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): boolean {
    const octets = SyncPayload.encode(payload).finish();
    const isDrafted = this.#drafting().archive.some(
      ({ row, octets: other }) =>
        row[2] === reason &&
        Buffer.compare(row[1] as Uint8Array, peer) === 0 &&
        Buffer.compare(other, octets) === 0,
    );
    if (isDrafted) return true;
    return this.#rows('archivedState', digestOf(octets), octets, peer, reason).length > 0;
  }

  archivedPage(after: number, limit: number): ArchivedEntry[] {
    return this.#rows('archived', after, limit).map(([position, peer, reason, octets]) => ({
      peer: octetsIn(peer),
      payload: copyPayload(SyncPayload.decode(octetsIn(octets))),
      reason: reason as ArchiveReason,
      position: Number(position),
    }));
  }

  setArchiveReason(position: number, reason: ArchiveReason): void {
    this.#drafting().archiveReasons.set(BigInt(position), reason);
  }

  putOutcome(key: OutcomeKey, outcome: Outcome, code: ErrorCode | undefined): void {
    const state = this.#writing();
    const draft = this.#drafting();
    state.outcomes += 1n;
    state.mayHaveOutcomes = true;
    draft.stateChanged = true;
    draft.putOutcome(key, { position: state.outcomes, outcome, code });
  }

  deleteOutcome(key: OutcomeKey): void {
    if (this.#writing().mayHaveOutcomes) this.#drafting().putOutcome(key, undefined);
  }

  outcomesPage(after: number, limit: number): RecordedOutcome[] {
    return this.#rows('outcomesAfter', after, limit).map(
      ([position, peer, resourceType, resourceId, outcome, code]) => ({
        peer: octetsIn(peer),
        resourceType: textIn(resourceType),
        resourceId: textIn(resourceId),
        outcome: Number(outcome) as Outcome,
        code: code === null ? undefined : (Number(code) as ErrorCode),
        position: Number(position),
      }),
    );
  }

  addReport(report: string): void {
    const state = this.#writing();
    const draft = this.#drafting();
    state.reports += 1n;
    draft.stateChanged = true;
    draft.reports.push([state.reports, octetsOf(report)]);
  }

  reports(limit: number): string[] {
    return this.#rows('reportsBack', limit).map(([text]) => textIn(text));
  }

  close(): void {
    this.#database.close();
  }

  #rows(name: keyof PostgresStatements, ...values: readonly Parameter[]): readonly Columns[] {
    const [rows = []] = this.#database.ask({ text: this.#texts[name], values });
    return rows;
  }

  #readState(): DraftState {
    return this.#stateIn(this.#rows('state')[0]);
  }

  #stateIn(row: Columns | undefined): DraftState {
    if (row !== undefined) return stateFrom(row);
    throw new StoreError('damaged', `${this.#database.target.shown} lacks the store's own row`);
  }

  #drafting(): PostgresDraft {
    if (this.#draft === undefined) throw new Error('written outside a transaction');
    return this.#draft;
  }

  /** The store's own row, for the transaction to change. */
  #writing(): DraftState {
    this.#database.begin();
    if (this.#state === undefined) throw new Error('written outside a transaction');
    return this.#state;
  }
}
