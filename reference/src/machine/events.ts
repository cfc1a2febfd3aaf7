// What either machine is told and what it asks for, with the data that a decision needs. The
// session makes the events and carries out the actions; nothing here knows how.
import type {
  Abort,
  Ack,
  Complete,
  ErrorCode,
  Payload,
  Receipt,
  Reject,
  Request,
} from '../wire/messages.ts';
import type { Violation } from '../wire/violation.ts';
import type { Ending, Fault } from './ending.ts';
import {
  endedByAbort,
  endedByBrokenSeal,
  endedByCancel,
  endedByConnection,
  endedByFault,
  endedByReject,
  endedByTimeout,
  endedByUnexpected,
  endedByViolation,
} from './ending.ts';
import type { Scope } from './ending.ts';
import type { Allowance, UnackedPayload } from './window.ts';

/** A message that was decoded; where the state expects it, its content was judged, too. */
export type MessageEvent =
  | {
      readonly kind:
        'INITIATE' | 'ACCEPT' | 'CONFIRM' | 'IDENTITY' | 'OFFER' | 'KEEP_ALIVE' | 'IGNORABLE';
    }
  | { readonly kind: 'REQUEST'; readonly message: Request }
  | { readonly kind: 'PAYLOAD'; readonly message: Payload }
  | { readonly kind: 'ACK'; readonly message: Ack }
  | { readonly kind: 'COMPLETE'; readonly message: Complete }
  | { readonly kind: 'RECEIPT'; readonly message: Receipt }
  | { readonly kind: 'REJECT'; readonly message: Reject }
  | { readonly kind: 'ABORT'; readonly message: Abort };

/** What both machines are told. */
export type CommonEvent =
  | MessageEvent
  | { readonly kind: 'VIOLATION'; readonly violation: Violation }
  | { readonly kind: 'SEAL_BROKEN' }
  /** `unsent`: what we sent last did not leave this device. */
  | { readonly kind: 'END' | 'TIMEOUT'; readonly unsent?: boolean }
  | { readonly kind: 'CANCEL' | 'KEEP_ALIVE_DUE' }
  | { readonly kind: 'FAULT'; readonly fault: Fault };

/** What the sender's machine is told. */
export type SenderEvent =
  | CommonEvent
  | { readonly kind: 'OFFER_READY' }
  | { readonly kind: 'BATCH_READY'; readonly payload: UnackedPayload }
  | { readonly kind: 'ALL_SENT'; readonly complete: Complete };

/** What the receiver's machine is told. */
export type ReceiverEvent =
  | CommonEvent
  | { readonly kind: 'CODE_ENTERED' | 'DECLINED' | 'COMMITTED' | 'STORED_ALL' }
  /** The window that the Request announces. */
  | { readonly kind: 'REQUEST_READY'; readonly allowance: Allowance }
  /** The window from now on. */
  | { readonly kind: 'AGREED'; readonly allowance: Allowance };

/** Ends the session before keys. */
export interface SendReject {
  readonly kind: 'SEND_REJECT';
  readonly code: ErrorCode;
}

/** Ends the session after keys. */
export interface SendAbort {
  readonly kind: 'SEND_ABORT';
  readonly code: ErrorCode;
  readonly detail: string;
  /** Receiver: Payloads durable. Sender: Payloads acknowledged. */
  readonly throughSequence: bigint;
}

/** An action that its name says everything about. */
export type PlainAction<Name extends string> = Name extends string
  ? { readonly kind: Name }
  : never;

/** What a step gives. */
export interface Step<State, Action> {
  readonly state: State;
  readonly actions: readonly Action[];
}

/** The Reject that an ending calls for. */
export function rejectFor(ending: Ending): SendReject {
  return { kind: 'SEND_REJECT', code: decided(ending).code };
}

/** The Abort that an ending calls for. */
export function abortFor(ending: Ending, throughSequence: bigint): SendAbort {
  const { code, detail } = decided(ending);
  return { kind: 'SEND_ABORT', code, detail, throughSequence };
}

function decided(ending: Ending): Extract<Ending, { code: unknown }> {
  if ('code' in ending) return ending;
  throw new Error(`an ending of kind ${ending.kind} has nothing to tell the peer`);
}

/** How a common event ends a session that is neither closing nor closed. */
export function endingOf(
  event: CommonEvent,
  scope: Scope,
  state: string,
  timeoutCode: ErrorCode,
): Ending {
  switch (event.kind) {
    case 'REJECT':
      return endedByReject(event.message);
    case 'ABORT':
      return endedByAbort(event.message);
    case 'VIOLATION':
      return endedByViolation(scope, event.violation);
    case 'SEAL_BROKEN':
      return endedByBrokenSeal();
    case 'END':
      return endedByConnection(state);
    case 'TIMEOUT':
      return endedByTimeout(scope, timeoutCode, state);
    case 'CANCEL':
      return endedByCancel();
    case 'FAULT':
      return endedByFault(scope, event.fault);
    default:
      return endedByUnexpected(scope, event.kind, state);
  }
}
