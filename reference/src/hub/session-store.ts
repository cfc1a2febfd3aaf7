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

/** What one session stores with. */
export interface SessionStore {
  /** To be written to in a turn only, except for the final cursor. */
  readonly store: Store;
  /** Does work, the opening of what arrived included, in the session's turn. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * The store for one session.
 *
 * Beyond the allowance `updateRemote` rejects with StoreError `full` and stores nothing, so that
 * the sender is told STORAGE_FAILED: later, not never. What was stored before stays, and the next
 * session goes on there.
 */
export function sessionStore(options: SessionStoreOptions): SessionStore {
  const { store, writer, octetsMax, onStored } = options;
  const owner = {};
  const refused = new StoreError('full', 'the session has used up its allowance');
  let octetsStored = 0;
  const updateRemote: Store['updateRemote'] = async (batch, decide) => {
    const octets = octetsOf(batch);
    if (octetsStored + octets > octetsMax) throw refused;
    const verdicts = await store.updateRemote(batch, decide);
    octetsStored += octets;
    onStored(verdicts.length, octets);
    return verdicts;
  };
  const inTurn: SessionStore['inTurn'] = async (work) => {
    // Not the writer's concern: the store is well, and others may go on.
    const done = await writer.do(owner, () =>
      work().then(
        (value) => ({ value }),
        (error: unknown) => {
          if (error !== refused) throw error;
        },
      ),
    );
    if (done === undefined) throw refused;
    return done.value;
  };
  const setCursor: Store['setCursor'] = (peer, scope, cursor) =>
    writer.do(owner, () => store.setCursor(peer, scope, cursor));
  const own: Partial<Store> = { updateRemote, setCursor };
  // Everything else is the store's own, private members included.
  const facade = new Proxy(store, {
    get: (whole, name) => {
      const value: unknown = Reflect.get(own, name) ?? Reflect.get(whole, name, whole);
      return typeof value === 'function' ? (value.bind(whole) as unknown) : value;
    },
  });
  return { store: facade, inTurn };
}
