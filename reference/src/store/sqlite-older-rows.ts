// Entries in a file of an older form, versions 3 to 5: a row for the resource and one for each
// change. Read to be checked, rescued and brought to the present form; never written but for the
// checksums that version 4 has and version 3 has not.
import type { DatabaseSync } from 'node:sqlite';
import type { ChangeType, LocalChange } from '../wire/messages.ts';
import { baseChecksum } from './sqlite-checksum.ts';
import { detailOf, type DamagedEntry, type SqliteRow } from './sqlite-entry-reader.ts';
import { isDamage, isSqliteError } from './sqlite-faults.ts';
import type { InternedValues } from './sqlite-interned.ts';
import { changeChecksum, entryChecksum, noChecksum } from './sqlite-older-checksum.ts';
import { copyingVersion, unsummedVersion } from './sqlite-older-schema.ts';
import { decodeChangeRest, decodePayloadRest } from './payload-rest.ts';
import { Query } from './sqlite-statements.ts';

/** Changes of a resource have keys from its own times this on. */
const changesPerEntry = 2 ** 20;

/** Columns of a resource. */
type OlderColumns = readonly [
  key: number,
  type: number,
  id: string,
  sequence: number,
  origin: number | null,
  changes: number,
  baseVersion: string | null,
  baseUpdated: string | null,
  rest: Uint8Array | null,
  baseResource: Uint8Array | null,
  resource: Uint8Array,
  checksum: number | null,
  baseChecksum: number | null,
];

const resourceColumns =
  'key, type, id, sequence, origin, changes, base_version, base_updated, rest, base_resource,' +
  ' resource, checksum, base_checksum';

/** Columns of a change; its counter in two halves: to read 64 bits at once makes all bigints. */
type ChangeColumns = readonly [
  replica: number,
  counterHigh: number,
  counterLow: number,
  type: number,
  baseVersion: string,
  recordedAt: string,
  rest: Uint8Array | null,
  payload: Uint8Array,
];

/** Reads entries of an older form; every method runs inside a transaction of its caller. */
export class OlderRows {
  /** Names of the tables. */
  readonly resources: string;
  readonly changes: string;
  readonly #interned: InternedValues;
  readonly #damaged: DamagedEntry;
  readonly #mayLackChecksums: boolean;
  readonly #at: Query<OlderColumns>;
  readonly #after: Query<[key: number]>;
  readonly #count: Query<[entries: number]>;
  readonly #changes: Query<ChangeColumns>;

  /** @param version - The file's; in 3 rows without a checksum are taken as they are. */
  constructor(db: DatabaseSync, interned: InternedValues, damaged: DamagedEntry, version: number) {
    const suffix = version === copyingVersion ? '_older' : '';
    this.resources = `resource${suffix}`;
    this.changes = `change${suffix}`;
    this.#interned = interned;
    this.#damaged = damaged;
    this.#mayLackChecksums = version === unsummedVersion;
    this.#at = new Query(db, `SELECT ${resourceColumns} FROM ${this.resources} WHERE key = ?`);
    this.#after = new Query(
      db,
      `SELECT key FROM ${this.resources} WHERE key > ? ORDER BY key LIMIT ?`,
    );
    this.#count = new Query(db, `SELECT count(*) FROM ${this.resources}`);
    this.#changes = new Query(
      db,
      'SELECT replica, counter >> 32, counter & 0xffffffff, type, base_version, recorded_at,' +
        ` rest, payload FROM ${this.changes} WHERE key >= ? AND key < ? ORDER BY key`,
    );
  }

  /** How many resources there are. */
  count(): number {
    return this.#count.get()?.[0] ?? 0;
  }

  /** Keys of resources after one, in order. */
  keysAfter(key: number, limit: number): number[] {
    return this.#after.all(key, limit).map(([next]) => next);
  }

  /**
   * The entry with a key.
   *
   * @throws what {@link DamagedEntry} makes, where its rows are not what was written.
   */
  at(key: number): SqliteRow | undefined {
    const columns = this.#at.get(key);
    return columns && this.#guarded(columns, () => this.#read(columns).row);
  }

  /** The checksums that belong to a row, whatever it has. */
  checksumsAt(key: number): readonly [entry: number, base: number | null] | undefined {
    const columns = this.#at.get(key);
    if (columns === undefined) return undefined;
    const checksum = this.#guarded(columns, () => this.#read(columns).checksum);
    return [checksum, baseChecksum(checksum, columns[9])];
  }

  #guarded<T>(columns: OlderColumns, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (isSqliteError(error) && !isDamage(error)) throw error;
      throw this.#damaged(this.#nameOf(columns), detailOf(error), error);
    }
  }

  #read(columns: OlderColumns): { readonly row: SqliteRow; readonly checksum: number } {
    const [key, type, id, sequence, origin, count, versionId, lastUpdated] = columns;
    const resourceType = this.#interned.typeName(type);
    const changes: LocalChange[] = [];
    const ofChanges = count === 0 ? noChecksum : this.#readChanges(key, changes);
    const checksum = checksumOf(columns, changes.length, ofChanges);
    if (columns[11] !== null || !this.#mayLackChecksums) {
      check(columns, checksum, changes.length);
    }
    const rest = columns[8] === null ? undefined : decodePayloadRest(columns[8]);
    const base =
      versionId === null
        ? undefined
        : { versionId, lastUpdated: lastUpdated ?? '', _unknownFields: rest?.baseUnknown };
    const entry = {
      payload: {
        resourceType,
        resourceId: id,
        resource: columns[10],
        base,
        changes,
        absorbed: rest?.absorbed ?? [],
        _unknownFields: rest?.unknown,
      },
      baseResource: columns[9] ?? undefined,
      sequence: BigInt(sequence),
      origin: origin === null ? undefined : this.#interned.replicaId(origin),
    };
    return { row: { key, entry }, checksum };
  }

  /** Appends the changes to a list; returns their checksum. */
  #readChanges(key: number, changes: LocalChange[]): number {
    const first = key * changesPerEntry;
    let checksum = noChecksum;
    for (const columns of this.#changes.all(first, first + changesPerEntry)) {
      const [replica, high, low, type, baseVersionId, recordedAt, restOctets, payload] = columns;
      checkText(baseVersionId);
      checkText(recordedAt);
      const replicaId = this.#interned.replicaId(replica);
      const counter = BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low));
      const labels = [type, baseVersionId, recordedAt] as const;
      checksum = changeChecksum(checksum, replica, counter, ...labels, restOctets, payload);
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

  #nameOf([key, type, id]: OlderColumns): string {
    try {
      return `${this.#interned.typeName(type)}/${id}`;
    } catch {
      return `a resource of a type that is not known, ${id} in row ${key}`;
    }
  }
}

/** The number of a row as it is. */
function checksumOf(columns: OlderColumns, changesCount: number, changes: number): number {
  const [, type, id, sequence, origin, , baseVersion, baseUpdated, rest, , resource] = columns;
  const labels = [type, id, sequence, origin, changesCount, baseVersion, baseUpdated] as const;
  return entryChecksum(changes, ...labels, rest, resource);
}

/** Throws where a row is not what was written. */
function check(columns: OlderColumns, checksum: number, changes: number): void {
  const [, , id, , , count, , baseUpdated, , baseResource, , written, baseWritten] = columns;
  checkText(id);
  checkText(baseUpdated ?? '');
  if (checksum !== written) {
    throw new Error(
      changes === count
        ? 'what is there is not what was written'
        : `${changes} of ${count} changes are there`,
    );
  }
  if (baseChecksum(checksum, baseResource) !== baseWritten) {
    throw new Error("the server's content under its changes is not what was written");
  }
}

/** Throws for octets where text belongs: their checksum is the same. */
function checkText(value: string): void {
  if (typeof value !== 'string') throw new Error('text became octets');
}
