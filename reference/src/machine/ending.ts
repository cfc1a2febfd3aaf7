// How a session ended, as a value. Knows what each ending event means before and after keys; knows
// nothing of results, reports or causes, which the session adds.
import { readRetryClass } from '../wire/errors.ts';
import { ErrorCode } from '../wire/messages.ts';
import type { Abort, Reject, RetryClass } from '../wire/messages.ts';
import { violation } from '../wire/violation.ts';
import type { Violation } from '../wire/violation.ts';

/** Ended by the decision of an endpoint. */
export interface EndedByEndpoint {
  /** `rejected`: before keys, or the user declined. `failed`: after keys. */
  readonly kind: 'rejected' | 'failed' | 'cancelled';
  readonly by: 'us' | 'peer';
  readonly code: ErrorCode;
  /** The requirement that the other side broke, where that was the reason. */
  readonly requirement?: string;
  /** The peer's retry class; ours follows from the code. */
  readonly retry?: RetryClass;
  /** At most 256 octets, without personal data (PSP-ABORT-3). */
  readonly detail: string;
}

/** How a session ended. Only `complete` means that everything sent is durable at the receiver. */
export type Ending =
  | { readonly kind: 'complete' }
  | { readonly kind: 'interrupted'; readonly detail: string }
  | EndedByEndpoint;

/** Whether keys are on; decides between Reject and Abort. */
export type Scope = 'clear' | 'sealed';

/** Our own failure: what the peer is told, and nothing of what only we may know. */
export interface Fault {
  readonly code: ErrorCode;
  readonly detail: string;
}

/** The peer broke a rule, or asked for what we do not give. */
export function endedByViolation(scope: Scope, fault: Violation): Ending {
  const { code, requirement, detail } = fault;
  return { kind: givingUp(scope), by: 'us', code, requirement, detail };
}

/** A message that the state does not expect (PSP-STATE-2). */
export function endedByUnexpected(scope: Scope, event: string, state: string): Ending {
  const detail = `${event} is not expected in ${state}`;
  return endedByViolation(scope, violation(ErrorCode.UNEXPECTED_MESSAGE, 'PSP-STATE-2', detail));
}

/** We failed for a reason of our own. */
export function endedByFault(scope: Scope, { code, detail }: Fault): Ending {
  return { kind: givingUp(scope), by: 'us', code, detail };
}

/** A timer of ours ran out. */
export function endedByTimeout(scope: Scope, code: ErrorCode, state: string): Ending {
  return { kind: givingUp(scope), by: 'us', code, detail: `waited too long in ${state}` };
}

/** Our user cancelled. */
export function endedByCancel(): Ending {
  return {
    kind: 'cancelled',
    by: 'us',
    code: ErrorCode.CANCELLED,
    detail: 'cancelled by the user',
  };
}

/** Our user did not want what was offered (PSP-OFFER-5). */
export function endedByDecline(): Ending {
  return { kind: 'rejected', by: 'us', code: ErrorCode.DECLINED, detail: 'declined by the user' };
}

/** A sealed frame did not open; nobody is told (PSP-SEAL-4). */
export function endedByBrokenSeal(): Ending {
  return {
    kind: 'failed',
    by: 'us',
    code: ErrorCode.PROTOCOL_VIOLATION,
    requirement: 'PSP-SEAL-4',
    detail: 'a sealed frame did not open',
  };
}

/** The stream ended, inside a frame or not, or broke. */
export function endedByConnection(state: string): Ending {
  return { kind: 'interrupted', detail: `the connection ended in ${state}` };
}

/** The peer sent Reject. */
export function endedByReject({ code, retry }: Reject): Ending {
  const kind = code === ErrorCode.CANCELLED ? 'cancelled' : 'rejected';
  return { kind, by: 'peer', code, retry: readRetryClass(retry), detail: '' };
}

/** The peer sent Abort. */
export function endedByAbort({ code, retry, detail }: Abort): Ending {
  return { kind: kindOfAbort(code), by: 'peer', code, retry: readRetryClass(retry), detail };
}

function kindOfAbort(code: ErrorCode): EndedByEndpoint['kind'] {
  if (code === ErrorCode.CANCELLED) return 'cancelled';
  return code === ErrorCode.DECLINED ? 'rejected' : 'failed';
}

function givingUp(scope: Scope): 'rejected' | 'failed' {
  return scope === 'clear' ? 'rejected' : 'failed';
}
