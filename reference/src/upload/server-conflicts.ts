// Hands a server's version that is in the way to the store, as a state without changes from a peer:
// so a conflict with the server is classified, archived, deferred and resolved like any other.
import type { Decide, Store, StoredEntry } from '../store/store.ts';
import type { ConflictResolutionStrategy } from '../sync/conflict-resolution.ts';
import { decideWith } from '../sync/decide.ts';
import { Outcome, type ChangeId, type ServerVersion, type SyncPayload } from '../wire/messages.ts';
import type { TombstoneVersion } from './upload-work.ts';

/** What the strategy made of a conflict with the server. */
export type ConflictResult = 'deferred' | 'theirs' | 'ours' | 'merged';

/** The server as a peer: no replica draws this id. */
const serverPeer = new Uint8Array(16);
const scope = 'server';

/** True for the peer id under which a server's versions are archived. */
export function isServerPeer(peer: Uint8Array): boolean {
  return Buffer.compare(peer, serverPeer) === 0;
}

const results: Readonly<Partial<Record<number, ConflictResult>>> = {
  [Outcome.CONFLICT_DEFERRED]: 'deferred',
  [Outcome.CONFLICT_THEIRS]: 'theirs',
  [Outcome.CONFLICT_OURS]: 'ours',
  [Outcome.CONFLICT_MERGED]: 'merged',
};

/** Settles conflicts with one server by one strategy. */
export class ServerConflicts {
  readonly #store: Store;
  readonly #strategy: ConflictResolutionStrategy;

  constructor(store: Store, strategy: ConflictResolutionStrategy) {
    this.#store = store;
    this.#strategy = strategy;
  }

  /**
   * Settles one.
   *
   * @param resource - The server's octets; empty: deleted there.
   * @param count - So many changes at the head of the entry's list are inside that version.
   * @param baseResource - The server's content at our base, where the server was asked for it.
   * @returns What became of it; undefined where it is no conflict for the store.
   */
  async settle(
    { payload }: StoredEntry,
    resource: Uint8Array,
    { versionId, lastUpdated }: TombstoneVersion,
    count: number,
    baseResource: Uint8Array | undefined,
  ): Promise<ConflictResult | undefined> {
    const { resourceType, resourceId, changes } = payload;
    const absorbed = changes.slice(0, count).flatMap(({ id }): ChangeId[] => (id ? [id] : []));
    const base = { versionId, lastUpdated };
    const theirs: SyncPayload = {
      resourceType,
      resourceId,
      resource,
      base,
      changes: [],
      absorbed,
    };
    const batch = { peer: serverPeer, scope, entries: [theirs], cursor: new Uint8Array(0) };
    const decide = knowingBase(decideWith(this.#strategy), payload.base, baseResource);
    const [decision] = await this.#store.updateRemote(batch, decide);
    return results[decision?.outcome ?? Outcome.UNSPECIFIED];
  }
}

/**
 * Decides with the content of our base where the store never had it, as where the changes came from
 * a peer, and lets the store keep that content: it is what a later merge needs (PSP-CLS-12).
 */
function knowingBase(
  decide: Decide,
  base: ServerVersion | undefined,
  baseResource: Uint8Array | undefined,
): Decide {
  if (base === undefined || baseResource === undefined) return decide;
  return (current, received) => {
    if (current === undefined || !lacksContentOf(base, current)) return decide(current, received);
    const decision = decide({ ...current, baseResource }, received);
    const write = { payload: current.payload, baseResource, fromPeer: false };
    return decision.outcome === Outcome.REFUSED ? decision : { write, ...decision };
  };
}

function lacksContentOf(base: ServerVersion, { payload, baseResource }: StoredEntry): boolean {
  if (baseResource !== undefined || payload.changes.length === 0) return false;
  return payload.base?.versionId === base.versionId;
}
