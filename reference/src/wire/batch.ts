// A batch of entries to octets and back.
// Does not judge entries: their faults never end a session, and other parts judge them one by one.
import { countTypes, readPlainBatch, type BatchEntries } from './batch-reader.ts';
import { BatchWriter } from './batch-writer.ts';
import { entryOctets, lengthField } from './entry-octets.ts';
import { giveBack } from './given-back.ts';
import { batchShape } from './message-shape.ts';
import { Batch, ErrorCode, type SyncPayload } from './messages.ts';
import { ReadEntry } from './read-entry.ts';
import { isViolation, violation, type Violation } from './violation.ts';
import { checkWireFormat, countFirstField } from './wire-format.ts';

export type { BatchEntries } from './batch-reader.ts';

/** Encodes entries as one Batch. */
export function encodeBatch(entries: readonly SyncPayload[]): Uint8Array {
  const sizes = entries.map(entryOctets);
  const writer = new BatchWriter(sizes.reduce((sum, octets) => sum + lengthField(octets), 0));
  for (const [index, entry] of entries.entries()) writer.add(entry, sizes[index] ?? 0);
  return writer.written;
}

/**
 * Opens a Batch. Octet strings in the entries are views of `octets`: what outlives the batch has
 * to be copied.
 *
 * @param entriesMax - The `max_batch_entries` that we announced.
 * @returns the entries with their unknown fields (PSP-MSG-11); or MALFORMED_MESSAGE, or
 * LIMIT_EXCEEDED where there are more than `entriesMax`.
 */
export function openBatch(octets: Uint8Array, entriesMax: number): BatchEntries | Violation {
  const plain = new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength);
  // What is not in the plain form is not read yet, whatever may be wrong with it.
  const read = readPlainBatch(plain, entriesMax);
  const checked = read === undefined ? checkWireFormat(plain, batchShape) : plain;
  if (isViolation(checked)) return checked;
  // PSP-PAY-6: counted before an entry is decoded: an empty one takes 2 octets here and 200 then.
  const entries = read?.length ?? countFirstField(checked);
  if (entries > entriesMax) {
    const detail = `a batch of ${entries} entries; the limit is ${entriesMax}`;
    return violation(ErrorCode.LIMIT_EXCEEDED, 'PSP-PAY-6', detail);
  }
  if (read !== undefined) return read;
  const decoded = Batch.decode(checked).entries;
  return Object.assign(decoded, { types: countTypes(decoded), release: () => giveBack(checked) });
}

/** Decodes a Batch: the entries of {@link openBatch}, all at once. */
export function decodeBatch(octets: Uint8Array, entriesMax: number): SyncPayload[] | Violation {
  const opened = openBatch(octets, entriesMax);
  return isViolation(opened) ? opened : [...opened];
}

/** Bounds of the batches to build. */
export interface BatchBounds {
  /** Octets of an encoded Batch of several entries. */
  readonly octetsMax: number;
  /** Octets of an encoded Batch of one entry, where they may be more. */
  readonly loneOctetsMax?: number;
  /** Entries of a Batch. */
  readonly entriesMax: number;
}

/** Room that a batch begins with at most: most need half of it, and it is given back as a whole. */
const firstRoom = 512 * 1024;

/**
 * Collects entries until a batch is full, each encoded when it is added, or copied where it is an
 * entry that was read from its octets.
 */
export class BatchBuilder {
  readonly #bounds: BatchBounds;
  #writer: BatchWriter | undefined;
  #entries = 0;
  #octets = 0;

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds;
  }

  /** How many entries are in the batch so far. */
  get entries(): number {
    return this.#entries;
  }

  /** Octets of the encoded batch so far. */
  get octets(): number {
    return this.#octets;
  }

  /**
   * Adds an entry, whole (PSP-PAY-11).
   *
   * @returns false, and adds nothing, where the batch is full: take it first. On an empty batch
   * false means that the entry never fits; it is withheld as TOO_LARGE (PSP-PAY-12).
   */
  add(entry: SyncPayload): boolean {
    const encoded = ReadEntry.octetsOf(entry);
    if (encoded !== undefined) return this.addEncoded(encoded);
    const length = entryOctets(entry);
    const writer = this.#withRoomFor(lengthField(length));
    writer?.add(entry, length);
    return writer !== undefined;
  }

  /** As {@link BatchBuilder.add}, an entry that is encoded as a Batch of it alone. */
  addEncoded(encoded: Uint8Array): boolean {
    const writer = this.#withRoomFor(encoded.length);
    writer?.addEncoded(encoded);
    return writer !== undefined;
  }

  /** The encoded batch, empty where nothing was added; starts the next one. */
  take(): Uint8Array {
    const encoded = this.#writer?.written ?? new Uint8Array(0);
    this.#writer = undefined;
    this.#entries = 0;
    this.#octets = 0;
    return encoded;
  }

  /** Counts an entry; undefined where it does not fit. */
  #withRoomFor(more: number): BatchWriter | undefined {
    const { octetsMax, loneOctetsMax = octetsMax, entriesMax } = this.#bounds;
    const octets = this.#octets + more;
    const isFull = this.#entries >= entriesMax || octets > octetsMax;
    if (this.#entries > 0 ? isFull : octets > Math.max(octetsMax, loneOctetsMax)) return undefined;
    this.#writer ??= new BatchWriter(Math.max(octets, Math.min(octetsMax, firstRoom)));
    this.#entries += 1;
    this.#octets = octets;
    return this.#writer;
  }
}
