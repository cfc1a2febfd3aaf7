// What a testee that sends gave away in one session, and what it was asked. The observer reads the
// octets.
import type { Mode } from '../control/values.ts';
import type { Entry } from '../json/entry.ts';
import {
  enumIn,
  messagesIn,
  nestedIn,
  numberIn,
  octetsIn,
  textIn,
} from '../observer/message-reading.ts';
import { observation } from '../observer/observe.ts';
import type { Transcript } from '../peer/transcript.ts';
import type { SessionContext } from '../run/judging.ts';
import type { MessageValue } from '../wire/message-codec.ts';
import { payloadOf } from './session-log.ts';

/** One requested type. */
export interface AskedType {
  readonly type: string;
  /** Whether search parameters choose among its entries. */
  readonly isSearched: boolean;
  /** Empty: none. */
  readonly lastUpdated: string;
}

/** What went out. */
export interface SentLog {
  readonly mode: Mode;
  /** Empty: every type. */
  readonly types: readonly AskedType[];
  /** Whether the session goes on after a cursor. */
  readonly isResumed: boolean;
  /** In the order in which they were sent. */
  readonly entries: readonly Entry[];
  /** By type and reason, `Patient POLICY`; undefined where no Complete came. */
  readonly withheld: ReadonlyMap<string, bigint> | undefined;
}

function typeOf(message: MessageValue): AskedType {
  return {
    type: textIn(message, 'resource_type'),
    isSearched: messagesIn(message, 'parameters').length > 0,
    lastUpdated: textIn(message, 'last_updated'),
  };
}

function withheldOf(complete: MessageValue): Map<string, bigint> {
  const counts = new Map<string, bigint>();
  for (const item of messagesIn(complete, 'withheld')) {
    const entries = numberIn(item, 'entries');
    const key = `${textIn(item, 'resource_type')} ${enumIn(item, 'reason')}`;
    if (entries > 0n) counts.set(key, entries);
  }
  return counts;
}

/** Reads a session; undefined where nothing was asked. */
export function sentLog(transcript: Transcript, context: SessionContext): SentLog | undefined {
  const { messages } = observation(transcript, context);
  const of = (name: string): MessageValue[] =>
    messages.flatMap(({ message }) => (message.schema.name === name ? [message] : []));
  const [request] = of('Request');
  if (request === undefined) return undefined;
  const [offer, complete] = [of('Offer')[0], of('Complete')[0]];
  const params = nestedIn(request, 'params');
  const isResumed =
    octetsIn(request, 'cursor').length > 0 &&
    offer !== undefined &&
    enumIn(offer, 'cursor_disposition') === 'RESUMED';
  return {
    mode: enumIn(request, 'mode') as Mode,
    types: params === undefined ? [] : messagesIn(params, 'types').map(typeOf),
    isResumed,
    entries: of('Payload').flatMap((payload) => payloadOf(payload).entries),
    withheld: complete && withheldOf(complete),
  };
}
