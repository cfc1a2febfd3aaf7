// How a session ended, in words: what happened, and what to do next. One row for each error code
// that a user can meet; all others share one. Knows no screen and no store.
import type { SyncEnded, SyncResult } from '../session/result.ts';
import { nameOf } from '../wire/errors.ts';
import { ErrorCode } from '../wire/messages.ts';
import { ExitCode } from './exit-code.ts';
import { complaintOf } from './failure.ts';

type Role = 'sender' | 'receiver';

/** An ending as the user reads it. */
export interface EndingWords {
  readonly exitCode: ExitCode;
  /** One sentence. */
  readonly what: string;
  /** One sentence; undefined where nothing is left to do. */
  readonly next: string | undefined;
}

interface Row {
  readonly what: string;
  readonly next: string | Readonly<Record<Role, string>>;
}

const compareServers = 'Compare the servers of both stores: peersync show --store FILE.';
const updateBoth = 'Update peersync on the older of the two devices.';

// What one side did not accept of the other: repeating changes nothing until a person did
// something.
const refusals: ReadonlyMap<ErrorCode, Row> = new Map([
  [
    ErrorCode.AUTH_FAILED,
    {
      what: 'The code was wrong, or somebody else answered.',
      next: {
        sender: 'Start again, and compare the code when it is typed.',
        receiver: 'Run the command again and type the new code that the sender shows.',
      },
    },
  ],
  [
    ErrorCode.CODE_EXPIRED,
    {
      what: 'The code is no longer valid.',
      next: {
        sender: 'Start again; a code lives two minutes.',
        receiver: 'Run the command again and type the new code that the sender shows.',
      },
    },
  ],
  [
    ErrorCode.SERVER_MISMATCH,
    { what: 'The two stores belong to different FHIR servers.', next: compareServers },
  ],
  [
    ErrorCode.FHIR_RELEASE_MISMATCH,
    { what: 'The two devices use different FHIR releases.', next: updateBoth },
  ],
  [
    ErrorCode.VERSION_UNSUPPORTED,
    { what: 'The two devices speak no common version of the protocol.', next: updateBoth },
  ],
  [
    ErrorCode.CAPABILITY_UNSUPPORTED,
    { what: 'The sender needs something that the receiver does not know.', next: updateBoth },
  ],
  [
    ErrorCode.SUITE_UNSUPPORTED,
    {
      what: 'The two devices have no common way to authenticate.',
      next: 'Use the kind of code that the sender shows, or update the older device.',
    },
  ],
  [
    ErrorCode.SAME_REPLICA,
    {
      what: 'Both sides are the same store, or one is a copy of the other.',
      next: 'Use two stores. If one is a copy of the other, run `peersync renew` on the copy.',
    },
  ],
  [
    ErrorCode.SELECTION_REFUSED,
    {
      what: 'The sender lets nothing of what was asked for leave its device.',
      next: {
        sender: 'Change --only, or ask the receiver to change --types.',
        receiver: 'Ask for other types with --types, or ask the sender to change --only.',
      },
    },
  ],
  [
    ErrorCode.SELECTION_UNSUPPORTED,
    {
      what: 'The sender does not support what was asked for.',
      next: 'Ask for something else with --types and --mode.',
    },
  ],
  [
    ErrorCode.DECLINED,
    { what: 'The receiver did not want the records.', next: 'Agree on it, then start again.' },
  ],
]);

const failures: ReadonlyMap<ErrorCode, Row> = new Map([
  [
    ErrorCode.INTERNAL,
    {
      what: 'The other device had a problem of its own.',
      next: 'See what its screen says; then start again.',
    },
  ],
  [
    ErrorCode.BUSY,
    {
      what: 'The other device is busy with another one.',
      next: 'Wait until it is done, then start again.',
    },
  ],
  [
    ErrorCode.TIMEOUT,
    { what: 'A device waited too long for the other.', next: 'Start again on both devices.' },
  ],
  [
    ErrorCode.STORAGE_FAILED,
    {
      what: 'The store of the other device failed.',
      next: 'See what its screen says; then start again.',
    },
  ],
  [
    ErrorCode.CANCELLED,
    {
      what: 'The other device cancelled.',
      next: 'Start again on both devices to go on where it stopped.',
    },
  ],
]);

const goOn = 'Start again on both devices; what was stored stays, and the rest follows.';
const report =
  'Start again; if it happens again, please report it with what PEERSYNC_DEBUG=1 shows.';

/** What to tell the user of a role about a result. */
export function endingWords(result: SyncResult, role: Role): EndingWords {
  if (result.kind === 'complete') {
    const what = 'Complete: both devices agree on what was transferred.';
    return { exitCode: ExitCode.OK, what, next: undefined };
  }
  if (result.kind === 'interrupted') {
    return { exitCode: ExitCode.FAILED, what: 'The connection was interrupted.', next: goOn };
  }
  if (result.kind === 'cancelled' && result.by === 'us') {
    return { exitCode: ExitCode.CANCELLED, what: 'Cancelled.', next: undefined };
  }
  if (result.by === 'us' && result.cause !== undefined) {
    const { exitCode, message, next = goOn } = complaintOf(result.cause);
    return { exitCode, what: message, next };
  }
  return peerWords(result, role);
}

function peerWords(result: SyncEnded, role: Role): EndingWords {
  const refusal = refusals.get(result.code);
  const row = refusal ?? failures.get(result.code);
  if (row === undefined) return { exitCode: ExitCode.FAILED, what: unnamed(result), next: report };
  const next = typeof row.next === 'string' ? row.next : row.next[role];
  const isNamed = result.code === ErrorCode.SELECTION_UNSUPPORTED && result.detail !== '';
  const what = isNamed ? row.what.replace(/\.$/, `: ${printable(result.detail)}.`) : row.what;
  return { exitCode: refusal === undefined ? ExitCode.FAILED : ExitCode.REJECTED, what, next };
}

function unnamed({ by, code, detail }: SyncEnded): string {
  const who = by === 'us' ? 'The other device broke the protocol' : 'The other device gave up';
  const why = detail === '' ? '' : `: ${printable(detail)}`;
  return `${who} (${nameOf(code)}${why}).`;
}

// The peer's text reaches a terminal: nothing in it may steer it.
function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}
