// What becomes of a command: an answer, a refusal, or a fault of the testee with what to do about
// it. Pure values; knows no channel.
import type { ChannelEnd } from './channel.ts';
import type { LineFault } from './schema.ts';

/** The testee said no. */
export interface Refusal {
  readonly kind: 'refused';
  readonly why: 'unsupported' | 'invalid' | 'failed';
  readonly message: string;
  /** Path of the member that it means. */
  readonly field?: string;
}

/** The testee did what the control protocol does not allow. */
export interface TesteeFault {
  readonly kind: 'testee-fault';
  /**
   * `hang`: no answer in time, the testee was killed. `exited`: the testee ended before it
   * answered, or was gone already. `bad-answer`: the answer breaks its schema; the testee goes on.
   * `no-event`: an event that was waited for did not come; the testee goes on.
   */
  readonly reason: 'hang' | 'exited' | 'bad-answer' | 'no-event';
  /** What was asked, or the event that was waited for. */
  readonly about: string;
  /** Sentences for a person: what happened, and what to do. */
  readonly detail: string;
  /** With `bad-answer`: each member that is wrong. */
  readonly faults?: readonly LineFault[];
  /** With `exited`: how. */
  readonly end?: ChannelEnd;
}

/** What becomes of a command. */
export type Reply<T> = { readonly kind: 'answer'; readonly answer: T } | Refusal | TesteeFault;

/** Tells a fault from what was wanted. */
export function isTesteeFault(value: { readonly kind?: unknown }): value is TesteeFault {
  return value.kind === 'testee-fault';
}

/** No answer in time. */
export function hang(about: string, waitedMs: number, hints: readonly string[]): TesteeFault {
  const detail = sentences([`no answer to ${about} within ${waitedMs} ms`, ...hints]);
  return { kind: 'testee-fault', reason: 'hang', about, detail };
}

/** The testee ended instead of answering. */
export function exited(about: string, end: ChannelEnd, hints: readonly string[]): TesteeFault {
  const when = end.isUnstarted === true ? '' : ` before it answered ${about}`;
  const detail = sentences([`${end.detail}${when}`, ...hints]);
  return { kind: 'testee-fault', reason: 'exited', about, detail, end };
}

/** The answer is none. */
export function badAnswer(about: string, faults: readonly LineFault[]): TesteeFault {
  const texts = faults.map(({ message }) => message);
  const detail = `The answer to ${about} is not valid. ${texts.join(' ')}`;
  return { kind: 'testee-fault', reason: 'bad-answer', about, detail, faults };
}

/** The event did not come. */
export function noEvent(about: string, why: string): TesteeFault {
  return { kind: 'testee-fault', reason: 'no-event', about, detail: sentences([why]) };
}

function sentences(texts: readonly string[]): string {
  return texts.map((text) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`).join(' ');
}
