// What is wrong with one entry, as a value. Entry faults end nothing but the entry (PSP-ERR-1);
// this file knows neither frames nor sessions.
import type { ErrorCode } from '../wire/messages.ts';

/**
 * A rule that an entry, or a JSON text inside it, breaks.
 *
 * `code` is one of the entry codes (64 to 127). `detail` is for logs: it names positions and
 * counts, never content (PSP-SEC-1), and stays below 256 octets.
 */
export interface EntryFault {
  readonly kind: 'entry-fault';
  readonly code: ErrorCode;
  readonly requirement: string;
  readonly detail: string;
}

/** Makes an {@link EntryFault}. */
export function entryFault(code: ErrorCode, requirement: string, detail: string): EntryFault {
  return { kind: 'entry-fault', code, requirement, detail };
}

/** Tells an {@link EntryFault} (a JsonFault or PatchFault included) from any other value. */
export function isEntryFault(value: unknown): value is EntryFault {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'entry-fault'
  );
}
