// How a command reaches a FHIR server: the token that the user gives, waits that are told, Ctrl-C.
// Knows nothing of what is asked of the server.
import { readFileSync } from 'node:fs';
import type { ServerOptions } from '../upload/fhir-client.ts';
import type { StopReason } from '../upload/upload-stop.ts';
import type { Cancellation } from './cancellation.ts';
import { ExitCode } from './exit-code.ts';
import { fileFault, misuse } from './failure.ts';
import { formatSeconds } from './number-text.ts';
import type { Screen } from './screen.ts';
import { shownName } from './shown-name.ts';
import type { CommonOptions } from './store-access.ts';

/** Options of every command that talks to a FHIR server. */
export interface ServerAccessOptions extends CommonOptions {
  readonly server?: string;
  readonly tokenFile?: string;
  readonly tokenOverHttp?: boolean;
}

/** Longest text of a server that is shown. */
export const serverTextMax = 500;

/** The options for the library; the token comes from a file or PEERSYNC_TOKEN, never from here. */
export function serverAccess(
  screen: Screen,
  cancellation: Cancellation,
  { server, tokenFile, tokenOverHttp }: ServerAccessOptions,
): ServerOptions {
  const token = tokenOf(tokenFile, screen.env);
  return {
    ...(server === undefined ? {} : { server }),
    ...(token === undefined ? {} : { token }),
    ...(tokenOverHttp === undefined ? {} : { tokenOverHttp }),
    signal: cancellation.signal,
    onWait: (waitMs, why) => {
      screen.emit({ event: 'waiting', waitMs, why });
      screen.progress(`waiting ${formatSeconds(waitMs)}: ${shownName(why, '', serverTextMax)}`);
    },
  };
}

// An argument would stand in the list of processes and in the shell's history.
function tokenOf(file: string | undefined, env: Screen['env']): string | undefined {
  if (file === undefined) {
    const token = env['PEERSYNC_TOKEN']?.trim() ?? '';
    return token === '' ? undefined : token;
  }
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw misuse(`--token-file ${file}: ${fileFault(error)}.`, undefined, { cause: error });
  }
}

/** How a run that ended early is told. */
export interface StopWords {
  readonly exitCode: ExitCode;
  readonly what: string;
  readonly next: string | undefined;
}

const stops: Readonly<Record<StopReason, readonly [ExitCode, string, string | undefined]>> = {
  cancelled: [ExitCode.CANCELLED, 'Cancelled', 'Repeat the command to go on.'],
  unauthorized: [
    ExitCode.REJECTED,
    'The server wants a token, or another one',
    'Put it into PEERSYNC_TOKEN, or into a file named with --token-file.',
  ],
  unreachable: [
    ExitCode.FAILED,
    'The server does not answer',
    'Check the network, then repeat the command: it goes on where it was.',
  ],
  busy: [ExitCode.FAILED, 'The server asks for patience', 'Repeat the command later.'],
  failing: [ExitCode.FAILED, 'The server fails again and again', 'Repeat the command later.'],
  'not-fhir': [
    ExitCode.FAILED,
    'What answers does not do what a FHIR server does',
    "Check the store's server: peersync show",
  ],
};

/** Words for the end of a run; undefined where everything had its turn. */
export function stopWords(
  stopped: { readonly reason: StopReason; readonly detail: string } | undefined,
): StopWords | undefined {
  if (stopped === undefined) return undefined;
  const [exitCode, words, next] = stops[stopped.reason];
  const detail = shownName(stopped.detail, '', serverTextMax);
  const isNews = stopped.reason !== 'cancelled' && detail !== '';
  return { exitCode, what: `${words}${isNews ? `: ${detail}` : ''}.`, next };
}

/** Tells how a run ended early. */
export function sayStop(screen: Screen, { what, next }: StopWords): void {
  screen.problem(`${screen.markProblem('red', 'stopped:')} ${what}`);
  if (next !== undefined) screen.problem(next);
}
