// Reads entries from their rows of a SQLite file, and makes sure that they are what was written.
// Knows the columns; which rows are read is sqlite-entries.ts's.
import type { ChangeType, LocalChange } from '../wire/messages.ts';
import { baseChecksum, changeChecksum, entryChecksum, noChecksum } from './sqlite-checksum.ts';
import { isDamage, isSqliteError } from './sqlite-faults.ts';
import type { InternedValues } from './sqlite-interned.ts';
import { decodeChangeRest, decodePayloadRest } from './sqlite-rest.ts';
import { changesPerEntry } from './sqlite-schema.ts';
import type { ResourceColumns, Statements } from './sqlite-statements.ts';
import type { StoredEntry } from './store.ts';
import { StoreError } from './store-error.ts';
import type { Row } from './tables.ts';

/** An entry and where its rows are. */
export interface SqliteRow extends Row {
  readonly key: number;
  /** The checksum of its changes, for an entry that gets further ones. */
  readonly changesChecksum: number;
}

/** Makes the error that the reading of a damaged entry ends with; `detail` says what is wrong. */
export type DamagedEntry = (name: string, detail: string, cause: unknown) => Error;

/** Reads entries; every method runs inside a transaction of its caller. */
export class EntryReader {
  readonly #statements: Statements;
  readonly #interned: InternedValues;
  readonly #damaged: DamagedEntry;
  readonly #mayLackChecksums: boolean;

  /**
   * @param mayLackChecksums - True for a file of the form before the present one: rows without a
   * checksum are taken as they are.
   */
  constructor(
    statements: Statements,
    interned: InternedValues,
    damaged: DamagedEntry,
    mayLackChecksums = false,
  ) {
    this.#statements = statements;
    this.#interned = interned;
    this.#damaged = damaged;
    this.#mayLackChecksums = mayLackChecksums;
  }

  /**
   * What the rows of an entry say.
   *
   * @throws what {@link DamagedEntry} makes, where they are not what was written.
   */
  row(columns: ResourceColumns): SqliteRow {
    try {
      return this.#readRow(columns);
    } catch (error) {
      // The disk's faults, a lock and the like say nothing about this entry.
      if (isSqliteError(error) && !isDamage(error)) throw error;
      throw this.#damaged(this.#nameOf(columns), detailOf(error), error);
    }
  }

  #readRow(columns: ResourceColumns): SqliteRow {
    const [key, type, id, sequence, origin, count, versionId, lastUpdated] = columns;
    const resourceType = this.#interned.typeName(type);
    const changes: LocalChange[] = [];
    const changesChecksum = count === 0 ? noChecksum : this.#readChanges(key, changes);
    if (columns[11] !== null || !this.#mayLackChecksums) {
      checkChecksums(columns, changes.length, changesChecksum);
    }
    const rest = columns[8] === null ? undefined : decodePayloadRest(columns[8]);
    const entry: StoredEntry = {
      payload: {
        resourceType,
        resourceId: id,
        resource: columns[10],
        base:
          versionId === null
            ? undefined
            : { versionId, lastUpdated: lastUpdated ?? '', _unknownFields: rest?.baseUnknown },
        changes,
        absorbed: rest?.absorbed ?? [],
        _unknownFields: rest?.unknown,
      },
      baseResource: columns[9] ?? undefined,
      sequence: BigInt(sequence),
      origin: origin === null ? undefined : this.#interned.replicaId(origin),
    };
    return { key, entry, changesChecksum };
  }

  /** The checksums that belong to a row, whatever it has. */
  checksums(columns: ResourceColumns): readonly [entry: number, base: number | null] {
    const { entry, changesChecksum } = this.row(columns);
    const checksum = checksumOf(columns, entry.payload.changes.length, changesChecksum);
    return [checksum, baseChecksum(checksum, columns[9])];
  }

  /** Appends the changes to a list; returns their checksum. */
  #readChanges(key: number, changes: LocalChange[]): number {
    const first = key * changesPerEntry;
    let checksum = noChecksum;
    for (const columns of this.#statements.changes.all(first, first + changesPerEntry)) {
      const [replica, high, low, type, baseVersionId, recordedAt, restOctets, payload] = columns;
      checkText(baseVersionId);
      checkText(recordedAt);
      const replicaId = this.#interned.replicaId(replica);
      const counter = counterOf(high, low);
      checksum = changeChecksum(
        checksum,
        replica,
        counter,
        type,
        baseVersionId,
        recordedAt,
        restOctets,
        payload,
      );
      const rest = restOctets === null ? undefined : decodeChangeRest(restOctets);
      changes.push({
        id: { replicaId, counter, _unknownFields: rest?.idUnknown },
        type: type as ChangeType,
        payload,
        baseVersionId,
        recordedAt,
        _unknownFields: rest?.unknown,
      });
    }
    return checksum;
  }

  // Of a damaged row, who it is may be damaged as well: then it says what is there.
  #nameOf([key, type, id]: ResourceColumns): string {
    try {
      return `${this.#interned.typeName(type)}/${id}`;
    } catch {
      return `a resource of a type that is not known, ${id} in row ${key}`;
    }
  }
}

/** The number of a row as it is. */
function checksumOf(
  columns: ResourceColumns,
  changesCount: number,
  changesChecksum: number,
): number {
  const [, type, id, sequence, origin, , baseVersion, baseUpdated, rest, , resource] = columns;
  return entryChecksum(
    changesChecksum,
    type,
    id,
    sequence,
    origin,
    changesCount,
    baseVersion,
    baseUpdated,
    rest,
    resource,
  );
}

/** Throws where a row is not what was written. */
function checkChecksums(
  columns: ResourceColumns,
  changesCount: number,
  changesChecksum: number,
): void {
  const [, , id, , , count, , baseUpdated, , baseResource, , checksum, baseWritten] = columns;
  checkText(id);
  checkText(baseUpdated ?? '');
  if (checksumOf(columns, changesCount, changesChecksum) !== checksum) {
    throw new Error(
      changesCount === count
        ? 'what is there is not what was written'
        : `${changesCount} of ${count} changes are there`,
    );
  }
  if (baseChecksum(checksum, baseResource) !== baseWritten) {
    throw new Error("the server's content under its changes is not what was written");
  }
}

function detailOf(error: unknown): string {
  const origin = error instanceof StoreError ? (error.cause ?? error) : error;
  return origin instanceof Error ? origin.message : String(origin);
}

/** Throws for octets where text belongs: their checksum is the same. */
function checkText(value: string): void {
  if (typeof value !== 'string') throw new Error('text became octets');
}

function counterOf(high: number, low: number): bigint {
  return high === 0 ? BigInt(low) : BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low));
}
