// Tells of most names that are not there that they are not, without a look: a Bloom filter. It may
// take a name for one that is there, never the other way round. Knows no store.

/**
 * 2 MiB: of a million names that are not there it takes some 4 000 for names that are. A peer that
 * makes up names that it confuses costs us the looks that they would have cost without it.
 */
const filterBits = 2 ** 24;

/** Names that may be there. */
export class NameFilter {
  readonly #words = new Uint32Array(filterBits / 32);
  // Of the name that was hashed last: where its first bit is, and how far the others are from it.
  #at = 0;
  #step = 0;

  add(type: number, id: string): void {
    this.#hash(type, id);
    for (let probe = 0; probe < 3; probe += 1) {
      const bit = this.#bit(probe);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  /** False: it was not added. */
  mayHave(type: number, id: string): boolean {
    this.#hash(type, id);
    for (let probe = 0; probe < 3; probe += 1) {
      const bit = this.#bit(probe);
      if (((this.#words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }

  #bit(probe: number): number {
    return (this.#at + probe * this.#step) & (filterBits - 1);
  }

  // FNV-1a, and the same with another start and factor; then each is mixed down, for the low bits
  // are the ones that count.
  #hash(type: number, id: string): void {
    let one = Math.imul(0x811c9dc5 ^ type, 0x01000193);
    let other = Math.imul(0x9747b28c ^ type, 0x85ebca6b);
    for (let index = 0; index < id.length; index += 1) {
      const unit = id.charCodeAt(index);
      one = Math.imul(one ^ unit, 0x01000193);
      other = Math.imul(other ^ unit, 0x85ebca6b);
    }
    this.#at = one ^ (one >>> 15);
    this.#step = (other ^ (other >>> 13)) | 1;
  }
}
