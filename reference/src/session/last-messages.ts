// The messages that end a session, from what the machine decided.
import { ErrorCode, retryOf, WIRE_VERSION } from '../wire/index.ts';
import type { KnownMessage } from '../wire/index.ts';
import type { SendAbort, SendReject } from '../machine/index.ts';

/** The Reject of an action; carries the code's retry class (PSP-ABORT-4). */
export function rejectOf({ code }: Pick<SendReject, 'code'>): KnownMessage {
  // PSP-VER-3
  const versions = code === ErrorCode.VERSION_UNSUPPORTED ? [WIRE_VERSION] : [];
  return { type: 'Reject', value: { code, versions, retry: retryOf(code) } };
}

/** The Abort of an action; carries the code's retry class (PSP-ABORT-4). */
export function abortOf({ code, detail, throughSequence }: SendAbort): KnownMessage {
  return { type: 'Abort', value: { code, retry: retryOf(code), detail, throughSequence } };
}
