// A classification as a short text, for tests.
import { Outcome } from '../../wire/messages.ts';
import type { Classification } from '../classification.ts';

/** `FAST_FORWARDED by PSP-CLS-5`, `REBASED by …`, or `conflict: reason`. */
export function shown(found: Classification): string {
  if (found.kind === 'conflict') return `conflict: ${found.reason}`;
  const outcome = found.kind === 'rebase' ? Outcome.REBASED : found.outcome;
  const name = Object.entries(Outcome).find(([, value]) => value === outcome)?.[0];
  const action = { store: 'theirs', keep: 'ours', rebase: 'both' }[found.kind];
  return `${name}, ${action}, by ${found.row}`;
}
