// What sessions write into logs, and how unknown values are strewn in.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { memoryPair } from '../transport/memory.ts';
import { FrameReader, isViolation } from '../wire/index.ts';
import type { LogRecord } from './log.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import {
  codeOf,
  contentOf,
  emptyStore,
  receiverOptions,
  runPair,
  sendOver,
  senderOptions,
  storeOf,
  wrongSecret,
} from './testing/pair.ts';
import { against } from './testing/sender-scene.ts';

const printed = (value: unknown): string =>
  JSON.stringify(value, (_, v: unknown) => {
    if (typeof v === 'bigint') return `${v}n`;
    return v instanceof Uint8Array ? Buffer.from(v).toString('utf8') : v;
  });

describe('PSP-SEC-1 the log', () => {
  it('holds phases, codes and durations, and nothing clinical or secret', async () => {
    const lines: LogRecord[] = [];
    const log = (record: LogRecord): void => void lines.push(record);
    const from = await storeOf(5);
    await runPair(senderOptions(from, { log }), receiverOptions(emptyStore(), { log }));
    const wrong = await runPair(
      senderOptions(from, { log }),
      receiverOptions(emptyStore(), { log, askSecret: async () => wrongSecret() }),
    );
    const text = printed(lines);
    const secrets = [codeOf('12345678'), codeOf('12345679'), 'Family', 'Patient', '"p1"', 'Tablet'];
    for (const secret of [...secrets, 'fhir.example']) expect(text).not.toContain(secret);
    const results = printed(wrong);
    for (const secret of secrets.slice(0, 4)) expect(results).not.toContain(secret);
    const sessions = new Set(lines.map(({ session }) => session).filter((id) => id !== ''));
    expect(sessions.size).toBe(2);
    expect(lines.filter(({ event }) => event === 'ended').map(({ kind }) => kind)).toContain(
      'complete',
    );
    expect(lines.at(-1)).toMatchObject({ event: 'ended', code: 'AUTH_FAILED', phase: 'CLOSED' });
  });
});

describe('PSP-EXT-2 grease', () => {
  /** Greases wherever that is possible. */
  const always = (count: number): Uint8Array =>
    count === 1 ? Uint8Array.of(0) : new Uint8Array(randomBytes(count));

  it('PSP-HS-1 never comes before Initiate or between what belongs together', async () => {
    const [from, to] = [await storeOf(5), emptyStore()];
    const types: number[] = [];
    const reader = new FrameReader(8_192);
    const [a, b] = memoryPair();
    const write = a.write.bind(a);
    a.write = async (octets) => {
      if (types.length < 2) {
        reader.push(octets.slice());
        for (let body = reader.next(); body && !isViolation(body); body = reader.next()) {
          types.push(body[0]!);
        }
      }
      await write(octets);
    };
    const grease = { grease: true, randomOctets: always };
    const [sent, received] = await Promise.all([
      sendOver(senderOptions(from, grease), a),
      new SyncReceiverSession(receiverOptions(to, grease)).receive(b),
    ]);
    expect([sent.kind, received.kind]).toEqual(['complete', 'complete']);
    expect(types).toEqual([0x01, 0x04]);
    expect(await contentOf(to)).toEqual(await contentOf(from));
  });

  it('PSP-HS-13 leaves Confirm and Identity together', async () => {
    const grease = { grease: true, randomOctets: always };
    const { peer } = await against(grease);
    // Fails on whatever comes before Identity.
    await peer.authenticateAsReceiver();
    peer.send(peer.request());
    expect(await peer.next()).toMatchObject({ message: { type: 'Ignorable' } });
    await peer.expect('Offer');
    peer.close();
  });

  it('is absent where it is switched off', async () => {
    const asked: number[] = [];
    const randomOctets = (count: number): Uint8Array => {
      asked.push(count);
      return new Uint8Array(randomBytes(count));
    };
    const { sent } = await runPair(
      senderOptions(await storeOf(3), { randomOctets }),
      receiverOptions(emptyStore(), { randomOctets }),
    );
    expect(sent.kind).toBe('complete');
    // A nonce and a scalar each (PSP-HS-2, PSP-HS-21, PSP-CODE-12, PSP-HS-22), nothing else.
    expect(asked.sort()).toEqual([16, 16, 64, 64]);
  });
});
