// A batch of entries to octets and back, and how many octets an entry takes before it is encoded.
// Does not judge entries: their faults never end a session, and other parts judge them one by one.
import { countTypes, readPlainBatch, type BatchEntries } from './batch-reader.ts';
import { writeBatch } from './batch-writer.ts';
import { giveBack } from './given-back.ts';
import { batchShape } from './message-shape.ts';
import {
  Batch,
  ErrorCode,
  type ChangeId,
  type LocalChange,
  type ServerVersion,
  type SyncPayload,
} from './messages.ts';
import { utf8Octets } from './utf8-length.ts';
import { isViolation, violation, type Violation } from './violation.ts';
import { checkWireFormat, countFirstField } from './wire-format.ts';

export type { BatchEntries } from './batch-reader.ts';

/** Encodes entries as one Batch. */
export function encodeBatch(entries: readonly SyncPayload[]): Uint8Array {
  if (entries.every(isPlain)) return writeBatch(entries);
  return Batch.encode({ entries: [...entries] }).finish();
}

type WithUnknown = SyncPayload | LocalChange | ChangeId | ServerVersion;

const hasUnknown = ({ _unknownFields: fields }: WithUnknown): boolean => {
  if (fields === undefined) return false;
  for (const _tag in fields) return true;
  return false;
};

/** True for an entry that the plain writer takes; any other goes through the generated encoder. */
function isPlain(entry: SyncPayload): boolean {
  const { base, changes, absorbed } = entry;
  if (hasUnknown(entry) || (base !== undefined && hasUnknown(base))) return false;
  for (const change of changes) {
    if (hasUnknown(change) || change.type < 0) return false;
    if (change.id !== undefined && !isPlainId(change.id)) return false;
  }
  return absorbed.every(isPlainId);
}

function isPlainId(id: ChangeId): boolean {
  return !hasUnknown(id) && id.counter >= 0n && id.counter < 2n ** 64n;
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

function varintOctets(value: number | bigint): number {
  if (value < 0) return 10;
  let octets = 1;
  // Arithmetic on bigints makes one for each step.
  const start = value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  for (let rest = start; rest > 0x7f; octets++) {
    rest = typeof rest === 'bigint' ? rest >> 7n : Math.floor(rest / 128);
  }
  return octets;
}

/** A field of numbers 1 to 15 with a length: one octet of tag, the length, the contents. */
const lengthField = (octets: number): number => 1 + varintOctets(octets) + octets;
const bytesField = (value: Uint8Array): number =>
  value.length === 0 ? 0 : lengthField(value.length);
const textField = (value: string): number => (value === '' ? 0 : lengthField(utf8Octets(value)));
const numberField = (value: number | bigint): number => (value ? 1 + varintOctets(value) : 0);

function unknownOctets(message: WithUnknown): number {
  let octets = 0;
  if (!hasUnknown(message)) return octets;
  for (const [tag, values] of Object.entries(message._unknownFields ?? {})) {
    for (const value of values) octets += varintOctets(Number(tag)) + value.length;
  }
  return octets;
}

const idOctets = (id: ChangeId): number =>
  bytesField(id.replicaId) + numberField(id.counter) + unknownOctets(id);

const baseOctets = (base: ServerVersion): number =>
  textField(base.versionId) + textField(base.lastUpdated) + unknownOctets(base);

const changeOctets = (change: LocalChange): number =>
  (change.id === undefined ? 0 : lengthField(idOctets(change.id))) +
  numberField(change.type) +
  bytesField(change.payload) +
  textField(change.baseVersionId) +
  textField(change.recordedAt) +
  unknownOctets(change);

/** Octets that an entry takes in an encoded Batch, its tag and length included. */
export function encodedEntryOctets(entry: SyncPayload): number {
  let octets =
    textField(entry.resourceType) +
    textField(entry.resourceId) +
    bytesField(entry.resource) +
    (entry.base === undefined ? 0 : lengthField(baseOctets(entry.base))) +
    unknownOctets(entry);
  for (const change of entry.changes) octets += lengthField(changeOctets(change));
  for (const id of entry.absorbed) octets += lengthField(idOctets(id));
  return lengthField(octets);
}

/** Bounds of the batches to build. */
export interface BatchBounds {
  /** Octets of an encoded Batch. */
  readonly octetsMax: number;
  /** Entries of a Batch. */
  readonly entriesMax: number;
}

/** Collects entries until a batch is full. */
export class BatchBuilder {
  readonly #bounds: BatchBounds;
  #entries: SyncPayload[] = [];
  #octets = 0;

  constructor(bounds: BatchBounds) {
    this.#bounds = bounds;
  }

  /** Entries in the batch so far. */
  get entries(): readonly SyncPayload[] {
    return this.#entries;
  }

  /** Octets of the encoded batch so far. */
  get octets(): number {
    return this.#octets;
  }

  /** Whether the entry fits a batch of its own; if not it is withheld as TOO_LARGE (PSP-PAY-12). */
  fits(entry: SyncPayload): boolean {
    return encodedEntryOctets(entry) <= this.#bounds.octetsMax;
  }

  /**
   * Adds an entry, whole (PSP-PAY-11).
   *
   * @returns false, and adds nothing, where the batch is full: take it first. On an empty batch
   * false means that the entry never fits.
   */
  add(entry: SyncPayload): boolean {
    const octets = this.#octets + encodedEntryOctets(entry);
    const full = this.#entries.length >= this.#bounds.entriesMax;
    if (full || octets > this.#bounds.octetsMax) return false;
    this.#entries.push(entry);
    this.#octets = octets;
    return true;
  }

  /** The encoded batch, empty where nothing was added; starts the next one. */
  take(): Uint8Array {
    const encoded = encodeBatch(this.#entries);
    this.#entries = [];
    this.#octets = 0;
    return encoded;
  }
}
