// Gets the code from the receiver's user: from the command line, from standard input, or by asking.
// A slip of the finger is told at once and costs no attempt.
import { addAbortSignal } from 'node:stream';
import { parseSecret, type Secret } from '../security/secret.ts';
import { SecretKind } from '../wire/messages.ts';
import type { Cancellation } from './cancellation.ts';
import { misuse, type CommandFailure } from './failure.ts';
import { standardInput } from './input-files.ts';
import type { Screen } from './screen.ts';

const question = 'Code on the sender’s screen: ';
const lineCharactersMax = 1_024;

/** The source of the code for one command. */
export class CodePrompt {
  readonly #screen: Screen;
  readonly #cancellation: Cancellation;
  readonly #given: string | undefined;
  /** Why no code came, where it was the user's mistake. */
  fault: CommandFailure | undefined;

  /**
   * @param given - `--code`: a code, or `-` to read it from standard input; undefined: ask.
   * @throws CommandFailure when a given code can't be right.
   */
  constructor(screen: Screen, cancellation: Cancellation, given: string | undefined) {
    this.#screen = screen;
    this.#cancellation = cancellation;
    this.#given = given;
    // PSP-CODE-4: known before anybody is dialled.
    if (given !== undefined && given !== standardInput) secretOf(given);
  }

  /** True when a new code can be had after a wrong one. */
  get canRepeat(): boolean {
    return this.#given === undefined;
  }

  /** A secret of one of the kinds; undefined when the user gives up or made a mistake. */
  async get(kinds: readonly SecretKind[], signal: AbortSignal): Promise<Secret | undefined> {
    try {
      const secret = await this.#read(signal);
      if (secret !== undefined && !kinds.includes(secret.kind)) throw wrongKind(secret.kind);
      return secret;
    } catch (error) {
      this.fault = error as CommandFailure;
      return undefined;
    }
  }

  async #read(signal: AbortSignal): Promise<Secret | undefined> {
    if (this.#given === undefined) return this.#ask(signal);
    if (this.#given !== standardInput) return secretOf(this.#given);
    const line = await firstLine(this.#screen.stdin, signal);
    return line === undefined ? undefined : secretOf(line);
  }

  async #ask(signal: AbortSignal): Promise<Secret | undefined> {
    for (;;) {
      const onCancel = (): void => {
        this.#cancellation.cancel();
      };
      const text = await this.#screen.ask(question, signal, onCancel);
      if (text === undefined) return undefined;
      const parsed = parseSecret(text);
      if (!('message' in parsed)) return parsed;
      // PSP-CODE-4: nothing was sent, so nothing was tried.
      this.#screen.problem(parsed.message);
    }
  }
}

function secretOf(text: string): Secret {
  const parsed = parseSecret(text);
  if (!('message' in parsed)) return parsed;
  throw misuse(`--code: ${parsed.message}`, 'Nothing was sent; no attempt was used up.');
}

function wrongKind(kind: SecretKind): CommandFailure {
  const shown = kind === SecretKind.QR ? 'a QR code' : 'digits';
  return misuse(`The sender shows no ${shown}.`, 'Use the code that it does show.');
}

/** The first line of standard input; undefined when `signal` was given before. */
export async function firstLine(
  stdin: Screen['stdin'],
  signal: AbortSignal,
): Promise<string | undefined> {
  let text = '';
  const lines = addAbortSignal(signal, stdin.setEncoding('utf8'));
  try {
    for await (const chunk of lines) {
      text += String(chunk);
      if (text.includes('\n') || text.length > lineCharactersMax) break;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return undefined;
  }
  return text.split('\n', 1)[0] ?? '';
}
