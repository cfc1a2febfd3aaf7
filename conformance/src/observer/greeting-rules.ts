// What Identity, Request and Offer have to say, by sections 8.3 and 9.2 to 9.4.
import { isFault } from '../fault.ts';
import { canonicalUrl, serverDigest } from '../security/server-url.ts';
import type { MessageValue } from '../wire/message-codec.ts';
import { sameOctets, toHex } from '../wire/octets.ts';
import type { Side } from '../peer/transcript.ts';
import { windowIn, type Conversation } from './conversation.ts';
import { enumIn, messagesIn, nestedIn, octetsIn, textIn } from './message-reading.ts';
import { breach, rules, type Breach, type RuleId } from './rules.ts';

const isRule = (id: string): id is RuleId => id in rules;

function formOf(url: string): Breach | undefined {
  const canonical = canonicalUrl(url);
  if (isFault(canonical)) {
    const { requirement, detail } = canonical;
    return breach(isRule(requirement) ? requirement : 'PSP-SRV-7', `server_url: ${detail}`);
  }
  return canonical === url ? undefined : breach('PSP-SRV-2', 'server_url is not canonical');
}

/** The testee's URL is known; the kit may say that it belongs to another server. */
function ownUrl(talk: Conversation, side: Side, url: string): Breach | undefined {
  const own = canonicalUrl(talk.context.serverUrl);
  if (side === 'kit' || isFault(own) || own === url) return undefined;
  if (own === '') return breach('PSP-SRV-4', 'a server_url of an endpoint without a server');
  return breach('PSP-SRV-2', 'server_url is not the configured one in canonical form');
}

function serverBreach(talk: Conversation, side: Side, message: MessageValue): Breach | undefined {
  const url = textIn(message, 'server_url');
  const form = formOf(url) ?? ownUrl(talk, side, url);
  const initiate = talk.initiate?.message;
  if (form !== undefined || initiate === undefined) return form;
  const digest = serverDigest(octetsIn(initiate, 'session_nonce'), url);
  if (sameOctets(digest, octetsIn(initiate, 'server_digest'))) return undefined;
  return message.schema.name === 'Identity'
    ? breach('PSP-SRV-1', 'server_url is not the one that server_digest stands for')
    : breach('PSP-HS-6', 'a server_digest of another server was taken');
}

/** Judges what Identity and Request have in common. */
export function greetingBreach(
  talk: Conversation,
  side: Side,
  message: MessageValue,
): Breach | undefined {
  const server = serverBreach(talk, side, message);
  if (server !== undefined || side === 'kit') return server;
  const replica = toHex(octetsIn(message, 'replica_id'));
  if (replica === talk.context.testeeReplica.toLowerCase()) return undefined;
  return breach('PSP-ID-1', 'replica_id is not that of the store', true);
}

/** What a Request holds beside the mode that it is for. */
export function presenceBreaches(request: MessageValue): Breach[] {
  const mode = enumIn(request, 'mode');
  const params = nestedIn(request, 'params');
  const types = params === undefined ? [] : messagesIn(params, 'types');
  const surplus = [
    mode !== 'CURSOR' && octetsIn(request, 'cursor').length > 0 ? 'cursor' : '',
    mode !== 'LAST_UPDATED' && types.some((type) => textIn(type, 'last_updated') !== '')
      ? 'last_updated'
      : '',
  ].filter((name) => name !== '');
  return surplus.map((name) => breach('PSP-MSG-25', `${name} in mode ${mode}`));
}

/** Takes in a Request. */
export function takeRequest(
  talk: Conversation,
  side: Side,
  message: MessageValue,
): Breach | undefined {
  talk.request = message;
  talk.window = windowIn(message);
  return greetingBreach(talk, side, message);
}

/** Judges an Offer against the Request. */
export function offerBreaches(talk: Conversation, offer: MessageValue): Breach[] {
  const { request } = talk;
  const broken: Breach[] = [];
  const disposition = enumIn(offer, 'cursor_disposition');
  const hasCursor =
    talk.mode === 'CURSOR' && request !== undefined && octetsIn(request, 'cursor').length > 0;
  const isFresh = disposition === 'FRESH';
  const isKnown = ['FRESH', 'RESUMED', 'STARTING_OVER'].includes(disposition);
  if (isKnown && isFresh === hasCursor) {
    const asked = hasCursor ? 'a Request with a cursor' : 'a Request without a usable cursor';
    broken.push(breach('PSP-OFFER-2', `${disposition} in answer to ${asked}`));
  }
  if (offer.fields.get('indeterminate') === true && messagesIn(offer, 'totals').length > 0) {
    broken.push(breach('PSP-OFFER-3', 'totals beside indeterminate'));
  }
  return broken;
}
