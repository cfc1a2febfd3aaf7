// What the machine layer offers to the other layers; everything else in this folder is its own.
export type { EndedByEndpoint, Ending, Fault, Scope } from './ending.ts';
export type {
  CommonEvent,
  MessageEvent,
  PlainAction,
  ReceiverEvent,
  SendAbort,
  SenderEvent,
  SendReject,
  Step,
} from './events.ts';
export { RECEIVER_START, stepReceiver } from './receiver-machine.ts';
export type { ReceiverAction, ReceiverState } from './receiver-machine.ts';
export { RECEIVER_TABLE } from './receiver-table.ts';
export { SENDER_START, stepSender } from './sender-machine.ts';
export type { SenderAction, SenderState } from './sender-machine.ts';
export { SENDER_TABLE } from './sender-table.ts';
export type { Cell } from './table.ts';
export { RECEIVER_TURN_TIMERS, SENDER_TURN_TIMERS } from './turn.ts';
export { stepTurningReceiver, stepTurningSender } from './turn.ts';
export type {
  Turned,
  TurningReceiverAction,
  TurningReceiverEvent,
  TurningReceiverState,
  TurningSenderAction,
  TurningSenderEvent,
  TurningSenderState,
} from './turn.ts';
export { RECEIVER_TIMERS, SENDER_TIMERS } from './timers.ts';
export type { StateTimer } from './timers.ts';
export {
  COMMON_ACTIONS,
  MESSAGE_EVENTS,
  OWN_EVENTS,
  PEER_EVENTS,
  RECEIVER_OWN_ACTIONS,
  RECEIVER_OWN_EVENTS,
  RECEIVER_STATES,
  SENDER_OWN_ACTIONS,
  SENDER_OWN_EVENTS,
  SENDER_STATES,
} from './vocabulary.ts';
export type {
  CommonActionName,
  CommonEventName,
  MessageEventName,
  OwnEventName,
  PeerEventName,
  ReceiverActionName,
  ReceiverEventName,
  ReceiverStateName,
  SenderActionName,
  SenderEventName,
  SenderStateName,
} from './vocabulary.ts';
export { lastReceived, lastSent, maySend, windowOf } from './window.ts';
export type { Allowance, ReceiveWindow, SendWindow, UnackedPayload } from './window.ts';
