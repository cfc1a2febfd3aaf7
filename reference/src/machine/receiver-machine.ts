// The receiver's state machine: what an event means given the data of the state. Pure; it knows no
// clock, no octets and no store, and never throws at what a peer does.
import { ErrorCode } from '../wire/messages.ts';
import type { Complete, Payload } from '../wire/messages.ts';
import { isViolation, UsageError, violation } from '../wire/violation.ts';
import type { Violation } from '../wire/violation.ts';
import { endedByConnection, endedByDecline } from './ending.ts';
import type { Ending, Scope } from './ending.ts';
import { abortFor, endingOf, rejectFor } from './events.ts';
import type { PlainAction, ReceiverEvent, SendAbort, SendReject, Step } from './events.ts';
import { RECEIVER_TABLE } from './receiver-table.ts';
import type { ReceiverActionName, ReceiverStateName } from './vocabulary.ts';
import {
  afterArrival,
  afterCommit,
  afterOpening,
  lastReceived,
  openReceiveWindow,
} from './window.ts';
import type { Allowance, ReceiveWindow } from './window.ts';

/** Where a receiver is, with what is true there. */
export type ReceiverState =
  | {
      readonly phase:
        'AWAIT_INITIATE' | 'AWAIT_CODE' | 'AWAIT_CONFIRM' | 'AWAIT_IDENTITY' | 'PREPARING';
    }
  | {
      readonly phase: 'AWAIT_OFFER' | 'DECIDING' | 'DECIDING_AT_END' | 'RECEIVING' | 'FINISHING';
      readonly window: ReceiveWindow;
    }
  | { readonly phase: 'CLOSING' | 'CLOSED'; readonly ending: Ending };

type Windowed = Extract<ReceiverState, { readonly window: ReceiveWindow }>;

/** What a receiver is to do. */
export type ReceiverAction =
  | PlainAction<
      Exclude<ReceiverActionName, 'SEND_REJECT' | 'SEND_ABORT' | 'SEND_ACK' | 'OPEN_WINDOW'>
    >
  | {
      readonly kind: 'SEND_ACK' | 'OPEN_WINDOW';
      readonly throughSequence: bigint;
      readonly allowance: Allowance;
    }
  | SendReject
  | SendAbort;

/** A receiver that waits for the sender's first frame. */
export const RECEIVER_START: ReceiverState = { phase: 'AWAIT_INITIATE' };

/** One step: the state after an event, and what to do on the way, in order. */
export function stepReceiver(
  state: ReceiverState,
  event: ReceiverEvent,
): Step<ReceiverState, ReceiverAction> {
  const judged = advance(state, event);
  if (isViolation(judged)) return stepReceiver(state, { kind: 'VIOLATION', violation: judged });
  const cell = RECEIVER_TABLE[state.phase][event.kind];
  const next = judged ?? withoutData(cell.next, state, event);
  if (next.phase !== cell.next)
    throw new Error(`${state.phase} by ${event.kind}: not by the table`);
  return { state: next, actions: cell.actions.map((name) => actionOf(name, state, next)) };
}

/** The next state where it takes data of the event; undefined where the table alone decides. */
function advance(
  state: ReceiverState,
  event: ReceiverEvent,
): ReceiverState | Violation | undefined {
  switch (state.phase) {
    case 'PREPARING':
      return event.kind === 'REQUEST_READY'
        ? { phase: 'AWAIT_OFFER', window: openReceiveWindow(event.allowance) }
        : undefined;
    case 'AWAIT_OFFER':
      return event.kind === 'OFFER' ? { ...state, phase: 'DECIDING' } : undefined;
    case 'DECIDING':
      return whileDeciding(state, event);
    case 'DECIDING_AT_END':
      return event.kind === 'AGREED' ? opened(state, 'FINISHING', event.allowance) : undefined;
    case 'RECEIVING':
      return whileReceiving(state, event);
    case 'FINISHING':
      return whileFinishing(state, event);
    default:
      return undefined;
  }
}

function whileDeciding(
  state: Windowed,
  event: ReceiverEvent,
): ReceiverState | Violation | undefined {
  switch (event.kind) {
    case 'PAYLOAD':
      return arrived(state, event.message);
    case 'COMPLETE':
      return ended(state, 'DECIDING_AT_END', event.message);
    case 'AGREED':
      return opened(state, 'RECEIVING', event.allowance);
    default:
      return undefined;
  }
}

function whileReceiving(
  state: Windowed,
  event: ReceiverEvent,
): ReceiverState | Violation | undefined {
  switch (event.kind) {
    case 'PAYLOAD':
      return arrived(state, event.message);
    case 'COMMITTED':
      return committed(state);
    case 'COMPLETE':
      return ended(state, 'FINISHING', event.message);
    default:
      return undefined;
  }
}

function whileFinishing(state: Windowed, event: ReceiverEvent): ReceiverState | undefined {
  if (event.kind === 'COMMITTED') return committed(state);
  if (event.kind === 'STORED_ALL' && state.window.held.length > 0) {
    // PSP-DONE-4: a Receipt would call durable what still waits.
    throw new UsageError('Commit every Payload before STORED_ALL.');
  }
  return undefined;
}

function arrived(state: Windowed, payload: Payload): ReceiverState | Violation {
  const octets = BigInt(payload.uncompressedOctets);
  const window = afterArrival(state.window, payload.sequence, octets);
  return isViolation(window) ? window : { ...state, window };
}

function ended(
  state: Windowed,
  phase: 'DECIDING_AT_END' | 'FINISHING',
  complete: Complete,
): ReceiverState | Violation {
  if (complete.payloads === lastReceived(state.window)) return { ...state, phase };
  // PSP-DONE-2: one side believes in a Payload that the other never saw.
  return violation(ErrorCode.COUNT_MISMATCH, 'PSP-DONE-2', 'Complete counts other Payloads');
}

function opened(
  state: Windowed,
  phase: 'RECEIVING' | 'FINISHING',
  allowance: Allowance,
): ReceiverState {
  return { phase, window: afterOpening(state.window, allowance) };
}

function committed(state: Windowed): ReceiverState {
  return { ...state, window: afterCommit(state.window) };
}

function withoutData(
  next: ReceiverStateName,
  state: ReceiverState,
  event: ReceiverEvent,
): ReceiverState {
  if (next === state.phase) return state;
  switch (next) {
    case 'CLOSING':
    case 'CLOSED':
      return { phase: next, ending: endingFrom(state, event) };
    case 'AWAIT_CODE':
    case 'AWAIT_CONFIRM':
    case 'AWAIT_IDENTITY':
    case 'PREPARING':
      return { phase: next };
    default:
      throw new Error(`${next} needs data that ${event.kind} does not bring`);
  }
}

function endingFrom(state: ReceiverState, event: ReceiverEvent): Ending {
  const { phase } = state;
  if ('ending' in state) return lastWord(state.ending, event);
  switch (event.kind) {
    case 'STORED_ALL':
      return { kind: 'complete' };
    case 'DECLINED':
      return endedByDecline();
    case 'CODE_ENTERED':
    case 'COMMITTED':
    case 'REQUEST_READY':
    case 'AGREED':
      throw new Error(`${event.kind} ends no session`);
    default:
      return endingOf(event, scopeOf(phase), phase, ErrorCode.TIMEOUT);
  }
}

/** PSP-DONE-8: a Receipt that never left this device completes nothing. */
function lastWord(ending: Ending, event: ReceiverEvent): Ending {
  const unsent = 'unsent' in event && event.unsent === true;
  return unsent && ending.kind === 'complete' ? endedByConnection('CLOSING') : ending;
}

/** Whether a receiver in this state has keys. */
function scopeOf(phase: ReceiverStateName): Scope {
  return phase === 'AWAIT_INITIATE' || phase === 'AWAIT_CODE' || phase === 'AWAIT_CONFIRM'
    ? 'clear'
    : 'sealed';
}

function actionOf(
  name: ReceiverActionName,
  before: ReceiverState,
  after: ReceiverState,
): ReceiverAction {
  switch (name) {
    case 'SEND_REJECT':
      return rejectFor(endingIn(after));
    case 'SEND_ABORT':
      return abortFor(endingIn(after), 'window' in before ? before.window.committed : 0n);
    case 'SEND_ACK':
    case 'OPEN_WINDOW': {
      const { committed: through, allowance } = windowIn(after);
      // PSP-ACK-2
      return { kind: name, throughSequence: through, allowance };
    }
    default:
      return { kind: name };
  }
}

function endingIn(state: ReceiverState): Ending {
  if ('ending' in state) return state.ending;
  throw new Error(`${state.phase} has no ending`);
}

function windowIn(state: ReceiverState): ReceiveWindow {
  if ('window' in state) return state.window;
  throw new Error(`${state.phase} has no window`);
}
