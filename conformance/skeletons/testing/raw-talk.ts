// Talks to a testee below the kit's client: the octets of the lines are the test's own. For tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What came back. */
export interface RawTalk {
  /** The lines of standard output. */
  readonly lines: string[];
  readonly code: number | null;
}

/** Writes octets to a process and ends its input; waits until it ended. */
export async function talk(argv: readonly string[], input: string): Promise<RawTalk> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  const pieces: Buffer[] = [];
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  const lines = Buffer.concat(pieces).toString('utf8').split('\n');
  return { lines: lines.filter((line) => line !== ''), code };
}
