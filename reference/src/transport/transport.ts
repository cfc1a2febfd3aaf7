// What the protocol needs of a connection: reliable, ordered octets both ways. Knows nothing of
// frames, roles or who dialled.

/** A reliable, ordered stream of octets in both directions. */
export interface ByteStream {
  /**
   * The next octets that arrived, at least one.
   *
   * @returns undefined once the peer has ended its writing side.
   * @throws {@link TransportError} when the connection broke.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Writes octets; resolves when the connection is ready for more (back-pressure).
   *
   * @throws {@link TransportError} when the connection broke.
   */
  write(octets: Uint8Array): Promise<void>;
  /** Ends the writing side; the reading side stays open (PSP-CLOSE-1). */
  end(): Promise<void>;
  /** Closes both sides at once. Safe to call more than once. */
  close(): void;
}

/** The connection broke, or could not be made; `cause` holds the system's error. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
}
