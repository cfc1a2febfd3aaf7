// The Store interface on top of any Tables: which writes belong in one transaction, and in which
// order. Knows no storage medium; what a local change means is in local-changes.ts.
import { CURSOR_OCTETS } from '../wire/limits.ts';
import type { LocalChange } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { archivedAt, settleDeferred } from './deferred-entry.ts';
import { createdState, deletedState, importedState, updatedState } from './local-changes.ts';
import { checkRecordedAt, readLocalResource } from './local-resource.ts';
import { storeReceived, verdictOf } from './received-entry.ts';
import { checkReplicaId, drawReplicaId, takeReplicaId } from './replica-renewal.ts';
import type {
  ArchivedEntry,
  Decide,
  Decision,
  EntryRange,
  ImportResult,
  RandomOctets,
  RecordedOutcome,
  RemoteBatch,
  Store,
  StoredCursor,
  StoredEntry,
  StoreSettings,
  UploadedResult,
  UploadedVersion,
  Verdict,
} from './store.ts';
import type { StoredPayload } from './stored-payload.ts';
import { resourceTypesMax, type Row, type Tables } from './tables.ts';
import { uploadedState } from './uploaded-version.ts';

const loopPageEntries = 100;
const loopPageOctets = 1024 * 1024;

/** A {@link Store} over tables; see memory-store.ts and sqlite-store.ts for how to get one. */
export class TableStore<R extends Row> implements Store {
  readonly #tables: Tables<R>;
  #open = true;

  constructor(tables: Tables<R>) {
    this.#tables = tables;
  }

  get replicaId(): Uint8Array {
    return this.#use().replicaId();
  }

  get settings(): StoreSettings {
    return this.#tables.settings;
  }

  async create(resource: Uint8Array, recordedAt: string): Promise<StoredEntry> {
    return this.#write((tables) => this.#create(tables, resource, recordedAt));
  }

  async createAll(resources: readonly Uint8Array[], recordedAt: string): Promise<void> {
    this.#write((tables) => {
      for (const resource of resources) this.#create(tables, resource, recordedAt);
    });
  }

  async update(resource: Uint8Array, recordedAt: string): Promise<StoredEntry> {
    checkRecordedAt(recordedAt);
    const given = readLocalResource(resource);
    return this.#write((tables) => {
      const current = tables.entry(given.resourceType, given.id);
      const next = updatedState(current?.entry, given, recordedAt, () => tables.nextChangeId());
      if (next !== undefined) tables.putEntry(current, next);
      return stored(tables, given.resourceType, given.id);
    });
  }

  async delete(resourceType: string, resourceId: string, recordedAt: string): Promise<StoredEntry> {
    checkRecordedAt(recordedAt);
    return this.#write((tables) => {
      const current = tables.entry(resourceType, resourceId);
      const name = `${resourceType}/${resourceId}`;
      const next = deletedState(name, current?.entry, recordedAt, () => tables.nextChangeId());
      tables.putEntry(current, next);
      return stored(tables, resourceType, resourceId);
    });
  }

  async importServerVersion(resource: Uint8Array): Promise<ImportResult> {
    return this.#write((tables) => importOne(tables, resource));
  }

  async importServerVersions(resources: readonly Uint8Array[]): Promise<ImportResult[]> {
    return this.#write((tables) => resources.map((resource) => importOne(tables, resource)));
  }

  async get(resourceType: string, resourceId: string): Promise<StoredEntry | undefined> {
    return this.#read((tables) => tables.entry(resourceType, resourceId)?.entry);
  }

  async getLocalChanges(resourceType: string, resourceId: string): Promise<readonly LocalChange[]> {
    const row = this.#read((tables) => tables.entry(resourceType, resourceId));
    return row === undefined ? [] : row.entry.payload.changes;
  }

  async *getAllLocalChanges(): AsyncGenerator<StoredEntry, void> {
    const through = await this.lastSequence();
    let after = 0n;
    for (;;) {
      const range: EntryRange = { after, through, types: undefined };
      const entries = this.#read((tables) =>
        tables.changedPage(range, loopPageEntries, loopPageOctets),
      );
      const last = entries.at(-1);
      if (last === undefined) return;
      yield* entries;
      after = last.sequence;
    }
  }

  async page(range: EntryRange, limit: number, octetsMax: number): Promise<readonly StoredEntry[]> {
    checkLimit(limit);
    return this.#read((tables) => tables.page(range, limit, octetsMax));
  }

  async payloadPage(
    range: EntryRange,
    limit: number,
    octetsMax: number,
  ): Promise<readonly StoredPayload[]> {
    checkLimit(limit);
    return this.#read((tables) => tables.payloadPage(range, limit, octetsMax));
  }

  async count(range: EntryRange, exceptOrigin?: Uint8Array): Promise<ReadonlyMap<string, number>> {
    return this.#read((tables) => tables.count(range, exceptOrigin));
  }

  async lastSequence(): Promise<bigint> {
    return this.#read((tables) => tables.lastSequence());
  }

  async updateRemote(batch: RemoteBatch, decide: Decide): Promise<readonly Verdict[]> {
    checkReplicaId(batch.peer);
    checkCursor(batch.cursor);
    // PSP-ATOM-3: one transaction around every entry and the cursor, whatever each entry becomes.
    return this.#write((tables) => {
      tables.foresee?.(batch.entries);
      const decisions: Verdict[] = [];
      for (const received of batch.entries) {
        decisions.push(verdictOf(storeReceived(tables, batch.peer, received, decide)));
      }
      if (batch.cursor.length > 0) tables.putCursor(batch.peer, batch.scope, batch.cursor);
      return decisions;
    });
  }

  async recordUploaded(versions: readonly UploadedVersion[]): Promise<UploadedResult[]> {
    return this.#write((tables) => {
      tables.foresee?.(versions);
      return versions.map((version) => recordOne(tables, version));
    });
  }

  async getCursor(peer: Uint8Array, scope: string): Promise<Uint8Array | undefined> {
    return this.#read((tables) => tables.cursor(peer, scope));
  }

  async cursors(): Promise<readonly StoredCursor[]> {
    return this.#read((tables) => tables.cursors()).sort(inOrder);
  }

  async setCursor(peer: Uint8Array, scope: string, cursor: Uint8Array): Promise<void> {
    checkReplicaId(peer);
    checkCursor(cursor);
    this.#write((tables) => {
      tables.putCursor(peer, scope, cursor);
    });
  }

  async *archived(): AsyncGenerator<ArchivedEntry, void> {
    yield* this.#pages((tables, after) => tables.archivedPage(after, loopPageEntries));
  }

  async archivedAt(position: number): Promise<ArchivedEntry | undefined> {
    return this.#read((tables) => archivedAt(tables, position));
  }

  async settleDeferred(position: number, decide: Decide): Promise<Decision> {
    return this.#write((tables) => settleDeferred(tables, position, decide));
  }

  async *outcomes(): AsyncGenerator<RecordedOutcome, void> {
    yield* this.#pages((tables, after) => tables.outcomesPage(after, loopPageEntries));
  }

  async addReport(report: string): Promise<void> {
    this.#write((tables) => {
      tables.addReport(report);
    });
  }

  async reports(limit: number): Promise<readonly string[]> {
    return this.#read((tables) => tables.reports(limit));
  }

  async renewReplicaId(randomOctets: RandomOctets): Promise<Uint8Array> {
    const replicaId = drawReplicaId(randomOctets);
    return this.#write((tables) => {
      takeReplicaId(tables, replicaId);
      return replicaId;
    });
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    this.#tables.close();
  }

  #use(): Tables<R> {
    if (!this.#open) throw new UsageError('the store is closed; open it again');
    return this.#tables;
  }

  #write<T>(work: (tables: Tables<R>) => T): T {
    const tables = this.#use();
    return tables.write(() => work(tables));
  }

  #read<T>(work: (tables: Tables<R>) => T): T {
    const tables = this.#use();
    return tables.read(() => work(tables));
  }

  *#pages<T extends { readonly position: number }>(
    page: (tables: Tables<R>, after: number) => T[],
  ): Generator<T, void> {
    let after = 0;
    for (;;) {
      const items = this.#read((tables) => page(tables, after));
      const last = items.at(-1);
      if (last === undefined) return;
      yield* items;
      after = last.position;
    }
  }

  #create(tables: Tables<R>, resource: Uint8Array, recordedAt: string): StoredEntry {
    checkRecordedAt(recordedAt);
    const given = readLocalResource(resource);
    const current = tables.entry(given.resourceType, given.id);
    // PSP-CHG-1: the id is taken in the transaction that writes the change: a crash or a refusal
    // takes both back, and a committed number never comes again.
    checkRoom(tables, given.resourceType);
    const next = createdState(current?.entry, given, recordedAt, () => tables.nextChangeId());
    tables.putEntry(current, next);
    return stored(tables, given.resourceType, given.id);
  }
}

function checkLimit(limit: number): void {
  if (Number.isSafeInteger(limit) && limit >= 1) return;
  throw new UsageError(`a page holds at least 1 entry, not ${limit}`);
}

function checkRoom<R extends Row>(tables: Tables<R>, resourceType: string): void {
  if (tables.hasRoomFor(resourceType)) return;
  throw new UsageError(`the store has ${resourceTypesMax} resource types and takes no further one`);
}

function inOrder(a: StoredCursor, b: StoredCursor): number {
  const peers = Buffer.compare(a.peer, b.peer);
  // Code units: the same order on every device, unlike a locale's.
  return peers === 0 ? Number(a.scope > b.scope) - Number(a.scope < b.scope) : peers;
}

function checkCursor(cursor: Uint8Array): void {
  if (cursor.length > CURSOR_OCTETS) {
    throw new UsageError(`a cursor has at most ${CURSOR_OCTETS} octets, not ${cursor.length}`);
  }
}

function stored<R extends Row>(tables: Tables<R>, resourceType: string, id: string): StoredEntry {
  const row = tables.entry(resourceType, id);
  if (row === undefined) throw new Error(`${resourceType}/${id} vanished while it was written`);
  return row.entry;
}

function importOne<R extends Row>(tables: Tables<R>, resource: Uint8Array): ImportResult {
  const given = readLocalResource(resource);
  const current = tables.entry(given.resourceType, given.id);
  const next = importedState(current?.entry, given);
  if (typeof next === 'string') return next;
  checkRoom(tables, given.resourceType);
  tables.putEntry(current, next);
  return 'imported';
}

function recordOne<R extends Row>(tables: Tables<R>, uploaded: UploadedVersion): UploadedResult {
  const current = tables.entry(uploaded.resourceType, uploaded.resourceId);
  const { result, next } = uploadedState(current?.entry, uploaded);
  if (next !== undefined) tables.putEntry(current, next);
  return result;
}
