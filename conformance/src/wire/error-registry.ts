// The error codes that the specification registers, with scope and retry class (chapter 13), as the
// kit understands them; a test holds the table to the specification's data.

/** When it is worth trying again. */
export type Retry = 'NOW' | 'LATER' | 'AFTER_UPGRADE' | 'NEVER';

/** One registered code. */
export interface ErrorEntry {
  readonly code: number;
  readonly scope: 'session' | 'entry';
  readonly retry: Retry;
}

const session = (code: number, retry: Retry): ErrorEntry => ({ code, scope: 'session', retry });
const entry = (code: number): ErrorEntry => ({ code, scope: 'entry', retry: 'NEVER' });

/** Codes by name, without the prefix `ERROR_CODE_`. */
export const errorRegistry: Readonly<Record<string, ErrorEntry>> = {
  INTERNAL: session(1, 'LATER'),
  PROTOCOL_VIOLATION: session(2, 'AFTER_UPGRADE'),
  MALFORMED_FRAME: session(3, 'AFTER_UPGRADE'),
  FRAME_TOO_LARGE: session(4, 'AFTER_UPGRADE'),
  MALFORMED_MESSAGE: session(5, 'AFTER_UPGRADE'),
  UNEXPECTED_MESSAGE: session(6, 'AFTER_UPGRADE'),
  VERSION_UNSUPPORTED: session(7, 'AFTER_UPGRADE'),
  CAPABILITY_UNSUPPORTED: session(8, 'AFTER_UPGRADE'),
  SUITE_UNSUPPORTED: session(9, 'AFTER_UPGRADE'),
  FHIR_RELEASE_MISMATCH: session(10, 'NEVER'),
  SERVER_MISMATCH: session(11, 'NEVER'),
  BUSY: session(12, 'LATER'),
  AUTH_FAILED: session(13, 'NOW'),
  CODE_EXPIRED: session(14, 'NOW'),
  TIMEOUT: session(15, 'NOW'),
  CANCELLED: session(16, 'NOW'),
  DECLINED: session(17, 'LATER'),
  SELECTION_UNSUPPORTED: session(18, 'NEVER'),
  SELECTION_REFUSED: session(19, 'NEVER'),
  WINDOW_EXCEEDED: session(20, 'AFTER_UPGRADE'),
  ACK_INVALID: session(21, 'AFTER_UPGRADE'),
  SEQUENCE_INVALID: session(22, 'AFTER_UPGRADE'),
  LIMIT_EXCEEDED: session(23, 'AFTER_UPGRADE'),
  DECOMPRESSION_FAILED: session(24, 'AFTER_UPGRADE'),
  COUNT_MISMATCH: session(25, 'AFTER_UPGRADE'),
  STORAGE_FAILED: session(26, 'LATER'),
  RECORD_LIMIT: session(27, 'NOW'),
  SAME_REPLICA: session(28, 'NEVER'),
  ENTRY_INVALID: entry(64),
  ENTRY_JSON_INVALID: entry(65),
  ENTRY_KEY_FORBIDDEN: entry(66),
  ENTRY_ID_INVALID: entry(67),
  ENTRY_IDENTITY_MISMATCH: entry(68),
  ENTRY_CHANGES_INVALID: entry(69),
  ENTRY_PATCH_INVALID: entry(70),
  ENTRY_CHANGES_MISMATCH: entry(71),
  ENTRY_LIMIT_EXCEEDED: entry(72),
};

/**
 * Whether a reader may report one code where another is the specific one: the same code, or the
 * generic one of the same scope (PSP-ERR-2).
 */
export function isAcceptableCode(reported: string, specific: string): boolean {
  if (reported === specific) return true;
  const [found, wanted] = [errorRegistry[reported], errorRegistry[specific]];
  if (found === undefined || found.scope !== wanted?.scope) return false;
  return ['PROTOCOL_VIOLATION', 'INTERNAL', 'ENTRY_INVALID'].includes(reported);
}
