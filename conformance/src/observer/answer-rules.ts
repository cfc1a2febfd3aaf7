// What Ack, Complete and Receipt have to say, by sections 9.7 to 9.9: counts and outcomes against
// what went over the wire before.
import type { MessageValue } from '../wire/message-codec.ts';
import { errorRegistry } from '../wire/error-registry.ts';
import { windowIn, type Conversation } from './conversation.ts';
import { formatBreach } from './format-rules.ts';
import { countsIn, enumIn, messagesIn, numberIn, sameCounts, textIn } from './message-reading.ts';
import { cursorBreaches } from './payload-rules.ts';
import { breach, isBearable, type Breach } from './rules.ts';

function outcomeCode(outcome: string, code: string): Breach | undefined {
  const isRefused = outcome === 'REFUSED';
  if (outcome === 'UNSPECIFIED') return breach('PSP-MSG-25', 'an outcome is missing');
  if (isRefused === (code === 'UNSPECIFIED')) {
    return breach('PSP-MSG-25', `code ${code} with outcome ${outcome}`);
  }
  // A code that is not registered may be a newer one.
  if (isRefused && code in errorRegistry && errorRegistry[code]?.scope !== 'entry') {
    return breach('PSP-ACK-3', `REFUSED with ${code}, which is no entry code`, true);
  }
  return undefined;
}

function outcomeBreaches(talk: Conversation, ack: MessageValue, through: bigint): Breach[] {
  const broken: Breach[] = [];
  for (const item of messagesIn(ack, 'outcomes')) {
    const sequence = numberIn(item, 'sequence');
    const index = numberIn(item, 'entry_index');
    const place = `${sequence}/${index}`;
    const payload = talk.payloads[Number(sequence) - 1];
    const isNew = sequence > talk.acknowledged && sequence <= through;
    if (!isNew || payload === undefined || index >= BigInt(payload.types.length)) {
      return [breach('PSP-ACK-3', `outcome of ${place}, no entry of a new Payload`)];
    }
    if (talk.outcomes.has(place)) return [breach('PSP-ACK-3', `a second outcome of ${place}`)];
    const outcome = enumIn(item, 'outcome');
    talk.outcomes.set(place, outcome);
    const code = outcomeCode(outcome, enumIn(item, 'code'));
    if (code !== undefined) broken.push(code);
  }
  return broken;
}

function windowBreach(talk: Conversation, ack: MessageValue): Breach | undefined {
  const { window: old } = talk;
  const window = windowIn(ack);
  if (window === undefined) return undefined;
  talk.window = window;
  if (old === undefined) return undefined;
  if (window.payloads >= old.payloads && window.octets >= old.octets) return undefined;
  const told = `${window.payloads}/${window.octets} after ${old.payloads}/${old.octets}`;
  return breach('PSP-ACK-5', `a window of ${told} Payloads/octets`);
}

/** Takes in an Ack. */
export function takeAck(talk: Conversation, ack: MessageValue): Breach[] {
  const through = numberIn(ack, 'through_sequence');
  const sent = BigInt(talk.payloads.length);
  if (through > sent) {
    return [breach('PSP-ACK-1', `Ack of Payload ${through}, ${sent} were sent`)];
  }
  if (through < talk.acknowledged) {
    return [breach('PSP-ACK-2', `Ack of ${through} after one of ${talk.acknowledged}`)];
  }
  const outcomes = outcomeBreaches(talk, ack, through);
  if (outcomes.some((broken) => !isBearable(broken))) return outcomes;
  const window = windowBreach(talk, ack);
  talk.acknowledged = through;
  return window === undefined ? outcomes : [...outcomes, window];
}

function sentByType({ payloads }: Conversation): Map<string, bigint> {
  const counts = new Map<string, bigint>();
  for (const type of payloads.flatMap(({ types }) => types)) {
    counts.set(type, (counts.get(type) ?? 0n) + 1n);
  }
  return counts;
}

/** Takes in a Complete. */
export function takeComplete(talk: Conversation, complete: MessageValue): Breach[] {
  const format = formatBreach(complete);
  if (format !== undefined) return [format];
  const payloads = numberIn(complete, 'payloads');
  const sent = BigInt(talk.payloads.length);
  if (payloads !== sent) {
    return [breach('PSP-DONE-1', `Complete counts ${payloads} Payloads, ${sent} were sent`)];
  }
  if (!sameCounts(countsIn(complete, 'entries'), sentByType(talk))) {
    return [breach('PSP-DONE-1', 'the entries by type are not those that were sent')];
  }
  talk.complete = complete;
  return [...totalsBreaches(talk), ...cursorBreaches(talk, complete)];
}

/** Totals are an estimate, so that only none at all can be wrong. */
function totalsBreaches({ heard, payloads }: Conversation): Breach[] {
  const offer = heard.find(({ message }) => message.schema.name === 'Offer')?.message;
  const isSilent =
    offer !== undefined &&
    offer.fields.get('indeterminate') !== true &&
    messagesIn(offer, 'totals').length === 0;
  return isSilent && payloads.some(({ types }) => types.length > 0)
    ? [breach('PSP-OFFER-3', 'entries came of which the Offer gave no totals')]
    : [];
}

function countOutcomes(talk: Conversation): Map<string, bigint> {
  const counts = new Map<string, bigint>();
  for (const [at, { types }] of talk.payloads.entries()) {
    for (const [index, type] of types.entries()) {
      const key = `${type} ${talk.outcomes.get(`${at + 1}/${index}`) ?? 'STORED'}`;
      counts.set(key, (counts.get(key) ?? 0n) + 1n);
    }
  }
  return counts;
}

/** Judges a Receipt. */
export function receiptBreaches(talk: Conversation, receipt: MessageValue): Breach[] {
  const format = formatBreach(receipt);
  if (format !== undefined) return [format];
  const sent = BigInt(talk.payloads.length);
  if (talk.acknowledged < sent) {
    const told = `Receipt when ${talk.acknowledged} of ${sent} Payloads are acknowledged`;
    return [breach('PSP-DONE-4', told)];
  }
  if (!sameCounts(countsIn(receipt, 'counts'), sentByType(talk))) {
    return [breach('PSP-DONE-5', 'the counts by type are not those of the entries')];
  }
  const told = new Map<string, bigint>();
  for (const item of messagesIn(receipt, 'counts')) {
    const key = `${textIn(item, 'resource_type')} ${enumIn(item, 'outcome')}`;
    if (numberIn(item, 'entries') > 0n) told.set(key, numberIn(item, 'entries'));
  }
  if (sameCounts(told, countOutcomes(talk))) return [];
  return [breach('PSP-DONE-5', 'the counts by outcome are not those of the Acks', true)];
}
