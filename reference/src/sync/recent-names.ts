// Names of resources that came by lately, in memory of a fixed size and without an object for each:
// a session that keeps texts keeps the engine collecting them. Knows nothing of what a name means.

/**
 * A set of names `Type/id` that forgets: each name has one place, and the next name with the same
 * place takes it over. Two names are taken for one only where two hashes of 32 bits are the same
 * for both, which practically never happens to names that nobody chose. Whoever looks for such a
 * pair finds it: nothing may rest on this that has to hold against an enemy.
 */
export class RecentNames {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  // Of the name that was hashed last.
  #highHash = 0;
  #lowHash = 0;

  /** @param places - How many names it has room for; rounded up to a power of two. */
  constructor(places: number) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(places, 1)));
    this.#high = new Uint32Array(size);
    this.#low = new Uint32Array(size);
  }

  /** Takes a name in its two halves: to join them makes the text that is to be spared. */
  add(resourceType: string, resourceId: string): void {
    this.#begin();
    this.#hash(resourceType);
    this.#hash('/');
    this.#hash(resourceId);
    const place = this.#place();
    this.#high[place] = this.#highHash;
    this.#low[place] = this.#lowHash;
  }

  /** Whether a name `Type/id` was added and not forgotten since. */
  has(name: string): boolean {
    this.#begin();
    this.#hash(name);
    const place = this.#place();
    return this.#high[place] === this.#highHash >>> 0 && this.#low[place] === this.#lowHash >>> 0;
  }

  // FNV-1a, and the same with another start and factor.
  #begin(): void {
    this.#highHash = 0x811c9dc5;
    this.#lowHash = 0x9747b28c;
  }

  #hash(text: string): void {
    let high = this.#highHash;
    let low = this.#lowHash;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 0x01000193);
      low = Math.imul(low ^ unit, 0x85ebca6b);
    }
    this.#highHash = high;
    this.#lowHash = low;
  }

  #place(): number {
    return (this.#highHash ^ (this.#lowHash >>> 15)) & (this.#high.length - 1);
  }
}
