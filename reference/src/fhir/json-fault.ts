// What is told of a JSON text that is refused: code, requirement and place. Knows nothing of how
// the fault was found.
import { ErrorCode } from '../wire/messages.ts';
import type { EntryFault } from './entry-fault.ts';
import { noted, type JsonFaultReason } from './scan-text.ts';

/** Why a JSON text is refused (PSP-DATA-4, PSP-DATA-5, PSP-LIM-4), and at which octet. */
export interface JsonFault extends EntryFault {
  readonly reason: JsonFaultReason;
  /** Position of the octet, counted from 0, where the fault shows. */
  readonly offset: number;
}

const faultKinds: Readonly<Record<JsonFaultReason, readonly [ErrorCode, string, string]>> = {
  syntax: [ErrorCode.ENTRY_JSON_INVALID, 'PSP-DATA-4', 'not JSON'],
  utf8: [ErrorCode.ENTRY_JSON_INVALID, 'PSP-DATA-4', 'not UTF-8'],
  'lone-surrogate': [ErrorCode.ENTRY_JSON_INVALID, 'PSP-DATA-4', 'a lone surrogate'],
  nul: [ErrorCode.ENTRY_JSON_INVALID, 'PSP-DATA-4', 'U+0000'],
  'duplicate-key': [ErrorCode.ENTRY_JSON_INVALID, 'PSP-DATA-4', 'a key that the object has'],
  'forbidden-key': [ErrorCode.ENTRY_KEY_FORBIDDEN, 'PSP-DATA-5', 'a forbidden key'],
  depth: [ErrorCode.ENTRY_LIMIT_EXCEEDED, 'PSP-LIM-4', 'nested too deep'],
  values: [ErrorCode.ENTRY_LIMIT_EXCEEDED, 'PSP-LIM-4', 'too many values'],
};

/** The fault that was noted last; only read directly after a scan refused its text. */
export function notedFault(): JsonFault {
  const { reason, offset } = noted;
  const [code, requirement, what] = faultKinds[reason];
  const detail = `${what} at octet ${offset}`;
  return { kind: 'entry-fault', code, requirement, detail, reason, offset };
}
