// Where the store of the testee is: in memory, or in one file. Knows how to begin anew.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import {
  createMemoryStore,
  createSqliteStore,
  openSqliteStore,
  StoreError,
} from '../store/index.ts';
import type { RandomOctets, Store, StoreSettings } from '../store/index.ts';
import { Refusal, unsupported } from './refusal.ts';

/** A place for one store. */
export interface StorePlace {
  /** Whether a store outlives its process here. */
  readonly isDurable: boolean;
  /** An empty store, whatever was here. */
  begin(settings: StoreSettings, replicaId: Uint8Array): Store;
  /** The store as its last process left it. @throws Refusal */
  open(): Store;
}

/** A store that ends with the process. */
export const memoryPlace: StorePlace = {
  isDurable: false,
  begin: (settings, replicaId) => createMemoryStore(settings, first(replicaId)),
  open: () => {
    throw unsupported('a store in memory ends with its process; start with --store sqlite FILE');
  },
};

/** A store in a file. */
export function filePlace(path: string): StorePlace {
  return {
    isDurable: true,
    begin: (settings, replicaId) => {
      for (const ending of ['', '-wal', '-shm']) rmSync(`${path}${ending}`, { force: true });
      return createSqliteStore(path, settings, first(replicaId));
    },
    open: () => {
      try {
        return openSqliteStore(path);
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        throw new Refusal('failed', error.message);
      }
    },
  };
}

/** The given replica id where a store draws one; real randomness for whatever comes after it. */
function first(replicaId: Uint8Array): RandomOctets {
  let isGiven = false;
  return (count) => {
    if (isGiven || count !== replicaId.length) return new Uint8Array(randomBytes(count));
    isGiven = true;
    return replicaId.slice();
  };
}
