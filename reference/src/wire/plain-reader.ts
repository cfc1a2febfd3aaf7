// Reads entries in the form in which writers write them: fields in ascending order, each once, none
// unknown, lengths no longer than needed, short texts in ASCII. It judges nothing: whatever has
// another form is left to the strict check and the generated decoder.
import { MESSAGE_ELEMENTS } from './limits.ts';
import type { ChangeId, ChangeType, LocalChange, ServerVersion, SyncPayload } from './messages.ts';
import { ReadEntry } from './read-entry.ts';

/** Not in the plain form. */
const foreign = -1;

type UnknownFields = SyncPayload['_unknownFields'];

/** Octets of a length that is read here: 28 bits. */
const lengthOctetsMax = 4;
/** Octets of a counter that a number holds exactly: 49 bits. */
const counterOctetsMax = 7;

const nothing = new Uint8Array(0);

/** Texts that recur from entry to entry; each is compared with the last one of its kind. */
const [typeText, versionText, baseVersionText, instantText] = [0, 1, 2, 3];
const recurringTexts = 4;

/** Reads one Batch; the members stand for the octets from {@link PlainReader.at} on. */
export class PlainReader {
  readonly #octets: Uint8Array;
  readonly #isDry: boolean;
  readonly #noUnknown: UnknownFields;
  readonly #buffer: Buffer;
  #at = 0;
  #elementsLeft = MESSAGE_ELEMENTS;
  readonly #textStarts = new Int32Array(recurringTexts);
  readonly #texts: string[] = ['', '', '', ''];
  #replicaId: Uint8Array = nothing;
  /** What the lists of an entry are put together in. */
  readonly #changes: LocalChange[] = [];
  readonly #absorbed: ChangeId[] = [];

  /**
   * @param isDry - Only to see whether it can be read: texts and octets may stay unmade.
   * @param noUnknown - What messages have as unknown fields.
   */
  constructor(octets: Uint8Array, isDry: boolean, noUnknown: UnknownFields) {
    this.#octets = octets;
    this.#isDry = isDry;
    this.#noUnknown = noUnknown;
    this.#buffer = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#octets.length;
  }

  /** The next entry; undefined where it is not in the plain form. */
  next(): SyncPayload | undefined {
    const start = this.#at;
    const end = this.#field(0x0a, this.#octets.length);
    return end <= 0 ? undefined : this.#entry(start, end);
  }

  /**
   * Reads a tag and a length; gives where the field ends, 0 where another tag stands here. A field
   * that is there and empty is foreign, and so is a length with an octet more than it needs.
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
      return octet > 0 && length <= end - at ? at + length : foreign;
    }
    return foreign;
  }

  #entry(start: number, end: number): SyncPayload | undefined {
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
    const changes = this.#list(0x2a, end, this.#changes, this.#change);
    if (changes === undefined) return undefined;
    const absorbed = this.#list(0x32, end, this.#absorbed, this.#id);
    if (absorbed === undefined || this.#at !== end || this.#elementsLeft <= 0) return undefined;
    const _unknownFields = this.#noUnknown;
    const entry = { resourceType, resourceId, resource, base, changes, absorbed, _unknownFields };
    return new ReadEntry(entry, this.#octets, start, end);
  }

  /** Reads the fields of a tag one by one, each as `read` does; `collected` is the place for it. */
  #list<T>(
    tag: number,
    end: number,
    collected: T[],
    read: (end: number) => T | undefined,
  ): T[] | undefined {
    let length = 0;
    for (let next = this.#field(tag, end); next !== 0; next = this.#field(tag, end)) {
      const item = next < 0 ? undefined : read.call(this, next);
      if (item === undefined) return undefined;
      collected[length] = item;
      length += 1;
    }
    // Measured: a list that grows has room for seventeen from its first item on.
    return collected.slice(0, length);
  }

  #base(end: number): ServerVersion | undefined {
    this.#elementsLeft -= 1;
    const versionId = this.#recurring(0x0a, end, versionText);
    const lastUpdated = this.#text(0x12, end);
    if (versionId === undefined || lastUpdated === undefined || this.#at !== end) return undefined;
    return { versionId, lastUpdated, _unknownFields: this.#noUnknown };
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
      _unknownFields: this.#noUnknown,
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
    return { replicaId, counter, _unknownFields: this.#noUnknown };
  }

  /** Reads a counter that ends its message. */
  #counter(from: number, end: number): number {
    if (end <= from || end - from > counterOctetsMax || this.#octets[end - 1] === 0) return foreign;
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
