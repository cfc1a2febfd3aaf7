// What the messages before keys have to say, by chapters 7 and 8; and the keys that follow from
// them. The observer derives everything again from the octets, the secret and the kit's scalar.
import { isFault } from '../fault.ts';
import {
  generatorOf,
  isElement,
  iskOf,
  prsOf,
  sharedValue,
  shareOf,
  tagsOf,
} from '../security/cpace.ts';
import { deriveKeys } from '../security/key-schedule.ts';
import { canonicalUrl, serverDigest } from '../security/server-url.ts';
import { frameOf } from '../wire/frame.ts';
import type { MessageValue } from '../wire/message-codec.ts';
import { sameOctets } from '../wire/octets.ts';
import type { Side } from '../peer/transcript.ts';
import type { Conversation, Said, SessionKeys } from './conversation.ts';
import { fieldKey, formatBreach, versionsBreach } from './format-rules.ts';
import { enumIn, messagesIn, numberIn, numbersIn, octetsIn } from './message-reading.ts';
import { misderivedKeys } from './misderived-keys.ts';
import { breach, type Breach } from './rules.ts';

/** The version that this observer reads. */
const version = 1;

/** Whether a share of the kit is the one that its secret and scalar give. */
function shareBreach(
  talk: Conversation,
  side: Side,
  kind: string,
  share: Uint8Array,
): Breach | undefined {
  if (!isElement(share)) return breach('PSP-KEY-1', `the ${kind} share is no group element`);
  const { secret, scalar } = talk.transcript.secrets;
  const sid = talk.initiate && octetsIn(talk.initiate.message, 'session_nonce');
  if (side !== 'kit' || scalar === undefined || sid === undefined || kind !== secret.kind) {
    return undefined;
  }
  const generator = generatorOf({ prs: prsOf(secret.kind, secret.octets), sid });
  if (sameOctets(shareOf(scalar, generator), share)) return undefined;
  return breach('PSP-KEY-1', `the ${kind} share does not follow from the secret`);
}

function sharesBreach(talk: Conversation, side: Side, initiate: MessageValue): Breach | undefined {
  const shares = messagesIn(initiate, 'pake_shares');
  for (const item of shares) {
    const kind = enumIn(item, 'secret_kind');
    const broken = shareBreach(talk, side, kind, octetsIn(item, 'share'));
    if (broken !== undefined) return broken;
  }
  const distinct = new Set(shares.map((item) => fieldKey(item, 'share')));
  return distinct.size < shares.length
    ? breach('PSP-CODE-12', 'two kinds of secret have one share')
    : undefined;
}

function digestBreach(talk: Conversation, initiate: MessageValue): Breach | undefined {
  const url = canonicalUrl(talk.context.serverUrl);
  if (isFault(url)) return undefined;
  const digest = serverDigest(octetsIn(initiate, 'session_nonce'), url);
  return sameOctets(digest, octetsIn(initiate, 'server_digest'))
    ? undefined
    : breach('PSP-SRV-1', 'server_digest is not that of the configured server URL');
}

const isGrease = (id: bigint): boolean => id % 31n === 27n && id < 16_384n;

/** Grease that something depends on has got a meaning. */
function greaseBreach(message: MessageValue, isTaken: boolean): Breach | undefined {
  const grease = messagesIn(message, 'capabilities').find(
    (item) => isGrease(numberIn(item, 'id')) && (isTaken || item.fields.get('critical') === true),
  );
  if (grease === undefined) return undefined;
  const how = isTaken ? 'was taken' : 'is critical';
  return breach('PSP-EXT-1', `grease capability ${numberIn(grease, 'id')} ${how}`, isTaken);
}

/** Takes in an Initiate. */
export function takeInitiate(talk: Conversation, side: Side, said: Said): Breach | undefined {
  const { message } = said;
  talk.offeredVersions = numbersIn(message, 'versions');
  const versions = versionsBreach(message);
  if (versions !== undefined) return versions;
  if (!talk.offeredVersions.includes(version)) {
    talk.unreadable = 'sender';
    return undefined;
  }
  const format = formatBreach(message);
  if (format !== undefined) return format;
  talk.initiate = said;
  // Of another suite nothing is known.
  if (numberIn(message, 'pake_suite') !== 1n) return digestBreach(talk, message);
  return (
    sharesBreach(talk, side, message) ?? greaseBreach(message, false) ?? digestBreach(talk, message)
  );
}

/** Takes in an Accept that answers the Initiate. */
export function takeAccept(talk: Conversation, side: Side, said: Said): Breach | undefined {
  const offer = talk.initiate?.message;
  const { message } = said;
  if (offer === undefined) return undefined;
  const chosen = Number(numberIn(message, 'version'));
  if (!talk.offeredVersions.includes(chosen)) {
    return breach('PSP-VER-2', `version ${chosen} was not offered`);
  }
  if (chosen !== version) {
    talk.unreadable = 'both';
    return undefined;
  }
  const format = formatBreach(message);
  if (format !== undefined) return format;
  const kind = enumIn(message, 'secret_kind');
  const share = messagesIn(offer, 'pake_shares').find(
    (item) => enumIn(item, 'secret_kind') === kind,
  );
  if (share === undefined) return breach('PSP-HS-8', `secret kind ${kind} was not offered`);
  const offered = new Set(messagesIn(offer, 'capabilities').map((item) => numberIn(item, 'id')));
  const surplus = messagesIn(message, 'capabilities').find(
    (item) => !offered.has(numberIn(item, 'id')),
  );
  if (surplus !== undefined) {
    return breach('PSP-CAP-4', `capability ${numberIn(surplus, 'id')} was not offered`);
  }
  const own = shareBreach(talk, side, kind, octetsIn(message, 'pake_share'));
  if (own !== undefined) return own;
  talk.accept = said;
  talk.keys = keysOf(talk, octetsIn(share, 'share'));
  return greaseBreach(message, true);
}

/** Tags and keys, where the kit's scalar is known and its peer's share is one. */
function keysOf(talk: Conversation, ya: Uint8Array): SessionKeys | undefined {
  const { initiate, accept, transcript } = talk;
  const { scalar } = transcript.secrets;
  if (initiate === undefined || accept === undefined || scalar === undefined) return undefined;
  const yb = octetsIn(accept.message, 'pake_share');
  const k = sharedValue(scalar, transcript.role === 'sender' ? ya : yb);
  if (isFault(k)) return undefined;
  const sid = octetsIn(initiate.message, 'session_nonce');
  const exchange = { sid, ya, ada: initiate.body, yb, adb: accept.body };
  const isk = iskOf({ ...exchange, k });
  const schedule = deriveKeys(isk, frameOf(initiate.body), frameOf(accept.body));
  return {
    tags: tagsOf(exchange, isk),
    sender: { key: schedule.s2rKey, iv: schedule.s2rIv },
    receiver: { key: schedule.r2sKey, iv: schedule.r2sIv },
    misderived: () => misderivedKeys(isk, initiate.body, accept.body),
  };
}

/** Judges a Confirm. */
export function takeConfirm(talk: Conversation, side: Side, { message }: Said): Breach | undefined {
  const format = formatBreach(message);
  if (format !== undefined) return format;
  const { keys, context } = talk;
  // Who was told another secret has no way to the right tag.
  if (keys === undefined || (side === 'testee' && context.isSecretWrong === true)) return undefined;
  const name = talk.roleOf(side) === 'sender' ? 'Ta' : 'Tb';
  const expected = name === 'Ta' ? keys.tags.ta : keys.tags.tb;
  return sameOctets(expected, octetsIn(message, 'tag'))
    ? undefined
    : breach('PSP-KEY-2', `the tag is not ${name} of this session`);
}
