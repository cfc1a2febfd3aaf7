// Writes entries behind one another as a Batch: what the generated encoder would give, at a third
// of its cost, and nothing of an entry is kept once it is written. It knows the schema's field
// numbers and nothing of what they mean.
import { baseOctets, changeOctets, hasUnknown, idOctets, lengthField } from './entry-octets.ts';
import { SyncPayload, type ChangeId } from './messages.ts';
import { utf8Octets } from './utf8-length.ts';

const encoder = new TextEncoder();

/** The tag of a field with a length, of numbers 1 to 15. */
const lengthTag = (number: number): number => (number << 3) | 2;
/** The tag of a varint field, of numbers 1 to 15. */
const varintTag = (number: number): number => number << 3;

// Counters are small in practice, and arithmetic on bigints makes one for each step.
const smallMax = 0x0fff_ffffn;

/** True for an entry that is written here; any other goes through the generated encoder. */
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

/** A Batch that grows, in the profile of this implementation (PSP-MSG-22). */
export class BatchWriter {
  #octets: Uint8Array;
  #at = 0;

  /** @param room - Octets to have at once; more are found when they are needed. */
  constructor(room: number) {
    this.#octets = new Uint8Array(room);
  }

  /** What was written: a view, and the last one; nothing is added after it. */
  get written(): Uint8Array {
    return this.#octets.subarray(0, this.#at);
  }

  /**
   * Adds an entry.
   *
   * @param octets - `entryOctets` of it.
   */
  add(entry: SyncPayload, octets: number): void {
    this.#makeRoom(lengthField(octets));
    this.#header(1, octets);
    if (isPlain(entry)) {
      this.#entry(entry);
    } else {
      const encoded = SyncPayload.encode(entry).finish();
      this.#octets.set(encoded, this.#at);
      this.#at += encoded.length;
    }
  }

  /** Adds an entry that is encoded already, with tag and length. */
  addEncoded(octets: Uint8Array): void {
    this.#makeRoom(octets.length);
    this.#octets.set(octets, this.#at);
    this.#at += octets.length;
  }

  #makeRoom(more: number): void {
    const needed = this.#at + more;
    if (needed <= this.#octets.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#octets.length));
    grown.set(this.written);
    this.#octets = grown;
  }

  #header(number: number, octets: number): void {
    this.#octets[this.#at++] = lengthTag(number);
    this.#varint(octets);
  }

  #bytes(number: number, value: Uint8Array): void {
    if (value.length === 0) return;
    this.#header(number, value.length);
    this.#octets.set(value, this.#at);
    this.#at += value.length;
  }

  #text(number: number, value: string): void {
    if (value === '') return;
    const octets = utf8Octets(value);
    this.#header(number, octets);
    if (octets === value.length) {
      for (let index = 0; index < octets; index += 1) {
        this.#octets[this.#at++] = value.charCodeAt(index);
      }
    } else {
      encoder.encodeInto(value, this.#octets.subarray(this.#at));
      this.#at += octets;
    }
  }

  #number(number: number, value: number): void {
    if (value === 0) return;
    this.#octets[this.#at++] = varintTag(number);
    this.#varint(value);
  }

  #counter(number: number, value: bigint): void {
    if (value === 0n) return;
    this.#octets[this.#at++] = varintTag(number);
    if (value <= smallMax) {
      this.#varint(Number(value));
      return;
    }
    let rest = value;
    for (; rest > 0x7fn; rest >>= 7n) this.#octets[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#octets[this.#at++] = Number(rest);
  }

  #id(number: number, id: ChangeId): void {
    this.#header(number, idOctets(id));
    this.#bytes(1, id.replicaId);
    this.#counter(2, id.counter);
  }

  #entry(entry: SyncPayload): void {
    this.#text(1, entry.resourceType);
    this.#text(2, entry.resourceId);
    this.#bytes(3, entry.resource);
    if (entry.base !== undefined) {
      this.#header(4, baseOctets(entry.base));
      this.#text(1, entry.base.versionId);
      this.#text(2, entry.base.lastUpdated);
    }
    for (const change of entry.changes) {
      this.#header(5, changeOctets(change));
      if (change.id !== undefined) this.#id(1, change.id);
      this.#number(2, change.type);
      this.#bytes(3, change.payload);
      this.#text(4, change.baseVersionId);
      this.#text(5, change.recordedAt);
    }
    for (const id of entry.absorbed) this.#id(6, id);
  }

  #varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) this.#octets[this.#at++] = (rest & 0x7f) | 0x80;
    this.#octets[this.#at++] = rest;
  }
}
