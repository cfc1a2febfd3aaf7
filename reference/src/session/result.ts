// What a session comes to, for the caller: the ending with the report and the cause that only this
// side may know.
import type { EndedByEndpoint, Ending } from '../machine/index.ts';
import { nameOf, retryOf } from '../wire/index.ts';
import type { ErrorCode, RetryClass } from '../wire/index.ts';
import type { SyncReport } from '../sync/index.ts';

/** Both sides agree that everything sent is durable at the receiver. */
export interface SyncComplete {
  readonly kind: 'complete';
  readonly report: SyncReport;
  /** Draft capability `turn`: what became of the second half, where one was begun (PSP-TURN-13). */
  readonly turned?: SyncResult;
}

/** An endpoint ended the session. What was acknowledged is durable (PSP-DONE-9). */
export interface SyncEnded {
  /** `rejected`: before keys, or declined. `failed`: after keys. `cancelled`: by a user. */
  readonly kind: 'rejected' | 'failed' | 'cancelled';
  readonly by: 'us' | 'peer';
  readonly code: ErrorCode;
  /** The code's name; `UNKNOWN_<number>` for one of a later version. */
  readonly codeName: string;
  /** When it is worth trying again. */
  readonly retry: RetryClass;
  /** The requirement that was broken, where we found it so. */
  readonly requirement?: string;
  /** For a log; the peer's text, where the peer ended the session. No personal data. */
  readonly detail: string;
  /** As far as the session came; absent before it knew what to transfer. */
  readonly report?: SyncReport;
  /** With `failed` by us: the error of this device. Never sent, never logged. */
  readonly cause?: unknown;
}

/** The connection ended before the Receipt. Another session goes on where this one stopped. */
export interface SyncInterrupted {
  readonly kind: 'interrupted';
  readonly by: 'transport';
  readonly detail: string;
  readonly report?: SyncReport;
  readonly cause?: unknown;
}

/** What a session comes to. */
export type SyncResult = SyncComplete | SyncEnded | SyncInterrupted;

/** The result of an ending. */
export function resultOf(
  ending: Ending,
  report: SyncReport | undefined,
  cause: unknown,
): SyncResult {
  const rest = {
    // PSP-DONE-9: counts that agree are no completion; the Receipt may have been lost on its way.
    ...(report === undefined ? {} : { report: { ...report, complete: false } }),
    ...(cause === undefined ? {} : { cause }),
  };
  switch (ending.kind) {
    case 'complete':
      if (report === undefined) throw new Error('a complete session has a report');
      return { kind: 'complete', report };
    case 'interrupted':
      return { kind: 'interrupted', by: 'transport', detail: ending.detail, ...rest };
    default:
      return { ...described(ending), ...rest };
  }
}

function described(ending: EndedByEndpoint): SyncEnded {
  const retry = ending.retry ?? retryOf(ending.code);
  return { ...ending, retry, codeName: nameOf(ending.code) };
}
