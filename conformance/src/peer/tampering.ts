// Spoils one message on its way out, in exactly one way. What is spoiled, and why, is the case's
// business. Pure.
import { KitError } from '../fault.ts';
import { sealAt, type DirectionKeys } from '../security/record.ts';
import { isFolded, unfolded } from '../wire/folded-values.ts';
import { frameOf } from '../wire/frame.ts';
import { encodeText, type TextFields, type TextValue } from '../wire/message-text.ts';
import { concat, fromHex, sameOctets, toHex, u32 } from '../wire/octets.ts';
import { encodeField } from '../wire/raw-fields.ts';
import { schemaNamed } from '../wire/schema.ts';
import { wildBody } from '../wire/wild-encodings.ts';
import type { SealFault, Tampering } from './script.ts';

type WildTampering = Extract<Tampering, { kind: 'wild' }>;
type Members = Readonly<Record<string, unknown>>;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields with members of `changes` put in: objects are merged, null takes away, else replaced. */
export function withChanges(fields: TextFields, changes: Members): TextFields {
  const out: Record<string, TextValue> = { ...fields };
  for (const [name, change] of Object.entries(changes)) {
    const old = out[name];
    if (change === null) Reflect.deleteProperty(out, name);
    else if (isMembers(change) && !isFolded(change)) {
      out[name] = withChanges(isMembers(old) ? old : {}, change);
    } else out[name] = unfolded(change) as TextValue;
  }
  return out;
}

/** The number of a field that no schema will ever have: reserved for private use. */
const fillerField = 15_999;

/** A body of exactly `octets` octets: with `padding` where the message has it. */
function filled(message: string, fields: TextFields, octets: number): Uint8Array {
  const number = message === 'Payload' ? 6 : fillerField;
  const body = encodeText(message, fields);
  for (let length = Math.max(0, octets - body.length - 12); ; length += 1) {
    const field = encodeField({ number, wire: 2, value: new Uint8Array(length) });
    if (body.length + field.length === octets) return concat(body, field);
    if (body.length + field.length > octets) {
      throw new KitError(`${message} can't be filled up to exactly ${octets} octets`);
    }
  }
}

function flipped(fields: TextFields, name: string): TextFields {
  const value = fields[name];
  if (typeof value !== 'string' || !value.startsWith('hex:') || value.length < 6) {
    throw new KitError(`${name} holds no octets in hex`);
  }
  const octets = fromHex(value.slice(4));
  octets[octets.length - 1] = (octets.at(-1) ?? 0) ^ 1;
  return { ...fields, [name]: `hex:${toHex(octets)}` };
}

function wildly({ encoding, isBlind }: WildTampering, message: string, plain: Uint8Array) {
  const body = wildBody(encoding, schemaNamed(message), plain);
  if (isBlind !== true && sameOctets(body, plain)) {
    throw new KitError(`${encoding} changes nothing in this ${message}: the case proves nothing`);
  }
  return body;
}

/** The body of a message before it is sealed, spoiled where the tampering is about the body. */
export function tamperedBody(
  message: string,
  fields: TextFields,
  tamper: Tampering | undefined,
): Uint8Array {
  switch (tamper?.kind) {
    case 'raw':
      return tamper.body;
    case 'append':
      return concat(encodeText(message, fields), tamper.octets);
    case 'wild':
      return wildly(tamper, message, encodeText(message, fields));
    case 'fill':
      return filled(message, fields, tamper.octets);
    case 'set':
      return encodeText(message, withChanges(fields, tamper.fields));
    case 'flip':
      return encodeText(message, flipped(fields, tamper.field));
    case 'length':
    case 'seal':
    case 'cut':
    case undefined:
      return encodeText(message, fields);
  }
}

/** What sealing needs to know. */
export interface SealState {
  readonly own: DirectionKeys;
  readonly other: DirectionKeys;
  readonly counter: number;
  /** The kit's last sealed frame, if there was one. */
  readonly last: Uint8Array | undefined;
}

function flipAt(frame: Uint8Array, at: number): Uint8Array {
  const out = frame.slice();
  out[at] = (out[at] ?? 0) ^ 1;
  return out;
}

/**
 * A frame with a spoiled seal.
 *
 * @throws KitError where nothing was sealed yet that could be repeated.
 */
export function spoiledSeal(how: SealFault, body: Uint8Array, state: SealState): Uint8Array {
  const { own, other, counter, last } = state;
  const sealed = sealAt(own, counter, body);
  switch (how) {
    case 'flip-tag':
      return flipAt(sealed, sealed.length - 1);
    case 'flip-text':
      return flipAt(sealed, 4);
    case 'other-length':
      return sealAt(own, counter, body, u32(body.length + 17));
    case 'skip':
      return sealAt(own, counter + 1, body);
    case 'repeat':
      if (last === undefined) throw new KitError('no frame was sealed that could be repeated');
      return last;
    case 'other-direction':
      return sealAt(other, counter, body);
    case 'clear':
      return frameOf(body);
    case 'short':
      return frameOf(sealed.subarray(4, 19));
    case 'empty':
      return sealAt(own, counter, new Uint8Array());
  }
}

/** A frame whose header declares another length; the body stays. */
export function declaring(octets: number, frame: Uint8Array): Uint8Array {
  return concat(u32(octets), frame.subarray(4));
}
