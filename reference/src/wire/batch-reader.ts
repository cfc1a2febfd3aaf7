// Reads a Batch in the form in which writers write it: fields in ascending order, each once, none
// unknown, short texts in ASCII. One pass instead of the three of the strict check, the count and
// the generated decoder. It judges nothing: whatever has another form is left to those.
import { giveBack } from './given-back.ts';
import { MESSAGE_ELEMENTS } from './limits.ts';
import type { ChangeId, ChangeType, LocalChange, ServerVersion, SyncPayload } from './messages.ts';

/** Not in the plain form. */
const foreign = -1;

/** Octets of a length that is read here: 28 bits. */
const lengthOctetsMax = 4;
/** Octets of a counter that a number holds exactly: 49 bits. */
const counterOctetsMax = 7;

const nothing = new Uint8Array(0);

/** Shared by every message that is read here: none has an unknown field, and nobody adds one. */
const noUnknownFields: { [key: number]: Uint8Array[] } = Object.freeze({});

/** Texts that recur from entry to entry; each is compared with the last one of its kind. */
const [typeText, versionText, baseVersionText, instantText] = [0, 1, 2, 3];
const recurringTexts = 4;

/** One batch at a time; the members stand for the octets from {@link PlainReader.at} on. */
class PlainReader {
  readonly #octets: Uint8Array;
  readonly #isDry: boolean;
  readonly #buffer: Buffer;
  #at = 0;
  #elementsLeft = MESSAGE_ELEMENTS;
  readonly #textStarts = new Int32Array(recurringTexts);
  readonly #texts: string[] = ['', '', '', ''];
  #replicaId: Uint8Array = nothing;

  /** @param isDry - Only to see whether it can be read: texts and octets may stay unmade. */
  constructor(octets: Uint8Array, isDry = false) {
    this.#octets = octets;
    this.#isDry = isDry;
    this.#buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#octets.length;
  }

  /** The next entry; undefined where it is not in the plain form. */
  next(): SyncPayload | undefined {
    const end = this.#field(0x0a, this.#octets.length);
    return end <= 0 ? undefined : this.#entry(end);
  }

  /**
   * Reads a tag and a length; gives where the field ends, 0 where another tag stands here. A field
   * that is there and empty is foreign: writers leave it out.
   */
  #field(tag: number, end: number): number {
    const octets = this.#octets;
    if (this.#at >= end || octets[this.#at] !== tag) return 0;
    let at = this.#at + 1;
    let length = 0;
    for (let index = 0; index < lengthOctetsMax && at < end; index += 1) {
      const octet = octets[at++] as number;
      length |= (octet & 0x7f) << (7 * index);
      if (octet >= 0x80) continue;
      this.#at = at;
      return length > 0 && length <= end - at ? at + length : foreign;
    }
    return foreign;
  }

  #entry(end: number): SyncPayload | undefined {
    this.#elementsLeft -= 1;
    const resourceType = this.#recurring(0x0a, end, typeText);
    const resourceId = this.#text(0x12, end);
    const resource = this.#bytes(0x1a, end);
    if (resourceType === undefined || resourceId === undefined) return undefined;
    if (resource === undefined) return undefined;
    let base: ServerVersion | undefined;
    const baseEnd = this.#field(0x22, end);
    if (baseEnd !== 0) {
      base = baseEnd < 0 ? undefined : this.#base(baseEnd);
      if (base === undefined) return undefined;
    }
    const changes: LocalChange[] = [];
    for (let next = this.#field(0x2a, end); next !== 0; next = this.#field(0x2a, end)) {
      const change = next < 0 ? undefined : this.#change(next);
      if (change === undefined) return undefined;
      changes.push(change);
    }
    const absorbed: ChangeId[] = [];
    for (let next = this.#field(0x32, end); next !== 0; next = this.#field(0x32, end)) {
      const id = next < 0 ? undefined : this.#id(next);
      if (id === undefined) return undefined;
      absorbed.push(id);
    }
    if (this.#at !== end || this.#elementsLeft <= 0) return undefined;
    return {
      resourceType,
      resourceId,
      resource,
      base,
      changes,
      absorbed,
      _unknownFields: noUnknownFields,
    };
  }

  #base(end: number): ServerVersion | undefined {
    this.#elementsLeft -= 1;
    const versionId = this.#recurring(0x0a, end, versionText);
    const lastUpdated = this.#text(0x12, end);
    if (versionId === undefined || lastUpdated === undefined || this.#at !== end) return undefined;
    return { versionId, lastUpdated, _unknownFields: noUnknownFields };
  }

  #change(end: number): LocalChange | undefined {
    this.#elementsLeft -= 1;
    const idEnd = this.#field(0x0a, end);
    const id = idEnd <= 0 ? undefined : this.#id(idEnd);
    if (idEnd !== 0 && id === undefined) return undefined;
    const type = this.#smallNumber(0x10, end);
    const payload = this.#bytes(0x1a, end);
    const baseVersionId = this.#recurring(0x22, end, baseVersionText);
    const recordedAt = this.#recurring(0x2a, end, instantText);
    if (type < 0 || payload === undefined || this.#at !== end) return undefined;
    if (baseVersionId === undefined || recordedAt === undefined) return undefined;
    return {
      id,
      type: type as ChangeType,
      payload,
      baseVersionId,
      recordedAt,
      _unknownFields: noUnknownFields,
    };
  }

  #id(end: number): ChangeId | undefined {
    this.#elementsLeft -= 1;
    const idEnd = this.#field(0x0a, end);
    if (idEnd < 0) return undefined;
    const replicaId = idEnd === 0 ? nothing : this.#replica(idEnd);
    let counter = 0n;
    if (this.#at < end) {
      if (this.#octets[this.#at] !== 0x10) return undefined;
      const value = this.#counter(this.#at + 1, end);
      if (value < 0) return undefined;
      counter = BigInt(value);
    }
    return { replicaId, counter, _unknownFields: noUnknownFields };
  }

  /** Reads a counter that ends its message. */
  #counter(from: number, end: number): number {
    if (end <= from || end - from > counterOctetsMax) return foreign;
    let value = 0;
    for (let at = end - 1; at >= from; at -= 1) {
      const octet = this.#octets[at] as number;
      if (octet >= 0x80 === (at === end - 1)) return foreign;
      value = value * 128 + (octet & 0x7f);
    }
    this.#at = end;
    return value;
  }

  /** Most entries are one device's: the same octets as before are the same object. */
  #replica(end: number): Uint8Array {
    const octets = this.#octets;
    const start = this.#at;
    this.#at = end;
    const last = this.#replicaId;
    let index = last.length === end - start ? 0 : -1;
    while (index >= 0 && index < last.length) {
      index = last[index] === octets[start + index] ? index + 1 : -1;
    }
    if (index < 0 && !this.#isDry) this.#replicaId = octets.subarray(start, end);
    return this.#replicaId;
  }

  #smallNumber(tag: number, end: number): number {
    const octets = this.#octets;
    if (this.#at >= end || octets[this.#at] !== tag) return 0;
    const octet = this.#at + 1 < end ? (octets[this.#at + 1] as number) : 0x80;
    this.#at += 2;
    return octet > 0 && octet < 0x80 ? octet : foreign;
  }

  #bytes(tag: number, end: number): Uint8Array | undefined {
    const fieldEnd = this.#field(tag, end);
    if (fieldEnd < 0) return undefined;
    if (fieldEnd === 0) return nothing;
    const start = this.#at;
    this.#at = fieldEnd;
    return this.#isDry ? nothing : this.#octets.subarray(start, fieldEnd);
  }

  #text(tag: number, end: number, isNeeded = false): string | undefined {
    const fieldEnd = this.#field(tag, end);
    if (fieldEnd <= 0) return fieldEnd === 0 ? '' : undefined;
    const octets = this.#octets;
    const start = this.#at;
    this.#at = fieldEnd;
    // PSP-MSG-9: other characters are checked and read elsewhere.
    for (let at = start; at < fieldEnd; at += 1) {
      if ((octets[at] as number) >= 0x80) return undefined;
    }
    if (this.#isDry && !isNeeded) return '';
    return this.#buffer.toString('latin1', start, fieldEnd);
  }

  #recurring(tag: number, end: number, kind: number): string | undefined {
    const from = this.#at;
    const fieldEnd = this.#field(tag, end);
    if (fieldEnd <= 0) return fieldEnd === 0 ? '' : undefined;
    const octets = this.#octets;
    const last = this.#texts[kind] as string;
    const lastStart = this.#textStarts[kind] as number;
    const start = this.#at;
    const length = fieldEnd - start;
    let same = last.length === length ? 0 : -1;
    while (same >= 0 && same < length) {
      same = octets[lastStart + same] === octets[start + same] ? same + 1 : -1;
    }
    if (same >= 0) {
      this.#at = fieldEnd;
      return last;
    }
    this.#at = from;
    const text = this.#text(tag, end, true);
    if (text === undefined) return undefined;
    this.#textStarts[kind] = start;
    this.#texts[kind] = text;
    return text;
  }
}

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
    const reader = new PlainReader(this.#octets);
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
  const reader = new PlainReader(octets, true);
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
