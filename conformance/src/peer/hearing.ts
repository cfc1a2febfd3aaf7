// What a message of the testee's means for a script: an end, small talk, or what was awaited. It
// knows no connection and judges no rule.
import { isDeepStrictEqual } from 'node:util';
import type { TextFields, TextMessage, TextValue } from '../wire/message-text.ts';
import type { Heard } from './endpoint.ts';
import type { Ending, ExpectStep } from './script.ts';

/** A message of either side. */
export interface Spoken {
  readonly side: 'kit' | 'testee';
  readonly name: string;
  readonly fields: TextFields;
  /** Of a message of the testee's whose type has no name. */
  readonly type?: number;
}

/** Where the testee left the script. */
export interface Departure {
  /** Id of the step. */
  readonly step: string;
  /** For a person: what was awaited and what came. */
  readonly detail: string;
  /** What it did on the wire, where that ended the session. */
  readonly ending?: Ending;
  /** Where it left out what it may leave out: `Complete.cursor`. */
  readonly lacks?: string;
  /** Whether the session goes on as it should, and only what the step looks at is not so. */
  readonly goesOn?: true;
}

const endings: Readonly<Record<string, 'abort' | 'reject'>> = { Abort: 'abort', Reject: 'reject' };

/** How a message ends the session, or undefined where it does not. */
export function endingOf({ name, fields }: TextMessage): Ending | undefined {
  const kind = endings[name];
  if (kind === undefined) return undefined;
  return { kind, code: nameOf(fields['code']), retry: nameOf(fields['retry']) };
}

/** The name of an enum's value, or its number where it has none. */
function nameOf(value: TextValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : 'UNSPECIFIED';
}

/** Whether a message says nothing that a script could wait for. */
export function isSmallTalk({ name }: TextMessage): boolean {
  return name === 'KeepAlive' || name === 'Ignorable';
}

/** An Ack may come at any time and cover less than is awaited: with a larger window, or none. */
export function isEarlierAck({ name, fields }: TextMessage, awaited: ExpectStep): boolean {
  if (name !== 'Ack') return false;
  const wanted = awaited.where?.['through_sequence'];
  const through = Number(fields['through_sequence'] ?? 0);
  return awaited.message !== 'Ack' || (wanted !== undefined && through < Number(wanted));
}

/**
 * Fields in which `{$heard: 'Payload.cursor'}` is what the testee last sent there; absent where it
 * sent nothing.
 */
export function remembered(
  fields: TextFields,
  memory: ReadonlyMap<string, TextFields>,
): TextFields {
  const out: Record<string, TextValue> = {};
  for (const [name, value] of Object.entries(fields)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) {
      out[name] = value;
      continue;
    }
    const members = value as TextFields;
    const source = members['$heard'];
    if (typeof source !== 'string') {
      out[name] = remembered(members, memory);
      continue;
    }
    const [message = '', field = ''] = source.split('.');
    const heard = memory.get(message)?.[field];
    if (heard !== undefined) out[name] = heard;
  }
  return out;
}

/** Whether each member that is wanted is there; the order of lists has no meaning. */
export function contains(actual: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    // An empty list and none are the same message.
    if (actual === undefined) return wanted.length === 0;
    if (!Array.isArray(actual) || actual.length !== wanted.length) return false;
    const left: unknown[] = [...(actual as readonly unknown[])];
    return wanted.every((item) => {
      const index = left.findIndex((candidate) => isDeepStrictEqual(candidate, item));
      return index >= 0 && left.splice(index, 1).length === 1;
    });
  }
  // A message in text form has no nulls: what is absent is not there.
  if (wanted === null) return actual === undefined;
  if (typeof wanted !== 'object') return isDeepStrictEqual(actual, wanted);
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(wanted).every(([name, value]) =>
    contains((actual as Readonly<Record<string, unknown>>)[name], value),
  );
}

/** What was awaited of a message and what it has there; nothing else, for the rest is random. */
export function mismatch(
  name: string,
  actual: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, unknown>>,
): string {
  const found = Object.fromEntries(Object.keys(wanted).map((key) => [key, actual[key] ?? null]));
  return `${name} with ${JSON.stringify(wanted)} was awaited, ${JSON.stringify(found)} came`;
}

/** The departure of a message that does not say what a script needs; undefined where it does. */
export function otherThan(
  { id: step, where = {}, depends = [] }: Pick<ExpectStep, 'id' | 'where' | 'depends'>,
  { name, fields }: TextMessage,
): Departure | undefined {
  if (!contains(fields, where)) {
    return { step, detail: mismatch(name, fields, where), goesOn: true };
  }
  const missing = depends.find((field) => fields[field] === undefined);
  if (missing === undefined) return undefined;
  const lacks = `${name}.${missing}`;
  return { step, detail: `${lacks} is not there`, lacks };
}

/** What came in place of a message that a step awaits. */
export function departed(step: ExpectStep, came: Heard | Ending): Departure {
  const awaited = `${step.message} was awaited`;
  switch (came.kind) {
    case 'abort':
    case 'reject':
      return {
        step: step.id,
        detail: `${awaited}, ${came.kind} ${came.code} came`,
        ending: came,
      };
    case 'fault':
      return {
        step: step.id,
        detail: `${awaited}; ${came.fault.requirement}: ${came.fault.detail}`,
      };
    case 'silence':
    case 'open':
      return { step: step.id, detail: `${awaited}, nothing came`, ending: { kind: 'open' } };
    default:
      return {
        step: step.id,
        detail: `${awaited}, the connection ended`,
        ending: { kind: 'close' },
      };
  }
}

/** What came where the connection should have ended; undefined for its end. */
export function afterTheEnd(step: string, heard: Heard): Departure | 'small talk' | undefined {
  const detail = 'the connection should have ended';
  switch (heard.kind) {
    case 'fin':
    case 'rst':
      return undefined;
    case 'silence':
      return { step, detail: `${detail}, it stayed open`, ending: { kind: 'open' } };
    case 'fault':
      return { step, detail: `${detail}; ${heard.fault.detail}` };
    case 'message': {
      if (isSmallTalk(heard.message)) return 'small talk';
      const came = { step, detail: `${detail}, ${heard.message.name} came` };
      const ending = endingOf(heard.message);
      return ending === undefined ? came : { ...came, ending };
    }
  }
}
