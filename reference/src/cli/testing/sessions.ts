// Brings a sender and a receiver of the program together over TCP, for tests.
import { dammDigit } from '../../security/access-code.ts';
import { type Ended, ProgramProcess } from './program-process.ts';

/** A sender that listens. */
export interface ListeningSender {
  readonly process: ProgramProcess;
  readonly address: string;
  /** Nine digits. */
  readonly code: string;
}

/** Starts a sender and waits for its code. */
export async function listeningSender(
  store: string,
  ...options: string[]
): Promise<ListeningSender> {
  const args = ['send', '--store', store, '--listen', '127.0.0.1:0', ...options];
  const process = new ProgramProcess(args);
  const address = await process.seen(/Listening on (\S+)/);
  const code = (await process.seen(/Code: ([0-9 ]+) \(/)).replaceAll(' ', '');
  return { process, address, code };
}

/** Starts a receiver that dials, with a code from its command line. */
export function dialling(
  store: string,
  address: string,
  code: string,
  ...more: string[]
): ProgramProcess {
  const args = ['receive', '--store', store, '--dial', address, '--code', code, '--yes', ...more];
  return new ProgramProcess(args);
}

/** One session from start to end: the sender listens. */
export async function session(
  sender: string,
  receiver: string,
  options: { readonly send?: readonly string[]; readonly receive?: readonly string[] } = {},
): Promise<{ readonly sent: Ended; readonly received: Ended }> {
  const { process, address, code } = await listeningSender(sender, ...(options.send ?? []));
  const other = dialling(receiver, address, code, ...(options.receive ?? []));
  const [sent, received] = await Promise.all([process.ended(), other.ended()]);
  return { sent, received };
}

/** A code that is well formed and not this one. */
export function otherCode(code: string): string {
  const head = `${code.slice(0, 7)}${(Number(code[7]) + 1) % 10}`;
  return `${head}${dammDigit(head)}`;
}
