// Judge of a whole session: the kit follows both directions with both secret scalars, computes
// every value again and seals every frame again.
import { isFault, KitError } from '../fault.ts';
import { checkEntry } from '../json/entry-check.ts';
import { readBatch } from '../json/entry.ts';
import { generatorOf, iskOf, prsOf, sharedValue, shareOf, tagsOf } from '../security/cpace.ts';
import { deriveKeys } from '../security/key-schedule.ts';
import type { KeySchedule } from '../security/key-schedule.ts';
import { Opener, Sealer } from '../security/record.ts';
import { serverDigest } from '../security/server-url.ts';
import { frameOf } from '../wire/frame.ts';
import { decodeToText, decodeNested, octetsFromText } from '../wire/message-text.ts';
import type { TextFields, TextMessage } from '../wire/message-text.ts';
import { fromHex, toHex, utf8 } from '../wire/octets.ts';
import { normalFields } from './judge-wire.ts';
import { difference, memberOf, textIn } from './vector.ts';
import type { Judge, VectorGroup } from './vector.ts';

interface Given {
  readonly direction: string;
  readonly sealed: boolean;
  readonly type: string;
  readonly message: Uint8Array;
  readonly frame: Uint8Array;
  readonly counter: string | undefined;
  readonly fields: TextFields;
}

function givenFrame(value: unknown): Given {
  const counter = memberOf(value, 'counter');
  return {
    direction: textIn(value, 'direction'),
    sealed: memberOf(value, 'sealed') === true,
    type: textIn(value, 'type'),
    message: fromHex(textIn(value, 'message')),
    frame: fromHex(textIn(value, 'frame')),
    counter: typeof counter === 'string' ? counter : undefined,
    fields: memberOf(value, 'fields') as TextFields,
  };
}

function read(given: Given, message: Uint8Array): TextMessage {
  const text = decodeToText(message);
  if (isFault(text)) throw new Difference(`${given.type}: ${text.detail}`);
  demand(`type of ${given.type}`, text.name, given.type);
  demand(`fields of ${given.type}`, text.fields, normalFields(given.type, given.fields));
  return text;
}

/** Ends the judging of a transcript; turned into the judge's answer. */
class Difference extends Error {}

function demand(what: string, found: unknown, expected: unknown): void {
  const wrong = difference(what, found, expected);
  if (wrong !== undefined) throw new Difference(wrong);
}

const octetsOf = (fields: TextFields, name: string): Uint8Array => {
  const value = fields[name];
  if (typeof value !== 'string') throw new Difference(`no ${name}`);
  return octetsFromText(value);
};

function followHandshake(
  clear: readonly Given[],
  parameters: VectorGroup['parameters'],
): KeySchedule {
  const [initiate, accept, confirmB, confirmA] = clear;
  if (!initiate || !accept || !confirmB || !confirmA || clear.length !== 4) {
    throw new KitError('a handshake has four frames');
  }
  const order = clear.map(({ direction, type }) => `${direction} ${type}`);
  demand('order', order, ['s2r Initiate', 'r2s Accept', 'r2s Confirm', 's2r Confirm']);
  for (const given of clear) demand('frame', toHex(frameOf(given.message)), toHex(given.frame));
  const offered = read(initiate, initiate.message).fields;
  const taken = read(accept, accept.message).fields;
  const sid = octetsOf(offered, 'session_nonce');
  const digest = serverDigest(sid, textIn(parameters, 'url'));
  demand('server_digest', toHex(octetsOf(offered, 'server_digest')), toHex(digest));
  const scalars = { a: fromHex(textIn(parameters, 'ya')), b: fromHex(textIn(parameters, 'yb')) };
  const generator = generatorOf({ prs: prsOf('DIGITS', utf8(textIn(parameters, 'code'))), sid });
  const ya = shareOf(scalars.a, generator);
  const yb = shareOf(scalars.b, generator);
  const shares = (offered['pake_shares'] ?? []) as readonly TextFields[];
  const own = shares.find((share) => share['secret_kind'] === 'DIGITS') ?? {};
  demand('share of the sender', toHex(octetsOf(own, 'share')), toHex(ya));
  demand('share of the receiver', toHex(octetsOf(taken, 'pake_share')), toHex(yb));
  const k = sharedValue(scalars.a, yb);
  if (isFault(k)) throw new Difference(k.detail);
  const exchange = { sid, k, ya, ada: initiate.message, yb, adb: accept.message };
  const isk = iskOf(exchange);
  const { ta, tb } = tagsOf(exchange, isk);
  demand('Tb', toHex(octetsOf(read(confirmB, confirmB.message).fields, 'tag')), toHex(tb));
  demand('Ta', toHex(octetsOf(read(confirmA, confirmA.message).fields, 'tag')), toHex(ta));
  return deriveKeys(isk, initiate.frame, accept.frame);
}

function entriesOf(payload: TextFields): TextFields[] {
  const octets = octetsOf(payload, 'batch');
  demand('uncompressed_octets', payload['uncompressed_octets'], octets.length);
  const batch = decodeNested('Batch', octets);
  const entries = readBatch(octets);
  if (isFault(batch) || isFault(entries)) throw new Difference('the batch does not parse');
  for (const entry of entries) {
    const broken = checkEntry(entry);
    if (broken !== undefined) throw new Difference(`${entry.resourceId}: ${broken.detail}`);
  }
  return [...((batch['entries'] ?? []) as readonly TextFields[])];
}

function followSession(sealed: readonly Given[], keys: KeySchedule): TextFields[] {
  const s2r = { key: keys.s2rKey, iv: keys.s2rIv };
  const r2s = { key: keys.r2sKey, iv: keys.r2sIv };
  const ends = {
    s2r: { sealer: new Sealer(s2r), opener: new Opener(s2r) },
    r2s: { sealer: new Sealer(r2s), opener: new Opener(r2s) },
  };
  const entries: TextFields[] = [];
  for (const given of sealed) {
    const { sealer, opener } = ends[given.direction === 's2r' ? 's2r' : 'r2s'];
    demand(`counter of ${given.type}`, String(sealer.counter), given.counter);
    demand(`frame of ${given.type}`, toHex(sealer.seal(given.message)), toHex(given.frame));
    const message = opener.open(given.frame.subarray(4));
    if (isFault(message)) throw new Difference(`${given.type}: ${message.detail}`);
    const { name, fields } = read(given, message);
    if (name === 'Payload') entries.push(...entriesOf(fields));
  }
  return entries;
}

/** Every frame of both directions, and the entries that came over. */
export const judgeSession: Judge = ({ input, expect }, parameters) => {
  const frames = memberOf(input, 'frames');
  const expected = memberOf(expect, 'entries');
  if (!Array.isArray(frames) || !Array.isArray(expected)) throw new KitError('no transcript');
  const given = frames.map(givenFrame);
  try {
    const keys = followHandshake(
      given.filter(({ sealed }) => !sealed),
      parameters,
    );
    const entries = followSession(
      given.filter(({ sealed }) => sealed),
      keys,
    );
    const wanted = expected.map((entry) => normalFields('SyncPayload', entry as TextFields));
    return difference('entries', entries, wanted);
  } catch (error) {
    if (error instanceof Difference) return error.message;
    throw error;
  }
};
