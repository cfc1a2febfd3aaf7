// How a testee is named on the command line, and what comes of it: a command that the kit starts,
// or a port at which the testee dials in. Asks it nothing.
import { isIP } from 'node:net';
import type { Channel } from '../control/channel.ts';
import { TesteePort } from '../control/tcp-channel.ts';
import { Testee } from '../control/testee.ts';
import type { TesteeSource } from '../run/verdict.ts';
import { wordsOf } from './command-words.ts';
import { misuse } from './failure.ts';
import type { Screen } from './screen.ts';

/** Options that name a testee. */
export interface TesteeOptions {
  readonly testee?: string;
  readonly controlPort?: string;
  readonly controlHost?: string;
  readonly host?: string;
}

/** A testee that can be reached, until it is closed. */
export interface TesteeAccess {
  readonly source: TesteeSource;
  /** The command or the port, for people. */
  readonly name: string;
  /**
   * The next control connection of a testee that dials in, undefined where none comes within a
   * minute; there is no such function for a command.
   */
  readonly next?: () => Promise<Channel | undefined>;
  close(): void;
}

const firstDialMs = 60_000;
const loopback = '127.0.0.1';
const howTo = 'Name it at the end, after --, for example: -- java -jar testee.jar';

/**
 * A number of a port.
 *
 * @throws CommandFailure for anything else.
 */
export function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) {
    throw misuse(`${text} is no port.`, 'A port is a number from 0 to 65535; 0 takes a free one.');
  }
  return port;
}

/** Whether any testee is named. */
export function isTesteeNamed(argv: readonly string[], options: TesteeOptions): boolean {
  return argv.length > 0 || options.testee !== undefined || options.controlPort !== undefined;
}

function argvOf(argv: readonly string[], { testee, controlPort }: TesteeOptions): string[] {
  const ways = [argv.length > 0, testee !== undefined, controlPort !== undefined];
  const count = ways.filter(Boolean).length;
  if (count === 0) throw misuse('No testee is named.', howTo);
  if (count > 1) {
    throw misuse('The testee is named twice.', 'Use one of -- COMMAND, --testee, --control-port.');
  }
  return testee === undefined ? [...argv] : wordsOf(testee);
}

async function listening(screen: Screen, options: TesteeOptions): Promise<TesteeAccess> {
  const { controlHost = loopback, host = controlHost } = options;
  if (isIP(controlHost) === 0) throw misuse(`${controlHost} is no IP address to listen on.`);
  if (/^(0\.0\.0\.0|::)$/.test(host)) {
    throw misuse(
      `The testee cannot dial ${host}.`,
      "Add --host with this machine's address as the testee sees it.",
    );
  }
  const port = await TesteePort.listen(portOf(options.controlPort ?? '0'), controlHost);
  const name = `${port.address.host}:${port.address.port}`;
  const next = async (): Promise<Channel | undefined> => {
    screen.problem(`Waiting for the testee at ${name}.`);
    return port.accept(firstDialMs);
  };
  const connect = async (): Promise<Testee | undefined> => {
    const channel = await next();
    return channel === undefined ? undefined : new Testee(channel);
  };
  return {
    source: { kind: 'connection', connect, meet: { bind: controlHost, host } },
    name,
    next,
    close: () => port.close(),
  };
}

/**
 * The testee that the command line names.
 *
 * @param argv - What stands after `--`.
 * @throws CommandFailure where none is named, or two; the system's error for a port that is taken.
 */
export async function accessTestee(
  screen: Screen,
  argv: readonly string[],
  options: TesteeOptions,
): Promise<TesteeAccess> {
  const words = argvOf(argv, options);
  if (options.controlPort !== undefined) return listening(screen, options);
  return {
    source: { kind: 'command', command: { argv: words } },
    name: words.join(' '),
    close: () => undefined,
  };
}
