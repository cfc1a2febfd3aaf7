// `peersync receive`: meets the sender, gets the code and the user's agreement, and tells how it
// went. What happens inside a session is not its business.
import { failedRunsMax } from '../security/secret-life.ts';
import { SyncReceiverSession } from '../session/receiver-session.ts';
import type { SyncResult } from '../session/result.ts';
import type { Store } from '../store/store.ts';
import { SyncReceiver } from '../sync/sync-receiver.ts';
import { ErrorCode } from '../wire/messages.ts';
import { Cancellation } from './cancellation.ts';
import { CodePrompt } from './code-prompt.ts';
import { type Endpoint, readEndpoint } from './command-arguments.ts';
import { type Connections, connectionsOf } from './connections.ts';
import type { ExitCode } from './exit-code.ts';
import { misuse } from './failure.ts';
import { agreementWith } from './offer-question.ts';
import { type ReceivingOptions, receivingFrom } from './receiving.ts';
import type { Screen } from './screen.ts';
import { concluded, type EndedSession } from './session-outcome.ts';
import { type ConnectionOptions, sayWhere, setupSession } from './session-setup.ts';
import { withStore } from './store-access.ts';

/** Options of `peersync receive`. */
export interface ReceiveOptions extends ConnectionOptions, ReceivingOptions {
  readonly code?: string;
  readonly yes?: boolean;
}

/** Receives from one sender. */
export async function receive(screen: Screen, options: ReceiveOptions): Promise<ExitCode> {
  const endpoint = readEndpoint(options);
  // Once without a store, so that a slip is told before anything is opened.
  receivingFrom(options, '');
  checkCanAnswer(screen, options);
  return withStore(options, screen, async (store) => {
    const cancellation = new Cancellation(screen);
    try {
      const prompt = new CodePrompt(screen, cancellation, options.code);
      const receiving = receivingFrom(options, store.settings.serverUrl);
      const sync = new SyncReceiver({ ...receiving, store });
      const meeting = { screen, store, options, endpoint, cancellation, prompt, sync };
      return await meet(meeting);
    } finally {
      cancellation.release();
    }
  });
}

function checkCanAnswer(screen: Screen, { code, yes }: ReceiveOptions): void {
  if (screen.canAsk || (code !== undefined && yes === true)) return;
  throw misuse(
    'There is no terminal here to ask for the code and for your agreement.',
    'Give both on the command line: --code CODE (or --code - for standard input) and --yes.',
  );
}

interface Meeting {
  readonly screen: Screen;
  readonly store: Store;
  readonly options: ReceiveOptions;
  readonly endpoint: Endpoint;
  readonly cancellation: Cancellation;
  readonly prompt: CodePrompt;
  readonly sync: SyncReceiver;
}

async function meet(meeting: Meeting): Promise<ExitCode> {
  const { screen, store, endpoint } = meeting;
  const connections = await connectionsOf(endpoint);
  try {
    sayWhere(screen, endpoint, connections);
    const ended = await attempts(meeting, connections);
    if (meeting.prompt.fault !== undefined) throw meeting.prompt.fault;
    return await concluded(screen, store, ended);
  } finally {
    connections.close();
  }
}

/** Sessions until one concerns the user and can't be repeated with another code. */
async function attempts(meeting: Meeting, connections: Connections): Promise<EndedSession> {
  const { screen, cancellation, prompt } = meeting;
  for (let tried = 0; ;) {
    const stream = await cancellation.orCancel(connections.next());
    screen.emit({ event: 'connected' });
    const setup = setupSession(screen, meeting.store, cancellation, meeting.options);
    const session = new SyncReceiverSession({
      ...setup.options,
      sync: meeting.sync,
      askSecret: (kinds, signal) => prompt.get(kinds, signal),
      agree: agreementWith(screen, cancellation, meeting.options.yes === true),
    });
    const result = await session.receive(stream);
    const ended: EndedSession = { role: 'receiver', result, durationMs: setup.end() };
    if (connections.address !== undefined && isStranger(result, setup.reached)) {
      screen.hint('A device connected that is no sender. Still waiting.');
      continue;
    }
    tried += 1;
    if (!prompt.canRepeat || tried >= failedRunsMax || !isWrongCode(result)) return ended;
    screen.problem('The code was wrong or too old. The sender shows a new one.');
  }
}

// Somebody at an open port who never asked for a code ends nothing.
function isStranger(result: SyncResult, reached: (phase: string) => boolean): boolean {
  if (reached('AWAIT_CODE') || result.kind === 'cancelled') return false;
  // What we refused of a real Initiate, and what its sender refused, the user has to know.
  const junk: readonly ErrorCode[] = [
    ErrorCode.MALFORMED_FRAME,
    ErrorCode.MALFORMED_MESSAGE,
    ErrorCode.FRAME_TOO_LARGE,
    ErrorCode.UNEXPECTED_MESSAGE,
    ErrorCode.TIMEOUT,
  ];
  return result.kind === 'interrupted' || ('code' in result && junk.includes(result.code));
}

function isWrongCode(result: SyncResult): boolean {
  if (!('code' in result) || result.by !== 'peer') return false;
  return result.code === ErrorCode.AUTH_FAILED || result.code === ErrorCode.CODE_EXPIRED;
}
