// What one session says about the receiver's store: Payloads with their entries, what was
// acknowledged with which outcomes, cursors, and how it ended. The observer reads the octets.
import { isFault } from '../fault.ts';
import { readBatch, type Entry } from '../json/entry.ts';
import { observation } from '../observer/observe.ts';
import {
  enumIn,
  messagesIn,
  nestedIn,
  numberIn,
  octetsIn,
  textIn,
} from '../observer/message-reading.ts';
import type { Transcript } from '../peer/transcript.ts';
import type { SessionContext } from '../run/judging.ts';
import { inflateRawSync } from 'node:zlib';
import type { MessageValue } from '../wire/message-codec.ts';
import { toHex } from '../wire/octets.ts';

/** A Payload of the kit. */
export interface LoggedPayload {
  readonly entries: readonly Entry[];
  /** Hex; empty: none. */
  readonly cursor: string;
}

/** What an Ack says of an entry. */
export interface ToldOutcome {
  readonly outcome: string;
  /** With REFUSED. */
  readonly code: string;
}

/** One session with a testee that receives. */
export interface SessionLog {
  readonly payloads: readonly LoggedPayload[];
  readonly acknowledged: number;
  /** By Payload and position, `2/0`; STORED where nothing stands. */
  readonly outcomes: ReadonlyMap<string, ToldOutcome>;
  /** Hex; undefined: no Complete was sent. Empty: it has no cursor. */
  readonly completeCursor: string | undefined;
  readonly hasReceipt: boolean;
  /** Whether the testee's user declined. */
  readonly isDeclined: boolean;
  /** Replica id of the kit, hex. */
  readonly peer: string;
  readonly request: LoggedRequest | undefined;
}

/** What the testee asked for. */
export interface LoggedRequest {
  readonly mode: string;
  /** Hex; empty: none. */
  readonly cursor: string;
  /** Types and parameters as text that is equal for equal requests. */
  readonly asked: string;
}

/** Types and parameters as text that is equal for the same request, whatever their order. */
export function askedText(
  types: readonly { type: string; parameters?: readonly { name: string; value: string }[] }[],
): string {
  const each = types.map(({ type, parameters = [] }) =>
    JSON.stringify([type, ...parameters.map(({ name, value }) => `${name}=${value}`).sort()]),
  );
  return each.sort().join(' ');
}

/** A Payload that the observer took. */
export function payloadOf(message: MessageValue): LoggedPayload {
  const batch = octetsIn(message, 'batch');
  const isDeflated = enumIn(message, 'encoding') === 'DEFLATE';
  // The observer has found that it inflates to what it declares.
  const entries = readBatch(isDeflated ? new Uint8Array(inflateRawSync(batch)) : batch);
  return {
    entries: isFault(entries) ? [] : entries,
    cursor: toHex(octetsIn(message, 'cursor')),
  };
}

function requestOf(message: MessageValue): LoggedRequest {
  const params = nestedIn(message, 'params');
  const types = params === undefined ? [] : messagesIn(params, 'types');
  const asked = types.map((type) => ({
    type: textIn(type, 'resource_type'),
    parameters: messagesIn(type, 'parameters').map((item) => ({
      name: textIn(item, 'name'),
      value: textIn(item, 'value'),
    })),
  }));
  return {
    mode: enumIn(message, 'mode'),
    cursor: toHex(octetsIn(message, 'cursor')),
    asked: askedText(asked),
  };
}

function outcomesOf(acks: readonly MessageValue[]): Map<string, ToldOutcome> {
  const items = acks.flatMap((ack) => messagesIn(ack, 'outcomes'));
  return new Map(
    items.map((item) => [
      `${numberIn(item, 'sequence')}/${numberIn(item, 'entry_index')}`,
      { outcome: enumIn(item, 'outcome'), code: enumIn(item, 'code') },
    ]),
  );
}

/** Reads a session. */
export function sessionLog(transcript: Transcript, context: SessionContext): SessionLog {
  const { messages } = observation(transcript, context);
  const of = (side: 'kit' | 'testee', name: string): MessageValue[] =>
    messages
      .filter((item) => item.side === side && item.message.schema.name === name)
      .map(({ message }) => message);
  const acks = of('testee', 'Ack');
  const last = acks.at(-1);
  const [identity, complete, request] = [
    of('kit', 'Identity')[0],
    of('kit', 'Complete')[0],
    of('testee', 'Request')[0],
  ];
  return {
    payloads: of('kit', 'Payload').map(payloadOf),
    acknowledged: last === undefined ? 0 : Number(numberIn(last, 'through_sequence')),
    outcomes: outcomesOf(acks),
    completeCursor: complete && toHex(octetsIn(complete, 'cursor')),
    hasReceipt: of('testee', 'Receipt').length > 0,
    isDeclined: of('testee', 'Abort').some((abort) => enumIn(abort, 'code') === 'DECLINED'),
    peer: identity === undefined ? context.kitReplica : toHex(octetsIn(identity, 'replica_id')),
    request: request && requestOf(request),
  };
}
