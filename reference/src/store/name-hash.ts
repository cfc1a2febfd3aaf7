// Two numbers of a name, for the ways to find it in memory. Knows no store.
import { randomInt } from 'node:crypto';

/** The numbers of the name that was taken last: nothing is made for each. */
export class NameHash {
  /** 32 bits each, signed. */
  one = 0;
  other = 0;
  readonly #startOfOne: number;
  readonly #startOfOther: number;

  /**
   * @param from - Where both begin, up to 48 bits. It is drawn unless given: a peer chooses names,
   * and could choose many that look alike, and each look would go through all of them.
   */
  constructor(from: number = randomInt(2 ** 48 - 1)) {
    this.#startOfOne = 0x811c9dc5 ^ from;
    this.#startOfOther = 0x9747b28c ^ (from / 2 ** 16);
  }

  /** FNV-1a, and the same with another start and factor; then high bits go into the low ones. */
  take(type: number, id: string): void {
    let one = Math.imul(this.#startOfOne ^ type, 0x01000193);
    let other = Math.imul(this.#startOfOther ^ type, 0x85ebca6b);
    for (let index = 0; index < id.length; index += 1) {
      const unit = id.charCodeAt(index);
      one = Math.imul(one ^ unit, 0x01000193);
      other = Math.imul(other ^ unit, 0x85ebca6b);
    }
    this.one = one ^ (one >>> 15);
    this.other = other ^ (other >>> 13);
  }
}
