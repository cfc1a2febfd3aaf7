// Tables in a SQLite file: its transactions, the store's own row, and what is of sessions. Knows
// nothing of FHIR; nothing here waits, so no other work of this process runs inside a transaction.
import type { DatabaseSync } from 'node:sqlite';
import { SyncPayload, type ChangeId, type ErrorCode, type Outcome } from '../wire/messages.ts';
import type { FileTables } from './copied-file.ts';
import type { FileIdentity } from './file-identity.ts';
import { counterAfter, counterPast } from './next-change-id.ts';
import { archivedFrom, archivedName } from './sqlite-archive.ts';
import { archiveChecksum, cursorChecksum, stateChecksum } from './sqlite-checksum.ts';
import { SqliteEntries } from './sqlite-entries.ts';
import { EntryReader, type DamagedEntry, type SqliteRow } from './sqlite-entry-reader.ts';
import { damagedPart, guarded } from './sqlite-faults.ts';
import { InternedValues } from './sqlite-interned.ts';
import { SqliteNames } from './sqlite-names.ts';
import {
  prepareStatements,
  type ArchiveColumns,
  type CursorColumns,
  type Statements,
} from './sqlite-statements.ts';
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
import { resourceTypesMax, type EntryState, type OutcomeKey } from './tables.ts';

/** The store's own row, as a transaction sees and changes it. */
interface State {
  replicaId: Uint8Array;
  sequence: bigint;
  changeCounter: bigint;
  changed: boolean;
}

/** The tables of an open database; see sqlite-store.ts for how to get one. */
export class SqliteTables implements FileTables<SqliteRow> {
  readonly settings: StoreSettings;
  readonly #path: string;
  readonly #db: DatabaseSync;
  readonly #statements: Statements;
  readonly #interned: InternedValues;
  readonly #entries: SqliteEntries;
  #state: State | undefined;
  #mayHaveOutcomes = false;

  /** @param recentMax - See `SqliteNames`. */
  constructor(path: string, db: DatabaseSync, recentMax?: number) {
    this.#path = path;
    this.#db = db;
    this.#statements = prepareStatements(db);
    this.#interned = new InternedValues(this.#statements);
    const damaged: DamagedEntry = (name, _detail, cause) => damagedPart(path, name, cause);
    const reader = new EntryReader(this.#interned, damaged);
    const names = new SqliteNames(db, damaged, recentMax);
    this.#entries = new SqliteEntries(this.#statements, this.#interned, reader, names);
    const settings = this.#statements.settings.get();
    if (settings === undefined) throw this.#damagedState();
    const [serverUrl, displayName] = settings;
    // An empty text may have become empty octets, which no checksum tells apart.
    this.settings = { serverUrl: String(serverUrl), displayName: String(displayName) };
    // Nothing else reads them again: if they are damaged, it is now that it shows.
    this.#readState();
  }

  replicaId(): Uint8Array {
    return guarded(this.#path, () => (this.#state ?? this.#readState()).replicaId.slice());
  }

  write<T>(work: () => T): T {
    return guarded(this.#path, () => {
      this.#interned.trim();
      this.#statements.begin.run();
      try {
        const state = this.#readState();
        this.#state = state;
        this.#entries.begin();
        this.#mayHaveOutcomes = this.#statements.anyOutcome.get()?.[0] === 1;
        const result = work();
        if (state.changed) this.#putState(state);
        this.#statements.commit.run();
        return result;
      } catch (error) {
        // SQLite ends the transaction by itself on some faults, a full disk among them.
        if (this.#db.isTransaction) this.#statements.rollback.run();
        this.#interned.forget();
        this.#entries.forget();
        throw error;
      } finally {
        this.#state = undefined;
      }
    });
  }

  read<T>(work: () => T): T {
    return guarded(this.#path, () => {
      this.#statements.beginRead.run();
      try {
        this.#entries.begin();
        return work();
      } finally {
        if (this.#db.isTransaction) this.#statements.rollback.run();
      }
    });
  }

  entry(resourceType: string, resourceId: string): SqliteRow | undefined {
    return this.#entries.get(resourceType, resourceId);
  }

  hasRoomFor(resourceType: string): boolean {
    if (this.#interned.typeKey(resourceType) !== undefined) return true;
    const [types] = this.#statements.typeCount.get() ?? [0];
    return types < resourceTypesMax;
  }

  putEntry(current: SqliteRow | undefined, next: EntryState): void {
    const state = this.#writing();
    state.sequence += 1n;
    this.#entries.put(current, next, state.sequence);
  }

  nextChangeId(): ChangeId {
    const state = this.#writing();
    state.changeCounter = counterAfter(state.changeCounter);
    return { replicaId: state.replicaId.slice(), counter: state.changeCounter };
  }

  takeChangeId(id: ChangeId): void {
    const state = this.#writing();
    state.changeCounter = counterPast(state, id);
  }

  setReplicaId(replicaId: Uint8Array): void {
    const state = this.#writing();
    state.replicaId = replicaId.slice();
    state.changeCounter = 0n;
  }

  fileIdentity(): FileIdentity | undefined {
    const row = this.#statements.file.get();
    return row && { inode: row[0], birth: row[1] };
  }

  putFileIdentity({ inode, birth }: FileIdentity): void {
    this.#statements.putFile.run(inode, birth);
  }

  page(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    return this.#entries.page(range, limit, octetsMax);
  }

  payloadPage(range: EntryRange, limit: number, octetsMax: number): StoredPayload[] {
    return this.#entries.payloadPage(range, limit, octetsMax);
  }

  changedPage(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    return this.#entries.changedPage(range, limit, octetsMax);
  }

  count(range: EntryRange, exceptOrigin: Uint8Array | undefined): Map<string, number> {
    return this.#entries.count(range, exceptOrigin);
  }

  lastSequence(): bigint {
    return this.#readState().sequence;
  }

  cursor(peer: Uint8Array, scope: string): Uint8Array | undefined {
    const key = this.#interned.replicaKey(peer);
    const row = key === undefined ? undefined : this.#statements.cursor.get(key, scope);
    return row && this.#cursorFrom(row)?.cursor;
  }

  cursors(): StoredCursor[] {
    return this.#statements.cursors.all().flatMap((row) => this.#cursorFrom(row) ?? []);
  }

  putCursor(peer: Uint8Array, scope: string, cursor: Uint8Array): void {
    const key = this.#interned.replicaKeyForWriting(peer);
    this.#statements.putCursor.run(key, scope, cursor, cursorChecksum(peer, scope, cursor));
  }

  deleteCursors(): void {
    this.#statements.deleteCursors.run();
  }

  archive(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): void {
    const key = this.#interned.replicaKeyForWriting(peer);
    const octets = SyncPayload.encode(payload).finish();
    this.#statements.archive.run(key, reason, octets, archiveChecksum(peer, reason, octets));
  }

  isArchived(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): boolean {
    const key = this.#interned.replicaKey(peer);
    if (key === undefined) return false;
    const octets = SyncPayload.encode(payload).finish();
    return this.#statements.archivedState.get(octets, key, reason) !== undefined;
  }

  archivedPage(after: number, limit: number): ArchivedEntry[] {
    return this.#statements.archived.all(after, limit).map((row) => this.#archivedFrom(row));
  }

  setArchiveReason(position: number, reason: ArchiveReason): void {
    const [row] = this.#statements.archived.all(position - 1, 1);
    if (row?.[0] !== position) return;
    const { peer } = this.#archivedFrom(row);
    this.#statements.setArchiveReason.run(reason, archiveChecksum(peer, reason, row[3]), position);
  }

  putOutcome(key: OutcomeKey, outcome: Outcome, code: ErrorCode | undefined): void {
    const peer = this.#interned.replicaKeyForWriting(key.peer);
    const { resourceType, resourceId } = key;
    this.#statements.putOutcome.run(peer, resourceType, resourceId, outcome, code ?? null);
    this.#mayHaveOutcomes = true;
  }

  deleteOutcome(key: OutcomeKey): void {
    if (!this.#mayHaveOutcomes) return;
    const peer = this.#interned.replicaKey(key.peer);
    if (peer === undefined) return;
    this.#statements.deleteOutcome.run(peer, key.resourceType, key.resourceId);
  }

  outcomesPage(after: number, limit: number): RecordedOutcome[] {
    return this.#statements.outcomes
      .all(after, limit)
      .map(([position, peer, resourceType, resourceId, outcome, code]) => ({
        peer: this.#interned.replicaId(peer),
        resourceType,
        resourceId,
        outcome: outcome as Outcome,
        code: (code ?? undefined) as ErrorCode | undefined,
        position,
      }));
  }

  addReport(report: string): void {
    this.#statements.putReport.run(report);
  }

  reports(limit: number): string[] {
    return this.#statements.reports.all(limit).map(([text]) => text);
  }

  close(): void {
    guarded(this.#path, () => {
      this.#db.close();
    });
  }

  // A session without a cursor compares everything: no record is passed over, and nobody has to do
  // anything. A check tells of the damage.
  #cursorFrom([key, scope, cursor, checksum]: CursorColumns): StoredCursor | undefined {
    const peer = this.#interned.replicaId(key);
    return cursorChecksum(peer, scope, cursor) === checksum ? { peer, scope, cursor } : undefined;
  }

  #archivedFrom(row: ArchiveColumns): ArchivedEntry {
    const entry = archivedFrom(row, this.#interned.replicaId(row[1]));
    if (entry === undefined) throw damagedPart(this.#path, archivedName(row), undefined);
    return entry;
  }

  #readState(): State {
    const row = this.#statements.state.get();
    if (row === undefined) throw this.#damagedState();
    const [replicaId, sequence, counter, checksum] = row;
    const sum = stateChecksum(replicaId, sequence, counter, this.settings);
    // A counter that went back would give two changes one name (PSP-CHG-1).
    if (checksum === null || Number(checksum) !== sum) throw this.#damagedState();
    const changeCounter = BigInt.asUintN(64, counter);
    return { replicaId, sequence, changeCounter, changed: false };
  }

  #damagedState(): Error {
    return damagedPart(this.#path, "the store's own row", undefined);
  }

  #writing(): State {
    if (this.#state === undefined) throw new Error('written outside a transaction');
    this.#state.changed = true;
    return this.#state;
  }

  #putState(state: State): void {
    const { replicaId, sequence, changeCounter } = state;
    const counter = BigInt.asIntN(64, changeCounter);
    const checksum = stateChecksum(replicaId, sequence, counter, this.settings);
    this.#statements.putState.run(replicaId, sequence, counter, checksum);
  }
}
