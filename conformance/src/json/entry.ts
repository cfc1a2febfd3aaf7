// An entry as chapter 14 names its parts, read from a decoded SyncPayload. It judges nothing.
import { isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { decodeMessage, isMessageValue } from '../wire/message-codec.ts';
import type { MessageValue } from '../wire/message-codec.ts';
import { toHex } from '../wire/octets.ts';
import { schemaNamed } from '../wire/schema.ts';

/** The name of a change. */
export interface ChangeId {
  readonly replicaId: Uint8Array;
  readonly counter: bigint;
}

/** One local change. */
export interface Change {
  /** Undefined where the message is absent. */
  readonly id: ChangeId | undefined;
  /** A number that is no kind of change stays a number. */
  readonly type: 'INSERT' | 'UPDATE' | 'DELETE' | number;
  readonly payload: Uint8Array;
  readonly baseVersionId: string;
  readonly recordedAt: string;
}

/** A version that the server assigned. */
export interface ServerVersion {
  readonly versionId: string;
  /** Empty where unknown. */
  readonly lastUpdated: string;
}

/** One resource with its base, changes and absorbed ids. */
export interface Entry {
  readonly resourceType: string;
  readonly resourceId: string;
  /** Empty: the resource is deleted. */
  readonly resource: Uint8Array;
  readonly base: ServerVersion | undefined;
  readonly changes: readonly Change[];
  readonly absorbed: readonly ChangeId[];
  /** The message it was read from, unknown fields included. */
  readonly message: MessageValue;
}

const text = (message: MessageValue, name: string): string => {
  const value = message.fields.get(name) ?? '';
  if (typeof value !== 'string') throw new KitError(`${name} is no string`);
  return value;
};

const octets = (message: MessageValue, name: string): Uint8Array => {
  const value = message.fields.get(name) ?? new Uint8Array();
  if (!(value instanceof Uint8Array)) throw new KitError(`${name} is no octet string`);
  return value;
};

const nested = (message: MessageValue, name: string): MessageValue | undefined => {
  const value = message.fields.get(name);
  return isMessageValue(value) ? value : undefined;
};

const list = (message: MessageValue, name: string): readonly MessageValue[] => {
  const value = message.fields.get(name);
  return Array.isArray(value) ? value.filter(isMessageValue) : [];
};

function changeIdOf(message: MessageValue): ChangeId {
  const counter = message.fields.get('counter') ?? 0n;
  if (typeof counter !== 'bigint') throw new KitError('counter is no uint64');
  return { replicaId: octets(message, 'replica_id'), counter };
}

const changeTypes = ['INSERT', 'UPDATE', 'DELETE'] as const;

function changeOf(message: MessageValue): Change {
  const id = nested(message, 'id');
  const type = message.fields.get('type') ?? 0;
  if (typeof type !== 'number') throw new KitError('type is no enum');
  return {
    id: id === undefined ? undefined : changeIdOf(id),
    type: changeTypes[type - 1] ?? type,
    payload: octets(message, 'payload'),
    baseVersionId: text(message, 'base_version_id'),
    recordedAt: text(message, 'recorded_at'),
  };
}

/**
 * The entry of a decoded SyncPayload.
 *
 * @throws KitError for another message.
 */
export function entryOf(message: MessageValue): Entry {
  if (message.schema.name !== 'SyncPayload') throw new KitError('no SyncPayload');
  const base = nested(message, 'base');
  return {
    resourceType: text(message, 'resource_type'),
    resourceId: text(message, 'resource_id'),
    resource: octets(message, 'resource'),
    base: base && {
      versionId: text(base, 'version_id'),
      lastUpdated: text(base, 'last_updated'),
    },
    changes: list(message, 'changes').map(changeOf),
    absorbed: list(message, 'absorbed').map(changeIdOf),
    message,
  };
}

/** Reads an encoded SyncPayload; MALFORMED_MESSAGE by chapter 6. */
export function readEntry(encoded: Uint8Array): Entry | Fault {
  const message = decodeMessage(schemaNamed('SyncPayload'), encoded);
  return isFault(message) ? message : entryOf(message);
}

/** The entries of an encoded Batch; MALFORMED_MESSAGE by chapter 6, for the whole of it. */
export function readBatch(encoded: Uint8Array): Entry[] | Fault {
  const message = decodeMessage(schemaNamed('Batch'), encoded);
  return isFault(message) ? message : list(message, 'entries').map(entryOf);
}

/** A change id as text, for use as a key: replica id in hex and counter. */
export function changeKey(id: ChangeId): string {
  return `${toHex(id.replicaId)}/${id.counter}`;
}
