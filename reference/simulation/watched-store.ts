// A store whose writes are seen: for the judge of decisions, and so that a store in memory can be
// set back by doing its first writes again. The store under it does all the work.
import type { Decide, Decision, Store, StoredEntry } from '../src/store/store.ts';
import type { SyncPayload } from '../src/wire/messages.ts';

/** Does a write again, on a store that is as the first one was before it. */
export type Write = (store: Store) => Promise<unknown>;

/** A decision with what it was made from. */
export interface Decided {
  readonly current: StoredEntry | undefined;
  readonly received: SyncPayload;
  readonly decision: Decision;
}

/** Is told of what a store wrote, after it did. */
export interface Watch {
  wrote(write: Write): void;
  /** `how`: delivered by a peer, or out of the archive where it waited. */
  decided(decisions: readonly Decided[], how: 'delivered' | 'settled', peer?: Uint8Array): void;
}

const plainWrites: ReadonlySet<string | symbol> = new Set<keyof Store>([
  'create',
  'createAll',
  'update',
  'delete',
  'importServerVersion',
  'importServerVersions',
  'recordUploaded',
  'setCursor',
  'addReport',
]);

type Method = (...args: unknown[]) => unknown;

/** The same store, watched. */
export function watched(store: Store, watch: Watch): Store {
  const own: Pick<Store, 'updateRemote' | 'settleDeferred' | 'renewReplicaId'> = {
    updateRemote: async (batch, decide) => {
      const seen: Decided[] = [];
      const decisions = await store.updateRemote(batch, listening(decide, seen));
      watch.wrote((again) => again.updateRemote(batch, repeating(seen)));
      watch.decided(seen, 'delivered', batch.peer);
      return decisions;
    },
    settleDeferred: async (position, decide) => {
      const seen: Decided[] = [];
      const decision = await store.settleDeferred(position, listening(decide, seen));
      watch.wrote((again) => again.settleDeferred(position, repeating(seen)));
      watch.decided(seen, 'settled');
      return decision;
    },
    renewReplicaId: async (randomOctets) => {
      const replicaId = await store.renewReplicaId(randomOctets);
      watch.wrote((again) => again.renewReplicaId(() => replicaId));
      return replicaId;
    },
  };
  return new Proxy(store, {
    get(target, name) {
      if (name in own) return own[name as keyof typeof own];
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      const method = value.bind(target) as Method;
      if (!plainWrites.has(name)) return method;
      return async (...args: unknown[]): Promise<unknown> => {
        const result = await method(...args);
        watch.wrote(
          (again) =>
            (Reflect.get(again, name, again) as Method).apply(again, args) as Promise<unknown>,
        );
        return result;
      };
    },
  });
}

function listening(decide: Decide, seen: Decided[]): Decide {
  return (current, received) => {
    const decision = decide(current, received);
    seen.push({ current, received, decision });
    return decision;
  };
}

/** Decides as it was decided the first time. */
function repeating(seen: readonly Decided[]): Decide {
  let next = 0;
  return (_current, received) => {
    const first = seen[next++];
    if (first === undefined) throw new Error('a write that is done again asks for more decisions');
    const { archive, ...rest } = first.decision;
    if (archive === undefined) return rest;
    // What waits in the archive is known by being the same object.
    const payload = archive.payload === first.received ? received : archive.payload;
    return { ...rest, archive: { ...archive, payload } };
  };
}
