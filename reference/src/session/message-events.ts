// From a decoded message to the event of the same name.
import type { MessageEvent } from '../machine/index.ts';
import type { Message } from '../wire/index.ts';

/** The event of a message whose content is in order or does not matter. */
export function eventOf(message: Message): MessageEvent {
  switch (message.type) {
    case 'Initiate':
      return { kind: 'INITIATE' };
    case 'Accept':
      return { kind: 'ACCEPT' };
    case 'Confirm':
      return { kind: 'CONFIRM' };
    case 'Identity':
      return { kind: 'IDENTITY' };
    case 'Offer':
      return { kind: 'OFFER' };
    case 'KeepAlive':
      return { kind: 'KEEP_ALIVE' };
    case 'Ignorable':
      return { kind: 'IGNORABLE' };
    case 'Request':
      return { kind: 'REQUEST', message: message.value };
    case 'Payload':
      return { kind: 'PAYLOAD', message: message.value };
    case 'Ack':
      return { kind: 'ACK', message: message.value };
    case 'Complete':
      return { kind: 'COMPLETE', message: message.value };
    case 'Receipt':
      return { kind: 'RECEIPT', message: message.value };
    case 'Reject':
      return { kind: 'REJECT', message: message.value };
    case 'Abort':
      return { kind: 'ABORT', message: message.value };
  }
}
