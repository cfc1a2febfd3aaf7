// That a session's memory depends on its window and not on how much is handed over: measured after
// forced garbage collection, so that the figure is what is held and not what was not yet freed.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeSecret } from '../security/index.ts';
import { createSqliteStore } from '../store/sqlite-store.ts';
import { Theirs } from '../sync/conflict-resolution.ts';
import { memoryPair } from '../transport/memory.ts';
import { receiveInto, sendFrom } from './hand-over.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const at = '2026-05-01T08:00:00Z';
const secret = '417204934';
const mebibyte = 1_048_576;

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'peersync-memory-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A resource of about 1.5 KB. */
function resource(index: number): Uint8Array {
  const text = `Visit ${index}. `.repeat(100).slice(0, 1_400);
  return Buffer.from(`{"resourceType":"Basic","id":"b${index}","code":{"text":"${text}"}}`);
}

/** Hands over `count` resources; what was held at progress events, in octets, in order. */
async function heldDuring(count: number): Promise<readonly number[]> {
  const open = (name: string) =>
    createSqliteStore(
      join(folder, `${name}-${count}.db`),
      { serverUrl: '', displayName: name },
      randomBytes,
    );
  const [from, to] = [open('from'), open('to')];
  for (let index = 0; index < count; index += 1_000) {
    await from.createAll(
      Array.from({ length: 1_000 }, (_, n) => resource(index + n)),
      at,
    );
  }
  const held: number[] = [];
  let events = 0;
  const onEvent = (): void => {
    if ((events += 1) % 4 > 0) return;
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    held.push(heapUsed + arrayBuffers);
  };
  const [a, b] = memoryPair();
  const askSecret = () => Promise.resolve(codeSecret(secret));
  const received = receiveInto(to, b, { strategy: Theirs, askSecret, onEvent });
  const sent = await sendFrom(from, a, { secrets: [codeSecret(secret)] });
  expect([sent.kind, (await received).kind]).toEqual(['complete', 'complete']);
  expect(events).toBeGreaterThan(count / 1_000);
  await Promise.all([from.close(), to.close()]);
  return held;
}

describe('the memory of a session', () => {
  it('PSP-FLOW-1 PSP-FLOW-2 does not grow with what is handed over', async () => {
    const held = await heldDuring(20_000);
    const third = Math.floor(held.length / 3);
    expect(third).toBeGreaterThan(4);
    // What is held goes up and down with the window of 4 MiB on both sides. A session that keeps
    // what it handed over holds 20 MiB and more at every late moment beyond any early one.
    const early = Math.max(...held.slice(0, third));
    const late = Math.min(...held.slice(-third));
    expect((late - early) / mebibyte).toBeLessThan(8);
  });
});
