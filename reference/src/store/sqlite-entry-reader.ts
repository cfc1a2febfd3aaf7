// Reads entries from their rows of a SQLite file, and makes sure that they are what was written.
// Knows the columns; which rows are read is sqlite-entries.ts's.
import { payloadOfOctets } from './payload-octets.ts';
import { baseChecksum, entryChecksum } from './sqlite-checksum.ts';
import { isDamage, isSqliteError } from './sqlite-faults.ts';
import type { InternedValues } from './sqlite-interned.ts';
import type { PayloadColumns, ResourceColumns } from './sqlite-statements.ts';
import { StoreError } from './store-error.ts';
import { EncodedPayload, type StoredPayload } from './stored-payload.ts';
import type { Row } from './tables.ts';

/** An entry and where its row is. */
export interface SqliteRow extends Row {
  readonly key: number;
}

/** Makes the error that the reading of a damaged entry ends with; `detail` says what is wrong. */
export type DamagedEntry = (name: string, detail: string, cause: unknown) => Error;

/** Reads entries; every method runs inside a transaction of its caller. */
export class EntryReader {
  readonly #interned: InternedValues;
  readonly #damaged: DamagedEntry;

  constructor(interned: InternedValues, damaged: DamagedEntry) {
    this.#interned = interned;
    this.#damaged = damaged;
  }

  /**
   * What the row of an entry says.
   *
   * @throws what {@link DamagedEntry} makes, where it is not what was written.
   */
  row(columns: ResourceColumns): SqliteRow {
    try {
      return this.#readRow(columns);
    } catch (error) {
      throw this.#faultOf(columns, error);
    }
  }

  /**
   * What a sender reads of the row of an entry.
   *
   * @throws as {@link EntryReader.row} does.
   */
  payload(columns: PayloadColumns): StoredPayload {
    try {
      const [, type, id, sequence, origin, , octets] = columns;
      checkedChecksum(columns);
      const name = this.#interned.typeName(type);
      return new EncodedPayload(name, id, BigInt(sequence), this.#originOf(origin), octets);
    } catch (error) {
      throw this.#faultOf(columns, error);
    }
  }

  /**
   * What the row of an entry says that was found by its name.
   *
   * @throws as {@link EntryReader.row} does, and where it is the row of another one, or
   * there is none.
   */
  named(columns: ResourceColumns | undefined, type: number, id: string): SqliteRow {
    // No index of SQLite's own: an integrity check of the file does not see that one lies.
    if (columns?.[1] === type && columns[2] === id) return this.row(columns);
    const name = this.#nameOf([columns?.[0] ?? 0, type, id]);
    throw this.#damaged(name, 'its name leads to another resource, or to none', undefined);
  }

  #readRow(columns: ResourceColumns): SqliteRow {
    const [key, , , sequence, origin, , octets, , baseResource, baseWritten] = columns;
    if (baseChecksum(checkedChecksum(columns), baseResource) !== baseWritten) {
      throw new Error("the server's content under its changes is not what was written");
    }
    const entry = {
      payload: payloadOfOctets(octets),
      baseResource: baseResource ?? undefined,
      sequence: BigInt(sequence),
      origin: this.#originOf(origin),
    };
    return { key, entry };
  }

  #originOf(key: number | null): Uint8Array | undefined {
    return key === null ? undefined : this.#interned.replicaId(key);
  }

  #faultOf(columns: PayloadColumns | ResourceColumns, error: unknown): unknown {
    // The disk's faults, a lock and the like say nothing about this entry.
    if (isSqliteError(error) && !isDamage(error)) return error;
    return this.#damaged(this.#nameOf(columns), detailOf(error), error);
  }

  // Of a damaged row, who it is may be damaged as well: then it says what is there.
  #nameOf([key, type, id]: readonly [number, number, string, ...unknown[]]): string {
    try {
      return `${this.#interned.typeName(type)}/${id}`;
    } catch {
      return `a resource of a type that is not known, ${id} in row ${key}`;
    }
  }
}

/** The checksum over what is sent of a row; throws where that is not what was written. */
function checkedChecksum(columns: PayloadColumns | ResourceColumns): number {
  const [, type, id, sequence, origin, changes, octets, checksum] = columns;
  // Octets where text belongs have the same checksum.
  if (typeof id !== 'string') throw new Error('text became octets');
  if (entryChecksum(type, id, sequence, origin, changes, octets) !== checksum) {
    throw new Error('what is there is not what was written');
  }
  return checksum;
}

/** What an error of reading says, for a finding. */
export function detailOf(error: unknown): string {
  const origin = error instanceof StoreError ? (error.cause ?? error) : error;
  return origin instanceof Error ? origin.message : String(origin);
}
