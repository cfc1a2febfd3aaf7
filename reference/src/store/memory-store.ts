// A store that lives in memory and is gone with the process: for tests, for trying out, and as the
// plainest reading of the laws. Knows nothing of FHIR.
import type { ChangeId, ErrorCode, Outcome, SyncPayload } from '../wire/messages.ts';
import { copyArchived, isAmong } from './archived-state.ts';
import { draftOver, type Draft, type State } from './memory-draft.ts';
import { counterAfter, counterPast } from './next-change-id.ts';
import { copyEntry, copyOctets, payloadOctets } from './payload-copy.ts';
import type {
  ArchivedEntry,
  ArchiveReason,
  EntryRange,
  RandomOctets,
  RecordedOutcome,
  Store,
  StoredCursor,
  StoredEntry,
  StoreSettings,
} from './store.ts';
import { checkSettings } from './store-settings.ts';
import { drawReplicaId } from './replica-renewal.ts';
import { payloadOf } from './stored-payload.ts';
import { TableStore } from './table-store.ts';
import { resourceTypesMax } from './tables.ts';
import type { EntryState, OutcomeKey, Row, Tables } from './tables.ts';

/**
 * Makes an empty store in memory.
 *
 * @throws UsageError when the settings are not valid.
 */
export function createMemoryStore(settings: StoreSettings, randomOctets: RandomOctets): Store {
  return new TableStore(new MemoryTables(checkSettings(settings), drawReplicaId(randomOctets)));
}

class MemoryTables implements Tables<Row> {
  readonly settings: StoreSettings;
  readonly #rows = new Map<string, Row>();
  readonly #types = new Set<string>();
  /** Every row in order of sequence; a row is superseded where `#rows` holds another one. */
  #log: Row[] = [];
  readonly #cursors = new Map<string, Uint8Array>();
  readonly #archive: ArchivedEntry[] = [];
  readonly #outcomes = new Map<string, RecordedOutcome>();
  readonly #reports: string[] = [];
  #state: State;
  #draft: Draft | undefined;

  constructor(settings: StoreSettings, replicaId: Uint8Array) {
    this.settings = settings;
    this.#state = {
      replicaId: copyOctets(replicaId),
      changeCounter: 0n,
      sequence: 0n,
      archivePosition: 0,
      outcomePosition: 0,
    };
  }

  replicaId(): Uint8Array {
    return copyOctets((this.#draft?.state ?? this.#state).replicaId);
  }

  write<T>(work: () => T): T {
    this.#draft = draftOver(this.#state);
    try {
      const result = work();
      this.#commit(this.#draft);
      return result;
    } finally {
      this.#draft = undefined;
    }
  }

  read<T>(work: () => T): T {
    return work();
  }

  entry(resourceType: string, resourceId: string): Row | undefined {
    const key = keyOf(resourceType, resourceId);
    const row = this.#draft?.rows.get(key) ?? this.#rows.get(key);
    return row === undefined ? undefined : { entry: copyEntry(row.entry) };
  }

  hasRoomFor(resourceType: string): boolean {
    const drafted = this.#draft?.types ?? new Set<string>();
    if (this.#types.has(resourceType) || drafted.has(resourceType)) return true;
    return new Set([...this.#types, ...drafted]).size < resourceTypesMax;
  }

  putEntry(_current: Row | undefined, next: EntryState): void {
    const { state, rows, types } = this.#writing();
    state.sequence += 1n;
    const entry = copyEntry({ ...next, sequence: state.sequence });
    const key = keyOf(entry.payload.resourceType, entry.payload.resourceId);
    // Out first, so that the draft's order is the order of sequences.
    rows.delete(key);
    rows.set(key, { entry });
    types.add(entry.payload.resourceType);
  }

  nextChangeId(): ChangeId {
    const { state } = this.#writing();
    state.changeCounter = counterAfter(state.changeCounter);
    return { replicaId: copyOctets(state.replicaId), counter: state.changeCounter };
  }

  takeChangeId(id: ChangeId): void {
    const { state } = this.#writing();
    state.changeCounter = counterPast(state, id);
  }

  setReplicaId(replicaId: Uint8Array): void {
    const { state } = this.#writing();
    state.replicaId = copyOctets(replicaId);
    state.changeCounter = 0n;
  }

  page(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    return this.#page(range, limit, octetsMax, () => true);
  }
  readonly payloadPage: Tables<Row>['payloadPage'] = (...asked) =>
    this.page(...asked).map(payloadOf);

  changedPage(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    return this.#page(range, limit, octetsMax, (entry) => entry.payload.changes.length > 0);
  }

  count(range: EntryRange, exceptOrigin: Uint8Array | undefined): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { payload, origin } of this.#range(range)) {
      if (origin && exceptOrigin && Buffer.compare(origin, exceptOrigin) === 0) continue;
      counts.set(payload.resourceType, (counts.get(payload.resourceType) ?? 0) + 1);
    }
    return counts;
  }

  lastSequence(): bigint {
    return this.#state.sequence;
  }

  cursor(peer: Uint8Array, scope: string): Uint8Array | undefined {
    const cursor = this.#cursors.get(keyOf(hex(peer), scope));
    return cursor === undefined ? undefined : copyOctets(cursor);
  }

  cursors(): StoredCursor[] {
    return [...this.#cursors].map(([key, cursor]) => {
      const [peer, scope] = [key.slice(0, key.indexOf('\0')), key.slice(key.indexOf('\0') + 1)];
      return { peer: new Uint8Array(Buffer.from(peer, 'hex')), scope, cursor: copyOctets(cursor) };
    });
  }

  putCursor(peer: Uint8Array, scope: string, cursor: Uint8Array): void {
    this.#writing().cursors.set(keyOf(hex(peer), scope), copyOctets(cursor));
  }

  deleteCursors(): void {
    const draft = this.#writing();
    draft.cursorsKept = false;
    draft.cursors.clear();
  }

  archive(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): void {
    const { state, archive } = this.#writing();
    state.archivePosition += 1;
    archive.push(copyArchived({ peer, payload, reason, position: state.archivePosition }));
  }

  isArchived(peer: Uint8Array, payload: SyncPayload, reason: ArchiveReason): boolean {
    const known = [...this.#archive, ...this.#writing().archive];
    return isAmong(known, { peer, payload, reason });
  }

  archivedPage(after: number, limit: number): ArchivedEntry[] {
    return this.#archive.slice(after, after + limit).map(copyArchived);
  }

  setArchiveReason(position: number, reason: ArchiveReason): void {
    this.#writing().archiveReasons.set(position, reason);
  }

  putOutcome(key: OutcomeKey, outcome: Outcome, code: ErrorCode | undefined): void {
    const { state, outcomes } = this.#writing();
    state.outcomePosition += 1;
    const peer = copyOctets(key.peer);
    const record = { ...key, peer, outcome, code, position: state.outcomePosition };
    outcomes.delete(outcomeKey(key));
    outcomes.set(outcomeKey(key), record);
  }

  deleteOutcome(key: OutcomeKey): void {
    this.#writing().outcomes.set(outcomeKey(key), undefined);
  }

  outcomesPage(after: number, limit: number): RecordedOutcome[] {
    const page: RecordedOutcome[] = [];
    for (const record of this.#outcomes.values()) {
      if (page.length === limit) break;
      if (record.position > after) page.push({ ...record, peer: copyOctets(record.peer) });
    }
    return page;
  }

  addReport(report: string): void {
    this.#writing().reports.push(report);
  }

  reports(limit: number): string[] {
    return this.#reports.slice().reverse().slice(0, limit);
  }

  close(): void {
    // Nothing to release; the store above refuses every later call.
  }

  #writing(): Draft {
    if (this.#draft === undefined) throw new Error('written outside a transaction');
    return this.#draft;
  }

  #commit(draft: Draft): void {
    this.#state = draft.state;
    for (const type of draft.types) this.#types.add(type);
    for (const [key, row] of draft.rows) {
      this.#rows.set(key, row);
      this.#log.push(row);
    }
    if (!draft.cursorsKept) this.#cursors.clear();
    for (const [key, cursor] of draft.cursors) this.#cursors.set(key, cursor);
    for (const [position, reason] of draft.archiveReasons) {
      const archived = this.#archive[position - 1];
      if (archived !== undefined) this.#archive[position - 1] = { ...archived, reason };
    }
    this.#archive.push(...draft.archive);
    for (const [key, record] of draft.outcomes) {
      this.#outcomes.delete(key);
      if (record !== undefined) this.#outcomes.set(key, record);
    }
    this.#reports.push(...draft.reports);
    if (this.#log.length > 2 * this.#rows.size + 64) {
      this.#log = this.#log.filter((row) => this.#isCurrent(row));
    }
  }

  #isCurrent(row: Row): boolean {
    const { resourceType, resourceId } = row.entry.payload;
    return this.#rows.get(keyOf(resourceType, resourceId)) === row;
  }

  #page(
    range: EntryRange,
    limit: number,
    octetsMax: number,
    wanted: (entry: StoredEntry) => boolean,
  ): StoredEntry[] {
    const page: StoredEntry[] = [];
    let octets = 0;
    for (const entry of this.#range(range)) {
      if (page.length === limit) break;
      if (!wanted(entry)) continue;
      octets += payloadOctets(entry.payload);
      if (page.length > 0 && octets > octetsMax) break;
      page.push(copyEntry(entry));
    }
    return page;
  }

  *#range(range: EntryRange): Generator<StoredEntry, void> {
    for (let index = this.#firstAfter(range.after); index < this.#log.length; index += 1) {
      const row = this.#log[index];
      if (row === undefined || row.entry.sequence > range.through) return;
      if (!this.#isCurrent(row)) continue;
      if (range.types?.includes(row.entry.payload.resourceType) ?? true) yield row.entry;
    }
  }

  #firstAfter(sequence: bigint): number {
    let low = 0;
    let high = this.#log.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#log[middle]?.entry.sequence ?? 0n) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

// No type, id or scope can be mistaken for another: U+0000 is in no type and no hex text.
function keyOf(first: string, second: string): string {
  return `${first}\u0000${second}`;
}

function outcomeKey(key: OutcomeKey): string {
  return keyOf(hex(key.peer), keyOf(key.resourceType, key.resourceId));
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}
