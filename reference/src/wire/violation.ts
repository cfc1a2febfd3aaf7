// A peer's fault is a value and our caller's fault is an exception; this file holds both kinds and
// knows nothing of where they arise.
import type { ErrorCode } from './messages.ts';

/**
 * A rule that the peer broke: what goes on the wire (`code`), the requirement it breaks, and a
 * sentence for a log. `detail` is at most 256 octets and never holds personal data (PSP-ABORT-3).
 */
export interface Violation {
  readonly kind: 'violation';
  readonly code: ErrorCode;
  readonly requirement: string;
  readonly detail: string;
}

/** Makes a {@link Violation}. */
export function violation(code: ErrorCode, requirement: string, detail: string): Violation {
  return { kind: 'violation', code, requirement, detail };
}

/** Tells a {@link Violation} from any other value. */
export function isViolation(value: unknown): value is Violation {
  return (
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'violation'
  );
}

/** A caller of this library broke its contract; the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
