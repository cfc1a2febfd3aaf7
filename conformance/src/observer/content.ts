// Which rules judge the content of which message.
import { utf8 } from '../wire/octets.ts';
import { isFault } from '../fault.ts';
import { canonicalUrl } from '../security/server-url.ts';
import type { Role, Side } from '../peer/transcript.ts';
import { receiptBreaches, takeAck, takeComplete } from './answer-rules.ts';
import type { Conversation, Said } from './conversation.ts';
import { endingBreaches } from './ending-rules.ts';
import { formatBreach, holdsOctets } from './format-rules.ts';
import { greetingBreach, offerBreaches, presenceBreaches, takeRequest } from './greeting-rules.ts';
import { takeAccept, takeConfirm, takeInitiate } from './handshake-rules.ts';
import { takePayload } from './payload-rules.ts';
import { breach, type Breach } from './rules.ts';

/** Who wrote a message. */
export interface Writer {
  readonly side: Side;
  readonly role: Role;
}

/** What a message breaks by what it says, and what it tells the conversation. */
export function contentBreaches(talk: Conversation, { side, role }: Writer, said: Said): Breach[] {
  const { message } = said;
  switch (message.schema.name) {
    case 'Initiate':
      return listOf(takeInitiate(talk, side, said));
    case 'Accept':
      return listOf(takeAccept(talk, side, said));
    case 'Confirm':
      return listOf(takeConfirm(talk, side, said));
    case 'Identity':
      return listOf(formatBreach(message) ?? greetingBreach(talk, side, message));
    case 'Request': {
      const format = formatBreach(message);
      if (format !== undefined) return [format];
      return [...presenceBreaches(message), ...listOf(takeRequest(talk, side, message))];
    }
    case 'Offer': {
      const format = formatBreach(message);
      return format === undefined ? offerBreaches(talk, message) : [format];
    }
    case 'Payload':
      return takePayload(talk, message);
    case 'Ack':
      return takeAck(talk, message);
    case 'Complete':
      return takeComplete(talk, message);
    case 'Receipt':
      return receiptBreaches(talk, message);
    case 'Reject':
    case 'Abort':
      return endingBreaches(talk, role, message);
    default:
      return [];
  }
}

/** Words that do not belong into a message: the secret, and in clear the server URL. */
export function wordsBreaches(talk: Conversation, body: Uint8Array, sealed: boolean): Breach[] {
  const broken: Breach[] = [];
  const { kind, octets } = talk.transcript.secrets.secret;
  // PSP-CODE-11: of a QR secret the text that people pass on is as good as the octets.
  const text = kind === 'QR' ? Buffer.from(octets).toString('base64url') : '';
  if (holdsOctets(body, octets) || holdsOctets(body, utf8(text))) {
    broken.push(breach('PSP-CODE-9', 'a message holds the secret'));
  }
  const url = canonicalUrl(talk.context.serverUrl);
  if (!sealed && !isFault(url) && holdsOctets(body, utf8(url))) {
    broken.push(breach('PSP-HS-17', 'a frame in clear holds the server URL'));
  }
  return broken;
}

const listOf = (broken: Breach | undefined): Breach[] => (broken === undefined ? [] : [broken]);
