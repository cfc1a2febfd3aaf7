// The keys of the objects that a scan is inside of: finds a key that an object has twice and the
// keys nobody may use. Knows nothing of the grammar around keys.
import { note, skipString, textOf } from './scan-text.ts';

/** Up to so many keys an object is searched key by key; beyond it a Set takes over. */
const listedKeysMax = 32;
/** As deep as any scan goes; its buffers are made once. */
export const scanDepthMax = 128;

// PSP-DATA-5: names that reach a prototype in careless code of some receiver on the way.
const forbiddenKeys = ['__proto__', 'constructor', 'prototype'];
const hashSeed = 0x811c9dc5 | 0;

/** The hash by which keys are told apart before their texts are compared; equal keys agree. */
export function hashOfKey(text: string): number {
  let hash = hashSeed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

const [protoHash = 0, constructorHash = 0, prototypeHash = 0] = forbiddenKeys.map(hashOfKey);

/** True for a key or pointer segment that PSP-DATA-5 forbids. */
export function isForbiddenKey(key: string): boolean {
  return forbiddenKeys.includes(key);
}

/**
 * The keys of the open objects, innermost last.
 *
 * Hashes are compared first and texts only where hashes are equal. A peer who makes hashes collide
 * gains little: beyond 32 keys an object goes to a Set, whose own hashing has a secret seed.
 */
export class OpenKeys {
  readonly #hashes = new Int32Array(scanDepthMax * listedKeysMax);
  readonly #starts = new Int32Array(scanDepthMax * listedKeysMax);
  readonly #ends = new Int32Array(scanDepthMax * listedKeysMax);
  /** For each depth, where the keys of its object begin. */
  readonly #bottoms = new Int32Array(scanDepthMax + 1);
  readonly #sets = new Map<number, Set<string>>();
  #top = 0;
  #octets: Uint8Array = new Uint8Array(0);
  /** Between the quotes of the key read last. */
  keyStart = 0;
  keyEnd = 0;
  /** {@link hashOfKey} of what that key means. */
  keyHash = 0;

  /** Forgets the last text and takes the next. */
  reset(octets: Uint8Array): void {
    this.#octets = octets;
    this.#top = 0;
    if (this.#sets.size > 0) this.#sets.clear();
  }

  /** An object begins at this depth. */
  open(depth: number): void {
    this.#bottoms[depth] = this.#top;
  }

  /** The object of this depth ends. */
  close(depth: number): void {
    this.#top = this.#bottoms[depth] as number;
    if (this.#sets.size > 0) this.#sets.delete(depth);
  }

  /** Reads a key of the object at `depth`; `at` is behind the opening quote. Position or -1. */
  read(at: number, depth: number): number {
    const octets = this.#octets;
    let hash = hashSeed;
    let here = at;
    for (;;) {
      const octet = octets[here];
      if (octet === 0x22) break;
      if (octet === undefined || octet < 0x20 || octet >= 0x80 || octet === 0x5c) {
        // Escapes and other characters: hash what the key means, not how it is spelled.
        here = skipString(octets, here) - 1;
        if (here < 0) return -1;
        hash = hashOfKey(textOf(octets, at, here));
        break;
      }
      hash = Math.imul(hash ^ octet, 0x01000193);
      here += 1;
    }
    this.keyStart = at;
    this.keyEnd = here;
    this.keyHash = hash;
    const suspect = hash === protoHash || hash === constructorHash || hash === prototypeHash;
    if (suspect && isForbiddenKey(textOf(octets, at, here))) {
      return note('forbidden-key', at);
    }
    return this.#isNew(hash, depth) ? here + 1 : note('duplicate-key', at);
  }

  #isNew(hash: number, depth: number): boolean {
    const bottom = this.#bottoms[depth] as number;
    const top = this.#top;
    if (top - bottom === listedKeysMax) return this.#isNewInSet(bottom, depth);
    for (let slot = bottom; slot < top; slot += 1) {
      if (this.#hashes[slot] === hash && this.#listed(slot) === this.#current()) return false;
    }
    this.#hashes[top] = hash;
    this.#starts[top] = this.keyStart;
    this.#ends[top] = this.keyEnd;
    this.#top = top + 1;
    return true;
  }

  #isNewInSet(bottom: number, depth: number): boolean {
    let keys = this.#sets.get(depth);
    if (keys === undefined) {
      keys = new Set();
      for (let slot = bottom; slot < this.#top; slot += 1) keys.add(this.#listed(slot));
      this.#sets.set(depth, keys);
    }
    const size = keys.size;
    return keys.add(this.#current()).size > size;
  }

  #listed(slot: number): string {
    return textOf(this.#octets, this.#starts[slot] as number, this.#ends[slot] as number);
  }

  #current(): string {
    return textOf(this.#octets, this.keyStart, this.keyEnd);
  }
}
