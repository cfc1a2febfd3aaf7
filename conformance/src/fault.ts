// The kit's two kinds of trouble: a fault of whoever wrote the octets is a value, a fault of the
// kit or of its caller is an exception. It knows no message and no rule.

/** A rule that received octets or values break. */
export interface Fault {
  readonly kind: 'fault';
  /**
   * What a reader reports: a name of `ErrorCode` without its prefix, or one of the names that the
   * vectors use where nothing travels (TRUNCATED, SEAL_BROKEN, CODE_INVALID, SERVER_URL_INVALID).
   */
  readonly code: string;
  /** Id of the broken sentence of the specification. */
  readonly requirement: string;
  /** For a person: what was found. */
  readonly detail: string;
  /** Position of the first octet or character that shows it, counted from 0; where there is one. */
  readonly at?: number;
}

/** The kit, a case or the caller is wrong, never the testee (exit code 4). */
export class KitError extends Error {
  override readonly name = 'KitError';
}

/** Builds a fault. */
export function fault(code: string, requirement: string, detail: string, at?: number): Fault {
  return { kind: 'fault', code, requirement, detail, ...(at === undefined ? {} : { at }) };
}

/** Tells a fault from a result. */
export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'fault';
}
