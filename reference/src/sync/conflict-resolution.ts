// What is done about a conflict, and by whom. Knows nothing of how a conflict is found or stored.
import type { SyncPayload } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import type { ConflictReason } from './classification.ts';

/** One resource of which neither side contains the other (PSP-CLS-11). */
export interface Conflict {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly reason: ConflictReason;
  readonly ours: SyncPayload;
  readonly theirs: SyncPayload;
  /** The server's content at `ours.base`; undefined: no base, a tombstone, or not known here. */
  readonly oursBase: Uint8Array | undefined;
  /** The server's content at `theirs.base`, as above. */
  readonly theirsBase: Uint8Array | undefined;
  /**
   * Where theirs is a version of the FHIR server: names of members that it or a version since ours'
   * base, or since the newest one known to hold the changes that `theirs.absorbed` names, set to
   * another value than the one before it had. Absent: not known, so only the net difference is.
   */
  readonly touchedThere?: ReadonlySet<string>;
}

/**
 * The outcome of a conflict.
 *
 * `theirs`: their resource and changes become ours as one unit, ours is archived (PSP-CLS-14).
 * `ours`: nothing changes, theirs is archived as not taken (PSP-CLS-16). `defer`: ours stays in
 * place, theirs is put aside for the user (PSP-CLS-21). `merged`: a state made of both replaces
 * ours, which is archived (PSP-CLS-20). `onto`: that side's state with one further change, to which
 * the store gives an id of its own (PSP-CLS-20); the other side is archived as merged.
 */
export type Resolution =
  | 'theirs'
  | 'ours'
  | 'defer'
  | { readonly merged: SyncPayload }
  | {
      readonly onto: 'theirs' | 'ours';
      /**
       * RFC 6902 operations for that side's content, as the change list allows them; no octets: the
       * change is a DELETE.
       */
      readonly patch: Uint8Array;
    };

/**
 * Decides conflicts. Must be deterministic: the same conflict gives the same resolution
 * (PSP-CLS-22), because a Payload may be stored again after a cut. It runs inside the store's
 * transaction, so it is synchronous and touches nothing but its argument, which it leaves as it is;
 * what it wants to keep of it, it copies: the octets of large entries are gone soon after.
 *
 * A merged state must pass the entry checks, keep type and id, stand on one of the two bases and
 * leave known changes unaltered; a state that pairs one side's resource with the other's changes is
 * never accepted (PSP-CLS-17). What breaks this is thrown as UsageError and stores nothing.
 */
export interface ConflictResolutionStrategy {
  /** For reports and logs. */
  readonly name: string;
  /** Decides about one conflict; pure, and the same for the same states (PSP-CLS-22). */
  resolve(conflict: Conflict): Resolution;
}

/** The sender's state wins every conflict. */
export const Theirs: ConflictResolutionStrategy = { name: 'theirs', resolve: () => 'theirs' };

/** The receiver's state wins every conflict. */
export const Ours: ConflictResolutionStrategy = { name: 'ours', resolve: () => 'ours' };

/** Ours stays in force, theirs waits for the user; `settleDeferred` of the store ends the wait. */
export const Defer: ConflictResolutionStrategy = { name: 'defer', resolve: () => 'defer' };

/**
 * Makes a strategy of a function.
 *
 * @param name - For reports, 1 to 64 characters.
 * @throws UsageError when the name is empty or longer.
 */
export function customStrategy(
  name: string,
  resolve: (conflict: Conflict) => Resolution,
): ConflictResolutionStrategy {
  if (name.length < 1 || name.length > 64) {
    throw new UsageError('name the strategy with 1 to 64 characters');
  }
  return { name, resolve };
}
