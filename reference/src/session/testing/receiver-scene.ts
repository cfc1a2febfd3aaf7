// A real receiver facing a scripted sender, for tests.
import { expect } from 'vitest';
import type { Store } from '../../store/store.ts';
import { memoryPair } from '../../transport/memory.ts';
import { nameOf } from '../../wire/index.ts';
import type { ErrorCode, Reject } from '../../wire/index.ts';
import type { ReceiverSessionOptions } from '../options.ts';
import { SyncReceiverSession } from '../receiver-session.ts';
import type { SyncResult } from '../result.ts';
import { contentOf, emptyStore, receiverOptions } from './pair.ts';
import { offer, ScriptedPeer } from './scripted-peer.ts';

/** A real receiver against a scripted sender. */
export interface Scene {
  readonly peer: ScriptedPeer;
  readonly result: Promise<SyncResult>;
  readonly store: Store;
}

/** A real receiver with an empty store against a scripted sender. */
export function against(more: Partial<ReceiverSessionOptions> = {}): Scene {
  const [a, b] = memoryPair();
  const store = emptyStore();
  const result = new SyncReceiverSession(receiverOptions(store, more)).receive(b);
  return { peer: new ScriptedPeer(a), result, store };
}

/** The receiver rejects in clear, with this code. */
export async function rejects(
  { peer, result, store }: Scene,
  code: ErrorCode,
  requirement: string,
): Promise<Reject> {
  const reject = await peer.expect('Reject');
  expect(nameOf(reject.code)).toBe(nameOf(code));
  await peer.finish();
  expect(await result).toMatchObject({ kind: 'rejected', by: 'us', code, requirement });
  expect(await contentOf(store)).toEqual([]);
  return reject;
}

/** The receiver aborts under seal, with this code; so many patients stay. */
export async function aborts(
  scene: Scene,
  code: ErrorCode,
  requirement: string,
  stored = 0,
): Promise<void> {
  const { peer, result, store } = scene;
  let arrived = await peer.next();
  while (arrived.kind === 'message' && arrived.message.type === 'Ack') arrived = await peer.next();
  if (arrived.kind !== 'message' || arrived.message.type !== 'Abort') {
    throw new Error(`expected Abort, got ${arrived.kind}`);
  }
  expect(nameOf(arrived.message.value.code)).toBe(nameOf(code));
  expect(arrived.message.value.throughSequence).toBe(BigInt(stored));
  await peer.finish();
  expect(await result).toMatchObject({ kind: 'failed', by: 'us', code, requirement });
  expect(await contentOf(store)).toHaveLength(stored);
}

/** As `against`, up to the Offer, which needs no agreement. */
export async function receiving(more: Partial<ReceiverSessionOptions> = {}): Promise<Scene> {
  const scene = against(more);
  await scene.peer.authenticateAsSender();
  await scene.peer.expect('Request');
  scene.peer.send(offer(9n));
  return scene;
}
