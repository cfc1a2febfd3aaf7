// The registry of error codes as code; spec/v1/errors.json holds the same with meanings and
// requirements, and a test compares the two. Does not decide when a code is sent.
import { ErrorCode, RetryClass } from './messages.ts';

/** What a code ends: the session, or nothing but one entry (PSP-ERR-1). */
export type ErrorScope = 'session' | 'entry';

/** Whose doing a code is, as seen by the endpoint that reports it. */
export type ErrorBlame = 'reporter' | 'peer' | 'user' | 'either';

/** One entry of the registry of error codes. */
export interface ErrorEntry {
  readonly code: ErrorCode;
  readonly name: string;
  readonly scope: ErrorScope;
  readonly retry: RetryClass;
  readonly blame: ErrorBlame;
}

const rows: readonly [ErrorCode, ErrorScope, RetryClass, ErrorBlame][] = [
  [ErrorCode.INTERNAL, 'session', RetryClass.LATER, 'reporter'],
  [ErrorCode.PROTOCOL_VIOLATION, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.MALFORMED_FRAME, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.FRAME_TOO_LARGE, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.MALFORMED_MESSAGE, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.UNEXPECTED_MESSAGE, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.VERSION_UNSUPPORTED, 'session', RetryClass.AFTER_UPGRADE, 'either'],
  [ErrorCode.CAPABILITY_UNSUPPORTED, 'session', RetryClass.AFTER_UPGRADE, 'either'],
  [ErrorCode.SUITE_UNSUPPORTED, 'session', RetryClass.AFTER_UPGRADE, 'either'],
  [ErrorCode.FHIR_RELEASE_MISMATCH, 'session', RetryClass.NEVER, 'user'],
  [ErrorCode.SERVER_MISMATCH, 'session', RetryClass.NEVER, 'user'],
  [ErrorCode.BUSY, 'session', RetryClass.LATER, 'reporter'],
  [ErrorCode.AUTH_FAILED, 'session', RetryClass.NOW, 'either'],
  [ErrorCode.CODE_EXPIRED, 'session', RetryClass.NOW, 'user'],
  [ErrorCode.TIMEOUT, 'session', RetryClass.NOW, 'either'],
  [ErrorCode.CANCELLED, 'session', RetryClass.NOW, 'user'],
  [ErrorCode.DECLINED, 'session', RetryClass.LATER, 'user'],
  [ErrorCode.SELECTION_UNSUPPORTED, 'session', RetryClass.NEVER, 'peer'],
  [ErrorCode.SELECTION_REFUSED, 'session', RetryClass.NEVER, 'user'],
  [ErrorCode.WINDOW_EXCEEDED, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.ACK_INVALID, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.SEQUENCE_INVALID, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.LIMIT_EXCEEDED, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.DECOMPRESSION_FAILED, 'session', RetryClass.AFTER_UPGRADE, 'peer'],
  [ErrorCode.COUNT_MISMATCH, 'session', RetryClass.AFTER_UPGRADE, 'either'],
  [ErrorCode.STORAGE_FAILED, 'session', RetryClass.LATER, 'reporter'],
  [ErrorCode.RECORD_LIMIT, 'session', RetryClass.NOW, 'reporter'],
  [ErrorCode.SAME_REPLICA, 'session', RetryClass.NEVER, 'user'],
  [ErrorCode.ENTRY_INVALID, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_JSON_INVALID, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_KEY_FORBIDDEN, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_ID_INVALID, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_IDENTITY_MISMATCH, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_CHANGES_INVALID, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_PATCH_INVALID, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_CHANGES_MISMATCH, 'entry', RetryClass.NEVER, 'peer'],
  [ErrorCode.ENTRY_LIMIT_EXCEEDED, 'entry', RetryClass.NEVER, 'peer'],
];

const names = new Map<number, string>(
  Object.entries(ErrorCode).map(([name, code]) => [code, name]),
);

const registry = new Map<number, ErrorEntry>(
  rows.map(([code, scope, retry, blame]) => [
    code,
    { code, name: names.get(code) ?? '', scope, retry, blame },
  ]),
);

/** Every code of this version, by number. */
export const ERROR_REGISTRY: ReadonlyMap<number, ErrorEntry> = registry;

/** First number of the codes about one entry. */
const FIRST_ENTRY_CODE = 64;
/** Last number of the codes about one entry. */
const LAST_ENTRY_CODE = 127;

/** The name of a code; `UNKNOWN_<number>` for one of a later version. */
export function nameOf(code: number): string {
  return registry.get(code)?.name ?? `UNKNOWN_${code}`;
}

/** What a code ends; decided by its number, so that codes of later versions have a scope too. */
export function scopeOf(code: number): ErrorScope {
  return code >= FIRST_ENTRY_CODE && code <= LAST_ENTRY_CODE ? 'entry' : 'session';
}

/** The retry class to send with a code (PSP-ABORT-4); NEVER for one that is not in the registry. */
export function retryOf(code: number): RetryClass {
  return registry.get(code)?.retry ?? RetryClass.NEVER;
}

/** The retry class to act on where a peer sent `retry` (PSP-ABORT-6). */
export function readRetryClass(retry: number): RetryClass {
  switch (retry) {
    case RetryClass.NOW:
    case RetryClass.LATER:
    case RetryClass.AFTER_UPGRADE:
      return retry;
    default:
      // PSP-ABORT-6: the cautious reading of what we do not know.
      return RetryClass.NEVER;
  }
}
