// A store that shows of each entry only what the server has and one change more, so that an upload
// sends one at a time: what the uploads of whole lists are compared with. Writes go to the store.
import type { Store, StoredEntry } from '../src/store/store.ts';
import { ChangeType, type LocalChange } from '../src/wire/messages.ts';

/**
 * The view of a store.
 *
 * @param isThere - True for a change that the server has.
 */
export function oneChangeView(store: Store, isThere: (change: LocalChange) => boolean): Store {
  const own: Pick<Store, 'get' | 'getAllLocalChanges'> = {
    get: async (type, id) => {
      const entry = await store.get(type, id);
      return entry && withOneMore(entry, isThere);
    },
    getAllLocalChanges: async function* () {
      for await (const entry of store.getAllLocalChanges()) yield withOneMore(entry, isThere);
    },
  };
  return new Proxy(store, {
    get(target, name) {
      if (name in own) return own[name as keyof typeof own];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function withOneMore(entry: StoredEntry, isThere: (change: LocalChange) => boolean): StoredEntry {
  const { payload } = entry;
  const missing = payload.changes.findIndex((change) => !isThere(change));
  if (missing < 0 || missing === payload.changes.length - 1) return entry;
  const changes = payload.changes.slice(0, missing + 1);
  const last = changes.at(-1);
  // Only a creation is sent as a whole; of an update the patch alone is.
  const resource = last?.type === ChangeType.INSERT ? last.payload : payload.resource;
  return { ...entry, payload: { ...payload, changes, resource } };
}
