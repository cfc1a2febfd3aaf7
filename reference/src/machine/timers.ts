// Which timer each state runs, as data. Knows no clock: the session starts and stops them.
import {
  CLOSE_MS,
  CODE_PROMPT_MS,
  CONFIRM_MS,
  FIRST_FRAME_MS,
  IDLE_MS,
  SECRET_LIFE_MS,
} from '../wire/limits.ts';
import type { ReceiverStateName, SenderStateName } from './vocabulary.ts';

/** A timer of a state; when it runs out the state gets TIMEOUT. */
export interface StateTimer {
  readonly name: 'first-frame' | 'code-life' | 'code-prompt' | 'confirm' | 'idle' | 'drain';
  readonly milliseconds: number;
  /** From when it counts. */
  readonly since: 'entry' | 'secret-shown' | 'last-frame-opened' | 'last-octets-written';
}

const confirm = { name: 'confirm', milliseconds: CONFIRM_MS, since: 'entry' } as const;
const idle = { name: 'idle', milliseconds: IDLE_MS, since: 'last-frame-opened' } as const;
const drain = { name: 'drain', milliseconds: CLOSE_MS, since: 'last-octets-written' } as const;

/** The sender's timers. */
export const SENDER_TIMERS: Readonly<Record<SenderStateName, StateTimer | undefined>> = {
  // PSP-TIME-3: the secret's life, not ours, ends the wait for a person at the other device.
  AWAIT_ACCEPT: { name: 'code-life', milliseconds: SECRET_LIFE_MS, since: 'secret-shown' },
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
  AWAIT_INITIATE: { name: 'first-frame', milliseconds: FIRST_FRAME_MS, since: 'entry' },
  AWAIT_CODE: { name: 'code-prompt', milliseconds: CODE_PROMPT_MS, since: 'entry' },
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
