// Writes entries of a SQLite file, and finds those to read: one row for the resource, one for each
// change. Knows the schema; transactions and sequences are sqlite-tables.ts's.
import type { LocalChange } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { payloadOctets } from './payload-copy.ts';
import { baseChecksum, changeChecksum, entryChecksum, noChecksum } from './sqlite-checksum.ts';
import type { EntryReader, SqliteRow } from './sqlite-entry-reader.ts';
import type { InternedValues } from './sqlite-interned.ts';
import { encodeChangeRest, encodePayloadRest } from './sqlite-rest.ts';
import { changesPerEntry } from './sqlite-schema.ts';
import type { Query, ResourceColumns, Statements } from './sqlite-statements.ts';
import type { EntryRange, StoredEntry, StoredPayload } from './store.ts';
import type { EntryState } from './tables.ts';

type Bounds = [after: bigint, through: bigint] | [after: bigint, through: bigint, types: string];

const sequenceMax = 2n ** 63n - 1n;
const safeMax = BigInt(Number.MAX_SAFE_INTEGER);
// No row has this key: it stands for types and replicas that the store has never seen.
const noKey = -1;

/** Reads and writes entries; every method runs inside a transaction of its caller. */
export class SqliteEntries {
  readonly #statements: Statements;
  readonly #interned: InternedValues;
  readonly #reader: EntryReader;

  constructor(statements: Statements, interned: InternedValues, reader: EntryReader) {
    this.#statements = statements;
    this.#interned = interned;
    this.#reader = reader;
  }

  /** The entry of a resource. */
  get(resourceType: string, resourceId: string): SqliteRow | undefined {
    const type = this.#interned.typeKey(resourceType);
    if (type === undefined) return undefined;
    const columns = this.#statements.entry.get(resourceId, type);
    return columns && this.#reader.row(columns);
  }

  /** Writes an entry under a sequence. */
  put(current: SqliteRow | undefined, next: EntryState, sequence: bigint): void {
    const { payload, origin, changesKept } = next;
    const { base, changes } = payload;
    if (changes.length >= changesPerEntry) {
      const name = `${payload.resourceType}/${payload.resourceId}`;
      throw new UsageError(`${name} has ${changes.length} changes; upload them first`);
    }
    const present = current?.entry.payload.changes.length ?? 0;
    // Changes that stay have the checksum that they were read with.
    const kept = changesKept === present ? present : 0;
    const before = kept === 0 || current === undefined ? noChecksum : current.changesChecksum;
    const type = this.#interned.typeKeyForWriting(payload.resourceType);
    const place = columnOf(sequence);
    const originKey = origin === undefined ? null : this.#interned.replicaKeyForWriting(origin);
    const baseVersion = base === undefined ? null : base.versionId;
    const baseUpdated = base === undefined ? null : base.lastUpdated;
    const rest = encodePayloadRest(payload);
    const baseResource = next.baseResource ?? null;
    const checksum = entryChecksum(
      this.#checksumOfChanges(changes, kept, before),
      type,
      payload.resourceId,
      place,
      originKey,
      changes.length,
      baseVersion,
      baseUpdated,
      rest,
      payload.resource,
    );
    const columns = [
      place,
      originKey,
      changes.length,
      baseVersion,
      baseUpdated,
      rest,
      baseResource,
      payload.resource,
      checksum,
      baseChecksum(checksum, baseResource),
    ] as const;
    let key = current?.key;
    if (key === undefined) {
      const inserted = this.#statements.insertEntry.run(type, payload.resourceId, ...columns);
      key = Number(inserted.lastInsertRowid);
    } else {
      this.#statements.updateEntry.run(...columns, key);
    }
    this.#putChanges(key, changes, kept, present);
  }

  /** A page of a range: every entry. */
  page(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    const { page, pageOfTypes } = this.#statements;
    return this.#page(range.types === undefined ? page : pageOfTypes, range, limit, octetsMax);
  }

  /** A page of a range: every entry, without the content under its changes. */
  payloadPage(range: EntryRange, limit: number, octetsMax: number): StoredPayload[] {
    const { payloadPage, payloadPageOfTypes } = this.#statements;
    const query = range.types === undefined ? payloadPage : payloadPageOfTypes;
    return this.#page(query, range, limit, octetsMax);
  }

  /** A page of a range: entries with changes. */
  changedPage(range: EntryRange, limit: number, octetsMax: number): StoredEntry[] {
    const { changedPage, changedPageOfTypes } = this.#statements;
    const query = range.types === undefined ? changedPage : changedPageOfTypes;
    return this.#page(query, range, limit, octetsMax);
  }

  /** Entries of a range by type, but those of an origin. */
  count(range: EntryRange, exceptOrigin: Uint8Array | undefined): Map<string, number> {
    const origin = exceptOrigin === undefined ? noKey : this.#interned.replicaKey(exceptOrigin);
    const { count, countOfTypes } = this.#statements;
    const query = range.types === undefined ? count : countOfTypes;
    const rows = query.all(...this.#bounds(range), origin ?? noKey);
    return new Map(rows.map(([type, entries]) => [this.#interned.typeName(type), entries]));
  }

  #putChanges(key: number, changes: readonly LocalChange[], kept: number, present: number): void {
    const first = key * changesPerEntry;
    if (present > kept) {
      this.#statements.deleteChanges.run(first + kept, first + changesPerEntry);
    }
    for (let position = kept; position < changes.length; position += 1) {
      const change = changes[position];
      if (change?.id === undefined) throw withoutId();
      this.#statements.insertChange.run(
        first + position,
        this.#interned.replicaKeyForWriting(change.id.replicaId),
        columnOf(change.id.counter),
        change.type,
        change.baseVersionId,
        change.recordedAt,
        encodeChangeRest(change),
        change.payload,
      );
    }
  }

  /** Of the changes from a position on, on top of the checksum of those before. */
  #checksumOfChanges(changes: readonly LocalChange[], from: number, before: number): number {
    let checksum = before;
    for (let position = from; position < changes.length; position += 1) {
      const change = changes[position];
      if (change?.id === undefined) throw withoutId();
      const { id, type, baseVersionId, recordedAt, payload } = change;
      // Key and rest are found here and for its row: to keep them would cost more.
      const replica = this.#interned.replicaKeyForWriting(id.replicaId);
      const rest = encodeChangeRest(change);
      checksum = changeChecksum(
        checksum,
        replica,
        id.counter,
        type,
        baseVersionId,
        recordedAt,
        rest,
        payload,
      );
    }
    return checksum;
  }

  #page(
    query: Query<ResourceColumns>,
    range: EntryRange,
    limit: number,
    octetsMax: number,
  ): StoredEntry[] {
    const page: StoredEntry[] = [];
    let octets = 0;
    // Row by row, so that a page of large resources is not read whole to be thrown away.
    for (const columns of query.iterate(...this.#bounds(range), limit)) {
      const { entry } = this.#reader.row(columns);
      octets += payloadOctets(entry.payload);
      if (page.length > 0 && octets > octetsMax) break;
      page.push(entry);
    }
    return page;
  }

  #bounds(range: EntryRange): Bounds {
    const after = range.after > sequenceMax ? sequenceMax : range.after;
    const through = range.through > sequenceMax ? sequenceMax : range.through;
    if (range.types === undefined) return [after, through];
    const keys = range.types.map((name) => this.#interned.typeKey(name) ?? noKey);
    return [after, through, JSON.stringify(keys)];
  }
}

function withoutId(): UsageError {
  return new UsageError('a change without an id is not stored');
}

/** An unsigned number as its column has it; a small one as what costs less to bind. */
function columnOf(value: bigint): bigint | number {
  return value <= safeMax ? Number(value) : BigInt.asIntN(64, value);
}
