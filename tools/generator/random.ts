// Random numbers that depend on nothing but (seed, stream): the same pair gives the same draws on
// every machine, so any patient of a generated district can be made again without the others.

/** A source of reproducible draws. */
export interface Draws {
  /** An integer from 0 to `below` - 1. */
  below(below: number): number;
  /** One of `choices`. */
  pick<T>(choices: readonly T[]): T;
  /** True with the given chance, 0 to 1. */
  chance(probability: number): boolean;
  /** A decimal with exactly `digits` fraction digits, from `low` to `high`, as FHIR writes it. */
  decimal(low: number, high: number, digits: number): string;
  /** A UUID (version 4 layout). */
  uuid(): string;
}

/** Mixes two 32-bit words into one; the finaliser of MurmurHash3, public domain. */
function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** Draws for one stream of a seed; `seed` and `stream` are unsigned 32-bit integers. */
export function draws(seed: number, stream: number): Draws {
  const key = mix(seed, stream);
  let counter = 0;
  const word = (): number => mix(key, counter++);
  const below = (limit: number): number => Math.floor((word() / 0x1_0000_0000) * limit);
  const hex = (digits: number): string => {
    let text = '';
    while (text.length < digits) text += word().toString(16).padStart(8, '0');
    return text.slice(0, digits);
  };
  return {
    below,
    pick: (choices) => {
      const choice = choices[below(choices.length)];
      if (choice === undefined) throw new RangeError('pick needs at least one choice');
      return choice;
    },
    chance: (probability) => word() / 0x1_0000_0000 < probability,
    decimal: (low, high, digits) => {
      const scale = 10 ** digits;
      return ((below((high - low) * scale + 1) + low * scale) / scale).toFixed(digits);
    },
    uuid: () => `${hex(8)}-${hex(4)}-4${hex(3)}-${'89ab'[below(4)] ?? '8'}${hex(3)}-${hex(12)}`,
  };
}
