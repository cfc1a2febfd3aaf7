// A store whose medium is full in the middle of a Payload, for `storeFailsAt`. Knows no session.
import { StoreError, type Store } from '../store/index.ts';

/**
 * The store with one Payload that it cannot take: when the last of its entries is decided, inside
 * of the transaction, so that entries before it were written and have to be undone (PSP-ATOM-3).
 *
 * @param failsAt - Which Payload, from 1; undefined: none.
 */
export function failingStore(store: Store, failsAt: number | undefined): Store {
  if (failsAt === undefined) return store;
  let payloads = 0;
  const updateRemote: Store['updateRemote'] = async (batch, decide) => {
    payloads += 1;
    if (payloads !== failsAt) return store.updateRemote(batch, decide);
    let left = [...batch.entries].length;
    if (left === 0) throw full();
    return store.updateRemote(batch, (current, received) => {
      left -= 1;
      if (left === 0) throw full();
      return decide(current, received);
    });
  };
  // Everything else is the store's own, private members included.
  return new Proxy(store, {
    get: (own, name) => {
      if (name === 'updateRemote') return updateRemote;
      const value: unknown = Reflect.get(own, name, own);
      return typeof value === 'function' ? (value.bind(own) as unknown) : value;
    },
  });
}

function full(): StoreError {
  return new StoreError('full', 'told to fail');
}
