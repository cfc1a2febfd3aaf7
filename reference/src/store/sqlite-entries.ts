// The way between entries and their rows in a SQLite file: one row for the resource, one for each
// change. Knows the schema; transactions and sequences are sqlite-tables.ts's.
import type { ChangeType, LocalChange } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { payloadOctets } from './payload-copy.ts';
import type { InternedValues } from './sqlite-interned.ts';
import {
  decodeChangeRest,
  decodePayloadRest,
  encodeChangeRest,
  encodePayloadRest,
} from './sqlite-rest.ts';
import { changesPerEntry } from './sqlite-schema.ts';
import type { ChangeColumns, Query, ResourceColumns, Statements } from './sqlite-statements.ts';
import type { EntryRange, StoredEntry, StoredPayload } from './store.ts';
import type { EntryState, Row } from './tables.ts';

/** An entry and where its rows are. */
export interface SqliteRow extends Row {
  readonly key: number;
}

type Bounds = [after: bigint, through: bigint] | [after: bigint, through: bigint, types: string];

const sequenceMax = 2n ** 63n - 1n;
const safeMax = BigInt(Number.MAX_SAFE_INTEGER);
// No row has this key: it stands for types and replicas that the store has never seen.
const noKey = -1;

/** Reads and writes entries; every method runs inside a transaction of its caller. */
export class SqliteEntries {
  readonly #statements: Statements;
  readonly #interned: InternedValues;

  constructor(statements: Statements, interned: InternedValues) {
    this.#statements = statements;
    this.#interned = interned;
  }

  /** The entry of a resource. */
  get(resourceType: string, resourceId: string): SqliteRow | undefined {
    const type = this.#interned.typeKey(resourceType);
    if (type === undefined) return undefined;
    const columns = this.#statements.entry.get(resourceId, type);
    return columns && { key: columns[0], entry: this.#entryFrom(columns) };
  }

  /** Writes an entry under a sequence. */
  put(current: SqliteRow | undefined, next: EntryState, sequence: bigint): void {
    const { payload, origin, changesKept } = next;
    const { base, changes } = payload;
    if (changes.length >= changesPerEntry) {
      const name = `${payload.resourceType}/${payload.resourceId}`;
      throw new UsageError(`${name} has ${changes.length} changes; upload them first`);
    }
    const columns = [
      columnOf(sequence),
      origin === undefined ? null : this.#interned.replicaKeyForWriting(origin),
      changes.length,
      base === undefined ? null : base.versionId,
      base === undefined ? null : base.lastUpdated,
      encodePayloadRest(payload),
      next.baseResource ?? null,
      payload.resource,
    ] as const;
    let key = current?.key;
    if (key === undefined) {
      const type = this.#interned.typeKeyForWriting(payload.resourceType);
      const inserted = this.#statements.insertEntry.run(type, payload.resourceId, ...columns);
      key = Number(inserted.lastInsertRowid);
    } else {
      this.#statements.updateEntry.run(...columns, key);
    }
    this.#putChanges(key, changes, changesKept, current?.entry.payload.changes.length ?? 0);
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
      if (change?.id === undefined) throw new UsageError('a change without an id is not stored');
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
      const entry = this.#entryFrom(columns);
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

  #entryFrom(columns: ResourceColumns): StoredEntry {
    const [key, type, id, sequence, origin, changes, versionId, lastUpdated] = columns;
    const rest = columns[8] === null ? undefined : decodePayloadRest(columns[8]);
    return {
      payload: {
        resourceType: this.#interned.typeName(type),
        resourceId: id,
        resource: columns[10],
        base:
          versionId === null
            ? undefined
            : { versionId, lastUpdated: lastUpdated ?? '', _unknownFields: rest?.baseUnknown },
        changes: changes === 0 ? [] : this.#changes(key),
        absorbed: rest?.absorbed ?? [],
        _unknownFields: rest?.unknown,
      },
      baseResource: columns[9] ?? undefined,
      sequence: BigInt(sequence),
      origin: origin === null ? undefined : this.#interned.replicaId(origin),
    };
  }

  #changes(key: number): LocalChange[] {
    const first = key * changesPerEntry;
    const rows = this.#statements.changes.all(first, first + changesPerEntry);
    return rows.map((columns) => this.#changeFrom(columns));
  }

  #changeFrom(columns: ChangeColumns): LocalChange {
    const [replica, high, low, type, baseVersionId, recordedAt, restOctets, payload] = columns;
    const rest = restOctets === null ? undefined : decodeChangeRest(restOctets);
    return {
      id: {
        replicaId: this.#interned.replicaId(replica),
        counter: counterOf(high, low),
        _unknownFields: rest?.idUnknown,
      },
      type: type as ChangeType,
      payload,
      baseVersionId,
      recordedAt,
      _unknownFields: rest?.unknown,
    };
  }
}

/** An unsigned number as its column has it; a small one as what costs less to bind. */
function columnOf(value: bigint): bigint | number {
  return value <= safeMax ? Number(value) : BigInt.asIntN(64, value);
}

function counterOf(high: number, low: number): bigint {
  return high === 0 ? BigInt(low) : BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low));
}
