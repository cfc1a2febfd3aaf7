// Octets that look random and follow from a seed and a label, so that a run can be made again. No
// secret of anybody's: they are for the kit's own nonces and scalars.
import { createHmac, createSecretKey } from 'node:crypto';
import type { Octets } from '../peer/exchange.ts';
import { u64 } from '../wire/octets.ts';

/** A source for one session; another label gives other octets. */
export function seededOctets(seed: string, label: string): Octets {
  const key = createSecretKey(seed, 'utf8');
  let block = 0n;
  let left = new Uint8Array();
  return (count) => {
    const out = new Uint8Array(count);
    for (let at = 0; at < count;) {
      if (left.length === 0) {
        const mac = createHmac('sha512', key).update(u64(block)).update(label);
        left = new Uint8Array(mac.digest());
        block += 1n;
      }
      const piece = left.subarray(0, count - at);
      out.set(piece, at);
      left = left.subarray(piece.length);
      at += piece.length;
    }
    return out;
  };
}
