// Which sentence a message breaks that stands where its writer's state table writes none. It does
// not find such messages; it names their fault.
import type { Role } from '../peer/transcript.ts';
import { breach, type Breach } from './rules.ts';

/** What one side has written so far. */
export interface Written {
  readonly role: Role;
  /** Names of its messages in order, ignorable ones and KeepAlive left out. */
  readonly names: readonly string[];
  /** Whether the frame in question is sealed. */
  readonly sealed: boolean;
  /** Names of the other side's messages so far. */
  readonly heard: readonly string[];
}

function ofSender(message: string, { names, heard }: Written): Breach | undefined {
  const has = (name: string): boolean => names.includes(name);
  if (names.length === 0) return breach('PSP-HS-1', `${message} is the first message`);
  if (message === 'Confirm' && !has('Confirm')) {
    return breach('PSP-HS-13', 'Confirm before the Confirm of the receiver');
  }
  if (names.at(-1) === 'Confirm') return breach('PSP-HS-13', `${message} follows Confirm`);
  if (!has('Confirm')) {
    if (!heard.includes('Confirm')) return undefined;
    return breach('PSP-HS-13', `${message} in the place of Confirm`);
  }
  if (message === 'Offer' && has('Offer')) return breach('PSP-OFFER-1', 'a second Offer');
  if (message === 'Payload' || message === 'Complete') {
    if (!has('Offer')) return breach('PSP-OFFER-1', `${message} without an Offer`);
    if (message === 'Payload') return breach('PSP-DONE-1', 'Payload after Complete');
  }
  return undefined;
}

function ofReceiver(message: string, { names, sealed }: Written): Breach | undefined {
  if (message === 'Confirm' && !names.includes('Accept')) {
    return breach('PSP-HS-11', 'Confirm without Accept');
  }
  if (names.at(-1) === 'Accept') return breach('PSP-HS-11', `${message} follows Accept`);
  if (message === 'Receipt' && sealed) return breach('PSP-DONE-4', 'Receipt before Complete');
  return undefined;
}

/** The breach of a message that no state sends now. */
export function disorder(message: string, written: Written): Breach {
  const { role, sealed } = written;
  if (message === 'Abort' && !sealed) return breach('PSP-ABORT-2', 'Abort before keys');
  if (message === 'Reject' && sealed) return breach('PSP-ABORT-1', 'Reject after keys');
  const named = role === 'sender' ? ofSender(message, written) : ofReceiver(message, written);
  const last = written.names.at(-1);
  const place = last === undefined ? 'as the first message' : `after ${last}`;
  return named ?? breach('PSP-STATE-1', `no state of a ${role} sends ${message} ${place}`);
}

/** The breach of an ignorable message that stands where another one has to stand. */
export function ignorableDisorder({ role, names }: Written): Breach | undefined {
  if (role === 'sender' && names.length === 0) {
    return breach('PSP-HS-1', 'an ignorable message is the first frame', true);
  }
  if (role === 'receiver' && names.at(-1) === 'Accept') {
    return breach('PSP-HS-11', 'an ignorable message follows Accept', true);
  }
  return undefined;
}
