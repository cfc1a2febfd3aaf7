// Octets for the tests of this folder.

/** Octets from hexadecimal text. */
export function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'));
}

/** Hexadecimal text of octets. */
export function toHex(octets: Uint8Array): string {
  return Buffer.from(octets).toString('hex');
}

/** `count` octets that count up from `first`. */
export function counting(count: number, first = 0): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => (first + i) & 0xff);
}

/** Every copy of `octets` with exactly one bit flipped. */
export function* withOneBitFlipped(octets: Uint8Array): Generator<Uint8Array> {
  for (let bit = 0; bit < octets.length * 8; bit += 1) {
    const flipped = octets.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    yield flipped;
  }
}

/** A source of octets that gives back what it was given, in order, and complains at its end. */
export function scripted(...draws: readonly Uint8Array[]): (count: number) => Uint8Array {
  const left = [...draws];
  return (count) => {
    const next = left.shift();
    if (next?.length !== count) throw new Error(`unexpected draw of ${count} octets`);
    return next;
  };
}
