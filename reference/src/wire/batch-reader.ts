// A Batch of the plain form: one pass over it instead of the three of the strict check, the count
// and the generated decoder. Whatever has another form is left to those.
import { giveBack } from './given-back.ts';
import type { SyncPayload } from './messages.ts';
import { PlainReader } from './plain-reader.ts';

/** Shared by every message of a Batch: none has an unknown field, and nobody adds one. */
const noUnknownFields: SyncPayload['_unknownFields'] = Object.freeze({});

/** A Batch whose every octet was checked; its entries are made as they are asked for. */
class PlainBatch implements BatchEntries {
  readonly #octets: Uint8Array;
  readonly length: number;
  readonly types: ReadonlyMap<string, number>;

  constructor(octets: Uint8Array, length: number, types: ReadonlyMap<string, number>) {
    this.#octets = octets;
    this.length = length;
    this.types = types;
  }

  *[Symbol.iterator](): Generator<SyncPayload, undefined> {
    const reader = new PlainReader(this.#octets, false, noUnknownFields);
    for (let entry = reader.next(); entry !== undefined; entry = reader.next()) yield entry;
  }

  release(): void {
    giveBack(this.#octets);
  }
}

/** The entries of a Batch, in order. */
export interface BatchEntries extends Iterable<SyncPayload> {
  readonly length: number;
  /** How many there are, by resource type. */
  readonly types: ReadonlyMap<string, number>;
  /** Gives back the octets that the entries are views of: nobody uses any of them any more. */
  release(): void;
}

/** Counts entries by resource type. */
export function countTypes(entries: Iterable<SyncPayload>): Map<string, number> {
  const types = new Map<string, number>();
  for (const { resourceType } of entries) {
    types.set(resourceType, (types.get(resourceType) ?? 0) + 1);
  }
  return types;
}

/**
 * Reads a Batch of the plain form; octet strings in the entries are views of `octets`, and entries
 * may share them.
 *
 * Each time they are gone through they are made anew, and nothing here holds them: entries that
 * all live until the last of them is stored cost more to keep than to read twice.
 *
 * @returns undefined where it has another form, more than `entriesMax` entries, or more elements
 *   than any message may have: valid or not, that is for the strict check to say.
 */
export function readPlainBatch(octets: Uint8Array, entriesMax: number): BatchEntries | undefined {
  const reader = new PlainReader(octets, true, noUnknownFields);
  const types = new Map<string, number>();
  let length = 0;
  while (!reader.isAtEnd) {
    const entry = length < entriesMax ? reader.next() : undefined;
    if (entry === undefined) return undefined;
    types.set(entry.resourceType, (types.get(entry.resourceType) ?? 0) + 1);
    length += 1;
  }
  return new PlainBatch(octets, length, types);
}

/**
 * Reads the entry of a Batch of one that was written here or read by {@link readPlainBatch}, in the
 * normal form of a store: no field for unknown fields.
 *
 * @returns undefined where it has another form.
 */
export function readPlainEntry(octets: Uint8Array): SyncPayload | undefined {
  const reader = new PlainReader(octets, false, undefined);
  const entry = reader.next();
  return reader.isAtEnd ? entry : undefined;
}
