// Long values that recur in many rows, replica ids and resource types, by small integer. Knows how
// to remember them, and that a transaction which was rolled back takes its new ones along.
import { damagedText } from './sqlite-faults.ts';
import type { CommonStatements } from './sqlite-statements.ts';
import { StoreError } from './store-error.ts';

// A peer may bring as many replica ids as it likes; memory must not grow with them.
const rememberedMax = 10_000;

/** Replica ids and resource type names by key, remembered once read. */
export class InternedValues {
  readonly #statements: CommonStatements;
  readonly #replicaKeys = new Map<string, number>();
  readonly #replicaIds = new Map<number, Uint8Array>();
  readonly #typeKeys = new Map<string, number>();
  readonly #typeNames = new Map<number, string>();
  /** The replica id written last, this very object; its octets are the caller's to change later. */
  #lastId: Uint8Array | undefined;
  #lastKey = 0;

  constructor(statements: CommonStatements) {
    this.#statements = statements;
  }

  /** Forgets everything: what a rolled-back transaction had added is gone from the tables. */
  forget(): void {
    this.#lastId = undefined;
    this.#replicaKeys.clear();
    this.#replicaIds.clear();
    this.#typeKeys.clear();
    this.#typeNames.clear();
  }

  /** Forgets when there is too much to remember; to be called between transactions. */
  trim(): void {
    this.#lastId = undefined;
    const maps = [this.#replicaKeys, this.#replicaIds, this.#typeKeys, this.#typeNames];
    if (maps.some((map) => map.size > rememberedMax)) this.forget();
  }

  /** The key of a replica id; undefined when no row uses it. */
  replicaKey(id: Uint8Array): number | undefined {
    const text = latin1(id);
    const known = this.#replicaKeys.get(text);
    if (known !== undefined) return known;
    const key = this.#statements.replicaKey.get(id)?.[0];
    if (key !== undefined) this.#replicaKeys.set(text, key);
    return key;
  }

  /** The key of a replica id, given one where it had none; only inside a write. */
  replicaKeyForWriting(id: Uint8Array): number {
    if (id === this.#lastId) return this.#lastKey;
    const key = this.replicaKey(id) ?? this.#putReplica(id);
    this.#lastId = id;
    this.#lastKey = key;
    return key;
  }

  #putReplica(id: Uint8Array): number {
    const key = Number(this.#statements.putReplica.run(id).lastInsertRowid);
    this.#replicaKeys.set(latin1(id), key);
    return key;
  }

  /** A copy of the replica id with that key. */
  replicaId(key: number): Uint8Array {
    let id = this.#replicaIds.get(key);
    if (id === undefined) {
      id = this.#statements.replicaId.get(key)?.[0];
      // Checksums of rows may name the key alone. The index has the id once more: where they
      // differ, one of them is damaged.
      if (id === undefined || this.#statements.replicaKey.get(id)?.[0] !== key) {
        throw lacking('replica', key);
      }
      this.#replicaIds.set(key, id);
    }
    return new Uint8Array(id);
  }

  /** The key of a resource type; undefined when no row uses it. */
  typeKey(name: string): number | undefined {
    const known = this.#typeKeys.get(name);
    if (known !== undefined) return known;
    const key = this.#statements.typeKey.get(name)?.[0];
    if (key !== undefined) this.#typeKeys.set(name, key);
    return key;
  }

  /** The key of a resource type, given one where it had none; only inside a write. */
  typeKeyForWriting(name: string): number {
    const known = this.typeKey(name);
    if (known !== undefined) return known;
    const key = Number(this.#statements.putType.run(name).lastInsertRowid);
    this.#typeKeys.set(name, key);
    return key;
  }

  /** The resource type with that key. */
  typeName(key: number): string {
    let name = this.#typeNames.get(key);
    if (name === undefined) {
      name = this.#statements.typeName.get(key)?.[0];
      if (name === undefined || this.#statements.typeKey.get(name)?.[0] !== key) {
        throw lacking('resource type', key);
      }
      this.#typeNames.set(key, name);
    }
    return name;
  }
}

/** A row names what no row is: nobody but damage does that. */
function lacking(what: string, key: number): StoreError {
  const cause = new Error(`the store lacks the ${what} with key ${key}`);
  return new StoreError('damaged', damagedText('the store'), { cause });
}

// A map key for octets; one character each, and cheaper than hexadecimal.
function latin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('latin1');
}
