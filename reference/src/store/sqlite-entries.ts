// Writes entries of a SQLite file, and finds those to read: a row for each. Knows the schema;
// transactions and sequences are sqlite-tables.ts's.
import { UsageError } from '../wire/violation.ts';
import { payloadOctets } from './payload-copy.ts';
import { octetsOfPayload } from './payload-octets.ts';
import { baseChecksum, entryChecksum } from './sqlite-checksum.ts';
import type { EntryReader, SqliteRow } from './sqlite-entry-reader.ts';
import type { InternedValues } from './sqlite-interned.ts';
import type { SqliteNames } from './sqlite-names.ts';
import type { PayloadColumns, Query, ResourceColumns, Statements } from './sqlite-statements.ts';
import type { EntryRange, StoredEntry } from './store.ts';
import type { StoredPayload } from './stored-payload.ts';
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
  readonly #names: SqliteNames;

  constructor(
    statements: Statements,
    interned: InternedValues,
    reader: EntryReader,
    names: SqliteNames,
  ) {
    this.#statements = statements;
    this.#interned = interned;
    this.#reader = reader;
    this.#names = names;
  }

  /** The entry of a resource. */
  get(resourceType: string, resourceId: string): SqliteRow | undefined {
    const type = this.#interned.typeKey(resourceType);
    if (type === undefined) return undefined;
    const key = this.#names.keyOf(resourceId, type);
    if (key === undefined) return undefined;
    return this.#reader.named(this.#statements.entry.get(key), type, resourceId);
  }

  /** Writes an entry under a sequence. */
  put(current: SqliteRow | undefined, next: EntryState, sequence: bigint): void {
    if (current === undefined) this.insert(next, sequence);
    else this.#statements.updateEntry.run(...this.#columns(next, sequence), current.key);
  }

  /** Writes an entry that is not there yet; under a key, where one is given. */
  insert(entry: EntryState, sequence: bigint, key: number | null = null): void {
    const { resourceType, resourceId } = entry.payload;
    const type = this.#interned.typeKeyForWriting(resourceType);
    const columns = this.#columns(entry, sequence);
    const { insertEntry } = this.#statements;
    const { lastInsertRowid } = insertEntry.run(key, type, resourceId, ...columns);
    this.#names.add(resourceId, type, Number(lastInsertRowid));
  }

  #columns({ payload, origin, baseResource }: EntryState, sequence: bigint) {
    const { resourceType, resourceId, changes } = payload;
    if (changes.some(({ id }) => id === undefined)) {
      throw new UsageError('a change without an id is not stored');
    }
    const type = this.#interned.typeKeyForWriting(resourceType);
    const originKey = origin === undefined ? null : this.#interned.replicaKeyForWriting(origin);
    const place = columnOf(sequence);
    const octets = octetsOfPayload(payload);
    const sum = entryChecksum(type, resourceId, place, originKey, changes.length, octets);
    const base = baseResource ?? null;
    const baseSum = baseChecksum(sum, base);
    return [place, originKey, changes.length, octets, sum, base, baseSum] as const;
  }

  /** To be called at the beginning of a transaction. */
  begin(): void {
    this.#names.begin();
  }

  /** To be called when a transaction was taken back. */
  forget(): void {
    this.#names.forget();
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
    const read = (columns: PayloadColumns): StoredPayload => this.#reader.payload(columns);
    return this.#read(query, read, ({ encoded }) => encoded?.length ?? 0, range, limit, octetsMax);
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

  #page(
    query: Query<ResourceColumns>,
    range: EntryRange,
    limit: number,
    octetsMax: number,
  ): StoredEntry[] {
    const read = (columns: ResourceColumns): StoredEntry => this.#reader.row(columns).entry;
    const sizeOf = ({ payload }: StoredEntry): number => payloadOctets(payload);
    return this.#read(query, read, sizeOf, range, limit, octetsMax);
  }

  #read<C extends readonly unknown[], E>(
    query: Query<C>,
    read: (columns: C) => E,
    sizeOf: (entry: E) => number,
    range: EntryRange,
    limit: number,
    octetsMax: number,
  ): E[] {
    const page: E[] = [];
    let octets = 0;
    // Row by row, so that a page of large resources is not read whole to be thrown away.
    for (const columns of query.iterate(...this.#bounds(range), limit)) {
      const entry = read(columns);
      octets += sizeOf(entry);
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

/** An unsigned number as its column has it; a small one as what costs less to bind. */
function columnOf(value: bigint): bigint | number {
  return value <= safeMax ? Number(value) : BigInt.asIntN(64, value);
}
