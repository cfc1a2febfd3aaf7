// The memory connection: the laws of every connection, then its own gifts to tests.
import { describe, expect, it } from 'vitest';
import { memoryPair, piecesOf, type MemoryOptions } from './memory.ts';
import { patterned, readOctets, sameOctets, settle, transportLaws } from './transport.laws.ts';
import { TransportError, type ByteStream } from './transport.ts';

const law = (name: string, options: MemoryOptions): void => {
  transportLaws({
    name,
    connect: () => Promise.resolve(memoryPair(options)),
    volumeOctets: 20_000,
    overflowOctets: 3 * (options.capacityOctets ?? 65_536) + 3_000,
  });
};

law('memory', {});
law('memory of one octet', { capacityOctets: 1 });
law('memory in pieces of one octet', { fragment: piecesOf(1) });
law('memory with everything glued together', { fragment: piecesOf(Infinity) });
law('memory behind a gate', { delay: () => new Promise((resolve) => setImmediate(resolve)) });

async function sizesRead(stream: ByteStream): Promise<number[]> {
  const sizes: number[] = [];
  for (let chunk = await stream.read(); chunk !== undefined; chunk = await stream.read()) {
    sizes.push(chunk.length);
  }
  return sizes;
}

describe('PSP-FRAME-8 fragments', () => {
  const sent = async (options: MemoryOptions): Promise<number[]> => {
    const [a, b] = memoryPair(options);
    await a.write(patterned(5));
    await a.write(patterned(4));
    await a.end();
    return sizesRead(b);
  };

  it('PSP-FRAME-8 come as written, octet by octet, or in any given sizes', async () => {
    expect(await sent({})).toEqual([5, 4]);
    expect(await sent({ fragment: piecesOf(1) })).toEqual(Array(9).fill(1));
    expect(await sent({ fragment: () => [2, 6] })).toEqual([2, 6, 1]);
    expect(await sent({ fragment: piecesOf(Infinity) })).toEqual([9]);
    expect(await sent({ fragment: (available) => [available - 1, 1] })).toEqual([8, 1]);
  });

  it('PSP-FRAME-8 refuses sizes below one octet', async () => {
    for (const sizes of [[], [0], [-1], [Number.NaN]]) {
      await expect(sent({ fragment: () => sizes })).rejects.toThrow(RangeError);
    }
    expect(() => memoryPair({ capacityOctets: 0 })).toThrow(RangeError);
  });

  it('PSP-FRAME-8 tell which direction they are for', async () => {
    const [a, b] = memoryPair({
      fragment: (_, direction) => [direction === 'aToB' ? 1 : 3],
    });
    await Promise.all([a.write(patterned(3)), b.write(patterned(3))]);
    expect([await b.read(), await a.read()].map((octets) => octets?.length)).toEqual([1, 3]);
  });
});

describe('PSP-FRAME-7 cuts', () => {
  it.each([0, 1, 7, 8, 9, 15])('PSP-FRAME-7 breaks after exactly %i octets', async (octets) => {
    const [a, b] = memoryPair({ cutAfterOctets: { aToB: octets } });
    const all = patterned(16);
    const writing = (async () => {
      await a.write(all.subarray(0, 8));
      await a.write(all.subarray(8));
    })();
    await expect(writing).rejects.toBeInstanceOf(TransportError);
    expect(sameOctets(await readOctets(b, octets), all.subarray(0, octets))).toBe(true);
    await expect(b.read()).rejects.toBeInstanceOf(TransportError);
    await expect(a.read()).rejects.toBeInstanceOf(TransportError);
    await expect(b.write(all)).rejects.toBeInstanceOf(TransportError);
    await expect(b.end()).rejects.toBeInstanceOf(TransportError);
  });

  it('PSP-FRAME-7 cuts in the other direction, and leaves what had arrived readable', async () => {
    const [a, b] = memoryPair({ cutAfterOctets: { bToA: 2 } });
    await a.write(patterned(5));
    await b.write(patterned(2));
    expect(await readOctets(a, 2)).toHaveLength(2);
    await expect(a.read()).rejects.toBeInstanceOf(TransportError);
    expect(await readOctets(b, 5)).toHaveLength(5);
    await expect(b.read()).rejects.toBeInstanceOf(TransportError);
  });

  it('PSP-FRAME-7 can look like an end, as when a process dies', async () => {
    const [a, b] = memoryPair({ cutAfterOctets: { aToB: 3 }, cutAs: 'end' });
    await expect(a.write(patterned(9))).rejects.toBeInstanceOf(TransportError);
    expect(await readOctets(b)).toHaveLength(3);
    expect(await a.read()).toBeUndefined();
  });

  it('PSP-FRAME-7 does nothing when it is never reached', async () => {
    const [a, b] = memoryPair({ cutAfterOctets: { aToB: 10 } });
    await a.write(patterned(9));
    await a.end();
    expect(await readOctets(b)).toHaveLength(9);
  });
});

describe('PSP-FRAME-8 gates', () => {
  it('PSP-FRAME-8 hold octets back until they open, in order', async () => {
    const gates: (() => void)[] = [];
    const asked: [number, string][] = [];
    const [a, b] = memoryPair({
      delay: (octets, direction) => {
        asked.push([octets, direction]);
        return new Promise((resolve) => gates.push(resolve));
      },
    });
    const writing = Promise.all([a.write(Uint8Array.of(1)), a.write(Uint8Array.of(2, 3))]);
    const first = b.read();
    let arrived = false;
    void first.then(() => {
      arrived = true;
    });
    await settle();
    expect(arrived).toBe(false);
    gates[0]?.();
    expect(await first).toEqual(Uint8Array.of(1));
    await settle();
    gates[1]?.();
    expect(await b.read()).toEqual(Uint8Array.of(2, 3));
    await writing;
    expect(asked).toEqual([
      [1, 'aToB'],
      [2, 'aToB'],
    ]);
  });

  it('PSP-CLOSE-1 let go of a writer when the connection closes', async () => {
    const [a, b] = memoryPair({ delay: () => new Promise(() => undefined) });
    const writing = a.write(Uint8Array.of(1));
    await settle();
    b.close();
    await expect(writing).rejects.toBeInstanceOf(TransportError);
  });
});
