// The short way for a program that has a store and a connection: one call for each role. Everything
// that can be chosen in between is in the sessions themselves.
import type { Store } from '../store/store.ts';
import { SyncReceiver, type SyncReceiverOptions } from '../sync/sync-receiver.ts';
import { SyncSender, type SyncSenderOptions } from '../sync/sync-sender.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { ReceiverSessionOptions, SenderSessionOptions, SessionIdentity } from './options.ts';
import { SyncReceiverSession } from './receiver-session.ts';
import type { SyncResult } from './result.ts';
import { SyncSenderSession } from './sender-session.ts';

/** What {@link sendFrom} can be told: all of a sender's options but what the store says. */
export type SendOptions = Omit<SyncSenderOptions, 'store'> &
  Omit<SenderSessionOptions, 'sync' | 'identity'>;

/** What {@link receiveInto} can be told: all of a receiver's options but what the store says. */
export type ReceiveOptions = Omit<SyncReceiverOptions, 'store'> &
  Omit<ReceiverSessionOptions, 'sync' | 'identity'>;

function identityOf({ replicaId, settings }: Store): SessionIdentity {
  return { replicaId, ...settings };
}

/**
 * Hands over what a store has, as sender, over one connection.
 *
 * @param stream - A fresh connection, whoever made it; it is closed in the end.
 * @returns how the session ended; what the peer, the network or the user does is no exception.
 * @throws {@link UsageError} when an option is out of bounds.
 */
export async function sendFrom(
  store: Store,
  stream: ByteStream,
  options: SendOptions,
): Promise<SyncResult> {
  const sync = new SyncSender({ ...options, store });
  const session = new SyncSenderSession({ ...options, sync, identity: identityOf(store) });
  return (await session.initiate(stream)) ?? (await session.send());
}

/**
 * Takes into a store what a sender hands over, as receiver, over one connection.
 *
 * @param stream - A fresh connection, whoever made it; it is closed in the end.
 * @returns how the session ended; `complete` means that everything sent is durable here.
 * @throws {@link UsageError} when an option is out of bounds.
 */
export async function receiveInto(
  store: Store,
  stream: ByteStream,
  options: ReceiveOptions,
): Promise<SyncResult> {
  const sync = new SyncReceiver({ ...options, store });
  const session = new SyncReceiverSession({ ...options, sync, identity: identityOf(store) });
  return session.receive(stream);
}
