// A testee that the kit starts: control lines over standard input and output. Knows processes, not
// commands.
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { Channel, ChannelEnd, ChannelListener } from './channel.ts';
import { forgetTree, hasGroups, killTree, watchTree } from './process-tree.ts';

/** How to start a testee. */
export interface TesteeCommand {
  /** Program and arguments, as they are: no shell reads them. */
  readonly argv: readonly string[];
  /** Working directory; default the kit's own. */
  readonly cwd?: string;
  /** Variables in addition to the kit's own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What still stands in a pipe arrives in this time, unless somebody else holds the pipe open. */
const drainMs = 500;

/**
 * Starts a process as the leader of a group of its own, so that it can be ended with everything
 * that it starts.
 */
export class ChildChannel implements Channel {
  readonly canKill = true;
  readonly host = '127.0.0.1';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #program: string;
  #listener: ChannelListener | undefined;
  #hasEnded = false;

  constructor(command: TesteeCommand) {
    const [program = '', ...args] = command.argv;
    this.#program = program;
    this.#child = spawn(program, args, {
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      env: { ...process.env, ...command.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own group also keeps a Ctrl-C on the terminal from reaching it before the kit.
      detached: hasGroups,
      windowsHide: true,
    });
    if (this.#child.pid !== undefined) watchTree(this.#child.pid);
  }

  start(listener: ChannelListener): void {
    this.#listener = listener;
    const child = this.#child;
    child.stdout.on('data', (octets: Buffer) => listener.octets(octets));
    child.stderr.on('data', (octets: Buffer) => listener.noise(octets));
    // EPIPE and the like: the exit tells more.
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      stream.on('error', () => undefined);
    }
    child.on('error', (error) => this.#end({ detail: this.#startFault(error), isUnstarted: true }));
    child.on('exit', (code, signal) => {
      const end = endOf(code, signal);
      // A grandchild that holds the pipes must not keep the kit waiting.
      if (child.pid !== undefined) forgetTree(child.pid);
      const timer = setTimeout(() => this.#end(end), drainMs);
      child.once('close', () => {
        clearTimeout(timer);
        this.#end(end);
      });
    });
  }

  write(line: string): void {
    if (!this.#hasEnded && this.#child.stdin.writable) this.#child.stdin.write(line);
  }

  finish(): void {
    this.#child.stdin.end();
  }

  kill(): void {
    const { pid } = this.#child;
    if (pid !== undefined && !this.#hasEnded) killTree(pid);
  }

  #end(end: ChannelEnd): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const { pid, stdin, stdout, stderr } = this.#child;
    if (pid !== undefined) forgetTree(pid);
    for (const stream of [stdin, stdout, stderr]) stream.destroy();
    this.#listener?.ended(end);
  }

  #startFault(error: Error): string {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') {
      return `the program ${this.#program} can't be started: there is no such program or directory`;
    }
    if (code === 'EACCES')
      return `the program ${this.#program} can't be started: it is not executable`;
    return `the program ${this.#program} can't be started (${code ?? error.message})`;
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): ChannelEnd {
  if (signal !== null) return { signal, detail: `the process was ended by ${signal}` };
  return { code: code ?? 0, detail: `the process ended with exit code ${code ?? 0}` };
}
