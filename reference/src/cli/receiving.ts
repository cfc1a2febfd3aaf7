// What a receiver of this program asks for, and who wins a conflict: the options that `receive` and
// `serve` share, as the library takes them.
import { Defer, Ours, Theirs } from '../sync/conflict-resolution.ts';
import { mergeOr } from '../sync/merge.ts';
import type { SyncReceiverOptions } from '../sync/sync-receiver.ts';
import { SelectionMode } from '../wire/messages.ts';
import { misuse } from './failure.ts';
import { readRequestedTypes, type RequestedTypes } from './requested-types.ts';

const modes = {
  cursor: SelectionMode.CURSOR,
  full: SelectionMode.FULL,
  'last-updated': SelectionMode.LAST_UPDATED,
} as const;

// What can't be merged waits: whoever asks for a merge wants to lose neither side.
const strategies = { theirs: Theirs, ours: Ours, merge: mergeOr(Defer), defer: Defer } as const;

/** The options that say what is asked for, and who wins. */
export interface ReceivingOptions extends RequestedTypes {
  readonly mode: keyof typeof modes;
  readonly onConflict: keyof typeof strategies;
}

/**
 * Reads them.
 *
 * @param serverUrl - Of the receiver's store; references below it count as local.
 * @throws CommandFailure
 */
export function receivingFrom(
  options: ReceivingOptions,
  serverUrl: string,
): Omit<SyncReceiverOptions, 'store'> {
  const { mode, onConflict, types, where } = options;
  if (mode === 'last-updated' && (types ?? where) === undefined) {
    throw misuse('--mode last-updated goes type by type.', 'Name the types with --types.');
  }
  const params = readRequestedTypes(options, serverUrl);
  return { mode: modes[mode], strategy: strategies[onConflict], ...(params && { params }) };
}
