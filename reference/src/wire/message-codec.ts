// Messages to octets and back: the type octet, the strict check of the wire format, the generated
// codec, the bounds. Knows nothing of frames, keys or of when a message may come.
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { readAcceptVersion, readInitiateVersions } from './invariants.ts';
import { WIRE_VERSION } from './limits.ts';
import { messageBounds } from './message-bounds.ts';
import { messageShapes } from './message-shape.ts';
import {
  FIRST_IGNORABLE_TYPE,
  MESSAGE_TYPES,
  MessageType,
  type MessageName,
} from './message-type.ts';
import {
  Abort,
  Accept,
  Ack,
  Complete,
  Confirm,
  ErrorCode,
  Identity,
  Initiate,
  KeepAlive,
  Offer,
  Payload,
  Receipt,
  Reject,
  Request,
} from './messages.ts';
import { isViolation, UsageError, violation, type Violation } from './violation.ts';
import { checkWireFormat } from './wire-format.ts';

export { MessageType } from './message-type.ts';
export { decodeBatch, encodeBatch } from './batch.ts';

/** What each message holds, by its name. */
export interface MessageValues {
  readonly Initiate: Initiate;
  readonly Accept: Accept;
  readonly Reject: Reject;
  readonly Confirm: Confirm;
  readonly Identity: Identity;
  readonly Request: Request;
  readonly Offer: Offer;
  readonly Payload: Payload;
  readonly Ack: Ack;
  readonly Complete: Complete;
  readonly Receipt: Receipt;
  readonly KeepAlive: KeepAlive;
  readonly Abort: Abort;
}

/** A message that this version knows; `type` tells which. */
export type KnownMessage = {
  readonly [Name in MessageName]: { readonly type: Name; readonly value: MessageValues[Name] };
}[MessageName];

/** A message of a type that is unknown and may be ignored (PSP-FRAME-11). */
export interface IgnorableMessage {
  readonly type: 'Ignorable';
  readonly typeOctet: number;
}

/** A message as it came from the peer. */
export type Message = KnownMessage | IgnorableMessage;

/** Encoded unknown fields to put behind a message (PSP-EXT-2); see `greaseFields`. */
export type GreaseOctets = Uint8Array;

interface Codec<Value> {
  encode(value: Value, writer: BinaryWriter): BinaryWriter;
  decode(octets: Uint8Array): Value;
}

const codecs: { readonly [Name in MessageName]: Codec<MessageValues[Name]> } = {
  Initiate,
  Accept,
  Reject,
  Confirm,
  Identity,
  Request,
  Offer,
  Payload,
  Ack,
  Complete,
  Receipt,
  KeepAlive,
  Abort,
};

const judge = <Name extends MessageName>(
  name: Name,
  value: MessageValues[Name],
): Violation | undefined => {
  const bounds = messageBounds[name] as (value: MessageValues[Name]) => Violation | undefined;
  return bounds(value);
};

function encodeAs<Name extends MessageName>(
  name: Name,
  value: MessageValues[Name],
  grease: GreaseOctets | undefined,
): Uint8Array {
  // PSP-MSG-17, PSP-CONV-3: what a peer would refuse is our caller's mistake, and is not sent.
  const fault = judge(name, value);
  if (fault !== undefined) {
    throw new UsageError(`${name} can't be sent: ${fault.detail} (${fault.requirement})`);
  }
  // PSP-FRAME-14: a type comes from the table by its name; below 0x80 it is its own varint.
  const writer = codecs[name].encode(value, new BinaryWriter().uint32(MessageType[name]));
  if (grease !== undefined) writer.raw(grease);
  return writer.finish();
}

/**
 * Encodes a message as the body of a frame before keys, or the plain text of one after keys
 * (PSP-FRAME-9, PSP-MSG-22): fields in ascending order, defaults left out, repeated scalars packed.
 *
 * @throws {@link UsageError} where the message breaks a bound that the peer would refuse it for.
 */
export function encodeMessage(message: KnownMessage, grease?: GreaseOctets): Uint8Array {
  return encodeAs(message.type, message.value, grease);
}

/** A small field that is kept for long, as a copy: a view would keep its whole message alive. */
const detached = (octets: Uint8Array): Uint8Array => octets.slice();

function detach(value: MessageValues[MessageName]): void {
  const fields = value as { cursor?: Uint8Array; replicaId?: Uint8Array };
  if (fields.cursor !== undefined) fields.cursor = detached(fields.cursor);
  if (fields.replicaId !== undefined) fields.replicaId = detached(fields.replicaId);
}

/** The part of a message of another version that this version can read, if it is one. */
function readInvariants(name: MessageName, octets: Uint8Array): Message | Violation | undefined {
  if (name === 'Initiate') {
    const versions = readInitiateVersions(octets);
    if (isViolation(versions)) return versions;
    // PSP-INV-6: what else a version of the future puts here is not ours to judge.
    if (versions.length === 0 || versions.includes(WIRE_VERSION)) return undefined;
    return { type: name, value: { ...Initiate.decode(new Uint8Array(0)), versions } };
  }
  if (name === 'Accept') {
    const version = readAcceptVersion(octets);
    if (isViolation(version)) return version;
    if (version === WIRE_VERSION) return undefined;
    return { type: name, value: { ...Accept.decode(new Uint8Array(0)), version } };
  }
  return undefined;
}

function decodeAs<Name extends MessageName>(name: Name, octets: Uint8Array): Message | Violation {
  const foreign = readInvariants(name, octets);
  if (foreign !== undefined) return foreign;
  const checked = checkWireFormat(octets, messageShapes[name]);
  if (isViolation(checked)) return checked;
  const value = codecs[name].decode(checked);
  const fault = judge(name, value);
  if (fault !== undefined) return fault;
  detach(value);
  return { type: name, value } as unknown as KnownMessage;
}

/**
 * Decodes the body of a frame before keys, or the plain text of one after keys.
 *
 * An Initiate that does not list this version, and an Accept of another version, come with their
 * versions alone: nothing else in them is judged or read (PSP-INV-6).
 *
 * Octet strings in the result are views of `body`, except cursors and replica ids; the caller does
 * not change `body` afterwards.
 *
 * @returns the message; or MALFORMED_FRAME for an empty body, MALFORMED_MESSAGE for one that is not
 * valid or out of bounds, UNEXPECTED_MESSAGE for an unknown critical type.
 */
export function decodeMessage(body: Uint8Array): Message | Violation {
  const typeOctet = body[0];
  if (typeOctet === undefined) {
    return violation(ErrorCode.MALFORMED_FRAME, 'PSP-SEAL-6', 'a frame without a message');
  }
  const info = MESSAGE_TYPES.get(typeOctet);
  if (info !== undefined) {
    // A plain view: `slice` of a Buffer would not copy.
    const octets = new Uint8Array(body.buffer, body.byteOffset + 1, body.byteLength - 1);
    return decodeAs(info.name, octets);
  }
  if (typeOctet >= FIRST_IGNORABLE_TYPE) return { type: 'Ignorable', typeOctet };
  const detail = `unknown critical message type ${typeOctet}`;
  return violation(ErrorCode.UNEXPECTED_MESSAGE, 'PSP-FRAME-10', detail);
}
