// Runs the program `peersync` as a user does, as often as two devices need it: one listens and
// shows its code, the other dials. Knows its words as far as a user reads them.
import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledFolder, peakRssKiB, unhung } from './device-process.ts';

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const sampleMs = 20;
// Longer than any session of a fault needs to end once its receiver is gone.
const patienceMs = 8_000;

/** What a run of the program left. */
export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly peakKiB: number;
  readonly elapsedMs: number;
}

/** Where and how a program runs. */
export interface Around {
  /** Before the program: such as `['sh', '-c', 'ulimit -f 9; exec "$@"', 'sh']`. */
  readonly through?: readonly string[];
  /** The user, where this process may choose it. */
  readonly uid?: number;
  /** Standard input is open. */
  readonly input?: boolean;
}

/** A run of the program under way. */
export class Program {
  readonly child: ChildProcess;
  readonly #ended: Promise<Said>;
  readonly #watchers = new Set<() => void>();
  readonly #name: string;
  readonly #text = { stdout: '', stderr: '' };

  constructor(args: readonly string[], { through = [], uid, input = false }: Around = {}) {
    const startedMs = performance.now();
    this.#name = `peersync ${args[0] ?? ''}`;
    const [command = '', ...rest] = [...through, process.execPath, main, ...args];
    const env = {
      PATH: process.env['PATH'] ?? '',
      // Another user can't write what this one has compiled.
      ...(uid === undefined && { NODE_COMPILE_CACHE: compiledFolder() }),
    };
    const options: SpawnOptions = {
      env,
      stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      ...(uid !== undefined && { uid }),
    };
    const child = spawn(command, rest, options);
    this.child = child;
    let peakKiB = 0;
    const sampler = setInterval(() => {
      peakKiB = Math.max(peakKiB, peakRssKiB(child.pid));
    }, sampleMs);
    for (const name of ['stdout', 'stderr'] as const) {
      child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this.#text[name] += text;
        for (const watch of this.#watchers) watch();
      });
    }
    this.#ended = new Promise((resolve) => {
      child.on('close', (status) => {
        clearInterval(sampler);
        resolve({ status, ...this.#text, peakKiB, elapsedMs: performance.now() - startedMs });
        for (const watch of this.#watchers) watch();
      });
    });
  }

  /** The first group of a match in what it says. @throws Error when it ends without. */
  async seen(pattern: RegExp): Promise<string> {
    const found = new Promise<string>((resolve, reject) => {
      const watch = (): void => {
        const { stdout, stderr } = this.#text;
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match === null && this.child.exitCode === null) return;
        this.#watchers.delete(watch);
        if (match !== null) resolve(match[1] ?? match[0]);
        else reject(new Error(`${this.#name} said no ${String(pattern)}: ${stdout}${stderr}`));
      };
      this.#watchers.add(watch);
      watch();
    });
    return unhung(`${this.#name}, ${String(pattern)}`, found);
  }

  /** @throws Hang */
  async ended(limitMs?: number): Promise<Said> {
    return unhung(`the end of ${this.#name}`, this.#ended, limitMs);
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

/** Runs a command to its end. */
export async function peersync(args: readonly string[], around?: Around): Promise<Said> {
  return new Program(args, around).ended();
}

/** How two devices meet. */
export interface Meeting {
  readonly sender?: Around;
  readonly receiver?: Around;
  /** Between the listening sender and the receiver; gives the address to dial. */
  readonly between?: (address: string) => Promise<string>;
}

/** One session: the sender listens, the receiver dials. */
export async function meet(
  from: string,
  to: string,
  { sender = {}, receiver = {}, between }: Meeting = {},
): Promise<{ readonly sent: Said; readonly received: Said }> {
  const sending = new Program(['send', '--store', from, '--listen', '127.0.0.1:0'], sender);
  const address = await sending.seen(/Listening on (\S+)/);
  const code = (await sending.seen(/Code: ([0-9 ]+) \(/)).replaceAll(' ', '');
  const dial = between === undefined ? address : await between(address);
  const args = ['receive', '--store', to, '--dial', dial, '--code', code, '--yes'];
  const receiving = new Program(args, receiver);
  const received = await receiving.ended();
  // A receiver that never got as far as a code leaves the sender waiting for another one.
  const waits = setTimeout(() => sending.child.kill('SIGTERM'), patienceMs);
  try {
    return { sent: await sending.ended(), received };
  } finally {
    clearTimeout(waits);
  }
}
