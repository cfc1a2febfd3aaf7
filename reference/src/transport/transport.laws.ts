// What every connection must do, whatever carries it. Each implementation runs these laws on
// streams of its own; nothing here knows which.
import { afterEach, describe, expect, it } from 'vitest';
import { TransportError, type ByteStream } from './transport.ts';

/** How the laws get connections from an implementation. */
export interface TransportUnderLaw {
  readonly name: string;
  /** A fresh pair of connected streams. */
  connect(): Promise<readonly [ByteStream, ByteStream]>;
  /** Octets to send where the amount matters; many, but so that it stays quick. */
  readonly volumeOctets: number;
  /** Three times the octets that all buffers of a direction can hold together, or more. */
  readonly overflowOctets: number;
}

/** `count` octets that differ from their neighbours, so that loss and disorder show. */
export function patterned(count: number, seed = 1): Uint8Array {
  const octets = new Uint8Array(count);
  let state = seed;
  for (let i = 0; i < count; i += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    octets[i] = state >>> 16;
  }
  return octets;
}

/** Reads until the end, or until `count` octets are there. */
export async function readOctets(stream: ByteStream, count = Infinity): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  while (octets < count) {
    const chunk = await stream.read();
    if (chunk === undefined) break;
    if (chunk.length === 0) throw new Error('read gave no octets');
    chunks.push(chunk);
    octets += chunk.length;
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** Lets everything happen that is ready to happen, without waiting for any time to pass. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

/** Compares without printing megabytes. */
export function sameOctets(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

const outcomeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'fulfilled',
    (error: unknown) => error,
  );

/** The laws of {@link ByteStream}. */
export function transportLaws(subject: TransportUnderLaw): void {
  const { name, volumeOctets, overflowOctets } = subject;
  const opened: ByteStream[] = [];
  const open = async (): Promise<readonly [ByteStream, ByteStream]> => {
    const pair = await subject.connect();
    opened.push(...pair);
    return pair;
  };

  describe(`PSP-FRAME-8 every connection: ${name}`, () => {
    afterEach(() => {
      for (const stream of opened.splice(0)) stream.close();
    });

    it('PSP-FRAME-8 delivers exactly the octets written, in order, both ways at once', async () => {
      const [a, b] = await open();
      const there = patterned(volumeOctets, 1);
      const back = patterned(volumeOctets / 2, 2);
      const send = async (stream: ByteStream, octets: Uint8Array): Promise<void> => {
        for (let at = 0, size = 1; at < octets.length; at += size, size = (size * 3) % 9_973) {
          await stream.write(octets.subarray(at, at + size));
        }
        await stream.end();
      };
      const [gotThere, gotBack] = await Promise.all([
        readOctets(b),
        readOctets(a),
        send(a, there),
        send(b, back),
      ]);
      expect(sameOctets(gotThere, there)).toBe(true);
      expect(sameOctets(gotBack, back)).toBe(true);
    });

    it('PSP-FRAME-8 keeps the order of writes that nobody awaited', async () => {
      const [a, b] = await open();
      const octets = patterned(5_000);
      const writes = Array.from({ length: 50 }, (_, i) =>
        a.write(octets.subarray(i * 100, i * 100 + 100)),
      );
      const got = await readOctets(b, octets.length);
      await Promise.all(writes);
      expect(sameOctets(got, octets)).toBe(true);
    });

    it('PSP-FRAME-8 leaves a written buffer to its owner once the write resolved', async () => {
      const [a, b] = await open();
      const buffer = patterned(1_000);
      const octets = buffer.slice();
      const writing = a.write(buffer).then(() => buffer.fill(0));
      expect(sameOctets(await readOctets(b, octets.length), octets)).toBe(true);
      await writing;
    });

    it('PSP-FRAME-8 sends nothing for an empty write', async () => {
      const [a, b] = await open();
      await a.write(new Uint8Array(0));
      await a.write(Uint8Array.of(7));
      await a.end();
      expect(Array.from(await readOctets(b))).toEqual([7]);
    });

    it('PSP-ACK-1 holds a writer back while nobody reads, then lets it go on', async () => {
      const [a, b] = await open();
      const octets = patterned(overflowOctets);
      let written = false;
      const writing = a.write(octets).then(() => {
        written = true;
      });
      await settle();
      expect(written).toBe(false);
      const first = await readOctets(b, 1_000);
      await settle();
      expect(written).toBe(false);
      const rest = await readOctets(b, octets.length - first.length);
      await writing;
      expect(sameOctets(Buffer.concat([first, rest]), octets)).toBe(true);
    });

    it('PSP-STATE-3 carries octets one way while the other way is full', async () => {
      const [a, b] = await open();
      const outcome = outcomeOf(a.write(patterned(overflowOctets)));
      await settle();
      for (let round = 1; round <= 20; round += 1) {
        const octets = patterned(100, round);
        const [got] = await Promise.all([readOctets(a, 100), b.write(octets)]);
        expect(sameOctets(got, octets)).toBe(true);
      }
      b.close();
      expect(await outcome).toBeInstanceOf(TransportError);
    });

    it('PSP-CLOSE-1 ends one way and keeps the other open', async () => {
      const [a, b] = await open();
      const ending = a.write(Uint8Array.of(1, 2)).then(() => a.end());
      expect(Array.from(await readOctets(b))).toEqual([1, 2]);
      await ending;
      expect(await b.read()).toBeUndefined();
      expect(await b.read()).toBeUndefined();
      const answering = b.write(Uint8Array.of(3, 4));
      expect(Array.from(await readOctets(a, 2))).toEqual([3, 4]);
      await answering;
      await b.end();
      expect(await a.read()).toBeUndefined();
    });

    it('PSP-CLOSE-1 wakes a reader that already waits when the end comes', async () => {
      const [a, b] = await open();
      const waiting = b.read();
      await a.end();
      expect(await waiting).toBeUndefined();
    });

    it('PSP-CLOSE-1 may be ended twice, and takes no octets afterwards', async () => {
      const [a, b] = await open();
      await a.end();
      await a.end();
      await expect(a.write(Uint8Array.of(1))).rejects.toThrow('end()');
      expect(await readOctets(b)).toHaveLength(0);
    });

    it('PSP-CLOSE-1 closing rejects its own waiting and later work', async () => {
      const [a, b] = await open();
      const reading = outcomeOf(a.read());
      const writing = outcomeOf(a.write(patterned(overflowOctets)));
      await settle();
      a.close();
      a.close();
      expect(await reading).toBeInstanceOf(TransportError);
      expect(await writing).toBeInstanceOf(TransportError);
      await expect(a.read()).rejects.toBeInstanceOf(TransportError);
      await expect(a.write(Uint8Array.of(1))).rejects.toBeInstanceOf(TransportError);
      await expect(a.end()).rejects.toBeInstanceOf(TransportError);
      b.close();
    });

    it('PSP-FRAME-7 closing ends or breaks what the peer reads and writes', async () => {
      const [a, b] = await open();
      const reading = b.read();
      await settle();
      a.close();
      const outcome = await reading.then(
        (octets) => octets,
        (error: unknown) => error,
      );
      expect(outcome === undefined || outcome instanceof TransportError).toBe(true);
      // The system may take some octets before it learns that nobody is there.
      const writing = (async () => {
        for (let at = 0; at < 2 * overflowOctets; at += 65_536) {
          await b.write(new Uint8Array(65_536));
          await settle();
        }
      })();
      expect(await outcomeOf(writing)).toBeInstanceOf(TransportError);
    });

    it('PSP-FRAME-8 refuses a second read while one waits', async () => {
      const [a, b] = await open();
      const first = a.read();
      await expect(a.read()).rejects.toThrow('one read');
      await b.write(Uint8Array.of(9));
      expect(await first).toEqual(Uint8Array.of(9));
    });
  });
}
