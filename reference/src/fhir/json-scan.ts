// Judges JSON octets in one pass without building a value: encoding, grammar, duplicate and
// forbidden keys, depth, size. The same pass finds the identity of a resource. It makes no objects.
// The rules stand here; quick-scan.ts has a faster way to the same answer for most texts.
import { OpenKeys, hashOfKey, scanDepthMax } from './open-keys.ts';
import type { JsonFaultReason } from './scan-text.ts';
import {
  isSpelled,
  note,
  skipLiteral,
  skipNumber,
  skipSpace,
  skipString,
  textOf,
} from './scan-text.ts';

/** What a JSON text may have at most. */
export interface JsonLimits {
  /** Containers inside one another: `{}` is 1 deep, `1` is 0 deep. At most 128. */
  readonly depthMax: number;
  /** Values of every kind, containers included. */
  readonly valuesMax: number;
}

/** Where a scan found strings in the text that it accepted; until it scans the next one. */
export interface FoundStrings {
  /**
   * Start and end of the root's `resourceType` and `id`, quotes not included; start 0: not there,
   * or no string.
   */
  readonly found: Int32Array;
  /** The same of each string that is the value of a member named "reference". */
  readonly references: ArrayLike<number>;
  /** Numbers in `references` that count. */
  readonly referencesEnd: number;
}

const nothing = new Uint8Array(0);
const none = -1;
const [typeField, idField, versionField, updatedField] = [0, 1, 2, 3];
const metaField = 4;
const referenceField = 5;

interface FieldName {
  readonly name: string;
  readonly hash: number;
  readonly field: number;
}

function fieldName(name: string, field: number): FieldName {
  return { name, hash: hashOfKey(name), field };
}

const rootNames = [
  fieldName('id', idField),
  fieldName('meta', metaField),
  fieldName('resourceType', typeField),
];
const referenceNames = [fieldName('reference', referenceField)];
const metaNames = [fieldName('versionId', versionField), fieldName('lastUpdated', updatedField)];

/** One scan at a time: its buffers serve every call. */
export class JsonScan implements FoundStrings {
  readonly #keys = new OpenKeys();
  /** 1 at each depth whose container is an object. */
  readonly #isObject = new Uint8Array(scanDepthMax + 1);
  /** After those two, `meta.versionId` and `meta.lastUpdated` of the root. */
  readonly found = new Int32Array(8);
  readonly references: number[] = [];
  #octets: Uint8Array = nothing;
  #depthMax = 0;
  #depth = 0;
  /** Which of the identity's fields the value that follows is, or none. */
  #field = none;
  #inMeta = false;
  /** True after a container began that is not empty. */
  #opened = false;

  get referencesEnd(): number {
    return this.references.length;
  }

  /** True when the octets are acceptable; else the fault is noted, see scan-text.ts. */
  run(octets: Uint8Array, limits: JsonLimits): boolean {
    this.#octets = octets;
    this.#depthMax = Math.min(limits.depthMax, scanDepthMax);
    this.#depth = 0;
    this.#field = none;
    this.#inMeta = false;
    this.#keys.reset(octets);
    this.references.length = 0;
    for (let field = typeField; field < metaField; field += 1) this.found[field * 2] = 0;
    let values = 0;
    let at = skipSpace(octets, 0);
    while (at < octets.length) {
      values += 1;
      // PSP-LIM-4: a value costs memory far beyond its octets once it is parsed.
      if (values > limits.valuesMax) return this.#refuse('values', at);
      at = this.#value(at);
      if (at >= 0 && !this.#opened) at = this.#afterValue(at);
      if (at < 0) return false;
      if (this.#depth === 0) return at === octets.length || this.#refuse('syntax', at);
    }
    return this.#refuse('syntax', octets.length);
  }

  /** Lets go of the octets, which may be a small view of a large buffer. */
  release(): void {
    this.#octets = nothing;
    this.#keys.reset(nothing);
  }

  #refuse(reason: JsonFaultReason, offset: number): false {
    note(reason, offset);
    return false;
  }

  #value(at: number): number {
    const octets = this.#octets;
    const octet = octets[at];
    this.#opened = false;
    if (octet === 0x22) {
      const after = skipString(octets, at + 1);
      if (this.#field !== none) this.#record(at + 1, after - 1);
      return after;
    }
    if (octet === 0x7b || octet === 0x5b) return this.#open(at, octet === 0x7b);
    if (octet === 0x2d || (octet !== undefined && octet >= 0x30 && octet <= 0x39)) {
      return skipNumber(octets, at);
    }
    return skipLiteral(octets, at);
  }

  #record(start: number, end: number): void {
    if (this.#field < metaField) {
      this.found[this.#field * 2] = start;
      this.found[this.#field * 2 + 1] = end;
    } else if (this.#field === referenceField) {
      this.references.push(start, end);
    }
    this.#field = none;
  }

  #open(at: number, isObject: boolean): number {
    // PSP-DATA-4: refuse before going deeper, whatever follows.
    if (this.#depth >= this.#depthMax) return note('depth', at);
    const depth = (this.#depth += 1);
    this.#isObject[depth] = isObject ? 1 : 0;
    if (isObject && this.#field === metaField) this.#inMeta = true;
    this.#field = none;
    const first = skipSpace(this.#octets, at + 1);
    if (isObject) this.#keys.open(depth);
    if (this.#octets[first] === (isObject ? 0x7d : 0x5d)) {
      this.#close();
      return first + 1;
    }
    this.#opened = true;
    return isObject ? this.#key(first) : first;
  }

  #close(): void {
    if (this.#isObject[this.#depth] === 1) this.#keys.close(this.#depth);
    this.#depth -= 1;
    if (this.#depth < 2) this.#inMeta = false;
  }

  /** Reads a key and its colon; gives the position of its value. */
  #key(at: number): number {
    const octets = this.#octets;
    if (octets[at] !== 0x22) return note(octets[at] === 0 ? 'nul' : 'syntax', at);
    const after = this.#keys.read(at + 1, this.#depth);
    if (after < 0) return -1;
    const colon = octets[after] === 0x3a ? after : skipSpace(octets, after);
    if (octets[colon] !== 0x3a) return note('syntax', colon);
    this.#field = this.#fieldOf(referenceNames);
    if (this.#depth === 1) this.#field = this.#fieldOf(rootNames);
    else if (this.#inMeta && this.#depth === 2) this.#field = this.#fieldOf(metaNames);
    return skipSpace(octets, colon + 1);
  }

  #fieldOf(names: readonly FieldName[]): number {
    const { keyStart, keyEnd, keyHash } = this.#keys;
    for (const { name, hash, field } of names) {
      if (hash !== keyHash) continue;
      if (isSpelled(this.#octets, keyStart, keyEnd, name)) return field;
      if (textOf(this.#octets, keyStart, keyEnd) === name) return field;
    }
    return none;
  }

  /** Closes what ends here; gives the position of the next value, or of the end of the text. */
  #afterValue(at: number): number {
    const octets = this.#octets;
    let here = skipSpace(octets, at);
    while (this.#depth > 0) {
      const isObject = this.#isObject[this.#depth] === 1;
      const octet = octets[here];
      if (octet === 0x2c) {
        const next = skipSpace(octets, here + 1);
        return isObject ? this.#key(next) : next;
      }
      if (octet !== (isObject ? 0x7d : 0x5d)) return note('syntax', here);
      this.#close();
      here = skipSpace(octets, here + 1);
    }
    return here;
  }
}
