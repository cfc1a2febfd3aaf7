// What is done about a conflict, and by whom. Knows nothing of how a conflict is found or stored.
import type { SyncPayload } from '../wire/messages.ts';

/** Why neither side contains the other. */
export type ConflictReason =
  | 'concurrent-changes'
  | 'two-creations'
  | 'delete-against-edit'
  | 'server-versions'
  | 'order-unknown';

/** One resource of which neither side contains the other (PSP-CLS-11). */
export interface Conflict {
  readonly resourceType: string;
  readonly resourceId: string;
  readonly reason: ConflictReason;
  readonly ours: SyncPayload;
  readonly theirs: SyncPayload;
  /** The server's content that both changed, where both have the same base and it is known. */
  readonly commonBase: Uint8Array | undefined;
}

/**
 * The outcome of a conflict: `theirs` and `ours` take one side's resource and changes as one unit
 * (PSP-CLS-14, PSP-CLS-16), `defer` keeps ours and puts theirs aside for the user (PSP-CLS-21),
 * `merged` replaces both (PSP-CLS-20).
 */
export type Resolution = 'theirs' | 'ours' | 'defer' | { readonly merged: SyncPayload };

/**
 * Decides conflicts. Must be deterministic: the same conflict gives the same resolution
 * (PSP-CLS-13), because a Payload may be stored again after a cut. It runs inside the store's
 * transaction, so it is synchronous and touches nothing but its argument.
 */
export interface ConflictResolutionStrategy {
  /** For reports and logs. */
  readonly name: string;
  resolve(conflict: Conflict): Resolution;
}
