// Which timer each state runs, as data. Knows no clock: the session starts and stops them.
import type { ReceiverStateName, SenderStateName } from './vocabulary.ts';

/** A timer of a state; when it runs out the state gets TIMEOUT. */
export interface StateTimer {
  readonly name: 'first-frame' | 'code-life' | 'code-prompt' | 'confirm' | 'idle' | 'drain';
  readonly milliseconds: number;
  /** From when it counts. */
  readonly since: 'entry' | 'secret-shown' | 'last-frame-opened' | 'writing-ended';
}

const confirm = { name: 'confirm', milliseconds: 10_000, since: 'entry' } as const;
const idle = { name: 'idle', milliseconds: 30_000, since: 'last-frame-opened' } as const;
const drain = { name: 'drain', milliseconds: 2_000, since: 'writing-ended' } as const;

/** Octets that CLOSING reads and throws away before it gets TIMEOUT (PSP-CLOSE-1). */
export const DRAIN_OCTETS_MAX = 65_536;

/** KEEP_ALIVE_DUE comes when nothing was sent for so long (PSP-TIME-6). */
export const KEEP_ALIVE_MS = 10_000;

/** The sender's timers. */
export const SENDER_TIMERS: Readonly<Record<SenderStateName, StateTimer | undefined>> = {
  // PSP-TIME-3: the secret's life, not ours, ends the wait for a person at the other device.
  AWAIT_ACCEPT: { name: 'code-life', milliseconds: 120_000, since: 'secret-shown' },
  AWAIT_CONFIRM: confirm,
  AWAIT_REQUEST: idle,
  PREPARING: idle,
  SENDING: idle,
  AWAIT_RECEIPT: idle,
  CLOSING: drain,
  CLOSED: undefined,
};

/** The receiver's timers. */
export const RECEIVER_TIMERS: Readonly<Record<ReceiverStateName, StateTimer | undefined>> = {
  AWAIT_INITIATE: { name: 'first-frame', milliseconds: 10_000, since: 'entry' },
  AWAIT_CODE: { name: 'code-prompt', milliseconds: 120_000, since: 'entry' },
  AWAIT_CONFIRM: confirm,
  AWAIT_IDENTITY: idle,
  PREPARING: idle,
  AWAIT_OFFER: idle,
  DECIDING: idle,
  DECIDING_AT_END: idle,
  RECEIVING: idle,
  FINISHING: idle,
  CLOSING: drain,
  CLOSED: undefined,
};
