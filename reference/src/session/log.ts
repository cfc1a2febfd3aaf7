// What a session may write into a log: counts, codes and durations, nothing else (PSP-SEC-1).
import type { Ending } from '../machine/index.ts';
import { nameOf } from '../wire/index.ts';

/** A line for a log. */
export interface LogRecord {
  readonly role: 'sender' | 'receiver';
  /** Public: the first 8 digits of the session nonce, empty before there is one. */
  readonly session: string;
  /** Since the session began. */
  readonly elapsedMs: number;
  readonly event: 'phase' | 'ended';
  readonly phase: string;
  /** With `ended`: complete, rejected, failed, cancelled, interrupted. */
  readonly kind?: string;
  readonly by?: 'us' | 'peer';
  readonly code?: string;
  readonly requirement?: string;
}

/** What there is to log when a session comes to a state. */
export interface Logged {
  readonly role: 'sender' | 'receiver';
  readonly nonce: Uint8Array | undefined;
  readonly elapsedMs: number;
  readonly phase: string;
  readonly ending: Ending | undefined;
}

/** The line for it. */
export function logRecord({ role, nonce, elapsedMs, phase, ending }: Logged): LogRecord {
  const start = nonce?.subarray(0, 4) ?? new Uint8Array(0);
  const session = Buffer.from(start).toString('hex');
  const line = { role, session, elapsedMs: Math.round(elapsedMs), phase };
  if (ending === undefined) return { ...line, event: 'phase' };
  if (!('code' in ending)) return { ...line, event: 'ended', kind: ending.kind };
  const { kind, by, code, requirement } = ending;
  // Never the detail: the peer's is whatever the peer likes.
  const broken = requirement === undefined ? {} : { requirement };
  return { ...line, event: 'ended', kind, by, code: nameOf(code), ...broken };
}
