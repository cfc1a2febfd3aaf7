// The way between entries and rows in PostgreSQL. Knows the order of columns; no statement and no
// transaction.
import type { ChangeType, LocalChange } from '../wire/messages.ts';
import { UsageError } from '../wire/violation.ts';
import { payloadOctets } from './payload-copy.ts';
import type { Element } from './postgres-arrays.ts';
import type { Columns } from './postgres-messages.ts';
import {
  decodeChangeRest,
  decodePayloadRest,
  encodeChangeRest,
  encodePayloadRest,
} from './payload-rest.ts';
import type { StoredEntry } from './store.ts';
import type { EntryState, Row } from './tables.ts';

/** An entry and where its rows are. */
export interface PostgresRow extends Row {
  readonly key: bigint;
}

const encoder = new TextEncoder();
// What it does not take as UTF-8 nobody wrote here; a mark at the beginning is a character.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text as octets. */
export function octetsOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Octets of a column that is never NULL. */
export function octetsIn(value: Columns[number] | undefined): Uint8Array {
  if (value instanceof Uint8Array) return plain(value);
  throw new Error('a column holds no octets');
}

/** Text kept as octets. */
export function textIn(value: Columns[number] | undefined): string {
  return decoder.decode(octetsIn(value));
}

// The thread's answers are views of memory of their own, but by the name of Buffer no more.
function plain(octets: Uint8Array): Uint8Array {
  return new Uint8Array(octets.buffer, octets.byteOffset, octets.byteLength);
}

function optional(value: Columns[number] | undefined): Uint8Array | undefined {
  return value instanceof Uint8Array ? plain(value) : undefined;
}

/** The row of an entry, to be written under a key and a sequence. */
export function resourceRow(key: bigint, sequence: bigint, next: EntryState): Element[] {
  const { payload, origin } = next;
  const { base } = payload;
  return [
    key,
    payload.resourceType,
    payload.resourceId,
    sequence,
    origin ?? null,
    payload.changes.length,
    BigInt(payloadOctets(payload)),
    base === undefined ? null : octetsOf(base.versionId),
    base === undefined ? null : octetsOf(base.lastUpdated),
    encodePayloadRest(payload),
    next.baseResource ?? null,
    payload.resource,
  ];
}

/** The row of one change. @throws UsageError where it has no id. */
export function changeRow(key: bigint, position: number, change: LocalChange): Element[] {
  if (change.id === undefined) throw new UsageError('a change without an id is not stored');
  return [
    key,
    position,
    change.id.replicaId,
    BigInt.asIntN(64, change.id.counter),
    change.type,
    octetsOf(change.baseVersionId),
    octetsOf(change.recordedAt),
    encodeChangeRest(change),
    change.payload,
  ];
}

/** The entry of a row, with the changes that belong to it. */
export function entryFrom(columns: Columns, changes: LocalChange[]): StoredEntry {
  const [, type, id, sequence, origin, , versionId, lastUpdated, rest] = columns;
  const restOctets = optional(rest);
  const decoded = restOctets === undefined ? undefined : decodePayloadRest(restOctets);
  const base =
    versionId === null
      ? undefined
      : {
          versionId: textIn(versionId),
          lastUpdated: textIn(lastUpdated),
          _unknownFields: decoded?.baseUnknown,
        };
  return {
    payload: {
      resourceType: String(type),
      resourceId: String(id),
      resource: octetsIn(columns[10]),
      base,
      changes,
      absorbed: decoded?.absorbed ?? [],
      _unknownFields: decoded?.unknown,
    },
    baseResource: optional(columns[9]),
    sequence: BigInt(String(sequence)),
    origin: optional(origin),
  };
}

/** How many changes belong to a row of an entry. */
export function changesOf(columns: Columns): number {
  return Number(columns[5]);
}

/** The change of a row; its first column is the key of its entry. */
export function changeFrom(columns: Columns): LocalChange {
  const [, replica, counter, type, baseVersionId, recordedAt, rest, payload] = columns;
  const restOctets = optional(rest);
  const decoded = restOctets === undefined ? undefined : decodeChangeRest(restOctets);
  return {
    id: {
      replicaId: octetsIn(replica),
      counter: BigInt.asUintN(64, BigInt(String(counter))),
      _unknownFields: decoded?.idUnknown,
    },
    type: Number(type) as ChangeType,
    payload: octetsIn(payload),
    baseVersionId: textIn(baseVersionId),
    recordedAt: textIn(recordedAt),
    _unknownFields: decoded?.unknown,
  };
}
