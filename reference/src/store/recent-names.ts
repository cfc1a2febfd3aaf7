// Where the newest entries are, by name: a table in memory of what names hash to and of keys, 12
// octets for each place, twice as many places as names. Two names may look alike in it; whoever
// asks looks at the row. Knows no store.
import type { NameHash } from './name-hash.ts';

const none: readonly number[] = [];

/** Keys by the names of their entries; a key is a positive safe integer. */
export class RecentNames {
  readonly #max: number;
  readonly #mask: number;
  readonly #tags: Int32Array;
  readonly #keys: Float64Array;
  #size = 0;

  /** @param max - Names that it holds, a power of two. */
  constructor(max: number) {
    this.#max = max;
    this.#mask = 2 * max - 1;
    this.#tags = new Int32Array(2 * max);
    this.#keys = new Float64Array(2 * max);
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.#max;
  }

  /** Only while it is not full. */
  add(hash: NameHash, key: number): void {
    if (this.isFull) throw new Error('a name more than there is room for');
    let place = hash.one & this.#mask;
    while (this.#keys[place] !== 0) place = (place + 1) & this.#mask;
    this.#tags[place] = hash.other;
    this.#keys[place] = key;
    this.#size += 1;
  }

  /** Keys whose entry may have that name. */
  keysOf(hash: NameHash): readonly number[] {
    let keys: number[] | undefined;
    for (let place = hash.one & this.#mask; ; place = (place + 1) & this.#mask) {
      const key = this.#keys[place] as number;
      if (key === 0) return keys ?? none;
      if (this.#tags[place] === hash.other) (keys ??= []).push(key);
    }
  }

  clear(): void {
    this.#keys.fill(0);
    this.#size = 0;
  }
}
