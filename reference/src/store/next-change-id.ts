// The counter from which a store names its next change. Knows no storage medium.
import type { ChangeId } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';

const counterMax = 0xffff_ffff_ffff_ffffn;

/** What a store names its changes by. */
export interface NameSource {
  readonly replicaId: Uint8Array;
  /** The highest counter that was given, or named by others; 0 before the first. */
  readonly changeCounter: bigint;
}

/**
 * The counter of the next change: unsigned, 64 bits.
 *
 * @throws UsageError where none is left, because a peer named the last one. A new replica id helps.
 */
export function counterAfter(counter: bigint): bigint {
  if (counter < counterMax) return counter + 1n;
  throw new UsageError(
    'this store has no name left for a change: let it take a new replica id (`peersync renew`)',
  );
}

/** PSP-CHG-18: the counter below which nothing is given any more, now that `named` was seen. */
export function counterPast(own: NameSource, named: ChangeId): bigint {
  const isOurs = named.counter > own.changeCounter && areEqual(named.replicaId, own.replicaId);
  return isOurs ? named.counter : own.changeCounter;
}

// For each change that is received: nearly always the first octets differ.
function areEqual(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one[0] === other[0] && Buffer.compare(one, other) === 0;
}
