// Memory of octets that nobody reads any more. Knows nothing of what they were.

/** What is smaller is not worth it. Blocks that many share are told by their size alone, below. */
const ownFrom = 16 * 1024;

/**
 * Gives the memory of octets back at once, and not when the engine next looks for garbage; every
 * view of it is empty afterwards. For large octets that nobody else holds; others are left alone.
 *
 * Measured: a hand-over otherwise makes the engine collect its whole heap several times a second,
 * for the sake of a few large blocks. A tenth of the receiver's work, and 15 MB.
 */
export function giveBack({ buffer, byteLength }: Uint8Array): void {
  // Node's pool gives to nobody as much as half of it.
  const isOwn = byteLength >= ownFrom && byteLength > buffer.byteLength / 2;
  if (isOwn && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/**
 * {@link giveBack} for octets of any size, where they are all there is in their memory: what stands
 * among others is left alone.
 *
 * Measured: a sender that reads no more than octets makes so little garbage of its own that rows it
 * has sent wait long for a collection. 10 MB of it at a million resources without deflate.
 */
export function giveBackAlone({ buffer, byteLength }: Uint8Array): void {
  if (byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
