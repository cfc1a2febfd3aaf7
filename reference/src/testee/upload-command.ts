// The command `upload`: brings what the store holds to the server that the command names, and says
// what came of it in three numbers. How that is done is the library's business.
import type { Store } from '../store/index.ts';
import { upload } from '../upload/index.ts';
import { Refusal } from './refusal.ts';

/** What the answer tells. */
export interface Uploaded {
  /** Changes that waited and are at the server now, whoever brought them. */
  readonly changes: number;
  readonly conflicts: number;
  /** Resources that it did not take for another reason. */
  readonly refused: number;
}

/**
 * Uploads once; what is in conflict waits beside the server's version.
 *
 * @param serverUrl - Canonical.
 * @throws Refusal where the run ended before everything had its turn.
 */
export async function uploadTo(store: Store, serverUrl: string): Promise<Uploaded> {
  const { changes, outcomes, stopped } = await upload({ store: belongingTo(serverUrl, store) });
  if (stopped !== undefined) throw new Refusal('failed', `${stopped.reason}: ${stopped.detail}`);
  return {
    changes: changes.uploaded + changes.alreadyThere,
    conflicts: outcomes.conflict ?? 0,
    refused: (outcomes.refused ?? 0) + (outcomes.unsettled ?? 0),
  };
}

/** The same store, for this command one of that server. */
function belongingTo(serverUrl: string, store: Store): Store {
  const settings = { ...store.settings, serverUrl };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'settings') return settings;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
    },
  });
}
