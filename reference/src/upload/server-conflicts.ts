// Hands a server's version that is in the way to the store, as a state without changes from a peer:
// so a conflict with the server is classified, archived, deferred and resolved like any other.
import { replay } from '../fhir/change-list.ts';
import { diffPatch } from '../fhir/diff.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalJson, isJsonObject, type JsonObject, type JsonValue } from '../fhir/json-value.ts';
import { encodePatch } from '../fhir/patch.ts';
import type { Store, StoredEntry } from '../store/store.ts';
import {
  customStrategy,
  type Conflict,
  type ConflictResolutionStrategy,
  type Resolution,
} from '../sync/conflict-resolution.ts';
import { decideWith } from '../sync/decide.ts';
import { mergeMembers } from '../sync/merge-members.ts';
import { Outcome, type ChangeId, type SyncPayload } from '../wire/messages.ts';
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
  /** Server versions that wait already; read when the first conflict comes. */
  #waiting: Set<string> | undefined;

  constructor(store: Store, strategy: ConflictResolutionStrategy) {
    this.#store = store;
    this.#strategy = strategy;
  }

  /**
   * Settles one.
   *
   * @param resource - The server's octets; empty: deleted there.
   * @param count - So many changes at the head of the entry's list are inside that version.
   * @returns What became of it; undefined where it is no conflict for the store.
   */
  async settle(
    { payload }: StoredEntry,
    resource: Uint8Array,
    { versionId, lastUpdated }: TombstoneVersion,
    count: number,
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
    this.#waiting ??= await this.#readWaiting();
    // The same version was put before the user already: once is enough.
    if (this.#waiting.has(keyOf(theirs)) && this.#strategy.name === 'defer') return 'deferred';
    const batch = { peer: serverPeer, scope, entries: [theirs], cursor: new Uint8Array(0) };
    const [decision] = await this.#store.updateRemote(batch, decideWith(this.#strategy));
    const result = results[decision?.outcome ?? Outcome.UNSPECIFIED];
    if (result === 'deferred') this.#waiting.add(keyOf(theirs));
    return result;
  }

  async #readWaiting(): Promise<Set<string>> {
    const waiting = new Set<string>();
    for await (const { payload, peer, reason } of this.#store.archived()) {
      if (reason === 'deferred' && isServerPeer(peer)) waiting.add(keyOf(payload));
    }
    return waiting;
  }
}

/**
 * Puts our changes on top of the server's newer version where no member of the resource was changed
 * both there and here (an array is one member); `fallback` decides every other conflict. What ours
 * did becomes one change of this store (PSP-CLS-20), the changes it is made of are archived.
 *
 * @throws UsageError when the fallback's name is too long to be named.
 */
export function mergeOntoServer(fallback: ConflictResolutionStrategy): ConflictResolutionStrategy {
  return customStrategy(
    `merge, else ${fallback.name}`,
    (conflict) => mergeOf(conflict) ?? fallback.resolve(conflict),
  );
}

function mergeOf({ ours, theirs, oursBase }: Conflict): Resolution | undefined {
  // PSP-CLS-12: without the content that both changed nothing tells who changed what.
  if (theirs.changes.length > 0 || oursBase === undefined) return undefined;
  const [ancestor, there] = [objectOf(oursBase), objectOf(theirs.resource)];
  if (ancestor === undefined || there === undefined) return undefined;
  const here = replay(ours.changes, ancestor);
  if (isEntryFault(here) || !isJsonObject(here)) return undefined;
  const merged = mergeMembers(ancestor, there, here);
  if (merged === undefined) return undefined;
  if (equalJson(merged, there)) return 'theirs';
  const patch = patchOf(there, merged);
  return patch && { onto: 'theirs', patch };
}

function patchOf(before: JsonValue, after: JsonValue): Uint8Array | undefined {
  try {
    return encodePatch(diffPatch(before, after, { hasBase: true }));
  } catch (error) {
    // More operations than a patch may have, or a difference that no patch can say.
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function objectOf(octets: Uint8Array): JsonObject | undefined {
  if (octets.length === 0) return undefined;
  const value = parseLossless(octets);
  return isEntryFault(value) || !isJsonObject(value) ? undefined : value;
}

function keyOf({ resourceType, resourceId, base }: SyncPayload): string {
  return `${resourceType}/${resourceId}/${base?.versionId ?? ''}`;
}
