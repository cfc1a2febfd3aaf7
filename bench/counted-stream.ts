// A connection that counts its octets. Knows nothing of what they say.
import type { ByteStream } from '../reference/src/transport/transport.ts';

/** Passes everything on and counts it. */
export class CountedStream implements ByteStream {
  readonly #stream: ByteStream;
  octetsRead = 0;
  octetsWritten = 0;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  async read(): Promise<Uint8Array | undefined> {
    const chunk = await this.#stream.read();
    this.octetsRead += chunk?.length ?? 0;
    return chunk;
  }

  write(octets: Uint8Array): Promise<void> {
    this.octetsWritten += octets.length;
    return this.#stream.write(octets);
  }

  end(): Promise<void> {
    return this.#stream.end();
  }

  close(): void {
    this.#stream.close();
  }
}
