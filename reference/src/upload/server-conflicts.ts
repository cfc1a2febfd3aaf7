// Hands a server's version that is in the way to the store, as a state without changes from a peer:
// so a conflict with the server is classified, archived, deferred and resolved like any other.
import type { Decide, Store, StoredEntry } from '../store/store.ts';
import type {
  Conflict,
  ConflictResolutionStrategy,
  Resolution,
} from '../sync/conflict-resolution.ts';
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

/** What is known of the versions between our base and the server's. */
export interface KnownOfServer {
  /** So many changes at the head of the entry's list are inside the server's version. */
  readonly count: number;
  /** The server's content at our base, where the server was asked for it. */
  readonly baseResource?: Uint8Array | undefined;
  /** Members that the versions since then touched; undefined: not known. */
  readonly touchedThere?: ReadonlySet<string> | undefined;
}

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
   * @returns What became of it; undefined where it is no conflict for the store.
   */
  async settle(
    { payload }: StoredEntry,
    resource: Uint8Array,
    { versionId, lastUpdated }: TombstoneVersion,
    { count, baseResource, touchedThere }: KnownOfServer,
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
    const strategy = knowingPast(this.#strategy, touchedThere);
    const decide = knowingBase(decideWith(strategy), payload.base, baseResource);
    const [decision] = await this.#store.updateRemote(batch, decide);
    return results[decision?.outcome ?? Outcome.UNSPECIFIED];
  }
}

/**
 * The strategy, told what the server's versions since our base touched. Where that is not known
 * nothing shows what the server already had of ours, or whether it is the same resource still: then
 * the strategy does not get the content of our base, without which it merges nothing (PSP-CLS-12).
 */
function knowingPast(
  strategy: ConflictResolutionStrategy,
  touchedThere: ReadonlySet<string> | undefined,
): ConflictResolutionStrategy {
  const resolve = (conflict: Conflict): Resolution =>
    strategy.resolve(
      touchedThere === undefined
        ? { ...conflict, oursBase: undefined }
        : { ...conflict, touchedThere },
    );
  return { name: strategy.name, resolve };
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
