// The receiver's state table, equal to spec/v1/states/receiver.json. It says where each event leads
// and what is done; the data that decides whether an event is what it seems is left to
// receiver-machine.ts.
import { clearRow, closedRow, closingRow, ignoring, sealedRow, to } from './table.ts';
import type { Cell } from './table.ts';
import { RECEIVER_OWN_EVENTS } from './vocabulary.ts';
import type { ReceiverActionName, ReceiverEventName, ReceiverStateName } from './vocabulary.ts';

const declined = to('CLOSING', ['SEND_ABORT', 'END_WRITING'], 'PSP-OFFER-5', 'PSP-ABORT-1');

/** Every state of the receiver with every event (PSP-STATE-1). */
export const RECEIVER_TABLE = {
  AWAIT_INITIATE: {
    ...clearRow('AWAIT_INITIATE'),
    ...ignoring('AWAIT_INITIATE', RECEIVER_OWN_EVENTS),
    INITIATE: to('AWAIT_CODE', ['ASK_CODE'], 'PSP-HS-3', 'PSP-HS-7'),
    TIMEOUT: to('CLOSING', ['SEND_REJECT', 'END_WRITING'], 'PSP-TIME-2', 'PSP-ABORT-2'),
  },
  AWAIT_CODE: {
    ...clearRow('AWAIT_CODE'),
    ...ignoring('AWAIT_CODE', RECEIVER_OWN_EVENTS),
    CODE_ENTERED: to('AWAIT_CONFIRM', ['SEND_ACCEPT', 'SEND_CONFIRM'], 'PSP-CODE-4', 'PSP-HS-11'),
    TIMEOUT: to('CLOSING', ['SEND_REJECT', 'END_WRITING'], 'PSP-TIME-7', 'PSP-ABORT-2'),
  },
  AWAIT_CONFIRM: {
    ...clearRow('AWAIT_CONFIRM'),
    ...ignoring('AWAIT_CONFIRM', RECEIVER_OWN_EVENTS),
    CONFIRM: to('AWAIT_IDENTITY', ['INSTALL_KEYS'], 'PSP-HS-14', 'PSP-SEAL-9', 'PSP-SEAL-12'),
    TIMEOUT: to('CLOSING', ['SEND_REJECT', 'END_WRITING'], 'PSP-TIME-4', 'PSP-ABORT-2'),
  },
  AWAIT_IDENTITY: {
    ...sealedRow('AWAIT_IDENTITY'),
    ...ignoring('AWAIT_IDENTITY', RECEIVER_OWN_EVENTS),
    IDENTITY: to('PREPARING', ['PREPARE_REQUEST'], 'PSP-SRV-5', 'PSP-ID-2', 'PSP-RESUME-2'),
  },
  PREPARING: {
    ...sealedRow('PREPARING'),
    ...ignoring('PREPARING', RECEIVER_OWN_EVENTS),
    REQUEST_READY: to('AWAIT_OFFER', ['SEND_REQUEST'], 'PSP-REQ-7'),
  },
  AWAIT_OFFER: {
    ...sealedRow('AWAIT_OFFER'),
    ...ignoring('AWAIT_OFFER', RECEIVER_OWN_EVENTS),
    OFFER: to('DECIDING', ['ASK_AGREEMENT'], 'PSP-OFFER-1', 'PSP-PRIV-1'),
  },
  DECIDING: {
    ...sealedRow('DECIDING'),
    ...ignoring('DECIDING', RECEIVER_OWN_EVENTS),
    PAYLOAD: to('DECIDING', ['QUEUE_PAYLOAD'], 'PSP-PAY-2', 'PSP-FLOW-3'),
    COMPLETE: to('DECIDING_AT_END', [], 'PSP-DONE-2'),
    AGREED: to('RECEIVING', ['OPEN_WINDOW', 'START_STORING'], 'PSP-REQ-8', 'PSP-ACK-5'),
    DECLINED: declined,
  },
  DECIDING_AT_END: {
    ...sealedRow('DECIDING_AT_END'),
    ...ignoring('DECIDING_AT_END', RECEIVER_OWN_EVENTS),
    AGREED: to(
      'FINISHING',
      ['OPEN_WINDOW', 'START_STORING', 'FINISH_STORING'],
      'PSP-REQ-8',
      'PSP-ACK-5',
    ),
    DECLINED: declined,
  },
  RECEIVING: {
    ...sealedRow('RECEIVING'),
    ...ignoring('RECEIVING', RECEIVER_OWN_EVENTS),
    PAYLOAD: to('RECEIVING', ['QUEUE_PAYLOAD'], 'PSP-PAY-2', 'PSP-FLOW-3'),
    COMMITTED: to('RECEIVING', ['SEND_ACK'], 'PSP-ACK-1', 'PSP-ACK-2', 'PSP-ACK-3'),
    COMPLETE: to('FINISHING', ['FINISH_STORING'], 'PSP-DONE-2', 'PSP-DONE-3'),
  },
  FINISHING: {
    ...sealedRow('FINISHING'),
    ...ignoring('FINISHING', RECEIVER_OWN_EVENTS),
    COMMITTED: to('FINISHING', ['SEND_ACK'], 'PSP-ACK-1', 'PSP-ACK-2', 'PSP-ACK-3'),
    STORED_ALL: to(
      'CLOSING',
      ['SEND_RECEIPT', 'END_WRITING'],
      'PSP-DONE-3',
      'PSP-DONE-4',
      'PSP-DONE-5',
      'PSP-DONE-8',
    ),
  },
  CLOSING: { ...closingRow(), ...ignoring('CLOSING', RECEIVER_OWN_EVENTS) },
  CLOSED: { ...closedRow(), ...ignoring('CLOSED', RECEIVER_OWN_EVENTS) },
} satisfies Record<
  ReceiverStateName,
  Record<ReceiverEventName, Cell<ReceiverStateName, ReceiverActionName>>
>;
