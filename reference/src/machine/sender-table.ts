// The sender's state table, equal to spec/v1/states/sender.json. It says where each event leads and
// what is done; the data that decides whether an event is what it seems is left to
// sender-machine.ts.
import { clearRow, closedRow, closingRow, ignoring, sealedRow, to } from './table.ts';
import type { Cell } from './table.ts';
import { SENDER_OWN_EVENTS } from './vocabulary.ts';
import type { SenderActionName, SenderEventName, SenderStateName } from './vocabulary.ts';

/** Every state of the sender with every event (PSP-STATE-1). */
export const SENDER_TABLE = {
  AWAIT_ACCEPT: {
    ...clearRow('AWAIT_ACCEPT'),
    ...ignoring('AWAIT_ACCEPT', SENDER_OWN_EVENTS),
    ACCEPT: to('AWAIT_CONFIRM', [], 'PSP-HS-11'),
    TIMEOUT: to('CLOSING', ['SEND_REJECT', 'END_WRITING'], 'PSP-TIME-3', 'PSP-ABORT-2'),
  },
  AWAIT_CONFIRM: {
    ...clearRow('AWAIT_CONFIRM'),
    ...ignoring('AWAIT_CONFIRM', SENDER_OWN_EVENTS),
    CONFIRM: to(
      'AWAIT_REQUEST',
      ['SEND_CONFIRM', 'INSTALL_KEYS', 'SEND_IDENTITY'],
      'PSP-HS-13',
      'PSP-SEAL-5',
      'PSP-SEAL-11',
    ),
    TIMEOUT: to('CLOSING', ['SEND_REJECT', 'END_WRITING'], 'PSP-TIME-4', 'PSP-ABORT-2'),
  },
  AWAIT_REQUEST: {
    ...sealedRow('AWAIT_REQUEST'),
    ...ignoring('AWAIT_REQUEST', SENDER_OWN_EVENTS),
    REQUEST: to('PREPARING', ['PREPARE_OFFER'], 'PSP-REQ-4', 'PSP-REQ-5', 'PSP-REQ-10'),
  },
  PREPARING: {
    ...sealedRow('PREPARING'),
    ...ignoring('PREPARING', SENDER_OWN_EVENTS),
    OFFER_READY: to('SENDING', ['SEND_OFFER'], 'PSP-OFFER-1'),
  },
  SENDING: {
    ...sealedRow('SENDING'),
    ...ignoring('SENDING', SENDER_OWN_EVENTS),
    ACK: to('SENDING', ['NOTE_ACK'], 'PSP-ACK-4', 'PSP-ACK-6', 'PSP-ACK-7'),
    BATCH_READY: to('SENDING', ['SEND_PAYLOAD'], 'PSP-PAY-1', 'PSP-FLOW-1', 'PSP-FLOW-2'),
    ALL_SENT: to('AWAIT_RECEIPT', ['SEND_COMPLETE'], 'PSP-DONE-1'),
  },
  AWAIT_RECEIPT: {
    ...sealedRow('AWAIT_RECEIPT'),
    ...ignoring('AWAIT_RECEIPT', SENDER_OWN_EVENTS),
    ACK: to('AWAIT_RECEIPT', ['NOTE_ACK'], 'PSP-ACK-4', 'PSP-ACK-6', 'PSP-ACK-7'),
    RECEIPT: to(
      'CLOSING',
      ['NOTE_RECEIPT', 'END_WRITING'],
      'PSP-DONE-6',
      'PSP-DONE-7',
      'PSP-DONE-10',
      'PSP-CLOSE-2',
    ),
  },
  CLOSING: { ...closingRow(), ...ignoring('CLOSING', SENDER_OWN_EVENTS) },
  CLOSED: { ...closedRow(), ...ignoring('CLOSED', SENDER_OWN_EVENTS) },
} satisfies Record<
  SenderStateName,
  Record<SenderEventName, Cell<SenderStateName, SenderActionName>>
>;
