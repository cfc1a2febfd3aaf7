// The words of the state tables: states, events and actions of both roles, as the specification
// names them. Knows neither what a cell holds nor how anything is carried out.

/** A message that arrived, was decoded, and was judged acceptable where the state expects it. */
export const MESSAGE_EVENTS = [
  'INITIATE',
  'ACCEPT',
  'REJECT',
  'CONFIRM',
  'IDENTITY',
  'REQUEST',
  'OFFER',
  'PAYLOAD',
  'ACK',
  'COMPLETE',
  'RECEIPT',
  'KEEP_ALIVE',
  'ABORT',
  'IGNORABLE',
] as const;
/** Name of an event of {@link MESSAGE_EVENTS}. */
export type MessageEventName = (typeof MESSAGE_EVENTS)[number];

/** What the peer or the connection did other than sending an acceptable message. */
export const PEER_EVENTS = ['VIOLATION', 'SEAL_BROKEN', 'END'] as const;
/** Name of an event of {@link PEER_EVENTS}. */
export type PeerEventName = (typeof PEER_EVENTS)[number];

/** What happens on our side in either role. */
export const OWN_EVENTS = ['CANCEL', 'FAULT', 'TIMEOUT', 'KEEP_ALIVE_DUE'] as const;
/** Name of an event of {@link OWN_EVENTS}. */
export type OwnEventName = (typeof OWN_EVENTS)[number];

/** The events that both roles know. */
export type CommonEventName = MessageEventName | PeerEventName | OwnEventName;

/** The states of the sender, in the order of a session. */
export const SENDER_STATES = [
  'AWAIT_ACCEPT',
  'AWAIT_CONFIRM',
  'AWAIT_REQUEST',
  'PREPARING',
  'SENDING',
  'AWAIT_RECEIPT',
  'CLOSING',
  'CLOSED',
] as const;
/** Name of a state of the sender. */
export type SenderStateName = (typeof SENDER_STATES)[number];

/** What happens on our side as sender only. */
export const SENDER_OWN_EVENTS = ['OFFER_READY', 'BATCH_READY', 'ALL_SENT'] as const;
/** Name of an event that the sender knows. */
export type SenderEventName = CommonEventName | (typeof SENDER_OWN_EVENTS)[number];

/** What either role does in the same way. */
export const COMMON_ACTIONS = [
  'SEND_CONFIRM',
  'INSTALL_KEYS',
  'SEND_KEEP_ALIVE',
  'SEND_REJECT',
  'SEND_ABORT',
  'END_WRITING',
  'CLOSE',
] as const;
/** Name of an action of {@link COMMON_ACTIONS}. */
export type CommonActionName = (typeof COMMON_ACTIONS)[number];

/** What only a sender does. */
export const SENDER_OWN_ACTIONS = [
  'SEND_IDENTITY',
  'PREPARE_OFFER',
  'SEND_OFFER',
  'SEND_PAYLOAD',
  'NOTE_ACK',
  'SEND_COMPLETE',
  'NOTE_RECEIPT',
] as const;
/** Name of an action of the sender. */
export type SenderActionName = CommonActionName | (typeof SENDER_OWN_ACTIONS)[number];

/** The states of the receiver, in the order of a session. */
export const RECEIVER_STATES = [
  'AWAIT_INITIATE',
  'AWAIT_CODE',
  'AWAIT_CONFIRM',
  'AWAIT_IDENTITY',
  'PREPARING',
  'AWAIT_OFFER',
  'DECIDING',
  'DECIDING_AT_END',
  'RECEIVING',
  'FINISHING',
  'CLOSING',
  'CLOSED',
] as const;
/** Name of a state of the receiver. */
export type ReceiverStateName = (typeof RECEIVER_STATES)[number];

/** What happens on our side as receiver only. */
export const RECEIVER_OWN_EVENTS = [
  'CODE_ENTERED',
  'REQUEST_READY',
  'AGREED',
  'DECLINED',
  'COMMITTED',
  'STORED_ALL',
] as const;
/** Name of an event that the receiver knows. */
export type ReceiverEventName = CommonEventName | (typeof RECEIVER_OWN_EVENTS)[number];

/** What only a receiver does. */
export const RECEIVER_OWN_ACTIONS = [
  'ASK_CODE',
  'SEND_ACCEPT',
  'PREPARE_REQUEST',
  'SEND_REQUEST',
  'ASK_AGREEMENT',
  'QUEUE_PAYLOAD',
  'OPEN_WINDOW',
  'START_STORING',
  'SEND_ACK',
  'FINISH_STORING',
  'SEND_RECEIPT',
] as const;
/** Name of an action of the receiver. */
export type ReceiverActionName = CommonActionName | (typeof RECEIVER_OWN_ACTIONS)[number];
