// `peersync admit`: tells a hub on this machine the code that a device shows, or lists who waits.
// Speaks the hub's HTTP; knows nothing of sessions.
import { parseSecret } from '../security/secret.ts';
import { formatAddress, readAddress } from './command-arguments.ts';
import { ExitCode } from './exit-code.ts';
import { CommandFailure, misuse } from './failure.ts';
import { standardInput } from './input-files.ts';
import { firstLine } from './code-prompt.ts';
import type { Screen, SpeechOptions } from './screen.ts';

/** Options of `peersync admit`. */
export interface AdmitOptions extends SpeechOptions {
  readonly hub: string;
  readonly code?: string;
  readonly dial?: string;
  readonly list?: boolean;
}

/** A session as the hub lists it. */
interface Listed {
  readonly session: string;
  readonly stage: string;
  readonly from: string;
  readonly seconds: number;
  readonly sender?: string;
  readonly acknowledged?: number;
  readonly offered?: number;
}

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Enters a code at a hub, or lists its sessions. */
export async function admit(
  screen: Screen,
  session: string | undefined,
  options: AdmitOptions,
): Promise<ExitCode> {
  const hub = `http://${formatAddress(readAddress('--hub', options.hub, '127.0.0.1'))}`;
  if (options.list === true) return list(screen, hub);
  const dial =
    options.dial === undefined ? undefined : readAddress('--dial', options.dial, undefined);
  if (session !== undefined && dial !== undefined) {
    throw misuse('Name a device that waits, or one to dial, not both.');
  }
  const code = await readCode(screen, options.code);
  const { status, body } = await ask(hub, 'POST', '/codes', { code, session, dial });
  screen.emit({ event: 'admit', status, ...body });
  if (status === 200) {
    screen.print(`The code is right; session ${String(body['session'])} is under way.`);
    return ExitCode.OK;
  }
  const listed = listedIn(body);
  for (const line of listed.map(lineOf)) screen.problem(line);
  throw new CommandFailure(
    status === 422 ? ExitCode.REJECTED : ExitCode.FAILED,
    String(body['error']),
    listed.length > 0 ? 'Say which one: peersync admit DEVICE.' : undefined,
  );
}

async function list(screen: Screen, hub: string): Promise<ExitCode> {
  const { body } = await ask(hub, 'GET', '/sessions');
  const listed = listedIn(body);
  for (const one of listed) {
    screen.emit({ event: 'session', ...one });
    screen.print(lineOf(one));
  }
  if (listed.length === 0) screen.print('Nobody is there.');
  return ExitCode.OK;
}

function listedIn(body: Answer['body']): readonly Listed[] {
  const { sessions } = body;
  return Array.isArray(sessions) ? (sessions as readonly Listed[]) : [];
}

function lineOf(one: Listed): string {
  const { session, stage, from, seconds, sender, acknowledged = 0, offered } = one;
  const head = `${session}  ${stage.padEnd(8)}  ${from}  ${seconds} s`;
  if (sender === undefined) return head;
  return `${head}  ${sender}: ${acknowledged} of ${offered ?? 'so many'} records`;
}

async function readCode(screen: Screen, given: string | undefined): Promise<string> {
  const { signal } = new AbortController();
  if (given === undefined && !screen.canAsk) {
    throw misuse('Which code?', 'Add --code CODE, or --code - to read it from standard input.');
  }
  const quit = (): never => process.exit(ExitCode.CANCELLED);
  let text = given;
  if (given === standardInput) text = await firstLine(screen.stdin, signal);
  else text ??= await screen.ask('Code on the device’s screen: ', signal, quit);
  const parsed = parseSecret(text ?? '');
  // PSP-CODE-4: told here, at once.
  if ('message' in parsed) throw misuse(parsed.message);
  return text ?? '';
}

async function ask(hub: string, method: string, path: string, value?: unknown): Promise<Answer> {
  try {
    const response = await fetch(`${hub}${path}`, {
      method,
      ...(value !== undefined && {
        body: JSON.stringify(value),
        headers: { 'content-type': 'application/json' },
      }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  } catch (cause) {
    const next = 'Check that `peersync serve` runs on this machine, and its --admin address.';
    throw new CommandFailure(ExitCode.FAILED, `No hub answers at ${hub}.`, next, { cause });
  }
}
