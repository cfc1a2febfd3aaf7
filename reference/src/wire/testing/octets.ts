// Octet strings by hand for tests: protobuf fields put together without the code under test.

/** Joins octet strings and lists of octets. */
export function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** A varint, padded to `octets` octets where that is more than it needs. */
export function varint(value: number | bigint, octets = 1): number[] {
  const out: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn || out.length < octets - 1; rest >>= 7n) {
    out.push(Number(rest & 0x7fn) | 0x80);
  }
  return [...out, Number(rest)];
}

/** A tag. */
export const tag = (number: number, wireType: number): number[] =>
  varint((BigInt(number) << 3n) | BigInt(wireType));

/** A varint field. */
export const number = (field: number, value: number | bigint): number[] => [
  ...tag(field, 0),
  ...varint(value),
];

/** A field with a length. */
export const chunk = (field: number, octets: Uint8Array | readonly number[]): number[] => [
  ...tag(field, 2),
  ...varint(octets.length),
  ...octets,
];

/** The octets of a text in UTF-8. */
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Octets that look random and are always the same. */
export function pattern(count: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}
