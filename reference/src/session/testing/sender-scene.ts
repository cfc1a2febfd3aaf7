// A real sender facing a scripted receiver, for tests.
import { expect } from 'vitest';
import { memoryPair } from '../../transport/memory.ts';
import type { MemoryOptions } from '../../transport/memory.ts';
import { nameOf } from '../../wire/index.ts';
import type { ErrorCode, KnownMessage, Request } from '../../wire/index.ts';
import type { SenderSessionOptions } from '../options.ts';
import type { SyncResult } from '../result.ts';
import { sendOver, senderOptions, storeOf } from './pair.ts';
import { ScriptedPeer } from './scripted-peer.ts';

/** A real sender against a scripted receiver. */
export interface Scene {
  readonly peer: ScriptedPeer;
  readonly result: Promise<SyncResult>;
}

/** A real sender with patients, two in a Payload. */
export async function against(
  more: Partial<SenderSessionOptions> = {},
  patients = 6,
  memory: MemoryOptions = {},
): Promise<Scene> {
  const [a, b] = memoryPair(memory);
  const options = senderOptions(await storeOf(patients), more);
  const result = sendOver(options, a);
  return { peer: new ScriptedPeer(b), result };
}

/** As `against`, up to the Offer. */
export async function sending(
  request: Partial<Request> = {},
  more: Partial<SenderSessionOptions> = {},
  patients = 6,
): Promise<Scene> {
  const scene = await against(more, patients);
  await scene.peer.authenticateAsReceiver();
  scene.peer.send(scene.peer.request(request));
  await scene.peer.expect('Offer');
  return scene;
}

/** The sender rejects in clear, with this code. */
export async function rejects(
  { peer, result }: Scene,
  code: ErrorCode,
  requirement?: string,
): Promise<void> {
  const reject = await peer.expect('Reject');
  expect(nameOf(reject.code)).toBe(nameOf(code));
  await peer.finish();
  const broken = requirement === undefined ? {} : { requirement };
  expect(await result).toMatchObject({ kind: 'rejected', by: 'us', code, ...broken });
}

const dataTypes: readonly string[] = ['Payload', 'Complete'];

/** The sender aborts under seal, with this code; data on its way is passed over. */
export async function aborts(
  { peer, result }: Scene,
  code: ErrorCode,
  requirement?: string,
): Promise<void> {
  let arrived = await peer.next();
  while (arrived.kind === 'message' && dataTypes.includes(arrived.message.type)) {
    arrived = await peer.next();
  }
  if (arrived.kind !== 'message' || arrived.message.type !== 'Abort') {
    throw new Error(`expected Abort, got ${arrived.kind}`);
  }
  expect(nameOf(arrived.message.value.code)).toBe(nameOf(code));
  await peer.finish();
  const broken = requirement === undefined ? {} : { requirement };
  expect(await result).toMatchObject({ kind: 'failed', by: 'us', code, ...broken });
}

/** A Receipt that says that so many patients were stored. */
export const receipt = (patients: bigint): KnownMessage => ({
  type: 'Receipt',
  value: { counts: [{ resourceType: 'Patient', outcome: 1, entries: patients }] },
});
