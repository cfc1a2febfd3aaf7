// Two real sessions over a connection in memory, for tests.
import { randomBytes } from 'node:crypto';
import { codeSecret, dammDigit } from '../../security/index.ts';
import type { Secret } from '../../security/index.ts';
import { createMemoryStore } from '../../store/memory-store.ts';
import type { Store } from '../../store/store.ts';
import { SyncReceiver } from '../../sync/sync-receiver.ts';
import { SyncSender } from '../../sync/sync-sender.ts';
import { Theirs } from '../../sync/conflict-resolution.ts';
import { memoryPair } from '../../transport/memory.ts';
import type { MemoryOptions } from '../../transport/memory.ts';
import type { ByteStream } from '../../transport/transport.ts';
import type { ReceiverSessionOptions, SenderSessionOptions } from '../options.ts';
import { SyncReceiverSession } from '../receiver-session.ts';
import type { SyncResult } from '../result.ts';
import { SyncSenderSession } from '../sender-session.ts';
import { VirtualClock } from '../virtual-clock.ts';

export const serverUrl = 'https://fhir.example/r4';
export const at = '2024-05-01T12:00:00Z';

const random = (count: number): Uint8Array => new Uint8Array(randomBytes(count));

/** An access code that passes the check digit. */
export const codeOf = (digits: string): string => digits + String(dammDigit(digits));

/** A fresh copy of the secret that both sides use unless told otherwise. */
export const rightSecret = (): Secret => codeSecret(codeOf('12345678'));
export const wrongSecret = (): Secret => codeSecret(codeOf('12345679'));

/** A new store, empty. */
export function emptyStore(displayName = 'Tablet'): Store {
  return createMemoryStore({ serverUrl, displayName }, random);
}

/** A new store with so many patients of its own. */
export async function storeOf(patients: number): Promise<Store> {
  const store = emptyStore();
  const resource = (n: number): Uint8Array =>
    new TextEncoder().encode(
      JSON.stringify({ resourceType: 'Patient', id: `p${n}`, name: [{ family: `Family ${n}` }] }),
    );
  await store.createAll(
    Array.from({ length: patients }, (_, n) => resource(n)),
    at,
  );
  return store;
}

/** The entries of a store as text, in order of id. */
export async function contentOf(store: Store): Promise<string[]> {
  const range = { after: 0n, through: await store.lastSequence(), types: undefined };
  const entries = await store.page(range, 100_000, Number.MAX_SAFE_INTEGER);
  return entries.map(({ payload }) => new TextDecoder().decode(payload.resource)).sort();
}

const identityOf = ({ replicaId, settings }: Store) => ({ replicaId, ...settings });

/** Options of a sender: two entries in a Payload, no time, no grease. */
export function senderOptions(
  store: Store,
  more: Partial<SenderSessionOptions> = {},
): SenderSessionOptions {
  return {
    identity: identityOf(store),
    sync: new SyncSender({ store, batch: { entriesMax: 2 } }),
    secrets: [rightSecret()],
    clock: new VirtualClock(),
    grease: false,
    ...more,
  };
}

/** Options of a receiver that types the right code. */
export function receiverOptions(
  store: Store,
  more: Partial<ReceiverSessionOptions> = {},
): ReceiverSessionOptions {
  return {
    identity: identityOf(store),
    sync: new SyncReceiver({ store, strategy: Theirs }),
    askSecret: async () => rightSecret(),
    clock: new VirtualClock(),
    grease: false,
    ...more,
  };
}

/** Initiates and, when the receiver proved itself, sends. */
export async function sendOver(
  options: SenderSessionOptions,
  stream: ByteStream,
): Promise<SyncResult> {
  const session = new SyncSenderSession(options);
  return (await session.initiate(stream)) ?? (await session.send());
}

/** What both sides came to. */
export interface PairResult {
  readonly sent: SyncResult;
  readonly received: SyncResult;
}

/** Runs a sender (stream a) and a receiver (stream b) to their ends. */
export async function runPair(
  sender: SenderSessionOptions,
  receiver: ReceiverSessionOptions,
  memory: MemoryOptions = {},
): Promise<PairResult> {
  const [a, b] = memoryPair(memory);
  const [sent, received] = await Promise.all([
    sendOver(sender, a),
    new SyncReceiverSession(receiver).receive(b),
  ]);
  return { sent, received };
}
