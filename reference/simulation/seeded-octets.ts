// Octets that look random and are the same for the same seed, so that a run can be repeated. Never
// a source of secrets: only the simulation uses it.
import type { RandomOctets } from '../src/store/store.ts';

/** A source of octets made of one seed (mulberry32). */
export function seededOctets(seed: number): RandomOctets {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) & 0xff;
  };
  return (count) => Uint8Array.from({ length: count }, next);
}
