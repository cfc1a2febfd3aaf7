// Tells of most names that are not there that they are not, without a look: a Bloom filter. It may
// take a name for one that is there, never the other way round. Knows no store.
import type { NameHash } from './name-hash.ts';

/**
 * 2 MiB: of a million names that are not there it takes some 4 000 for names that are. A peer that
 * makes up names that it confuses costs us the looks that they would have cost without it.
 */
const filterBits = 2 ** 24;

/** Names that may be there. */
export class NameFilter {
  readonly #words = new Uint32Array(filterBits / 32);

  add(hash: NameHash): void {
    for (let probe = 0; probe < 3; probe += 1) {
      const bit = bitOf(hash, probe);
      this.#words[bit >>> 5] = (this.#words[bit >>> 5] as number) | (1 << (bit & 31));
    }
  }

  /** False: it was not added. */
  mayHave(hash: NameHash): boolean {
    for (let probe = 0; probe < 3; probe += 1) {
      const bit = bitOf(hash, probe);
      if (((this.#words[bit >>> 5] as number) & (1 << (bit & 31))) === 0) return false;
    }
    return true;
  }
}

function bitOf({ one, other }: NameHash, probe: number): number {
  return (one + probe * (other | 1)) & (filterBits - 1);
}
