// Turns at the writer, by counting; no clock takes part.
import { describe, expect, it } from 'vitest';
import { FairWriter } from './fair-writer.ts';

const noTime = (): number => 0;

describe('a fair writer', () => {
  it('does one piece of each owner before a second of any', async () => {
    const done: string[] = [];
    const writer = new FairWriter(noTime);
    const owners = Array.from({ length: 32 }, (_, index) => ({ name: String(index) }));
    const jobs = owners.flatMap((owner, index) =>
      // The first asks for a thousand pieces before anybody else asks for one.
      Array.from({ length: index === 0 ? 1_000 : 3 }, () =>
        writer.do(owner, async () => void done.push(owner.name)),
      ),
    );
    expect(writer.waiting).toBe(1_000 + 31 * 3);
    await Promise.all(jobs);
    expect(writer.waiting).toBe(0);
    for (const round of [0, 1, 2]) {
      const turns = done.slice(round * 32, (round + 1) * 32);
      expect(new Set(turns).size).toBe(32);
    }
    expect(new Set(done.slice(96))).toEqual(new Set(['0']));
  });

  it('gives an owner that always has more no turn before who came meanwhile', async () => {
    const done: string[] = [];
    const writer = new FairWriter(noTime);
    const [greedy, small] = [{}, {}];
    let asked: Promise<void> | undefined;
    for (let n = 0; n < 10; n += 1) {
      const job = writer.do(greedy, async () => void done.push('greedy'));
      if (n === 5) asked = writer.do(small, async () => void done.push('small'));
      await job;
    }
    await asked;
    expect(done.indexOf('small')).toBeLessThanOrEqual(6);
  });

  it('does one piece at a time, and hands a failure to who asked alone', async () => {
    const turns: boolean[] = [];
    const writer = new FairWriter(noTime, (_, failed) => turns.push(failed));
    let running = 0;
    const work = async (fails: boolean): Promise<string> => {
      running += 1;
      expect(running).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (fails) throw new Error('the disk is full');
      return 'stored';
    };
    const results = await Promise.allSettled([
      writer.do({}, () => work(false)),
      writer.do({}, () => work(true)),
      writer.do({}, () => work(false)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(turns).toEqual([false, true, false]);
  });

  it('lets other work of the process go on between two pieces', async () => {
    const writer = new FairWriter(noTime);
    const owner = {};
    let others = 0;
    const tick = (): void => {
      others += 1;
      if (others < 100) setImmediate(tick);
    };
    setImmediate(tick);
    const seen: number[] = [];
    const work = async (): Promise<void> => void seen.push(others);
    await Promise.all(Array.from({ length: 5 }, () => writer.do(owner, work)));
    expect(new Set(seen).size).toBe(5);
  });
});
