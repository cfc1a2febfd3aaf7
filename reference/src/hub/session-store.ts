// The store as one session of a hub sees it: it writes in its turn, and no more than its allowance.
// Knows no session and no medium.
import type { RemoteBatch, Store } from '../store/store.ts';
import { StoreError } from '../store/store-error.ts';
import type { FairWriter } from './fair-writer.ts';

/** What a session's store is made of. */
export interface SessionStoreOptions {
  readonly store: Store;
  readonly writer: FairWriter;
  /** Octets of resources and changes that the session may have stored; Infinity: no limit. */
  readonly octetsMax: number;
  /** Called after each commit. */
  readonly onStored: (entries: number, octets: number) => void;
}

function octetsOf({ entries }: RemoteBatch): number {
  let octets = 0;
  for (const { resource, changes } of entries) {
    octets += resource.length;
    for (const { payload } of changes) octets += payload.length;
  }
  return octets;
}

/**
 * The store for one session.
 *
 * Beyond the allowance `updateRemote` rejects with StoreError `full` and stores nothing, so that
 * the sender is told STORAGE_FAILED: later, not never. What was stored before stays, and the next
 * session goes on there.
 */
export function sessionStore(options: SessionStoreOptions): Store {
  const { store, writer, octetsMax, onStored } = options;
  const owner = {};
  let octetsStored = 0;
  const updateRemote: Store['updateRemote'] = async (batch, decide) => {
    const octets = octetsOf(batch);
    // Not the writer's concern: the store is well, and others may go on.
    if (octetsStored + octets > octetsMax) {
      throw new StoreError('full', 'the session has used up its allowance');
    }
    return writer.do(owner, async () => {
      const decisions = await store.updateRemote(batch, decide);
      octetsStored += octets;
      onStored(batch.entries.length, octets);
      return decisions;
    });
  };
  const setCursor: Store['setCursor'] = (peer, scope, cursor) =>
    writer.do(owner, () => store.setCursor(peer, scope, cursor));
  const inTurn: Partial<Store> = { updateRemote, setCursor };
  // Everything else is the store's own, private members included.
  return new Proxy(store, {
    get: (own, name) => {
      const value: unknown = Reflect.get(inTurn, name) ?? Reflect.get(own, name, own);
      return typeof value === 'function' ? (value.bind(own) as unknown) : value;
    },
  });
}
