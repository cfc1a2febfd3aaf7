// What a Payload has to say, by sections 9.5, 9.6 and 11.1. Where uncompressed_octets lies, that is
// the breach; limits and ratio are judged by the batch that is really there.
import { inflateRawSync } from 'node:zlib';
import { isFault, type Fault } from '../fault.ts';
import { readBatch, type Entry } from '../json/entry.ts';
import { limits } from '../wire/limits.ts';
import type { MessageValue } from '../wire/message-codec.ts';
import type { Conversation } from './conversation.ts';
import { entryBreaches } from './entry-rules.ts';
import { formatBreach } from './format-rules.ts';
import { enumIn, numberIn, octetsIn } from './message-reading.ts';
import { breach, type Breach, type RuleId } from './rules.ts';

/** More than any batch may hold: what inflates to more is judged by its declared length alone. */
const inflateMax = 2 * 67_108_864;

interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

/** The batch that a stream holds; undefined where it holds more than any may. */
function inflated(batch: Uint8Array): Uint8Array | Breach | undefined {
  let result: Inflated;
  try {
    const options = { info: true, maxOutputLength: inflateMax };
    result = inflateRawSync(batch, options) as unknown as Inflated;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    return breach('PSP-DEF-1', 'the batch is no complete DEFLATE stream');
  }
  const left = batch.length - result.engine.bytesWritten;
  if (left > 0) return breach('PSP-DEF-1', `${left} octets follow the DEFLATE stream`);
  return new Uint8Array(result.buffer);
}

const isBreach = (value: object): value is Breach => 'requirement' in value;

function windowBreach(talk: Conversation, octets: bigint): Breach | undefined {
  const { window, payloads, acknowledged } = talk;
  if (window === undefined) return undefined;
  const open = payloads.slice(Number(acknowledged));
  if (BigInt(open.length) >= window.payloads) {
    return breach(
      'PSP-FLOW-1',
      `${open.length} Payloads are unacknowledged, ${window.payloads} may be`,
    );
  }
  const sum = open.reduce((total, payload) => total + payload.octets, octets);
  if (open.length === 0 || sum <= window.octets) return undefined;
  return breach('PSP-FLOW-2', `${sum} octets would be unacknowledged, ${window.octets} may be`);
}

/** The encoded Batch, or what is wrong with how it is packed. */
function unpack(talk: Conversation, payload: MessageValue): Uint8Array | Breach {
  const batch = octetsIn(payload, 'batch');
  const encoding = enumIn(payload, 'encoding');
  const declared = numberIn(payload, 'uncompressed_octets');
  const isDeflated = encoding === 'DEFLATE';
  if (encoding !== 'IDENTITY' && !(isDeflated && talk.isDeflateAgreed)) {
    return breach('PSP-PAY-9', `encoding ${encoding} was not negotiated`);
  }
  const plain = isDeflated ? inflated(batch) : batch;
  const ratio = `${declared} octets from ${batch.length}`;
  if (plain === undefined) return breach('PSP-DEF-3', ratio);
  if (isBreach(plain)) return plain;
  if (BigInt(plain.length) !== declared) {
    return breach('PSP-PAY-3', `${declared} octets are declared, the Batch has ${plain.length}`);
  }
  if (isDeflated && declared > BigInt(limits.deflateRatio * batch.length)) {
    return breach('PSP-DEF-3', ratio);
  }
  const max = talk.limitOf('receiver', 'max_batch_octets');
  return declared > max
    ? breach('PSP-PAY-14', `a Batch of ${declared} octets, limit ${max}`)
    : plain;
}

function countBreach(talk: Conversation, entries: readonly Entry[]): Breach | undefined {
  const max = talk.limitOf('receiver', 'max_batch_entries');
  if (BigInt(entries.length) <= max) return undefined;
  return breach('PSP-PAY-14', `a Batch of ${entries.length} entries, limit ${max}`);
}

/** Sentences of the writer that say what one of the reader refuses. */
const writersSentence: Readonly<Record<string, RuleId>> = {
  'PSP-MSG-8': 'PSP-MSG-22',
  'PSP-MSG-9': 'PSP-MSG-23',
  'PSP-MSG-15': 'PSP-MSG-22',
  'PSP-MSG-21': 'PSP-MSG-24',
};

/** The breach of an encoding that a reader refuses. */
export function encodingBreach({ requirement, detail }: Fault): Breach {
  return breach(writersSentence[requirement] ?? (requirement as RuleId), detail);
}

/** Takes in a Payload; all that it breaks, or the first thing that makes a receiver give up. */
export function takePayload(talk: Conversation, payload: MessageValue): Breach[] {
  const format = formatBreach(payload);
  const sequence = numberIn(payload, 'sequence');
  const expected = BigInt(talk.payloads.length + 1);
  if (format !== undefined) return [format];
  if (sequence !== expected) {
    return [breach('PSP-PAY-1', `sequence ${sequence} instead of ${expected}`)];
  }
  const octets = numberIn(payload, 'uncompressed_octets');
  const plain = unpack(talk, payload);
  if (isBreach(plain)) return [plain];
  const beyond = windowBreach(talk, octets);
  if (beyond !== undefined) return [beyond];
  const entries = readBatch(plain);
  if (isFault(entries)) return [encodingBreach(entries)];
  const many = countBreach(talk, entries);
  if (many !== undefined) return [many];
  talk.payloads.push({ octets, types: entries.map(({ resourceType }) => resourceType) });
  return [...cursorBreaches(talk, payload), ...entryBreaches(talk, entries)];
}

/** A cursor in a mode that has none (PSP-RESUME-11). */
export function cursorBreaches(talk: Conversation, message: MessageValue): Breach[] {
  if (talk.mode !== 'LAST_UPDATED' || octetsIn(message, 'cursor').length === 0) return [];
  return [breach('PSP-RESUME-11', `${message.schema.name} has a cursor in mode LAST_UPDATED`)];
}
