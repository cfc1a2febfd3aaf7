// The sender's state machine: what an event means given the data of the state. Pure; it knows no
// clock, no octets and no store, and never throws at what a peer does.
import { ErrorCode } from '../wire/messages.ts';
import type { Complete, Receipt } from '../wire/messages.ts';
import { isViolation, violation } from '../wire/violation.ts';
import type { Violation } from '../wire/violation.ts';
import type { Ending, Scope } from './ending.ts';
import { abortFor, endingOf, rejectFor } from './events.ts';
import type { PlainAction, SendAbort, SenderEvent, SendReject, Step } from './events.ts';
import { SENDER_TABLE } from './sender-table.ts';
import type { SenderActionName, SenderStateName } from './vocabulary.ts';
import { afterAck, afterSending, lastSent, openSendWindow } from './window.ts';
import type { SendWindow } from './window.ts';

/** Where a sender is, with what is true there. */
export type SenderState =
  | { readonly phase: 'AWAIT_ACCEPT' | 'AWAIT_CONFIRM' | 'AWAIT_REQUEST' }
  | { readonly phase: 'PREPARING' | 'SENDING'; readonly window: SendWindow }
  | { readonly phase: 'AWAIT_RECEIPT'; readonly window: SendWindow; readonly sent: Complete }
  | { readonly phase: 'CLOSING' | 'CLOSED'; readonly ending: Ending };

/** What a sender is to do. */
export type SenderAction =
  | PlainAction<Exclude<SenderActionName, 'SEND_REJECT' | 'SEND_ABORT' | 'SEND_PAYLOAD'>>
  | { readonly kind: 'SEND_PAYLOAD'; readonly sequence: bigint }
  | SendReject
  | SendAbort;

/** A sender that has sent Initiate. */
export const SENDER_START: SenderState = { phase: 'AWAIT_ACCEPT' };

/** One step: the state after an event, and what to do on the way, in order. */
export function stepSender(
  state: SenderState,
  event: SenderEvent,
): Step<SenderState, SenderAction> {
  const judged = advance(state, event);
  if (isViolation(judged)) return stepSender(state, { kind: 'VIOLATION', violation: judged });
  const cell = SENDER_TABLE[state.phase][event.kind];
  const next = judged ?? withoutData(cell.next, state, event);
  if (next.phase !== cell.next)
    throw new Error(`${state.phase} by ${event.kind}: not by the table`);
  return { state: next, actions: cell.actions.map((name) => actionOf(name, state, next)) };
}

/** The next state where it takes data of the event; undefined where the table alone decides. */
function advance(state: SenderState, event: SenderEvent): SenderState | Violation | undefined {
  switch (state.phase) {
    case 'AWAIT_REQUEST':
      return event.kind === 'REQUEST' ? afterRequest(event.message.window) : undefined;
    case 'PREPARING':
      return event.kind === 'OFFER_READY' ? { ...state, phase: 'SENDING' } : undefined;
    case 'SENDING':
      return whileSending(state, event);
    case 'AWAIT_RECEIPT':
      return whileAwaitingReceipt(state, event);
    default:
      return undefined;
  }
}

function afterRequest(window: Parameters<typeof openSendWindow>[0] | undefined) {
  if (window !== undefined) {
    return { phase: 'PREPARING', window: openSendWindow(window) } as const;
  }
  // PSP-REQ-10: we would not know how much the receiver can take.
  return violation(ErrorCode.MALFORMED_MESSAGE, 'PSP-REQ-10', 'Request without a window');
}

function whileSending(
  state: Extract<SenderState, { phase: 'PREPARING' | 'SENDING' }>,
  event: SenderEvent,
): SenderState | Violation | undefined {
  switch (event.kind) {
    case 'ACK':
      return withWindow(state, afterAck(state.window, event.message));
    case 'BATCH_READY':
      return { ...state, window: afterSending(state.window, event.payload) };
    case 'ALL_SENT':
      return { phase: 'AWAIT_RECEIPT', window: state.window, sent: event.complete };
    default:
      return undefined;
  }
}

function whileAwaitingReceipt(
  state: Extract<SenderState, { phase: 'AWAIT_RECEIPT' }>,
  event: SenderEvent,
): SenderState | Violation | undefined {
  switch (event.kind) {
    case 'ACK':
      return withWindow(state, afterAck(state.window, event.message));
    case 'RECEIPT':
      return (
        receiptFault(state.window, state.sent, event.message) ?? {
          phase: 'CLOSING',
          ending: { kind: 'complete' },
        }
      );
    default:
      return undefined;
  }
}

function withWindow<State extends { readonly window: SendWindow }>(
  state: State,
  window: SendWindow | Violation,
): State | Violation {
  return isViolation(window) ? window : { ...state, window };
}

function receiptFault(window: SendWindow, sent: Complete, receipt: Receipt): Violation | undefined {
  if (window.unacked.length > 0) {
    // PSP-DONE-10: without the Ack nobody ever said that these are durable.
    return violation(ErrorCode.PROTOCOL_VIOLATION, 'PSP-DONE-10', 'Receipt before the last Ack');
  }
  const counts = new Map<string, bigint>();
  for (const { resourceType, entries } of sent.entries) {
    counts.set(resourceType, (counts.get(resourceType) ?? 0n) + entries);
  }
  for (const { resourceType, entries } of receipt.counts) {
    counts.set(resourceType, (counts.get(resourceType) ?? 0n) - entries);
  }
  // PSP-DONE-6: an entry that no outcome covers is an entry lost in silence.
  return [...counts.values()].every((difference) => difference === 0n)
    ? undefined
    : violation(ErrorCode.COUNT_MISMATCH, 'PSP-DONE-6', 'Receipt differs from Complete');
}

function withoutData(next: SenderStateName, state: SenderState, event: SenderEvent): SenderState {
  if (next === state.phase) return state;
  switch (next) {
    case 'CLOSING':
    case 'CLOSED':
      return { phase: next, ending: 'ending' in state ? state.ending : endingFrom(state, event) };
    case 'AWAIT_CONFIRM':
    case 'AWAIT_REQUEST':
      return { phase: next };
    default:
      throw new Error(`${next} needs data that ${event.kind} does not bring`);
  }
}

function endingFrom(state: SenderState, event: SenderEvent): Ending {
  const { phase } = state;
  switch (event.kind) {
    case 'OFFER_READY':
    case 'BATCH_READY':
    case 'ALL_SENT':
      throw new Error(`${event.kind} ends no session`);
    default:
      return endingOf(event, scopeOf(phase), phase, timeoutCode(phase));
  }
}

/** Whether a sender in this state has keys. */
function scopeOf(phase: SenderStateName): Scope {
  return phase === 'AWAIT_ACCEPT' || phase === 'AWAIT_CONFIRM' ? 'clear' : 'sealed';
}

function timeoutCode(phase: SenderStateName): ErrorCode {
  // PSP-TIME-3: the receiver's user may ask for a new code; TIMEOUT would not say so.
  return phase === 'AWAIT_ACCEPT' ? ErrorCode.CODE_EXPIRED : ErrorCode.TIMEOUT;
}

function actionOf(name: SenderActionName, before: SenderState, after: SenderState): SenderAction {
  switch (name) {
    case 'SEND_REJECT':
      return rejectFor(endingIn(after));
    case 'SEND_ABORT':
      return abortFor(endingIn(after), 'window' in before ? before.window.acknowledged : 0n);
    case 'SEND_PAYLOAD':
      return { kind: name, sequence: 'window' in after ? lastSent(after.window) : 0n };
    default:
      return { kind: name };
  }
}

function endingIn(state: SenderState): Ending {
  if ('ending' in state) return state.ending;
  throw new Error(`${state.phase} has no ending`);
}
