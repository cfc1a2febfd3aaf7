// What the draft capability `turn` adds to the state machines, as spec/draft/states/turn.json says:
// one state of the sender in which it waits to be asked, and one in which a role is left behind.
// Where the capability was not agreed on nothing of this is used. Pure, as the machines are.
import { ErrorCode } from '../wire/messages.ts';
import { violation } from '../wire/violation.ts';
import type { Ending } from './ending.ts';
import { abortFor, endingOf } from './events.ts';
import type { ReceiverEvent, SenderEvent, Step } from './events.ts';
import { stepReceiver } from './receiver-machine.ts';
import type { ReceiverAction, ReceiverState } from './receiver-machine.ts';
import { stepSender } from './sender-machine.ts';
import type { SenderAction, SenderState } from './sender-machine.ts';
import { ignoring, sealedRow, to } from './table.ts';
import type { Cell } from './table.ts';
import { RECEIVER_TIMERS, SENDER_TIMERS } from './timers.ts';
import { SENDER_OWN_EVENTS } from './vocabulary.ts';
import type { CommonActionName } from './vocabulary.ts';
import type { SendWindow } from './window.ts';

const complete: Ending = { kind: 'complete' };

/** This endpoint goes on in the other role; the connection is not its first half's any more. */
export interface Turned {
  readonly phase: 'TURNED';
  readonly ending: Ending;
}

/** Where a sender is that may be asked to turn. */
export type TurningSenderState =
  SenderState | { readonly phase: 'AWAIT_TURN'; readonly window: SendWindow } | Turned;
/** Where a receiver is that may turn. */
export type TurningReceiverState = ReceiverState | Turned;

/** What a sender that may be asked to turn is told. */
export type TurningSenderEvent = SenderEvent | { readonly kind: 'TURN' };
/** What a receiver that may turn is told; the new one takes the place of STORED_ALL. */
export type TurningReceiverEvent = ReceiverEvent | { readonly kind: 'STORED_ALL_TO_TURN' };

/** What a sender that may be asked to turn is to do. */
export type TurningSenderAction = SenderAction | { readonly kind: 'BEGIN_RECEIVING' };
/** What a receiver that may turn is to do. */
export type TurningReceiverAction =
  ReceiverAction | { readonly kind: 'SEND_TURN' | 'BEGIN_SENDING' };

/** The cells that a sender has in place of its own, and those of the new state. */
export const SENDER_TURN_TABLE = {
  AWAIT_RECEIPT: { RECEIPT: to('AWAIT_TURN', ['NOTE_RECEIPT'], 'PSP-TURN-5') },
  AWAIT_TURN: {
    ...sealedRow('AWAIT_TURN'),
    ...ignoring('AWAIT_TURN', SENDER_OWN_EVENTS),
    TURN: to('TURNED', ['BEGIN_RECEIVING'], 'PSP-TURN-7'),
    END: to('CLOSED', ['CLOSE'], 'PSP-TURN-6'),
  },
};

/** The cell that a receiver has beside its own. */
export const RECEIVER_TURN_TABLE = {
  FINISHING: {
    STORED_ALL_TO_TURN: to(
      'TURNED',
      ['SEND_RECEIPT', 'SEND_TURN', 'BEGIN_SENDING'],
      'PSP-TURN-4',
      'PSP-TURN-8',
    ),
  },
};

type AwaitTurnCell = Cell<
  'AWAIT_TURN' | 'TURNED' | 'CLOSING' | 'CLOSED',
  CommonActionName | 'BEGIN_RECEIVING'
>;

/** The timers of the states with those that are new. */
export const SENDER_TURN_TIMERS = {
  ...SENDER_TIMERS,
  AWAIT_TURN: SENDER_TIMERS.AWAIT_RECEIPT,
  TURNED: undefined,
};
/** The timers of the states with the one that is new. */
export const RECEIVER_TURN_TIMERS = { ...RECEIVER_TIMERS, TURNED: undefined };

/**
 * One step of a sender.
 *
 * @param mayTurn - Whether `turn` was agreed on; without it this is the machine of version 1.
 */
export function stepTurningSender(
  state: TurningSenderState,
  event: TurningSenderEvent,
  mayTurn: boolean,
): Step<TurningSenderState, TurningSenderAction> {
  if (state.phase === 'TURNED') return { state, actions: [] };
  if (state.phase === 'AWAIT_TURN') return awaitingTurn(state, event);
  if (event.kind === 'TURN') return stepSender(state, unexpected(state.phase));
  const step = stepSender(state, event);
  const isComplete = 'ending' in step.state && step.state.ending.kind === 'complete';
  if (!mayTurn || state.phase !== 'AWAIT_RECEIPT' || !isComplete) return step;
  // PSP-TURN-5: the Receipt is judged as ever; only what follows it is another.
  const { next, actions } = SENDER_TURN_TABLE.AWAIT_RECEIPT.RECEIPT;
  const after = { phase: next, window: state.window } as const;
  return { state: after, actions: actions.map((kind) => ({ kind })) };
}

function awaitingTurn(
  state: Extract<TurningSenderState, { phase: 'AWAIT_TURN' }>,
  event: TurningSenderEvent,
): Step<TurningSenderState, TurningSenderAction> {
  const cell: AwaitTurnCell = SENDER_TURN_TABLE.AWAIT_TURN[event.kind];
  const { next } = cell;
  const after = next === 'AWAIT_TURN' ? state : { phase: next, ending: endingFrom(event) };
  const actions = cell.actions.map((name): TurningSenderAction => {
    if (name === 'SEND_REJECT') throw new Error('no Reject after keys');
    if (name !== 'SEND_ABORT') return { kind: name };
    return abortFor(endingFrom(event), state.window.acknowledged);
  });
  return { state: after, actions };
}

function endingFrom(event: TurningSenderEvent): Ending {
  // PSP-TURN-6: a peer that has nothing to send back closes, as it always did.
  if (event.kind === 'TURN' || event.kind === 'END') return complete;
  switch (event.kind) {
    case 'OFFER_READY':
    case 'BATCH_READY':
    case 'ALL_SENT':
      throw new Error(`${event.kind} ends no session`);
    default:
      return endingOf(event, 'sealed', 'AWAIT_TURN', ErrorCode.TIMEOUT);
  }
}

function unexpected(phase: string): SenderEvent {
  // PSP-TURN-12: the peer may turn after its Receipt, and at no other moment.
  const detail = `TURN is not expected in ${phase}`;
  const fault = violation(ErrorCode.UNEXPECTED_MESSAGE, 'PSP-TURN-12', detail);
  return { kind: 'VIOLATION', violation: fault };
}

/** One step of a receiver that may turn. */
export function stepTurningReceiver(
  state: TurningReceiverState,
  event: TurningReceiverEvent,
): Step<TurningReceiverState, TurningReceiverAction> {
  if (state.phase === 'TURNED') return { state, actions: [] };
  if (event.kind !== 'STORED_ALL_TO_TURN') return stepReceiver(state, event);
  // Where STORED_ALL would do nothing, the wish to turn does nothing either.
  const step = stepReceiver(state, { kind: 'STORED_ALL' });
  if (state.phase !== 'FINISHING') return step;
  const { next, actions } = RECEIVER_TURN_TABLE.FINISHING.STORED_ALL_TO_TURN;
  return {
    state: { phase: next, ending: complete },
    actions: actions.map((kind) => ({ kind })),
  };
}
