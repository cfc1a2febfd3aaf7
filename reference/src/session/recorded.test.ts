// The recorded session of the golden vectors, its sender's half played to the real receiver. The
// recording was made by a program that shares no code with it.
import { describe, expect, it } from 'vitest';
import { codeSecret } from '../security/index.ts';
import { createMemoryStore } from '../store/memory-store.ts';
import { Theirs } from '../sync/conflict-resolution.ts';
import { resourceSyncParams } from '../sync/scope.ts';
import { SyncReceiver } from '../sync/sync-receiver.ts';
import { goldenVectors, hexOf, octetsOf } from '../testing/golden-vectors.ts';
import { effectiveLimits } from '../wire/index.ts';
import { memoryPair } from '../transport/memory.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import { contentOf } from './testing/pair.ts';
import { settle } from './testing/settle.ts';
import { VirtualClock } from './virtual-clock.ts';

interface Frame {
  readonly direction: 's2r' | 'r2s';
  readonly type: string;
  readonly frame: string;
  readonly fields: Readonly<Record<string, unknown>>;
}
interface Parameters {
  readonly code: string;
  readonly url: string;
  readonly yb: string;
}

describe('PSP-STATE-1 the recorded session', () => {
  it('is answered octet for octet and stored by the real receiver', async () => {
    const [group] = goldenVectors<{ frames: Frame[] }, { entries: object[] }, Parameters>(
      'transcript',
      'session',
    );
    const { parameters, vectors } = group!;
    const { frames } = vectors[0]!.input;
    const fieldOf = (type: string, name: string): string =>
      String(frames.find((frame) => frame.type === type)!.fields[name]);
    const octets = octetsOf(fieldOf('Request', 'replica_id'));
    const settings = { serverUrl: parameters.url, displayName: fieldOf('Request', 'display_name') };
    const store = createMemoryStore(settings, () => octets);
    const params = resourceSyncParams({ Patient: {}, Observation: {} });
    const session = new SyncReceiverSession({
      identity: { replicaId: store.replicaId, ...settings },
      sync: new SyncReceiver({ store, params, strategy: Theirs }),
      askSecret: async () => codeSecret(parameters.code),
      clock: new VirtualClock(),
      grease: false,
      limits: effectiveLimits(undefined),
      window: { payloads: 8, octets: 8_388_608n },
      // The nonce is drawn as 16 octets, the scalar as 64, little endian.
      randomOctets: (count) =>
        octetsOf(
          count === 16 ? fieldOf('Accept', 'session_nonce') : parameters.yb.padEnd(128, '0'),
        ),
    });
    const [a, b] = memoryPair();
    const result = session.receive(b);
    let answer = '';
    void (async () => {
      for (let chunk = await a.read(); chunk; chunk = await a.read()) answer += hexOf(chunk);
    })().catch(() => undefined);
    for (const { direction, frame } of frames) {
      await settle(3);
      if (direction === 's2r') await a.write(octetsOf(frame));
    }
    await a.end();
    expect(await result).toMatchObject({ kind: 'complete', report: { complete: true } });
    const expected = frames.filter(({ direction }) => direction === 'r2s').slice(0, 3);
    expect(expected.map(({ type }) => type)).toEqual(['Accept', 'Confirm', 'Request']);
    const recorded = expected.map(({ frame }) => frame).join('');
    expect(answer.slice(0, recorded.length)).toBe(recorded);
    expect(await contentOf(store)).toHaveLength(vectors[0]!.expect.entries.length);
  });
});
